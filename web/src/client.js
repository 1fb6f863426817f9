import { createClient } from "graphql-ws";

const ENDPOINT = `${location.origin}/graphql`;
const KEY = "waybill:token";

// sessionStorage ends with the browser's tab, so a token does not outlive the sitting.
export const storedToken = () => sessionStorage.getItem(KEY) ?? "";

const credentials = () => {
  const token = storedToken();
  return token ? { authorization: `Bearer ${token}` } : {};
};

const sockets = createClient({
  url: ENDPOINT.replace(/^http/, "ws"),
  connectionParams: credentials,
  retryAttempts: Infinity,
  retryWait: (retries) =>
    new Promise((resolve) => setTimeout(resolve, Math.min(200 * 2 ** retries, 5000))),
  // A server that is restarting refuses the connection with a plain Event, which graphql-ws gives
  // up on by default; 4403 says the token itself was refused, and asking again would not help.
  shouldRetry: ({ code }) => code !== 4403,
});

export function storeToken(token) {
  sessionStorage.setItem(KEY, token);
  // Running subscriptions come back over a new connection, which carries the new token.
  sockets.terminate();
}

export const createFetcher =
  () =>
  (request, { documentAST, headers } = {}) =>
    isSubscription(documentAST, request.operationName) ? subscribe(request) : post(request, headers);

const isSubscription = (document, name) =>
  document?.definitions.some(
    (definition) =>
      definition.operation === "subscription" && (!name || definition.name?.value === name),
  );

const subscribe = (request) => ({
  subscribe: (sink) => ({
    unsubscribe: sockets.subscribe(request, {
      ...sink,
      error: (reason) => sink.error(reason instanceof CloseEvent ? closed(reason) : reason),
    }),
  }),
});

// Of a CloseEvent itself GraphiQL would print nothing but `isTrusted`.
const closed = ({ code, reason }) => ({
  message: `The server closed the connection: ${code} ${reason}`,
});

const post = async (request, headers) => {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9",
      ...credentials(),
      ...headers,
    },
    body: JSON.stringify(request),
  });
  return response.json();
};
