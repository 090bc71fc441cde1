/** What is new at the desk between two looks at it, and how loud to be about it. Pure. */

/** What `/desk/pulse` answers: who waits, and how many messages are unread in each chat that I hold. */
export interface Pulse {
  /** Whether new chats may come to me. */
  available: boolean;
  waiting: { id: string; urgent: boolean }[];
  mine: Record<string, number>;
}

export interface News {
  waiting: string[];
  urgent: boolean;
  messages: string[];
}

/** Nothing is new at the first look: whoever opens a page reads it. */
export function newsBetween(before: Pulse | null, now: Pulse): News {
  if (!before) return { waiting: [], urgent: false, messages: [] };
  const known = new Set(before.waiting.map(({ id }) => id));
  const waiting = now.waiting.filter(({ id }) => !known.has(id));
  const messages = Object.entries(now.mine).filter(([id, unread]) => unread > (before.mine[id] ?? 0));
  return { waiting: waiting.map(({ id }) => id), urgent: waiting.some(({ urgent }) => urgent), messages: messages.map(([id]) => id) };
}

export interface Place {
  /** The tab cannot be seen. */
  hidden: boolean;
  /** The chat that is open in it, "" for none. */
  open: string;
}

export interface Alert {
  /** Two kinds of sound, so that one need not look to know. */
  sound: "waiting" | "message" | null;
  /** What the notification is about; only while the tab cannot be seen. */
  notice: { kind: "waiting" | "urgent" | "message"; id: string } | null;
}

/** A chat that waits is for whoever is available. A message counts unless it is being looked at. */
export function alertFor(news: News, now: Pulse, place: Place): Alert {
  const waiting = now.available ? news.waiting : [];
  const messages = news.messages.filter((id) => place.hidden || id !== place.open);
  const first = waiting[0] ?? messages[0];
  if (first === undefined) return { sound: null, notice: null };
  const kind = waiting.length ? (news.urgent ? "urgent" : "waiting") : "message";
  return { sound: waiting.length ? "waiting" : "message", notice: place.hidden ? { kind, id: first } : null };
}
