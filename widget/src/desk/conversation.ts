/** <disputes-conversation>: the same conversation on the desk. Says `disputes-state` and `disputes-news` to the
 *  page around it, and `disputes-act` when somebody wants to take the chat from here. */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Dropping } from "../dropping";
import { icons } from "../icons";
import shared from "../styles/shared.css";
import { sheets } from "../styles/sheets";
import type { ThreadView } from "../thread-view";
import tokens from "../../../disputes/site/static/tokens.css";
import { agentName, type State } from "../types";
import { words as chatWords } from "../words";
import conversation from "./conversation.css";
import type { DeskComposer } from "./desk-composer";
import { StaffTalk } from "./staff";
import { words } from "./words";

/** Why the customer cannot be written to now, and what one can do about it. */
interface Bar {
  said: string;
  act?: { name: "claim" | "take-over"; label: string };
}

export class Conversation extends LitElement {
  static override styles = sheets(tokens, shared, conversation);
  static override properties = {
    conversationId: { attribute: "conversation-id" },
    server: {},
    note: { state: true },
    version: { state: true },
  };

  declare conversationId: string;
  declare server: string;
  /** Whether what is written now is a private note. */
  declare note: boolean;
  declare version: number;
  private talk: StaffTalk | null = null;
  private told = "";
  /** Notes because of the state of the chat, not by choice. */
  private forced = false;

  constructor() {
    super();
    new Dropping(this, () => {
      const { talk } = this;
      return talk?.state?.files && talk.state.mine && !this.note ? (files) => talk.sendFiles(files) : null;
    });
    this.conversationId = "";
    this.server = new URL("/", location.href).href;
    this.note = false;
    this.version = 0;
  }

  /** Puts the cursor where one writes: a reply or a private note; without either, whatever it is now. */
  async write(note?: boolean): Promise<void> {
    if (note !== undefined) this.choose(note);
    await this.updateComplete;
    this.composer?.focus();
  }

  /** Out of the field, to what is being read. */
  rest(): void {
    this.renderRoot.querySelector<ThreadView>("disputes-thread")?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.seen);
    this.talk?.disconnect();
    this.talk = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.seen);
    if (this.hasUpdated) this.begin();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("conversationId") || (this.conversationId && !this.talk)) this.begin();
  }

  private begin(): void {
    this.talk?.disconnect();
    this.talk = null;
    this.note = this.forced = false;
    if (!this.conversationId) return;
    const talk = new StaffTalk(this.server, this.conversationId);
    talk.changed = () => {
      this.version += 1;
      this.keepApart(talk.state);
      this.tellState(talk.state);
    };
    talk.arrived = () => this.tell("disputes-news", null);
    this.talk = talk;
    talk.connect();
  }

  private get composer(): DeskComposer | null {
    return this.renderRoot.querySelector("disputes-desk-composer");
  }

  protected override render() {
    const talk = this.talk;
    if (!talk) return html`<div class="none"><h3>${words.none}</h3><p>${words.noneText}</p></div>`;
    if (talk.signedOut) return html`<div class="none" role="alert"><p>${words.signedOut} <a href=${new URL("desk/sign-in", this.server).href}>${words.signIn}</a></p></div>`;
    const bar = this.barred(talk.state);
    const { note } = this;
    return html`<div class="strip" role="status">${talk.lost ? html`<span>${chatWords.lost}</span>` : nothing}</div>
      <disputes-thread .talk=${talk} .version=${this.version} side="agent" .staff=${words} server=${this.server} @shown=${this.seen}>
        <div slot="after">${talk.loaded ? nothing : html`<p class="soft wait">${chatWords.connecting}</p>`}</div>
      </disputes-thread>
      <div class="write ${note ? "is-note" : ""}">
        ${this.others(talk)} ${bar ? this.offer(bar) : nothing}
        <div class="kinds" role="group" aria-label=${words.kind}>
          <button aria-pressed=${note ? "false" : "true"} @click=${() => void this.write(false)}>${words.reply}</button>
          <button aria-pressed=${note ? "true" : "false"} @click=${() => void this.write(true)}>${icons.lock}${words.note}</button>
          <span class="hint">${note ? words.noteHint : bar || talk.state?.customer_online !== false ? nothing : words.away}</span>
          <button class="tool" aria-label=${words.cannedOpen} title=${words.cannedOpen} @click=${() => this.composer?.offer()}><kbd>/</kbd>${words.canned}</button>
        </div>
        <disputes-desk-composer ?note=${note} draft="disputes.desk.${this.conversationId}${note ? ".note" : ""}" label=${note ? words.writeNote : words.write}
          source=${new URL(`desk/chats/${this.conversationId}/replies`, this.server).href}
          accept=${note || bar ? "" : (talk.state?.files?.accept ?? "")} @attach=${({ detail }: CustomEvent<File[]>) => talk.sendFiles(detail)}
          ?disabled=${!talk.loaded || (bar !== null && !note)} @typed=${() => talk.typedAs(note)}
          @send=${({ detail }: CustomEvent<string>) => talk.say(detail, detail, note)}></disputes-desk-composer>
      </div>
      <div class="drop" aria-hidden="true">${chatWords.drop}</div>`;
  }

  /** Who else is here, and what they are about to do: before two people answer one customer. */
  private others({ viewers, writers }: StaffTalk): TemplateResult {
    const parts = writers.map(({ name, note }) => (note ? words.writesNote(name) : words.writesReply(name)));
    const silent = viewers.filter((name) => !writers.some((each) => each.name === name));
    if (silent.length) parts.push(words.looking(silent));
    return html`<p class="others" role="status">${parts.length ? html`${icons.person}<span>${parts.join(" · ")}</span>` : nothing}</p>`;
  }

  private offer({ said, act }: Bar): TemplateResult {
    return html`<div class="offer">
      <span>${said}</span>
      ${act ? html`<button class="secondary" @click=${() => this.tell("disputes-act", act.name)}>${act.label}</button>` : nothing}
    </div>`;
  }

  /** The page shows the end of the conversation. */
  private seen = (): void => {
    if (document.visibilityState === "visible" && !this.renderRoot.querySelector<ThreadView>("disputes-thread")?.unseen) this.talk?.seen();
  };

  private barred(state: State | null): Bar | null {
    switch (state?.owner) {
      case undefined:
        return null;
      case "queue":
        return { said: words.queue, act: { name: "claim", label: words.take } };
      case "bot":
        return { said: words.bot, act: { name: "take-over", label: words.stepIn } };
      case "closed":
        return { said: words.closed };
      case "agent":
        return state.mine ? null : { said: words.other(agentName(state)), act: { name: "take-over", label: words.takeOver } };
    }
  }

  /** A note must never go to the customer, nor a reply be taken for a note: what is being written stays what it is.
   *  An empty field is for notes while the customer cannot be written to. */
  private keepApart(state: State | null): void {
    if (!state || this.composer?.used) return;
    if (this.barred(state) && !this.note) this.note = this.forced = true;
    else if (this.forced && !this.barred(state)) this.note = this.forced = false;
  }

  private tellState(state: State | null): void {
    const text = JSON.stringify(state);
    if (!state || text === this.told) return;
    this.told = text;
    this.tell("disputes-state", state);
  }

  private choose(note: boolean): void {
    this.note = note;
    this.forced = false;
  }

  private tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
