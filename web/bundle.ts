import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { InlineConfig } from "vite";

export const webRoot = import.meta.dirname;

/** What the build and the development server share. Not a vite.config.ts: this house has no default exports. */
export function bundleOptions(): InlineConfig {
  return {
    configFile: false,
    root: webRoot,
    plugins: [react(), tailwind()],
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
                name: "libraries",
                test: /node_modules[\\/](react|react-dom|scheduler|@tanstack[\\/](?!.*virtual))/,
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
