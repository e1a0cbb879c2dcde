import { type MutateOptions, useMutation } from "@tanstack/react-query";
import { noteUnderWay, toastDone, toastFailed } from "../lib/toasts.ts";
import { queryClient } from "./query-client.ts";

export interface ChangeSpec<In, Out> {
  /** Asks the server. */
  send: (input: In) => Promise<Out>;
  /** Shows the result before the server has answered. Returns what puts the former state back. */
  show?: (input: In) => () => void;
  /** What to say when it is done, and how to take it back (offered for ten seconds, and by `z`). */
  done?(input: In, output: Out): { text: string; undo?: () => Promise<unknown> } | null;
  /** In plain words, what did not happen: "The ticket could not be closed". */
  failed: string;
  /** What to read again afterwards, whether it succeeded or not. */
  stale?: readonly (readonly unknown[])[];
}

/**
 * Every action of the client: shows its result at once, puts it back with a message when the server refuses, and offers to
 * undo it. `run` throws nothing; `runAsync` throws `ApiError` for forms that show the errors themselves.
 */
export function useChange<In, Out = unknown>(spec: ChangeSpec<In, Out>) {
  const mutation = useMutation<Out, Error, In, (() => void) | undefined>({
    mutationFn: spec.send,
    onMutate: async (input) => {
      if (spec.show === undefined) return undefined;
      // An answer that is on its way would overwrite what is shown now.
      await Promise.all((spec.stale ?? []).map(async (queryKey) => await queryClient.cancelQueries({ queryKey })));
      return spec.show(input);
    },
    onError: (error, _input, putBack) => {
      putBack?.();
      toastFailed(spec.failed, error);
    },
    onSuccess: (output, input) => {
      const done = spec.done?.(input, output) ?? null;
      if (done !== null) toastDone(done.text, done.undo);
    },
    onSettled: () => {
      for (const queryKey of spec.stale ?? []) void queryClient.invalidateQueries({ queryKey });
    },
  });
  return {
    run: (input: In, options?: MutateOptions<Out, Error, In, (() => void) | undefined>) => {
      const action = mutation.mutateAsync(input, options);
      if (spec.done !== undefined) noteUnderWay(action);
      // What went wrong was told by a toast.
      action.catch(() => undefined);
    },
    runAsync: mutation.mutateAsync,
    running: mutation.isPending,
    error: mutation.error,
  };
}
