import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { InlineConfig, Plugin } from "vite";
import { drawEarly } from "./bundle-early.ts";

export const webRoot = import.meta.dirname;

/** What the build and the development server share. Not a vite.config.ts: this house has no default exports. */
export function bundleOptions(): InlineConfig {
  return {
    configFile: false,
    root: webRoot,
    plugins: [react(), tailwind(), drawEarly(), preloadFirstScreens()],
    build: {
      target: ["chrome120", "firefox121", "safari17.4"],
      emptyOutDir: true,
      // Fonts and images are files: the security policy stays simple, and the cache works.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 600,
      rolldownOptions: {
        output: {
          // Few requests: what every screen needs in two files, what the first list and ticket need in one.
          codeSplitting: {
            minSize: 4000,
            groups: [
              {
                // What the first screens share with each other and with what comes later, in one file instead of a dozen.
                name: "screens",
                test: /web[\\/]src[\\/](app|features[\\/]tickets?)[\\/]/,
                priority: 2,
                minSize: 0,
                minShareCount: 2,
              },
              {
                name: "libraries",
                test: /node_modules[\\/](react|react-dom|scheduler|@tanstack[\\/])/,
                priority: 5,
              },
              {
                name: "floating",
                test: /node_modules[\\/](@base-ui|@floating-ui)|web[\\/]src[\\/]ui[\\/]floating-/,
                priority: 3,
              },
              {
                // Before "floating", which would take what both use along, and then be loaded with everything.
                name: "shared",
                test: /web[\\/]src[\\/](ui[\\/](?!floating-|tabs)|lib|api|keys|i18n[\\/][^\\/]+\.ts)|node_modules[\\/]lucide/,
                priority: 4,
                minShareCount: 2,
              },
            ],
          },
        },
      },
    },
  };
}

/**
 * What stands behind the first list; the code of a ticket comes once the list is there (`app/list-screen.tsx`), and other
 * languages than English when they are known.
 */
const FIRST_SCREENS = /(app\/(frame|list-screen|no-ticket-screen)\.tsx|i18n\/en\/(frame|tickets|ticket)\.ts)$/;

/** Has the first screens fetched beside the code that asks for them, not after it has run. */
function preloadFirstScreens(): Plugin {
  return {
    name: "preload-first-screens",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const wanted = new Set<string>();
        const add = (fileName: string): void => {
          const chunk = bundle[fileName];
          if (wanted.has(fileName) || chunk?.type !== "chunk") return;
          wanted.add(fileName);
          for (const other of chunk.imports) add(other);
        };
        for (const chunk of Object.values(bundle)) {
          if (chunk.type === "chunk" && FIRST_SCREENS.test(chunk.facadeModuleId ?? "")) add(chunk.fileName);
        }
        return [...wanted]
          .filter((fileName) => !html.includes(fileName))
          .map((fileName) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `/${fileName}` },
            injectTo: "head" as const,
          }));
      },
    },
  };
}
