// Relay with its own compiled operations: HTTP for one answer, graphql-ws for many.
import { createClient } from "graphql-ws";
import relay from "relay-runtime";
import WebSocket from "ws";
import Create from "./relay/compiled/operationsCreateMutation.graphql.js";
import Me from "./relay/compiled/operationsMeQuery.graphql.js";
import Watch from "./relay/compiled/operationsWatchSubscription.graphql.js";
import { CREATE, ME, WATCH, authorization, tell, url } from "./story.js";

const COMPILED = { [ME]: Me, [CREATE]: Create, [WATCH]: Watch };
const socket = createClient({
  url: url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
});

const network = relay.Network.create(
  async ({ text }, variables) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ query: text, variables }),
    });
    return answer.json();
  },
  ({ text }, variables) =>
    relay.Observable.create((sink) => socket.subscribe({ query: text, variables }, sink)),
);
const environment = new relay.Environment({
  network,
  store: new relay.Store(new relay.RecordSource()),
});

tell({
  ask: (document, variables) =>
    document === ME
      ? relay.fetchQuery(environment, Me, variables).toPromise()
      : new Promise((resolve, reject) => {
          const mutation = COMPILED[document];
          const done = { onCompleted: resolve, onError: reject };
          relay.commitMutation(environment, { mutation, variables, ...done });
        }),
  watch: (document, variables, seen, failed) => {
    const subscription = COMPILED[document];
    const told = { onNext: seen, onError: failed };
    const watching = relay.requestSubscription(environment, { subscription, variables, ...told });
    return () => watching.dispose();
  },
});
