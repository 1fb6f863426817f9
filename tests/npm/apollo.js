// Apollo Client, over HTTP with subscriptions in parts of a multipart body, or over graphql-ws.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { authorization, tell, url } from "./story.js";

const http = new HttpLink({ uri: url, headers: { authorization } });
const socket = () =>
  new GraphQLWsLink(
    createClient({
      url: url.replace("http", "ws"),
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
    }),
  );
const link = process.argv[2] === "websocket" ? socket() : http;
const client = new ApolloClient({ link: ApolloLink.from([link]), cache: new InMemoryCache() });

tell({
  ask: async (document, variables) => {
    const parsed = gql(document);
    const answer = document.startsWith("query")
      ? await client.query({ query: parsed, variables, fetchPolicy: "no-cache" })
      : await client.mutate({ mutation: parsed, variables });
    return answer.data;
  },
  watch: (document, variables, seen, failed) => {
    const watching = client
      .subscribe({ query: gql(document), variables, fetchPolicy: "no-cache" })
      .subscribe({ next: ({ data, error }) => (error ? failed(error) : seen(data)), error: failed });
    return () => watching.unsubscribe();
  },
});
