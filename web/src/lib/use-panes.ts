import { LIST_WIDTH, chooseCustomer, chooseRail, frameState } from "./frame-state.ts";
import { useStore } from "./store.ts";
import { useMedia } from "./use-media.ts";

export interface Panes {
  /** The rail as icons only. */
  railSmall: boolean;
  toggleRail: () => void;
  customerShown: boolean;
  toggleCustomer: () => void;
  /** How wide the list is until it is drawn to another width, in pixels. */
  listWidth: number;
}

/**
 * Which panes stand beside the ticket on the wide layout. What one has chosen holds; until then the customer is there where all
 * four leave the ticket room for its text, and where it was asked for with less, the rail gives way to it.
 */
export function usePanes(): Panes {
  const roomy = useMedia("(min-width: 1400px)");
  const wide = useMedia("(min-width: 1240px)");
  const tablet = useMedia("(min-width: 900px)");
  const { rail, customer } = useStore(frameState);
  const customerShown = customer === null ? roomy : customer === "shown";
  const smallByItself = customerShown && !roomy;
  const railSmall = rail === null ? smallByItself : rail === "small";
  return {
    railSmall,
    toggleRail: () => chooseRail(railSmall === smallByItself ? (railSmall ? "full" : "small") : null),
    customerShown,
    toggleCustomer: () => chooseCustomer(customerShown === roomy ? (roomy ? "hidden" : "shown") : null),
    listWidth: wide ? 360 : tablet ? 340 : LIST_WIDTH.min,
  };
}
