// The development server: `npm run dev:web`. It hands the API's requests to a server that runs already.
import { createServer } from "vite";
import { bundleOptions } from "./bundle.ts";

const target = process.argv[2] ?? "http://127.0.0.1:3000";
const proxied = { target, changeOrigin: false };
const server = await createServer({
  ...bundleOptions(),
  server: { host: "127.0.0.1", port: 5173, proxy: { "/api": proxied, "/view": proxied, "/docs": proxied } },
});
await server.listen();
server.printUrls();
