/**
 * In place of React, for what `early/` draws once: an element is made of its description at once, and nothing is kept of it. The
 * build puts this where the row's code asks for `react` (`bundle-early.ts`), so that there is one source of what a row looks like.
 */
type Props = Record<string, unknown>;
type Component = (props: Props) => unknown;

const SVG = "http://www.w3.org/2000/svg";
const DRAWING = new Set(["svg", "path", "circle", "rect", "line", "polyline", "polygon", "ellipse", "g"]);

/** Attributes whose name in HTML or SVG is not the one that React gives them. */
const NAMES: Readonly<Record<string, string>> = { className: "class", htmlFor: "for" };

/** SVG's names with a hyphen. */
const HYPHENATED = /^(stroke|fill|clip|font)[A-Z]/;

export function jsx(type: string | Component, { children, ...props }: Props): unknown {
  if (typeof type !== "string") return type({ ...props, children });
  const element = DRAWING.has(type) ? document.createElementNS(SVG, type) : document.createElement(type);
  for (const [name, value] of Object.entries(props)) setAttribute(element, name, value);
  append(element, children);
  return element;
}

export { jsx as jsxs };

export function Fragment({ children }: Props): unknown {
  return children;
}

export function createElement(type: string | Component, props: Props | null, ...children: unknown[]): unknown {
  return jsx(type, children.length === 0 ? { ...props } : { ...props, children });
}

function setAttribute(element: Element, name: string, value: unknown): void {
  if (value == null || name === "key" || name === "ref" || typeof value === "function") return;
  if (name === "style") {
    // One by one: the security policy allows no style attribute.
    if (element instanceof HTMLElement || element instanceof SVGElement) Object.assign(element.style, pixels(value));
    return;
  }
  const isText = name.startsWith("aria-") || name.startsWith("data-") || name === "draggable";
  if (typeof value === "boolean" && !isText) {
    if (value) element.setAttribute(name.toLowerCase(), "");
    return;
  }
  const spelled = NAMES[name] ?? (HYPHENATED.test(name) ? name.replace(/[A-Z]/g, (each) => `-${each}`) : name);
  const isSvg = element instanceof SVGElement;
  element.setAttribute(
    isSvg && !HYPHENATED.test(name) ? spelled : spelled.toLowerCase(),
    `${value as string | number | boolean}`,
  );
}

function pixels(style: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(style as Record<string, string | number>).map(([name, value]) => [
      name,
      typeof value === "number" && value !== 0 ? `${value}px` : String(value),
    ]),
  );
}

function append(element: Element, child: unknown): void {
  if (child == null || typeof child === "boolean") return;
  if (Array.isArray(child)) for (const each of child) append(element, each);
  else element.append(child instanceof Node ? child : `${child as string | number}`);
}

// ---- What is drawn once never changes: hooks say what is, and nothing more ----

export const memo = <T>(component: T): T => component;
export const forwardRef = (component: (props: Props, ref: null) => unknown) => (props: Props) => component(props, null);
export const createContext = <T>(value: T) => ({ value });
export const useContext = <T>(context: { value: T }): T => context.value;
export const useMemo = <T>(make: () => T): T => make();
export const useCallback = <T>(callback: T): T => callback;
export const useSyncExternalStore = <T>(_subscribe: unknown, get: () => T): T => get();
