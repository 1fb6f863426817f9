// What every client goes through: a query, a mutation, and a watch that is left and taken up again.

export const url = process.env.WAYBILL_URL;
export const authorization = `Bearer ${process.env.WAYBILL_TOKEN}`;

export const ME = "query Me { me { role } }";
export const CREATE =
  "mutation Create($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { name } } }";
export const WATCH =
  "subscription Watch($after: String) { events(after: $after, filter: { kinds: [CUSTOMER_CREATED] }) { kind cursor } }";

// `ask(document, variables)` promises the data; `watch(document, variables, seen)` calls `seen` with
// each data and gives back what ends it. A client with documents of its own maps these to them.
export async function tell({ ask, watch }) {
  const { me } = await ask(ME, {});
  const create = (name) => ask(CREATE, { input: { name } });
  const first = await create("Ada");
  const origin = await until(watch, { after: process.env.WAYBILL_CURSOR });
  const watching = until(watch, { after: origin.cursor });
  await create("Bea");
  const seen = await watching;
  // Nobody watches now; what happens meanwhile is told when the watch is taken up again.
  await create("Cid");
  const resumed = await until(watch, { after: seen.cursor });
  console.log(
    JSON.stringify({
      role: me.role,
      name: first.customerCreate.customer.name,
      cursors: [origin, seen, resumed].map((event) => Number(event.cursor)),
      kinds: [origin, seen, resumed].map((event) => event.kind),
    }),
  );
  process.exit(0);
}

function until(watch, variables) {
  return new Promise((resolve, reject) => {
    let done = false;
    const stop = watch(
      WATCH,
      variables,
      ({ events }) => {
        if (done || events.kind !== "CUSTOMER_CREATED") return;
        done = true;
        resolve(events);
        // Some clients answer before they have given back how to end it.
        queueMicrotask(() => setTimeout(() => stop(), 0));
      },
      reject,
    );
  });
}
