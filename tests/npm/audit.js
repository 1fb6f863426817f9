// Walks graphql-http's audits of GraphQL over HTTP and prints what does not hold.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.env.WAYBILL_URL });
const failed = results
  .filter((each) => each.status !== "ok")
  .map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify({ audits: results.length, failed }));
