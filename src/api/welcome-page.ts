/** What a browser shows at the server's own address. */
export const WELCOME_PAGE = `<!doctype html>
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
<h1>Cantrip is running</h1>
<p>This help desk speaks its REST API here.</p>
<ul>
  <li><a href="/docs">Browse and try the API</a></li>
  <li><a href="/api/v1/tickets">Look at the tickets</a>: give an API token as the user name, and any password</li>
  <li><a href="/api/v1/openapi.json">The API as OpenAPI 3.1</a></li>
</ul>
<p>A token comes from <code>npx cantrip token create --name "My script"</code>.</p>
</main>
</body>
</html>
`;
