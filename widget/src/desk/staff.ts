/** The desk's end: the same conversation, with its private notes, over the staff session. */
import type { Outgoing } from "../outbox";
import { ofTab } from "../storage";
import { TYPING_ENDS, Talk, fetched } from "../talk";
import type { History, State, Typing } from "../types";
import type { Wire } from "../wire";
import type { Route } from "../uploads";
import { deskWire } from "./desk-wire";

/** A colleague who writes in this chat, and what. */
export interface Writer {
  name: string;
  note: boolean;
}

export class StaffTalk extends Talk {
  protected readonly me = "agent";
  /** The server does not take us for staff (any more). */
  signedOut = false;
  /** Names of colleagues who have this chat open. */
  viewers: string[] = [];
  writers: Writer[] = [];
  private asNote = false;
  private pauses = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly server: string,
    readonly conversation: string,
  ) {
    super();
    try {
      this.outbox.restore(JSON.parse(ofTab.get(this.unsent) ?? "[]") as Outgoing[]);
    } catch {
      ofTab.set(this.unsent, null);
    }
  }

  connect(): void {
    if (this.wire) return;
    const wire = deskWire(this.server);
    this.use(wire);
    this.on("history", (history: History) => this.concerns(history) && this.take(history));
    this.on("conversation", (state: State) => {
      if (!this.concerns(state)) return;
      this.state = state;
      // An empty conversation has no history to send.
      this.answered();
      this.changed();
    });
    this.on("viewers", (seen: { conversation_id: string; names: string[] }) => {
      if (!this.concerns(seen)) return;
      this.viewers = seen.names;
      this.changed();
    });
    this.on("colleague", (seen: Writer & { conversation_id: string; on: boolean }) => this.concerns(seen) && this.colleague(seen));
    this.on("refused", () => {
      this.signedOut = true;
      this.changed();
    });
    if (wire.connected) this.ask();
  }

  /** Call at each key in the composer. */
  typedAs(note: boolean): void {
    if (note !== this.asNote) this.stoppedTyping();
    this.asNote = note;
    this.typed();
  }

  /** Whoever is silent for long has stopped, whatever we have heard. */
  private colleague({ name, note, on }: Writer & { on: boolean }): void {
    clearTimeout(this.pauses.get(name));
    this.writers = this.writers.filter((writer) => writer.name !== name);
    if (on) {
      this.writers.push({ name, note });
      this.pauses.set(name, setTimeout(() => this.colleague({ name, note, on: false }), TYPING_ENDS));
    }
    this.changed();
  }

  protected override heard(typing: Typing): void {
    if (this.concerns(typing)) super.heard(typing);
  }

  protected override resume(): void {
    this.signedOut = false;
    this.wire?.emit("open", { conversation_id: this.conversation, last_seq: this.thread.complete });
    this.ready();
  }

  /** Other chats of this page go on with the connection. */
  protected override release(wire: Wire): void {
    wire.emit("leave", { conversation_id: this.conversation });
  }

  protected override transmit(item: Outgoing): void {
    const { client_id, text, note } = item;
    this.wire?.emit("say", { conversation_id: this.conversation, text, client_id, ...(note && { note: true }) });
  }

  protected override uploadTo(): Route {
    const token = document.querySelector<HTMLInputElement>("input[name=csrf_token]")?.value ?? "";
    return { url: this.files(""), headers: { "X-CSRF-Token": token } };
  }

  override load(id: string, preview: boolean): Promise<Blob> {
    return fetched({ url: this.files(`/${id}${preview ? "/preview" : ""}`), headers: {} });
  }

  private files(path: string): string {
    return new URL(`desk/chats/${this.conversation}/files${path}`, this.server).href;
  }

  protected override tellTyping(on: boolean): void {
    this.wire?.emit("typing", { conversation_id: this.conversation, on, note: this.asNote });
  }

  /** Only whoever holds the chat has anything to tell. */
  override seen(): void {
    if (this.state?.mine) super.seen();
  }

  protected override tellSeen(seq: number): void {
    this.wire?.emit("seen", { conversation_id: this.conversation, seq });
  }

  /** What has not left yet waits in the tab until this chat is open again. */
  protected override sendingChanged(): void {
    ofTab.set(this.unsent, this.outbox.items.length ? JSON.stringify(this.outbox.items) : null);
    super.sendingChanged();
  }

  private get unsent(): string {
    return `disputes.desk.${this.conversation}.unsent`;
  }

  private concerns({ conversation_id }: { conversation_id?: string }): boolean {
    return conversation_id === undefined || conversation_id === this.conversation;
  }
}
