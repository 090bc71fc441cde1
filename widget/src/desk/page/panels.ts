/** The panels around the conversation: who holds the chat, what is known of the customer, and choices that open. */
import type { State } from "../../types";
import type { Conversation } from "../conversation";
import { paced } from "../paced";
import { renew } from "./htmx";
import { current, lists, say } from "./lists";

/** What is known may change with each message; it need not do so at once. */
const PAUSE = 3_000;
const SAID_FOR = 6_000;

export function keepPanels(): void {
  const known = paced(() => renew(document.querySelector("#context")), PAUSE);
  const versions = new Map<string | undefined, number | undefined>();
  addEventListener("disputes-state", (event) => {
    const { owner, epoch, conversation_id, facts: version } = (event as CustomEvent<State>).detail;
    if (versions.has(conversation_id) && versions.get(conversation_id) !== version) known();
    versions.set(conversation_id, version);
    const shown = document.querySelector("[data-holder]")?.getAttribute("data-holder");
    // What this page has done itself is shown already.
    if (conversation_id === current() && shown !== `${conversation_id} ${owner} ${epoch}`) renew(document.querySelector("#holder"));
  });
  addEventListener("disputes-news", known);
  addEventListener("disputes-act", (event) => {
    document.querySelector<HTMLButtonElement>(`#holder [data-act="${(event as CustomEvent<string>).detail}"] button`)?.click();
  });
  addEventListener("disputes-said", (event) => {
    say((event as CustomEvent<{ value: string }>).detail.value);
    setTimeout(() => say(""), SAID_FOR);
  });
  keepSwaps();
  document.addEventListener("click", ({ target }) => {
    const pressed = target as Element;
    for (const choice of document.querySelectorAll<HTMLDetailsElement>("details[data-choice][open]")) {
      if (!choice.contains(pressed)) choice.open = false;
    }
    if (pressed.closest("[data-side]")) toggleSide();
  });
}

/** Opens what is known of the customer where it is shut, goes to it where it is open, and shuts it from inside. */
export function toggleSide(): void {
  if (!closeSide()) openSide();
}

export function openSide(): void {
  document.querySelector(".panes")?.classList.add("show-side");
  document.querySelector("[data-side][aria-expanded]")?.setAttribute("aria-expanded", "true");
  document.querySelector<HTMLElement>("#side")?.focus({ preventScroll: true });
}

/** True when it was open above the conversation. (Beside it, it stays.) */
export function closeSide(): boolean {
  const panes = document.querySelector(".panes.show-side");
  const button = document.querySelector<HTMLElement>("[data-side][aria-expanded]");
  if (!panes || !button?.offsetParent) return false;
  panes.classList.remove("show-side");
  button.setAttribute("aria-expanded", "false");
  button.focus();
  return true;
}

/** A part that has not changed is not drawn again, and a pressed button that is gone leaves the focus where one writes. */
function keepSwaps(): void {
  let known = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail, target } = event as CustomEvent<{ serverResponse: string; shouldSwap: boolean }>;
    if (!(target instanceof HTMLElement) || target.id !== "context") return;
    if (detail.serverResponse === known) detail.shouldSwap = false;
    known = detail.serverResponse;
  });
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (!(target instanceof HTMLElement) || target.id !== "holder") return;
    renew(lists());
    if (document.activeElement === document.body) void document.querySelector<Conversation>("disputes-conversation")?.write();
  });
}
