import type pg from "pg";

/**
 * What a connection is told once, where it is ours for as long as it lasts: through a pooler it is not, and nothing is set.
 *
 * So that the server, too, notices within half a minute when we are gone without a word: until then it keeps the rows that
 * a transaction had locked. And no query is compiled: that takes 50 to 300 ms, for queries that take less, since the planner expects too
 * much of conditions that it knows nothing of.
 */
const SETTINGS = {
  tcp_keepalives_idle: "10",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "3",
  tcp_user_timeout: "25000",
  jit: "off",
};

const SET_ALL = `select ${Object.entries(SETTINGS)
  .map(([name, value]) => `set_config('${name}', '${value}', false)`)
  .join(", ")} where pg_backend_pid() = $1`;

export async function setUpSession(client: pg.ClientBase): Promise<void> {
  await client.query(SET_ALL, [processOf(client)]).catch(() => undefined);
}

/** The server's number for a connection, or the one that a pooler made up; `pg` keeps it, and its types do not tell. */
export function processOf(client: pg.ClientBase): number {
  return Reflect.get(client, "processID") as number;
}
