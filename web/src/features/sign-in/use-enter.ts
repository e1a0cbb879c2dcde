import { useRouter } from "@tanstack/react-router";
import { queryClient } from "../../api/query-client.ts";
import { sessionQuery } from "../../api/queries/session.ts";

/** Goes in once the session is there: to where one wanted to go, if that is an address of this client. */
export function useEnter(): (next?: string) => void {
  const router = useRouter();
  return (next) => {
    queryClient.removeQueries({ queryKey: sessionQuery.queryKey });
    const own = next?.startsWith("/") === true && !next.startsWith("//") && !next.startsWith("/\\");
    router.history.push(own ? next : "/");
  };
}
