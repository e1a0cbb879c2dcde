import pg from "pg";

/**
 * The suites and the bench on Citus: TEST_DATABASE_URL names the coordinator and TEST_CITUS a database on it that `cantrip db distribute`
 * has spread over the nodes. Each test's database is a copy of that, made on every node.
 */
const CITUS_TEMPLATE = process.env["TEST_CITUS"] ?? null;

export const ON_CITUS = CITUS_TEMPLATE !== null;

/** Makes a database on a server, and on Citus on every node: a copy of the one that was spread. */
export async function createDatabase(server: string, name: string): Promise<void> {
  await onEveryNode(server, `create database ${name}${CITUS_TEMPLATE === null ? "" : ` template ${CITUS_TEMPLATE}`}`);
}

export async function dropDatabase(server: string, name: string): Promise<void> {
  await onEveryNode(server, `drop database if exists ${name} with (force)`);
}

/** Runs a statement about databases on the server, or on every node of its cluster. */
async function onEveryNode(server: string, statement: string): Promise<void> {
  const urls = CITUS_TEMPLATE === null ? [server] : [server, ...(await workersOf(server))];
  for (const url of urls) await onNode(url, statement);
}

async function onNode(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let attempt = 0; ; attempt += 1) {
      // A database that is copied must not be in use; Citus looks after each by a process of its own.
      await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [CITUS_TEMPLATE]);
      const error = await client.query(statement).then(
        () => null,
        (fault: unknown) => (fault instanceof Error ? fault : new Error(String(fault))),
      );
      if (error === null) return;
      if (attempt === 50 || !error.message.includes("being accessed by other users")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await client.end();
  }
}

async function workersOf(server: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  const { rows } = await client.query<{ host: string; port: number }>(
    "select nodename as host, nodeport as port from pg_dist_node where groupid <> 0 and noderole = 'primary'",
  );
  await client.end();
  return rows.map(({ host, port }) => {
    const url = new URL(server);
    url.hostname = host;
    url.port = String(port);
    return url.href;
  });
}
