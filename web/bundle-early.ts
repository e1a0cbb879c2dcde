import { join } from "node:path";
import { type Plugin, build } from "vite";

const source = join(import.meta.dirname, "src/features/tickets/early");

/**
 * Builds `src/features/tickets/early` into one small file of its own, in which what the row's code asks of React is answered by `dom-runtime.ts`,
 * and lets the page begin with it: it begins the client (`data-client`) once the first rows are seen. The development server does
 * without.
 */
export function drawEarly(): Plugin {
  let fileName = "";
  return {
    name: "draw-early",
    apply: "build",
    async generateBundle() {
      const { name, code } = await buildEarly();
      fileName = name;
      this.emitFile({ type: "asset", fileName, source: code });
    },
    transformIndexHtml: {
      order: "post",
      handler: (html) => {
        const entry = /<script type="module" crossorigin src="([^"]+)"><\/script>/;
        const [whole, client] = entry.exec(html) ?? [];
        if (whole === undefined || client === undefined) throw new Error("the page has no script to begin with");
        const first = `<script type="module" crossorigin src="/${fileName}" data-client="${client}"></script>`;
        return html.replace(whole, `${first}\n    <link rel="modulepreload" crossorigin href="${client}">`);
      },
    },
  };
}

async function buildEarly(): Promise<{ name: string; code: string }> {
  const runtime = join(source, "dom-runtime.ts");
  const built = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    resolve: { alias: [{ find: /^react(\/jsx-runtime)?$/, replacement: runtime }] },
    build: {
      write: false,
      target: ["chrome120", "firefox121", "safari17.4"],
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: join(source, "main.tsx"),
        output: { entryFileNames: "assets/early-[hash].js" },
      },
    },
  });
  const [chunk, ...others] = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  if (chunk?.type !== "chunk" || others.length > 0) throw new Error("what is drawn early is one file");
  return { name: chunk.fileName, code: chunk.code };
}
