import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphql/graphiql/",
  // The packages' "use client" directives mean nothing here, and fill pages with warnings.
  logLevel: "error",
});
