/** The part of htmx that the desk's pages load, as far as this script uses it. */
interface Htmx {
  ajax(method: "GET", path: string, options: { target: string }): Promise<void>;
  trigger(element: Element, event: string): void;
}

declare global {
  interface Window {
    htmx?: Htmx;
  }
}

export function renew(part: Element | null): void {
  if (part) window.htmx?.trigger(part, "renew");
}

/** Fetches a page's part into the element with this id, which stays. */
export async function fetchInto(id: string, path: string): Promise<void> {
  if (window.htmx) await window.htmx.ajax("GET", path, { target: `#${id}` });
  else location.assign(path);
}
