/** What every page of the desk does by itself; where there is no chat on it, that is little. */
import { ofTab } from "../../storage";
import { deskWire } from "../desk-wire";
import type { KeysDialog } from "../keys-dialog";
import { words } from "../words";
import { watchForNews } from "./alerts";
import { listenToKeys } from "./keyboard";
import { keepLists, say } from "./lists";
import { openInPlace } from "./open";
import { keepPanels } from "./panels";

const LOST_AFTER = 1_500;

export function startPage(server: string): void {
  listen(server);
  const look = watchForNews();
  keepLists(look);
  openInPlace();
  listenToKeys();
  document.addEventListener("click", ({ target }) => {
    if ((target as Element).closest("[data-keys]")) void document.querySelector<KeysDialog>("disputes-keys")?.open();
  });
  keepPanels();
  forgetWhenLeaving();
}

function listen(server: string): void {
  const wire = deskWire(server);
  const changed = () => dispatchEvent(new CustomEvent("disputes-queue"));
  const cases = (detail: { ids: string[] }) => dispatchEvent(new CustomEvent("disputes-cases", { detail }));
  let lost = 0;
  let was = false;
  wire.on("queue", changed);
  wire.on("cases", cases);
  wire.on("connect", () => {
    clearTimeout(lost);
    // What happened while there was no line was not heard.
    cases({ ids: [] });
    if (was) changed();
    was = true;
    say("");
  });
  wire.on("disconnect", () => {
    lost = window.setTimeout(() => say(words.listsLost), LOST_AFTER);
  });
  wire.on("refused", () => {
    const door = document.querySelector<HTMLDialogElement>("#signed-out");
    if (!door || door.open) return;
    const link = door.querySelector("a");
    if (link) link.search = `?next=${encodeURIComponent(location.pathname)}`;
    door.showModal();
  });
}

/** Whoever signs out leaves nothing in this tab for the next one who signs in here. */
function forgetWhenLeaving(): void {
  document.addEventListener("submit", ({ target }) => {
    if ((target as HTMLFormElement).getAttribute("action") === "/desk/sign-out") ofTab.forget("disputes.desk.");
  });
}
