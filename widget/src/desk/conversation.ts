/** <disputes-conversation>: the same conversation on the desk. Says `disputes-state` to the page around it. */
import { LitElement, html, nothing, type PropertyValues } from "lit";
import type { Composer } from "../composer";
import { Dropping } from "../dropping";
import shared from "../styles/shared.css";
import { sheets } from "../styles/sheets";
import type { ThreadView } from "../thread-view";
import tokens from "../../../disputes/site/static/tokens.css";
import { agentName, type State } from "../types";
import { words as chatWords } from "../words";
import conversation from "./conversation.css";
import { StaffTalk } from "./staff";
import { words } from "./words";

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
    this.talk = talk;
    talk.connect();
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
        <div class="kinds" role="group" aria-label=${words.kind}>
          <button aria-pressed=${note ? "false" : "true"} ?disabled=${bar !== ""} @click=${() => this.choose(false)}>${words.reply}</button>
          <button aria-pressed=${note ? "true" : "false"} @click=${() => this.choose(true)}>${words.note}</button>
          <span class="hint">${bar || (talk.state?.customer_online === false && !note ? words.away : nothing)}</span>
        </div>
        <disputes-composer ?note=${note} draft="disputes.desk.${this.conversationId}${note ? ".note" : ""}" label=${note ? words.writeNote : words.write}
          accept=${note || bar ? "" : (talk.state?.files?.accept ?? "")} @attach=${({ detail }: CustomEvent<File[]>) => talk.sendFiles(detail)}
          ?disabled=${!talk.loaded} @typed=${() => note || talk.typed()}
          @send=${({ detail }: CustomEvent<string>) => talk.say(detail, detail, note)}></disputes-composer>
      </div>
      <div class="drop" aria-hidden="true">${chatWords.drop}</div>`;
  }

  /** The page shows the end of the conversation. */
  private seen = (): void => {
    if (document.visibilityState === "visible" && !this.renderRoot.querySelector<ThreadView>("disputes-thread")?.unseen) this.talk?.seen();
  };

  /** Why this member of staff may not reply now; "" when they may. */
  private barred(state: State | null): string {
    if (!state || state.mine) return state?.owner === "closed" ? words.closed : "";
    return { bot: words.bot, queue: words.queue, agent: words.other(agentName(state)), closed: words.closed }[state.owner];
  }

  /** A note must never go to the customer: who may not reply writes notes, and getting the chat turns nothing
   *  that is already being written into a reply. */
  private keepApart(state: State | null): void {
    if (this.barred(state)) this.note = this.forced = true;
    else if (this.forced && state && !this.renderRoot.querySelector<Composer>("disputes-composer")?.used) this.note = this.forced = false;
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
    this.renderRoot.querySelector<Composer>("disputes-composer")?.focus();
  }

  private tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
