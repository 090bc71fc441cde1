/** <disputes-thread>: the scrolling list of messages. Inner part of both chat elements. */
import { LitElement, html, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Correcting, Editing } from "./card";
import { icons } from "./icons";
import { nameOf, rowOf, type RowUse, type StaffWords } from "./message";
import type { Outgoing } from "./outbox";
import { rowsOf } from "./rows";
import shared from "./styles/shared.css";
import sheet from "./styles/thread.css";
import { sheets } from "./styles/sheets";
import type { Talk } from "./talk";
import { openFrom } from "./thread";
import { agentName, type Message, type Owner } from "./types";
import { words } from "./words";

const NEAR = 60;

export class ThreadView extends LitElement {
  static override styles = sheets(shared, sheet);
  static override properties = {
    talk: { attribute: false },
    version: { attribute: false },
    side: {},
    staff: { attribute: false },
    server: {},
    unseen: { state: true },
    copied: { state: true },
    editing: { state: true },
  };

  declare talk: Talk;
  /** Anything that changes when the talk has changed. */
  declare version: number;
  declare side: "customer" | "agent";
  declare staff: StaffWords | undefined;
  declare server: string;
  declare unseen: number;
  declare copied: string;
  /** The line of the hand-over card that is being changed. */
  declare editing: Editing | null;
  private atEnd = true;
  private top = 0;
  private drawn = 0;
  private drawnOutgoing = 0;
  private resized = new ResizeObserver(() => this.atEnd && this.toEnd());

  constructor() {
    super();
    this.unseen = 0;
    this.copied = "";
    this.editing = null;
    this.side = "customer";
    this.server = location.href;
  }

  private get pane(): HTMLElement | null {
    return this.renderRoot.querySelector(".pane");
  }

  /** Scrolls to the newest message. */
  toEnd(): void {
    const pane = this.pane;
    if (pane) pane.scrollTop = pane.scrollHeight;
    this.atEnd = true;
    this.unseen = 0;
  }

  override focus(): void {
    this.pane?.focus();
  }

  protected override firstUpdated(): void {
    // The inner part grows also after a message is drawn: with the picture of a file.
    for (const part of this.renderRoot.querySelectorAll(".pane, .inner")) this.resized.observe(part);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("talk")) {
      this.drawn = 0;
      this.atEnd = true;
      this.unseen = 0;
      this.editing = null;
    }
  }

  protected override render() {
    const { thread, outbox, uploads, loaded, typing, state } = this.talk;
    const { messages } = thread;
    const byId = (id: string) => (uploads.items.some((item) => item.client_id === id) ? uploads : outbox);
    const buttonsFrom = outbox.items.some((item) => item.state === "waiting") ? Infinity : openFrom(messages, state?.owner);
    const use: Omit<RowUse, "open"> = {
      side: this.side,
      staff: this.staff,
      server: this.server,
      copied: this.copied,
      lastOwn: messages.findLast(({ from, note }) => from === this.side && !note),
      seenSeq: this.side === "agent" ? state?.customer_seen_seq : state?.seen_seq,
      online: outbox.connected,
      choose: (payload, title) => this.tell("choose", { payload, title }),
      copy: (value) => void this.copy(value),
      retry: (id) => byId(id).retry(id),
      remove: (id) => byId(id).remove(id),
      load: this.load,
      rate: (answer) => this.tell("rate", answer),
      handover: this.handover(messages, state?.owner),
    };
    const rows = rowsOf(messages, this.outgoing, this.side, new Date());
    return html`<div class="pane" role="log" tabindex="0" aria-label=${words.conversation} aria-live=${loaded ? "polite" : "off"}
        @scroll=${() => this.scrolled()}>
        <div class="inner">
          <slot name="intro"></slot>
          ${repeat(rows, (row) => row.key, (row) => rowOf(row, { ...use, open: row.kind === "message" && row.message.seq >= buttonsFrom }))}
          ${typing && (typing !== "bot" || state?.assistant !== "starting")
            ? html`<div class="message theirs typing" aria-hidden="true">
                <div class="bubble"><i></i><i></i><i></i></div>
              </div>`
            : nothing}
          <slot name="after"></slot>
        </div>
      </div>
      <span class="hidden" role="status">
        ${typing && typing !== "bot" ? words.typing(nameOf({ id: "", seq: 0, at: "", text: "", from: typing, name: agentName(state) }, this.side)) : nothing}
      </span>
      ${this.unseen
        ? html`<button class="pill" @click=${() => this.toEnd()}>${icons.down}${words.unread(this.unseen)}</button>`
        : nothing}`;
  }

  private load = (id: string, preview: boolean): Promise<Blob> => this.talk.load(id, preview);

  /** Messages and files that are on their way, in the order in which they were sent. */
  private get outgoing(): Outgoing[] {
    const { outbox, uploads } = this.talk;
    return [...outbox.items, ...uploads.items].sort((a, b) => a.at.localeCompare(b.at));
  }

  /** The newest hand-over card can be corrected for as long as people have the chat. */
  private handover(messages: readonly Message[], owner: Owner | undefined): Correcting | undefined {
    if (!this.talk.correct || (owner !== "queue" && owner !== "agent")) return undefined;
    const newest = messages.findLast(({ card }) => card?.kind === "handover");
    return newest && { id: newest.id, editing: this.editing, edit: (row) => this.edit(row), save: (value) => void this.save(value) };
  }

  private edit(row: string | null): void {
    const last = this.editing?.field;
    this.editing = row === null ? null : { field: row, trouble: "", busy: false };
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(row === null ? `[data-field="${last}"]` : "[data-editing]")?.focus(),
    );
  }

  private async save(value: string): Promise<void> {
    const { editing } = this;
    if (!editing || editing.busy) return;
    this.editing = { ...editing, busy: true };
    const trouble = (await this.talk.correct?.(editing.field, value)) ?? "";
    if (trouble) {
      this.editing = { ...editing, trouble };
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>("[data-editing]")?.focus();
    } else this.edit(null);
  }

  /** Follows the end of the conversation, unless the reader has scrolled away from it: then nothing moves. */
  protected override updated(): void {
    const { messages } = this.talk.thread;
    const items = this.outgoing;
    const seen = messages.findLastIndex(({ seq }) => seq <= this.drawn);
    const fresh = messages.slice(seen + 1);
    const first = this.drawn === 0;
    const spoke = items.length > this.drawnOutgoing;
    this.drawn = messages.at(-1)?.seq ?? 0;
    this.drawnOutgoing = items.length;
    const others = fresh.filter(({ from }) => from !== this.side);
    if (first || spoke) this.toEnd();
    else if (this.atEnd) this.follow(others[0]?.seq);
    else if (others.length) this.unseen += others.length;
    // Whoever holds this view knows whether it can be seen itself.
    if (!this.unseen) this.tell("shown", null);
  }

  /** To the end, but never past the beginning of what is new. */
  private follow(seq: number | undefined): void {
    const pane = this.pane;
    if (!pane) return;
    const start = seq === undefined ? null : this.renderRoot.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    const end = pane.scrollHeight - pane.clientHeight;
    pane.scrollTop = start ? Math.min(end, start.offsetTop - 12) : end;
    this.atEnd = false;
    this.scrolled();
  }

  /** Only who moves up has left the end: a picture that is drawn late moves it away by itself. */
  private scrolled(): void {
    const pane = this.pane;
    if (!pane) return;
    const { scrollTop } = pane;
    if (pane.scrollHeight - pane.clientHeight - scrollTop < NEAR) {
      this.atEnd = true;
      this.unseen = 0;
    } else if (scrollTop < this.top) this.atEnd = false;
    this.top = scrollTop;
  }

  private async copy(value: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      const field = Object.assign(document.createElement("textarea"), { value });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    this.copied = value;
    setTimeout(() => (this.copied = ""), 2500);
  }

  private tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
