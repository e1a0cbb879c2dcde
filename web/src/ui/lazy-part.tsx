import {
  type ComponentType,
  type LazyExoticComponent,
  type ReactNode,
  Suspense,
  lazy,
  useEffect,
  useRef,
  useState,
} from "react";
import { type MessageKey, t } from "../i18n/t.ts";
import { toastFailed } from "../lib/toasts.ts";
import { ErrorState } from "./states.tsx";

interface PartOptions<P> {
  /** Shown while its code is on its way. */
  fallback?: (props: P) => ReactNode;
  /** For what floats over a screen: closes it again. Without, what could not be loaded is said in its place. */
  close?: (props: P) => void;
  /** What could not be loaded. */
  failed?: MessageKey;
  /** It is the whole screen, whose heading is missing without it. */
  screen?: true;
}

/** For a dialog. */
export const closes = { close: ({ onClose }: { onClose: () => void }): void => onClose() };

interface InnerProps<P> {
  props: P;
  /** Asks for the code anew. */
  again: () => void;
}

type Inner<P> = LazyExoticComponent<ComponentType<InnerProps<P>>>;

/**
 * A part of a screen whose code comes when it is shown for the first time. Where that is not to be had, what is around it stays as
 * it is, says so, and asks again when the part is wanted again: React alone would take the screen away, and never ask again.
 */
export function lazyPart<P extends object>(
  load: () => Promise<ComponentType<P>>,
  options: PartOptions<NoInfer<P>> = {},
): ComponentType<P> {
  const { fallback, close, failed = "part.failed", screen = false } = options;
  const fresh = (): Inner<P> => lazy(fetchPart);
  let newest: Inner<P> | null = null;
  async function fetchPart(): Promise<{ default: ComponentType<InnerProps<P>> }> {
    try {
      const Part = await load();
      return { default: ({ props }) => <Part {...props} /> };
    } catch {
      newest = null;
      return { default: close === undefined ? InPlace : Closes };
    }
  }

  function InPlace({ again }: InnerProps<P>) {
    const error = new Error(t("error.unreachable"));
    return <ErrorState title={t(failed)} error={error} onRetry={again} as={screen ? "h1" : "p"} />;
  }

  function Closes({ props, again }: InnerProps<P>) {
    const told = useRef(false);
    const wanted = !("open" in props) || props.open === true;
    useEffect(() => {
      if (!wanted) return;
      if (told.current) {
        again();
        return;
      }
      told.current = true;
      toastFailed(t(failed), new Error(t("error.unreachable")));
      close?.(props);
      // oxlint-disable-next-line react/exhaustive-deps -- once each time that it is wanted
    }, [wanted]);
    return null;
  }

  return function Part(props: P) {
    const [Chosen, choose] = useState(() => (newest ??= fresh()));
    const again = (): void => choose(() => (newest = fresh()));
    return (
      <Suspense fallback={fallback?.(props)}>
        <Chosen props={props} again={again} />
      </Suspense>
    );
  };
}
