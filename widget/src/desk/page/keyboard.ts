/** The keys of the desk on the page: a key presses, opens or focuses whatever carries it in `data-key`. */
import type { Conversation } from "../conversation";
import { meant, takesLetters } from "../keys";
import { neighbour } from "../order";
import { singleKeys } from "../switches";
import { current, idOf, rows } from "./lists";
import { open } from "./open";
import { closeSide, openSide, toggleSide } from "./panels";

const conversation = (): Conversation | null => document.querySelector("disputes-conversation");

const ACTS: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  u: () => follow(unread()),
  r: () => void conversation()?.write(false),
  p: () => void conversation()?.write(true),
  s: toggleSide,
  c: () => {
    openSide();
    press("c");
  },
};

export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const target = event.composedPath()[0];
    if (event.key === "Escape") return leave(target);
    const key = meant(event, takesLetters(target), singleKeys.on);
    if (key === null || document.querySelector("dialog[open]")) return;
    // Lists of cases have keys of their own.
    const act = document.querySelector("#chat") ? ACTS[key] : undefined;
    if (act) act();
    else if (!press(key)) return;
    event.preventDefault();
  });
}

/** Out of the field one types in, so that letters are keys again; an open choice shuts. */
function leave(target: EventTarget | undefined): void {
  const choice = (target as Element | null)?.closest?.("details[data-choice][open]");
  if (choice instanceof HTMLDetailsElement) {
    choice.open = false;
    choice.querySelector("summary")?.focus();
  } else if (target instanceof Element && target.closest("#side") && closeSide()) {
    return;
  } else if (target instanceof HTMLElement && takesLetters(target)) {
    const thread = conversation();
    if (thread && document.activeElement === thread) thread.rest();
    else target.blur();
  }
}

/** Presses what carries the key; false when nothing that can be seen and pressed now does. */
function press(key: string): boolean {
  const carriers = [...document.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)];
  const carrier = carriers.find((each) => each.offsetParent !== null && !each.matches(":disabled"));
  if (!carrier) return false;
  if (takesLetters(carrier)) carrier.focus();
  else if (carrier.localName === "summary") {
    const details = carrier.parentElement as HTMLDetailsElement;
    details.open = true;
    (details.querySelector<HTMLElement>("select, textarea, input:not([type=hidden]), button, a[href]") ?? carrier).focus();
  } else carrier.click();
  return true;
}

function step(by: 1 | -1): void {
  const ids = rows().map(idOf);
  follow(neighbour(ids, current(), by));
}

/** The next chat of mine with something new in it, after the open one. */
function unread(): string | undefined {
  const ids = rows().map(idOf);
  const after = ids.indexOf(current()) + 1;
  const news = new Set(rows().filter((row) => row.matches("[data-mine][data-unread]")).map(idOf));
  return [...ids.slice(after), ...ids.slice(0, after)].find((id) => news.has(id));
}

function follow(id: string | undefined): void {
  const row = id && rows().find((each) => idOf(each) === id);
  if (!row) return;
  if (row.offsetParent) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  void open(row.pathname);
}
