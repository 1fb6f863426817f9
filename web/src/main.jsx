import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./main.css";

import { GraphiQL } from "graphiql";
import { useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

import { createFetcher, storedToken, storeToken } from "./client.js";

function TokenField({ token, onChange }) {
  const commit = ({ value }) => onChange(value.trim().replace(/^bearer\s+/i, ""));
  return (
    <form
      className="token"
      onSubmit={(event) => {
        event.preventDefault();
        commit(event.target.elements.token);
      }}
    >
      <label htmlFor="token">Bearer token</label>
      <input
        id="token"
        defaultValue={token}
        onBlur={(event) => commit(event.target)}
        placeholder="none: you are a guest"
        autoComplete="off"
        spellCheck={false}
      />
    </form>
  );
}

function Waybill({ examples }) {
  const [token, setToken] = useState(storedToken);
  // A new fetcher makes GraphiQL ask for the schema again, which a refused token had kept from it.
  const fetcher = useMemo(createFetcher, [token]);

  const change = (next) => {
    if (next === token) return;
    storeToken(next);
    setToken(next);
  };

  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={examples.length ? examples : undefined}
      defaultEditorToolsVisibility="variables"
      // Other projects served on this port keep their own tabs in localStorage, and would show here.
      storage={sessionStorage}
    >
      <GraphiQL.Logo>
        Waybill
        <TokenField token={token} onChange={change} />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

const examples = await (await fetch(`${import.meta.env.BASE_URL}operations.json`)).json();
createRoot(document.getElementById("root")).render(<Waybill examples={examples} />);
