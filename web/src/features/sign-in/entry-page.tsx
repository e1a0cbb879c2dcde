import type { ReactNode } from "react";
import { useTitle } from "../../lib/use-title.ts";

/** What is around everything that comes before a session. */
export function EntryPage({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="flex h-full flex-col overflow-y-auto bg-ground-low px-4">
      <div className="m-auto w-full max-w-88 py-10">
        <img src="/icons/icon.svg" alt="" width={40} height={40} className="mb-4" />
        <h1 className="pb-6 text-xl font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}
