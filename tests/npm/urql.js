// urql, with subscriptions over HTTP as server-sent events, or over graphql-ws.
import { createClient as createSocket } from "graphql-ws";
import { Client, fetchExchange, subscriptionExchange } from "urql";
import WebSocket from "ws";
import { authorization, tell, url } from "./story.js";

const socket = () => {
  const client = createSocket({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  });
  return subscriptionExchange({
    forwardSubscription: ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, variables }, sink) }),
    }),
  });
};
const client = new Client({
  url,
  exchanges: process.argv[2] === "websocket" ? [socket(), fetchExchange] : [fetchExchange],
  fetchOptions: { headers: { authorization } },
  fetchSubscriptions: process.argv[2] !== "websocket",
  preferGetMethod: false,
});

tell({
  ask: async (document, variables) => {
    const answer = document.startsWith("query")
      ? await client.query(document, variables).toPromise()
      : await client.mutation(document, variables).toPromise();
    if (answer.error) throw answer.error;
    return answer.data;
  },
  watch: (document, variables, seen, failed) => {
    const watching = client
      .subscription(document, variables)
      .subscribe(({ data, error }) => (error ? failed(error) : seen(data)));
    return () => watching.unsubscribe();
  },
});
