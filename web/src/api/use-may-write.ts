import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "./queries/session.ts";

/** Whether one's role allows to change anything. */
export function useMayWrite(): boolean {
  const { data: session } = useQuery(sessionQuery);
  return session !== undefined && session.user.role !== "read_only";
}
