/** Messages on their way to the server: one at a time, in order, resent with the same id until stored or refused. */
import { randomId } from "./text";
import type { Refused } from "./types";

export interface Outgoing {
  client_id: string;
  /** What is sent: the text, or the payload of a button. */
  message: string;
  /** What is shown. */
  text: string;
  at: string;
  note?: boolean;
  state: "waiting" | "failed" | "refused";
  reason?: string | undefined;
  /** A file: it goes another way (`uploads.ts`). */
  file?: File;
  progress?: number;
  /** Refused for what it is: sending it again would change nothing. */
  final?: boolean;
}

export const ANSWER_WITHIN = 6000;
const TRIES = 3;

export class Outbox {
  items: Outgoing[] = [];
  private online = false;
  private tries = 0;
  private inFlight: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `transmit` puts one message on the wire; `changed` is called after every change of `items`. */
  constructor(
    private readonly transmit: (item: Outgoing) => void,
    private readonly changed: () => void,
  ) {}

  get connected(): boolean {
    return this.online;
  }

  push(text: string, message = text, note = false): Outgoing {
    const item: Outgoing = { client_id: randomId(), message, text, at: new Date().toISOString(), state: "waiting", ...(note && { note }) };
    this.items = [...this.items, item];
    this.pump();
    this.changed();
    return item;
  }

  /** Puts back what an earlier page could not send. Ids stay, so a message that did arrive is not doubled. */
  restore(items: Outgoing[]): void {
    this.items = [...items.map((item) => (item.state === "failed" ? waiting(item) : item)), ...this.items];
    this.pump();
  }

  connect(): void {
    this.online = true;
    this.stop();
    this.items = this.items.map((item) => (item.state === "failed" ? waiting(item) : item));
    this.pump();
    this.changed();
  }

  disconnect(): void {
    this.online = false;
    this.stop();
    this.changed();
  }

  /** The server has it. Returns the message, or undefined when it was not ours or is long done. */
  stored(clientId: string | undefined): Outgoing | undefined {
    const item = this.items.find((each) => each.client_id === clientId);
    if (!item) return undefined;
    this.remove(item.client_id);
    return item;
  }

  refused({ client_id, message }: Refused): void {
    this.change(client_id, { state: "refused", reason: message });
    if (this.inFlight === client_id) this.stop();
    this.pump();
    this.changed();
  }

  retry(clientId: string): void {
    const item = this.items.find((each) => each.client_id === clientId);
    if (!item) return;
    this.items = [...this.items.filter((each) => each !== item), { ...waiting(item), at: new Date().toISOString() }];
    this.pump();
    this.changed();
  }

  remove(clientId: string): void {
    this.items = this.items.filter((each) => each.client_id !== clientId);
    if (this.inFlight === clientId) this.stop();
    this.pump();
    this.changed();
  }

  clear(): void {
    this.items = [];
    this.stop();
    this.changed();
  }

  private pump(): void {
    if (!this.online || this.inFlight) return;
    const next = this.items.find((item) => item.state === "waiting");
    if (!next) return;
    this.inFlight = next.client_id;
    this.tries = 0;
    this.attempt(next.client_id);
  }

  private attempt(clientId: string): void {
    const item = this.items.find((each) => each.client_id === clientId);
    if (!item || !this.online) return;
    if (this.tries === TRIES) {
      this.stop();
      this.items = this.items.map((each) => (each.state === "waiting" ? { ...each, state: "failed" } : each));
      this.changed();
      return;
    }
    this.tries += 1;
    this.timer = setTimeout(() => this.attempt(clientId), ANSWER_WITHIN);
    this.transmit(item);
  }

  private change(clientId: string, part: Partial<Outgoing>): void {
    this.items = this.items.map((each) => (each.client_id === clientId ? { ...each, ...part } : each));
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.inFlight = null;
  }
}

function waiting({ reason: _, ...item }: Outgoing): Outgoing {
  return { ...item, state: "waiting" };
}
