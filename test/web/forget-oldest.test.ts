import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { oldestOf } from "../../web/src/api/forget-oldest.ts";

function clientWith(keys: readonly (readonly unknown[])[]): QueryClient {
  const client = new QueryClient();
  for (const [at, key] of keys.entries()) client.setQueryData(key, at, { updatedAt: at + 1 });
  return client;
}

const keysOf = (client: QueryClient) => oldestOf(client.getQueryCache().getAll()).map(({ queryKey }) => queryKey);

test("tickets that were opened longest ago are forgotten whole, the last twenty are kept", () => {
  const ids = Array.from({ length: 25 }, (_, at) => `t${at}`);
  const client = clientWith(
    ids.flatMap((id) => [
      ["ticket", id],
      ["ticket", id, "messages"],
    ]),
  );
  const gone = keysOf(client);
  expect(gone).toHaveLength(10);
  expect(new Set(gone.map(([, id]) => id))).toEqual(new Set(["t0", "t1", "t2", "t3", "t4"]));
});

test("what is shown stays, however old it is, and so does everything that is no ticket", () => {
  const client = clientWith([
    ["labels"],
    ["ticket", "open"],
    ...Array.from({ length: 21 }, (_, at) => ["ticket", `t${at}`]),
  ]);
  const stop = new QueryObserver(client, { queryKey: ["ticket", "open"], enabled: false }).subscribe(() => undefined);
  expect(keysOf(client)).toEqual([["ticket", "t0"]]);
  stop();
  client.clear();
});

test("pages of lists that were scrolled past are forgotten too", () => {
  const client = clientWith(Array.from({ length: 70 }, (_, page) => ["tickets", {}, "-updated_at", page]));
  expect(keysOf(client)).toHaveLength(64);
  client.clear();
});
