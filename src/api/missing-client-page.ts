/** What a browser shows when the web client has not been built. */
export const MISSING_CLIENT_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cantrip</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
  body { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.25rem; }
  h1 { font-size: 1.5rem; font-weight: 600; margin: 0 0 .5rem; }
  a { color: light-dark(oklch(48% .16 265), oklch(76% .12 265)); }
  li { margin: .25rem 0; }
  code { font-size: .95em; }
</style>
</head>
<body>
<main>
<h1>The web app is not built yet</h1>
<p>The help desk itself is running, and its API answers. The start says why the web app could not be built. Once that is
mended, run <code>npm run build:web</code> in the folder of Cantrip and load this page again.</p>
<ul>
  <li><a href="/docs">Browse and try the API</a></li>
  <li><a href="/api/v1/tickets">Look at the tickets</a>: give an API token as the user name, and any password</li>
  <li><a href="/api/v1/openapi.json">The API as OpenAPI 3.1</a></li>
</ul>
</main>
</body>
</html>
`;
