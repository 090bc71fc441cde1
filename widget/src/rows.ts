/** From messages to what is drawn: days, groups of one sender, system lines. */
import type { Outgoing } from "./outbox";
import { dayKey, dayOf } from "./text";
import type { Message } from "./types";

export type Row =
  | { kind: "day"; key: string; label: string }
  | { kind: "system"; key: string; message: Message }
  /** `first` and `last`: of a run by one sender; `sending`: not confirmed yet. */
  | { kind: "message"; key: string; message: Message; first: boolean; last: boolean; sending?: Outgoing };

const PAUSE = 5 * 60_000;

/** `own` is the sender of messages that are still on their way. */
export function rowsOf(messages: readonly Message[], outgoing: readonly Outgoing[], own: "customer" | "agent", now: Date): Row[] {
  const onTheirWay = outgoing.map((item): [Message, Outgoing] => [
    {
      id: item.client_id,
      seq: Infinity,
      from: own,
      name: "",
      at: item.at,
      text: item.text,
      client_id: item.client_id,
      ...(item.note && { note: true }),
      ...(item.file && { attachment: { payload: { title: item.file.name, size: item.file.size, file: item.file } } }),
    },
    item,
  ]);
  const all: [Message, Outgoing | undefined][] = messages.map((each): [Message, undefined] => [each, undefined]);
  for (const each of onTheirWay) {
    // What was refused stays where it was tried: the conversation has gone on since.
    const place = each[1].state === "refused" ? all.findLastIndex(([{ at }]) => at <= each[0].at) + 1 : all.length;
    all.splice(place, 0, each);
  }
  const rows: Row[] = [];
  let day = "";
  all.forEach(([message, sending], index) => {
    const key = message.client_id || message.id || `s${message.seq}`;
    if (dayKey(message.at) !== day) {
      day = dayKey(message.at);
      rows.push({ kind: "day", key: `day-${day}-${key}`, label: dayOf(message.at, now) });
    }
    if (message.from === "system" && !message.quick_replies && !message.card) {
      rows.push({ kind: "system", key, message });
      return;
    }
    const first = !together(all[index - 1]?.[0], message);
    const last = !together(message, all[index + 1]?.[0]);
    rows.push({ kind: "message", key, message, first, last, ...(sending && { sending }) });
  });
  return rows;
}

function together(a: Message | undefined, b: Message | undefined): boolean {
  if (!a || !b) return false;
  const gap = Date.parse(b.at) - Date.parse(a.at);
  const named = a.name === b.name || a.seq === Infinity || b.seq === Infinity;
  return a.from === b.from && named && !a.note === !b.note && gap < PAUSE && dayKey(a.at) === dayKey(b.at);
}
