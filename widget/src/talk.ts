/** One conversation as a view needs it, whoever is on the other end of the wire. */
import { Outbox, type Outgoing } from "./outbox";
import { Thread } from "./thread";
import { Uploads, type Route } from "./uploads";
import type { Card, History, Message, Refused, Sender, State, Stored, Typing } from "./types";
import type { Wire } from "./wire";

export const TYPING_ENDS = 30_000;
const TYPING_AGAIN = 8_000;
const TYPING_PAUSE = 6_000;
const LOST_AFTER = 1_500;
const GAP_AFTER = 2_000;
const SEEN_AGAIN = 1_000;
const ASK_AGAIN = 6_000;
const ASK_LATER = 60_000;
const PASSING = new Set(["unavailable", "too_many"]);

export abstract class Talk {
  readonly thread = new Thread();
  readonly outbox = new Outbox(
    (item) => this.transmit(item),
    () => this.sendingChanged(),
  );
  readonly uploads = new Uploads(
    () => this.uploadTo(),
    () => this.changed(),
    (message) => this.takeOne(message),
  );
  state: State | null = null;
  /** Who is typing at the other end, if anyone. */
  typing: Sender | null = null;
  /** The history is here: what comes now is new. */
  loaded = false;
  /** The connection has been away long enough to say so. */
  lost = false;
  changed: () => void = () => {};
  /** Called with messages of others that came after the history was loaded. */
  arrived: (messages: Message[]) => void = () => {};

  protected abstract readonly me: Sender;
  protected wire: Wire | null = null;
  private typingTimer: Timer;
  private askTimer: Timer;
  private lostTimer: Timer;
  private gapTimer: Timer;
  private gapAsked = 0;
  private saidTyping = 0;
  private pauseTimer: Timer;
  private seenTimer: Timer;
  private saidSeen = 0;
  private stops: (() => void)[] = [];

  protected abstract transmit(item: Outgoing): void;
  protected abstract uploadTo(): Route;
  /** A file of this conversation, or a small picture of it. */
  abstract load(id: string, preview: boolean): Promise<Blob>;
  /** Changes a line of the hand-over card; what went wrong, in words, or "". */
  correct?(field: string, value: string): Promise<string>;
  protected abstract resume(): void | Promise<void>;
  protected abstract tellTyping(on: boolean): void;
  /** Tells the other side how far this page has shown the conversation. */
  protected abstract tellSeen(seq: number): void;
  protected sendingChanged(): void {
    this.changed();
  }

  /** Call at each key in the composer. */
  typed(): void {
    const now = Date.now();
    if (now - this.saidTyping > TYPING_AGAIN) {
      this.saidTyping = now;
      this.tellTyping(true);
    }
    clearTimeout(this.pauseTimer);
    this.pauseTimer = setTimeout(() => this.stoppedTyping(), TYPING_PAUSE);
  }

  stoppedTyping(): void {
    clearTimeout(this.pauseTimer);
    if (!this.saidTyping) return;
    this.saidTyping = 0;
    this.tellTyping(false);
  }

  /** Call whenever everything so far can be seen on this page; it is told at once, then once a second at most. */
  seen(): void {
    const last = this.thread.messages.at(-1)?.seq ?? 0;
    if (last <= this.saidSeen || this.seenTimer || !this.wire?.connected || !this.loaded) return;
    this.saidSeen = last;
    this.tellSeen(last);
    this.seenTimer = setTimeout(() => {
      this.seenTimer = undefined;
      this.changed();
    }, SEEN_AGAIN);
  }

  /** What was told of another conversation counts no more. */
  protected unsee(): void {
    this.saidSeen = 0;
  }

  say(text: string, payload = text, note = false): void {
    this.stoppedTyping();
    this.outbox.push(text, payload, note);
  }

  sendFiles(files: Iterable<File>): void {
    this.uploads.push(files, this.state?.files);
  }

  disconnect(): void {
    clearTimeout(this.lostTimer);
    clearTimeout(this.gapTimer);
    clearTimeout(this.askTimer);
    clearTimeout(this.seenTimer);
    for (const stop of this.stops) stop();
    this.stops = [];
    if (this.wire) this.release(this.wire);
    this.wire = null;
    this.outbox.disconnect();
    this.uploads.clear();
  }

  protected use(wire: Wire): void {
    this.wire = wire;
    this.watch();
    // A connection that was away for a moment may have broken an upload and not the wire.
    const again = (): void => {
      if (this.outbox.connected) this.uploads.connect();
    };
    addEventListener("online", again);
    this.stops.push(() => removeEventListener("online", again));
    this.on("connect", () => this.ask());
    this.on("disconnect", () => {
      this.typing = null;
      this.unsee();
      this.watch();
      this.outbox.disconnect();
      this.uploads.disconnect();
    });
    this.on("typing", (typing: Typing) => this.heard(typing));
    this.on("message_stored", (stored: Stored) => this.stored(stored));
    this.on("message_refused", (refused: Refused) => {
      // For the moment only: the outbox sends it again.
      if (!PASSING.has(refused.code)) this.outbox.refused(refused);
    });
  }

  /** Listens on the wire for as long as this conversation is followed. */
  protected on<T>(event: string, listener: (data: T) => void): void {
    if (this.wire) this.stops.push(this.wire.on(event, listener));
  }

  /** The wire is not needed any more. */
  protected release(wire: Wire): void {
    wire.close();
  }

  /** Asks for the conversation from `thread.complete` on, again and again until there is an answer. */
  protected ask(): void {
    clearTimeout(this.askTimer);
    if (!this.wire?.connected) return;
    void this.resume();
    this.askTimer = setTimeout(() => this.ask(), ASK_AGAIN);
  }

  /** The server has said no for now. */
  protected askLater(): void {
    clearTimeout(this.askTimer);
    this.askTimer = setTimeout(() => this.ask(), ASK_LATER);
  }

  /** The conversation is up to date. */
  protected answered(): void {
    clearTimeout(this.askTimer);
    this.loaded = true;
  }

  /** The server knows who we are and which conversation we mean: messages may go out. */
  protected ready(): void {
    clearTimeout(this.lostTimer);
    this.lost = false;
    this.gapAsked = 0;
    this.outbox.connect();
    this.uploads.connect();
  }

  protected take(history: History): void {
    const fresh = this.thread.addHistory(history);
    for (const { client_id } of fresh) {
      this.outbox.stored(client_id);
      this.uploads.stored(client_id);
    }
    this.settle(fresh);
    this.answered();
    this.changed();
  }

  protected takeOne(message: Message): void {
    if (this.thread.add(message)) this.settle([message]);
    this.watchGap();
    this.changed();
  }

  protected takeCard({ id, card }: { id: string; card: Card }): void {
    this.thread.addCard(id, card);
    this.changed();
  }

  private settle(fresh: Message[]): void {
    if (fresh.some((message) => message.from === this.typing)) this.typing = null;
    const theirs = fresh.filter((message) => message.from !== this.me);
    if (this.loaded && theirs.length) this.arrived(theirs);
  }

  private stored({ client_id, seq, id, at, text }: Stored): void {
    const item = this.outbox.stored(client_id);
    if (!item) return;
    const message = { id: id ?? client_id, seq, from: this.me, name: "", at: at ?? item.at, text: text ?? item.text, client_id };
    this.thread.add({ ...message, ...(item.note && { note: true }) });
    this.watchGap();
    this.changed();
  }

  protected heard({ from, on }: Typing): void {
    if (!from || from === this.me) return;
    clearTimeout(this.typingTimer);
    if (on) {
      this.typing = from;
      this.typingTimer = setTimeout(() => this.heard({ from, on: false }), TYPING_ENDS);
    } else if (this.typing === from) {
      this.typing = null;
    }
    this.changed();
  }

  private watch(): void {
    clearTimeout(this.lostTimer);
    this.lostTimer = setTimeout(() => {
      this.lost = true;
      this.changed();
    }, LOST_AFTER);
  }

  /** A message came before an earlier one: wait a moment for it, then ask once. */
  private watchGap(): void {
    clearTimeout(this.gapTimer);
    if (!this.thread.hasGap || this.gapAsked === this.thread.complete + 1) return;
    this.gapTimer = setTimeout(() => {
      if (!this.thread.hasGap) return;
      this.gapAsked = this.thread.complete + 1;
      this.ask();
    }, GAP_AFTER);
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** What an address answers, or a failure. */
export async function fetched({ url, headers }: Route): Promise<Blob> {
  const answer = await fetch(url, { headers, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
}
