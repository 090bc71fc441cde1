/** Tells whoever works elsewhere that a chat waits, or that somebody has answered. */
import { shared } from "../../storage";
import { paced } from "../paced";
import { alertFor, newsBetween, type Alert, type Pulse } from "../pulse";
import { notices, sounds } from "../switches";
import { words } from "../words";
import { current, idOf, lists, rows } from "./lists";
import { play, wakeSound } from "./sound";

const PAUSE = 1_500;
/** Several tabs of the desk hear the same: the first one rings for all. */
const RUNG = "disputes.desk.rung";
const ONCE_IN = 3_000;

let before: Pulse | null = null;

/** Looks at once, and again whenever `look` is called. */
export function watchForNews(): () => void {
  wakeSound();
  const look = (): void => void (lists() ? take(fromLists()) : fromServer().then(take, () => {}));
  if (lists()) {
    take(fromLists());
    return look;
  }
  const soon = paced(look, PAUSE);
  addEventListener("disputes-queue", soon);
  look();
  return soon;
}

function take(now: Pulse): void {
  const alert = alertFor(newsBetween(before, now), now, { hidden: document.hidden, open: current() });
  before = now;
  count(now.waiting.length);
  if (alert.sound && isFirst(alert.sound)) ring(alert);
}

/** How many wait, in the navigation and in the title of the tab. */
function count(waiting: number): void {
  const title = document.title.replace(/^\(\d+\) /, "");
  const wanted = waiting ? `(${waiting}) ${title}` : title;
  if (document.title !== wanted) document.title = wanted;
  const badge = document.querySelector<HTMLElement>("#nav-waiting");
  if (!badge) return;
  badge.hidden = waiting === 0;
  badge.querySelector("[data-count]")?.replaceChildren(String(waiting));
}

function ring({ sound, notice }: Alert): void {
  if (sounds.on && sound) play(sound);
  if (notices.on && notice) show(notice);
}

function isFirst(sound: string): boolean {
  const now = Date.now();
  const [rung, at] = (shared.get(RUNG) ?? "").split(" ");
  if (rung === sound && now - Number(at) < ONCE_IN) return false;
  shared.set(RUNG, `${sound} ${now}`);
  return true;
}

/** Nothing of what a customer said: a notification may be read by whoever passes the desk. */
function show({ kind, id }: NonNullable<Alert["notice"]>): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const shown = new Notification(words.notices[kind], { tag: `disputes-${kind}`, icon: "/static/icon.svg" });
    shown.onclick = () => {
      focus();
      shown.close();
      location.assign(`/desk/chats/${id}`);
    };
  } catch {
    // Some telephones have them for service workers only.
  }
}

function fromLists(): Pulse {
  const all = rows();
  const mine = all.filter((row) => "mine" in row.dataset).map((row): [string, number] => [idOf(row), Number(row.dataset.unread ?? 0)]);
  return {
    available: document.querySelector("#availability")?.getAttribute("data-available") !== "false",
    waiting: all.filter((row) => "waiting" in row.dataset).map((row) => ({ id: idOf(row), urgent: "urgent" in row.dataset })),
    mine: Object.fromEntries(mine),
  };
}

async function fromServer(): Promise<Pulse> {
  const answer = await fetch("/desk/pulse", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Pulse;
}
