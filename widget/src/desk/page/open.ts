/** Another chat opens in the same page: the list stays where it is, and the connection too. */
import type { Conversation } from "../conversation";
import { words } from "../words";
import { fetchInto, renew } from "./htmx";
import { current, lists, mark, say } from "./lists";

const place = (): HTMLElement | null => document.querySelector("#chat");

export function openInPlace(): void {
  if (!place()) return;
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-open]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void open(link.pathname);
  });
  addEventListener("popstate", () => void open(location.pathname));
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target === place()) arrived();
  });
  document.addEventListener("htmx:sendError", ({ target }) => {
    if (target === place()) say(words.notOpened);
    mark(current());
  });
}

/** Opens the chat of that path; the address of the page follows when it is there. */
export async function open(path: string): Promise<void> {
  mark(/[0-9a-f-]{36}$/.exec(path)?.[0] ?? "");
  await fetchInto("chat", path);
}

/** What the page says around the chat that has come. */
function arrived(): void {
  const chat = current();
  const path = chat ? `/desk/chats/${chat}` : "/desk";
  if (location.pathname !== path) history.pushState(null, "", path);
  const main = document.querySelector(".panes");
  main?.classList.toggle("two", !chat);
  main?.classList.toggle("show-main", Boolean(chat));
  main?.classList.remove("show-side");
  const title = document.querySelector<HTMLElement>("#current")?.dataset.title ?? "";
  document.title = document.title.replace(/^(\(\d+\) )?.*( · [^·]*)$/, (_, count: string | undefined, shop: string) => `${count ?? ""}${title}${shop}`);
  mark(chat);
  say("");
  settleFocus();
}

/** The focus stays where it is; only where that is gone, it goes where one works on. */
function settleFocus(): void {
  const { activeElement: active } = document;
  const list = lists();
  if (active?.id === "take-next") renew(list);
  if (list && !list.offsetParent) document.querySelector<HTMLElement>(".pane-title")?.focus({ preventScroll: true });
  else if (active === document.body || active?.id === "take-next") void document.querySelector<Conversation>("disputes-conversation")?.write();
}
