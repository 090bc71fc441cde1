/** The desk's end: the same conversation, with its private notes, over the staff session. */
import type { Outgoing } from "../outbox";
import { Talk } from "../talk";
import type { History, State, Typing } from "../types";
import { Wire } from "../wire";

export interface Queue {
  waiting: number;
  mine: number;
}

export class StaffTalk extends Talk {
  protected readonly me = "agent";
  /** The server does not take us for staff (any more). */
  signedOut = false;
  queue: (queue: Queue) => void = () => {};

  constructor(
    private readonly server: string,
    /** Empty: none is open; only the queue is listened to. */
    readonly conversation: string,
  ) {
    super();
  }

  connect(): void {
    if (this.wire) return;
    const wire = new Wire(this.server, "/desk");
    wire.on("history", (history: History) => this.concerns(history) && this.take(history));
    wire.on("conversation", (state: State) => {
      if (!this.concerns(state)) return;
      this.state = state;
      // An empty conversation has no history to send.
      this.answered();
      this.changed();
    });
    wire.on("queue", (queue: Queue) => this.queue(queue));
    wire.on("refused", () => {
      this.signedOut = true;
      this.changed();
    });
    this.use(wire);
  }

  protected override heard(typing: Typing): void {
    if (this.concerns(typing)) super.heard(typing);
  }

  protected override resume(): void {
    this.signedOut = false;
    if (this.conversation) this.wire?.emit("open", { conversation_id: this.conversation, last_seq: this.thread.complete });
    else this.answered();
    this.ready();
  }

  protected override transmit(item: Outgoing): void {
    const { client_id, text, note } = item;
    this.wire?.emit("say", { conversation_id: this.conversation, text, client_id, ...(note && { note: true }) });
  }

  protected override tellTyping(on: boolean): void {
    if (this.state?.mine) this.wire?.emit("typing", { conversation_id: this.conversation, on });
  }

  /** Only whoever holds the chat has anything to tell. */
  override seen(): void {
    if (this.state?.mine) super.seen();
  }

  protected override tellSeen(seq: number): void {
    this.wire?.emit("seen", { conversation_id: this.conversation, seq });
  }

  private concerns({ conversation_id }: { conversation_id?: string }): boolean {
    return conversation_id === undefined || conversation_id === this.conversation;
  }
}
