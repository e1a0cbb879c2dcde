import "./ui/theme.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { followConnection } from "./api/connection.ts";
import { forgetOldest } from "./api/forget-oldest.ts";
import { queryClient, whenSignedOut } from "./api/query-client.ts";
import { forgetAddresses } from "./app/forget-addresses.ts";
import { reloadOnNewBuild } from "./app/new-build.ts";
import { router, signedOut } from "./app/router.tsx";
import { beginFirstList } from "./features/tickets/public/prefetch-list.ts";
import { startLanguage } from "./i18n/language.ts";
import { loadTexts } from "./i18n/load.ts";
import { listenForKeys } from "./keys/listen.ts";
import { LiveRegion } from "./ui/live-region.tsx";
import { Toaster } from "./ui/toaster.tsx";
import { TooltipLayer } from "./ui/tooltip-layer.tsx";

reloadOnNewBuild();
followConnection();
forgetOldest(queryClient.getQueryCache());
forgetAddresses(router);
listenForKeys();
whenSignedOut(signedOut);
startLanguage();
beginFirstList(location);
await loadTexts("frame");

const root = document.getElementById("app");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toaster />
        <LiveRegion />
        <TooltipLayer />
      </QueryClientProvider>
    </StrictMode>,
  );
}
