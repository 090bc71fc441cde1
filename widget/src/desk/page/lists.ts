/** The lists of chats: renewed when something has changed, without moving what is being read or pressed. */
import { HOLDS_FOR, ago, mustWait, type Hand } from "../order";
import { paced } from "../paced";
import { words } from "../words";
import { renew } from "./htmx";

/** Many changes within this time (a busy minute, a reconnect) are one renewal. */
const PAUSE = 1_200;
const hand: Hand = { over: false, movedAt: 0 };

export const lists = (): HTMLElement | null => document.querySelector("#lists");
export const current = (): string => document.querySelector<HTMLInputElement>("#current")?.value ?? "";
export const rows = (): HTMLAnchorElement[] => [...document.querySelectorAll<HTMLAnchorElement>("#lists a.list-item")];
export const idOf = (row: Element): string => row.getAttribute("data-chat") ?? "";

/** Keeps the lists up to date, and calls `renewed` whenever they are new. */
export function keepLists(renewed: () => void): void {
  const pane = lists();
  if (!pane) return;
  const soon = paced(() => renew(lists()), PAUSE);
  let held = 0;
  addEventListener("disputes-queue", soon);
  pane.addEventListener("pointermove", () => Object.assign(hand, { over: true, movedAt: Date.now() }));
  pane.addEventListener("pointerleave", () => {
    hand.over = false;
    if (held) soon();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail, target } = event as CustomEvent<{ serverResponse: string; shouldSwap: boolean }>;
    if (target !== lists() || !detail.shouldSwap) return;
    clearTimeout(held);
    held = 0;
    if (mustWait(rows().map(idOf), idsIn(detail.serverResponse), hand, Date.now())) {
      detail.shouldSwap = false;
      held = window.setTimeout(soon, HOLDS_FOR);
    } else anchor(pane);
    say(held ? words.listsWait : "");
  });
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== lists()) return;
    keepAnchor(pane);
    mark(current());
    renewed();
  });
  setInterval(tick, 5_000);
}

/** Marks the row of the open chat. */
export function mark(open: string): void {
  for (const row of rows()) {
    const is = open !== "" && idOf(row) === open;
    row.classList.toggle("is-current", is);
    if (is) row.setAttribute("aria-current", "page");
    else row.removeAttribute("aria-current");
    if (is && !document.hidden) read(row);
  }
}

/** What is open and can be seen is read; the server hears it from the conversation. */
function read(row: HTMLElement): void {
  delete row.dataset.unread;
  row.classList.remove("is-unread");
  row.querySelector("[data-news]")?.remove();
}

/** A sentence above the lists; "" takes it away. */
export function say(text: string): void {
  const place = document.querySelector("#lists-news");
  if (place && place.textContent !== text) place.textContent = text;
}

let anchored: { id: string; top: number } | null = null;

/** Remembers where the row is that must not move: the one with the focus, or the first that can be seen. */
function anchor(pane: HTMLElement): void {
  const edge = pane.getBoundingClientRect().top;
  const all = rows();
  const focused = all.find((row) => row === document.activeElement);
  // At the very top the newest is what one wants to see.
  const seen = pane.scrollTop > 4 ? all.find((row) => row.getBoundingClientRect().bottom > edge + 30) : undefined;
  const row = focused ?? seen;
  anchored = row ? { id: idOf(row), top: row.getBoundingClientRect().top } : null;
}

function keepAnchor(pane: HTMLElement): void {
  const row = anchored && rows().find((each) => idOf(each) === anchored?.id);
  if (row && anchored) pane.scrollTop += row.getBoundingClientRect().top - anchored.top;
  anchored = null;
}

/** The ids of the rows in an answer of the server, in order. */
function idsIn(answer: string): string[] {
  return [...answer.matchAll(/data-chat="([0-9a-f-]{36})"/g)].map(([, id]) => id ?? "");
}

/** The times on the page count on by themselves. */
function tick(): void {
  const now = Date.now();
  for (const place of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const text = ago(Date.parse(place.dateTime), now);
    if (place.textContent !== text) place.textContent = text;
  }
}
