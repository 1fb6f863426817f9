import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { authorization, tell, url } from "./story.js";

const client = createClient({
  url: url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
});

tell({
  ask: (query, variables) =>
    new Promise((resolve, reject) => {
      client.subscribe(
        { query, variables },
        { next: ({ data }) => resolve(data), error: reject, complete: () => {} },
      );
    }),
  watch: (query, variables, seen, failed) =>
    client.subscribe(
      { query, variables },
      { next: ({ data }) => seen(data), error: failed, complete: () => {} },
    ),
});
