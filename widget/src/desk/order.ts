/** Renewing a list without moving it under the hand. Pure. */

/** How long the pointer may rest in the list before the list goes on without it. */
export const HOLDS_FOR = 8_000;

export interface Hand {
  /** The pointer is over the list. */
  over: boolean;
  /** When it last moved there. */
  movedAt: number;
}

/** Whether a renewal has to wait: rows would change places under a hand that may be about to press one. */
export function mustWait(before: readonly string[], after: readonly string[], hand: Hand, now: number): boolean {
  if (!hand.over || now - hand.movedAt > HOLDS_FOR) return false;
  return before.length !== after.length || before.some((id, index) => after[index] !== id);
}

/** The id that is `by` rows away from `current`; the first (or last) one when there is no current one. */
export function neighbour(ids: readonly string[], current: string, by: 1 | -1): string | undefined {
  const at = ids.indexOf(current);
  if (at < 0) return by > 0 ? ids[0] : ids.at(-1);
  return ids[at + by];
}

/** How long something has been going on, as the pages say it: "just now", "4 min", "3 h", "2 d". */
export function ago(since: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - since) / 60_000));
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
