/** The messages of one conversation: kept once each, in the server's order. */
import type { Card, History, Message, Owner, Uttered } from "./types";

export class Thread {
  /** Everything up to this seq has been received; a resume asks for what comes after it. */
  complete = 0;
  private bySeq = new Map<number, Message>();
  private waitingCards = new Map<string, Card>();
  private sorted: Message[] | null = null;

  get messages(): readonly Message[] {
    this.sorted ??= [...this.bySeq.values()].sort((a, b) => a.seq - b.seq);
    return this.sorted;
  }

  /** True when a later message is here and an earlier one is not: ask the server again from `complete`. */
  get hasGap(): boolean {
    return (this.messages.at(-1)?.seq ?? 0) > this.complete;
  }

  /** Returns true when the message was not known before. A second arrival only fills in what the first lacked. */
  add(message: Message): boolean {
    if (!Number.isInteger(message.seq)) return false;
    const { card_of, ...rest } = message;
    if (card_of && message.card) {
      this.addCard(card_of, message.card);
      delete rest.card;
      message = rest;
    }
    const known = this.bySeq.get(message.seq);
    const card = message.card ?? known?.card ?? this.waitingCards.get(message.id);
    this.waitingCards.delete(message.id);
    const text = message.text || known?.text || "";
    this.bySeq.set(message.seq, { ...known, ...message, text, ...(card && { card }) });
    this.sorted = null;
    while (this.bySeq.has(this.complete + 1)) this.complete += 1;
    return !known;
  }

  /** Adds a stretch the server vouches for: nothing up to `last_seq` is missing any more. Returns the new ones. */
  addHistory({ messages, last_seq }: History): Message[] {
    const fresh = messages.filter((message) => this.add(message));
    this.complete = Math.max(this.complete, last_seq || 0);
    while (this.bySeq.has(this.complete + 1)) this.complete += 1;
    return fresh;
  }

  /** A card comes just before its message, or after it; either way it ends up on the message with this id. */
  addCard(id: string, card: Card): void {
    const message = this.messages.find((each) => each.id === id);
    if (message) this.add({ ...message, card });
    else this.waitingCards.set(id, card);
  }

  clear(): void {
    this.bySeq.clear();
    this.waitingCards.clear();
    this.sorted = null;
    this.complete = 0;
  }
}

/** A `bot_uttered` as a message, or null when it carries no seq (then `history` will bring it). */
export function fromUttered(uttered: Uttered): Message | null {
  const { id, seq, from, name, at } = uttered.metadata ?? {};
  if (typeof seq !== "number") return null;
  return {
    id: id ?? String(seq),
    seq,
    from: from ?? "bot",
    name: name ?? "",
    at: at ?? new Date().toISOString(),
    text: uttered.text ?? "",
    ...(uttered.quick_replies?.length && { quick_replies: uttered.quick_replies }),
    ...(uttered.attachment && { attachment: uttered.attachment }),
  };
}

/** The seq from which buttons may still be pressed: those before it are answered or no longer meant.
 *  A customer's message answers all before it (a file answers nothing); so does any line after which a person, not the assistant, is in charge. */
export function openFrom(messages: readonly Message[], owner: Owner | undefined): number {
  const settled = messages.findLast(
    ({ from, attachment, card }) =>
      (from === "customer" && !attachment) || ((owner === "agent" || owner === "queue") && from !== "bot" && !card),
  );
  if (!settled) return 0;
  return settled.from === "customer" ? settled.seq + 1 : settled.seq;
}
