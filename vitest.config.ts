import { defineConfig } from "vitest/config";
import { CompactReporter } from "./test/support/reporter.ts";

// These folders hold what touches the database: each of their files runs once on SQLite and once on PostgreSQL; likewise
// what two browsers see of each other.
const onBothEngines = [
  ...["storage", "queue", "channels", "desk", "api", "tasks", "realtime", "cli", "contract"].map(
    (folder) => `test/${folder}/**/*.test.ts`,
  ),
  "test/web/live.test.ts",
];

const noPostgres = { databaseUrl: null, postgresMissing: null };

export default defineConfig({
  test: {
    isolate: false,
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What a test waits for comes when the machine gets to it: other files' transactions hold events back on PostgreSQL.
    expect: { poll: { timeout: 15_000 } },
    reporters: [new CompactReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: onBothEngines,
          provide: noPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: "sqlite",
          include: onBothEngines,
          env: { CANTRIP_TEST_ENGINE: "sqlite" },
          provide: noPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: "postgres",
          include: onBothEngines,
          env: { CANTRIP_TEST_ENGINE: "postgres" },
          globalSetup: "test/support/global-setup.ts",
        },
      },
    ],
  },
});
