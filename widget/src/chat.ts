/** <disputes-chat>: the customer's chat, a launcher in the corner and the panel it opens. */
import { LitElement, html, nothing, type PropertyValues } from "lit";
import { CustomerTalk } from "./customer";
import { icons } from "./icons";
import { Dropping } from "./dropping";
import { heading, standing } from "./status";
import { DRAFT, OPEN, READ, ofTab, shared as storage } from "./storage";
import chat from "./styles/chat.css";
import shared from "./styles/shared.css";
import { sheets } from "./styles/sheets";
import tokens from "../../disputes/site/static/tokens.css";
import type { Composer } from "./composer";
import type { Rated } from "./rating";
import type { ThreadView } from "./thread-view";
import type { Identity, Message } from "./types";
import { words } from "./words";

const FULL_SCREEN = "(max-width: 480px), (max-height: 460px)";
const GO_ON = { payload: "/go_on_here", title: words.goOn };
const PERSON = { payload: "/talk_to_person", title: words.person };

export class Chat extends LitElement {
  static override styles = sheets(":host { all: initial }", tokens, shared, chat);
  static override properties = {
    server: {},
    identity: {},
    colour: {},
    heading: {},
    position: { reflect: true },
    shown: { state: true },
    menu: { state: true },
    ending: { state: true },
    copying: { state: true },
    version: { state: true },
  };

  declare server: string;
  declare identity: Identity;
  declare colour: string | null;
  declare heading: string | null;
  declare position: string | null;
  declare shown: boolean;
  declare menu: boolean;
  declare ending: boolean;
  /** Why an address is asked for; "": it is not. */
  declare copying: string;
  declare version: number;
  private talk: CustomerTalk | null = null;
  private opener: HTMLElement | null = null;
  private wide = matchMedia(FULL_SCREEN);
  private unread = 0;
  private overflow = "";

  constructor() {
    super();
    new Dropping(this, () => {
      const { talk } = this;
      return talk?.state?.files && talk.state.owner !== "closed" ? (files) => talk.sendFiles(files) : null;
    });
    this.server = new URL("/", location.href).href;
    this.shown = false;
    this.menu = false;
    this.ending = false;
    this.copying = "";
    this.version = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.seen);
    addEventListener("storage", this.recount);
    visualViewport?.addEventListener("resize", this.fit);
    this.wide.addEventListener("change", this.fit);
    if (!CustomerTalk.remembered) return;
    this.start();
    // On a phone the panel would cover the page that was just asked for.
    if (ofTab.get(OPEN) && !this.wide.matches) this.shown = true;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.seen);
    removeEventListener("storage", this.recount);
    visualViewport?.removeEventListener("resize", this.fit);
    this.wide.removeEventListener("change", this.fit);
    this.talk?.disconnect();
    this.talk = null;
    this.shown = false;
    this.fit();
  }

  /** Opens the panel and puts the cursor where one writes. `opener` gets the focus back at the end. */
  async open(opener?: HTMLElement): Promise<void> {
    this.opener = opener ?? null;
    this.start();
    this.shown = true;
    ofTab.set(OPEN, "1");
    await this.updateComplete;
    this.seen();
    this.fit();
    this.takeFocus();
  }

  close(): void {
    if (!this.shown) return;
    this.shown = this.menu = this.ending = false;
    this.copying = "";
    ofTab.set(OPEN, null);
    this.fit();
    void this.updateComplete.then(() => {
      const back = this.opener?.isConnected ? this.opener : this.renderRoot.querySelector<HTMLElement>(".launcher");
      back?.focus();
    });
  }

  identify(identity: Identity): void {
    this.identity = identity;
    this.talk?.identify(identity);
  }

  private start(): void {
    if (this.talk) return;
    const talk = new CustomerTalk(this.server, this.identity);
    talk.changed = () => {
      this.version += 1;
      if (!this.looking) this.count();
    };
    talk.copied = ({ code, message }) => {
      const asked = this.copying !== "";
      if (code !== "sent") this.copying = message ?? "";
      else if (asked) this.dismiss();
      if (this.copying && !asked) this.focusOn(".confirm input");
    };
    this.talk = talk;
    talk.connect();
  }

  private get looking(): boolean {
    return this.shown && document.visibilityState === "visible";
  }

  private get view(): ThreadView | null {
    return this.renderRoot.querySelector("disputes-thread");
  }

  private get composer(): Composer | null {
    return this.renderRoot.querySelector("disputes-composer");
  }

  /** A phone's keyboard would cover half of the conversation: there the reader decides when it comes. */
  private takeFocus(): void {
    const typist = matchMedia("(pointer: fine)").matches;
    if (typist && this.composer) this.composer.focus();
    else this.renderRoot.querySelector<HTMLElement>(".panel")?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("colour") && this.colour) this.style.setProperty("--brand", this.colour);
  }

  protected override render() {
    return html`${this.shown ? nothing : this.launcher()} ${this.talk ? this.panel(this.talk) : nothing}`;
  }

  private launcher() {
    const news = this.unread ? words.unread(this.unread) : "";
    return html`<button class="launcher ${news ? "news" : ""}" aria-haspopup="dialog" aria-expanded="false"
        aria-label=${news ? `${words.launcherOpen}: ${news}` : words.launcherOpen} @click=${() => void this.open()}>
        ${icons.chat}<span class="label">${news || this.heading || words.launcher}</span>
        ${news ? html`<span class="badge" aria-hidden="true">${this.unread > 9 ? "9+" : this.unread}</span>` : nothing}
      </button>
      <span class="hidden" role="status">${news}</span>`;
  }

  private panel(talk: CustomerTalk) {
    const { state, lost, loaded } = talk;
    const closed = state?.owner === "closed";
    // The question in the thread has the same two buttons.
    const asked = talk.thread.messages.at(-1)?.quick_replies?.some(({ payload }) => payload === GO_ON.payload);
    return html`<section class="panel" role="dialog" tabindex="-1" aria-label=${words.chat} aria-modal=${this.wide.matches ? "true" : nothing}
      ?hidden=${!this.shown} @pointerdown=${(event: Event) => this.elsewhere(event)} @keydown=${(event: KeyboardEvent) => this.key(event)}>
      <div class="head">
        ${heading(standing(state))}
        <button class="icon menu-button" aria-label=${words.menu} aria-expanded=${this.menu ? "true" : "false"} aria-controls="menu"
          @click=${() => (this.menu = !this.menu)}>${icons.menu}</button>
        <button class="icon" aria-label=${words.close} @click=${() => this.close()}>${icons.close}</button>
        ${this.menu ? this.choices(talk) : nothing}
      </div>
      <div class="strip" role="status">${lost ? html`<span>${words.lost}</span>` : nothing}</div>
      <disputes-thread .talk=${talk} .version=${this.version} side="customer" server=${this.server} @shown=${this.seen} @rate=${({ detail }: CustomEvent<Rated>) => talk.rate(detail)}
        @choose=${({ detail }: CustomEvent<{ payload: string; title: string }>) => this.choose(talk, detail)}>
        <div slot="intro" class="intro">
          <h3>${words.introTitle}</h3>
          <p>${words.intro}</p>
          <a href=${new URL("policy", this.server).href} target="_blank" rel="noopener">${words.introPolicy}<span class="hidden">${words.newTab}</span></a>
        </div>
        <div slot="after">${this.notice(talk, loaded)}</div>
      </disputes-thread>
      ${closed && !asked ? html`<div class="over"><button class="secondary" @click=${() => this.choose(talk, GO_ON)}>${words.goOn}</button>
            <button class="secondary" @click=${() => this.again(talk)}>${words.startNew}</button></div>` : nothing}
      <disputes-composer draft=${DRAFT} label=${words.write} accept=${closed ? "" : (state?.files?.accept ?? "")} @typed=${() => talk.typed()}
        @attach=${({ detail }: CustomEvent<File[]>) => talk.sendFiles(detail)}
        @send=${({ detail }: CustomEvent<string>) => talk.say(detail)}></disputes-composer>
      ${this.ending ? this.confirmEnd(talk) : this.copying ? this.askAddress(talk) : nothing}
      <div class="drop" aria-hidden="true">${words.drop}</div>
    </section>`;
  }

  private notice(talk: CustomerTalk, loaded: boolean) {
    const { state, lost, thread } = talk;
    if (talk.refused) return html`<div class="soft">${talk.refused}</div>`;
    if (!loaded) return lost ? nothing : html`<p class="soft wait">${words.connecting}</p>`;
    if (state?.owner !== "bot") return nothing;
    if (state.assistant === "unavailable") {
      return html`<div class="soft">
        ${words.unavailable}
        <p><button class="link" @click=${() => this.choose(talk, PERSON)}>${words.person}</button>
          <a href=${this.form} target="_blank" rel="noopener">${words.form}</a></p>
      </div>`;
    }
    const answered = thread.messages.at(-1)?.from === "bot";
    return state.assistant === "starting" && !answered ? html`<p class="soft">${words.starting}</p>` : nothing;
  }

  private choices(talk: CustomerTalk) {
    const owner = talk.state?.owner ?? "bot";
    return html`<div class="menu" id="menu">
      ${owner === "bot"
        ? html`<button @click=${() => this.choose(talk, PERSON)}>${icons.person}${words.person}</button>`
        : nothing}
      ${owner === "queue"
        ? html`<button @click=${() => this.choose(talk, { payload: "/back_to_assistant", title: words.back })}>${icons.bot}${words.back}</button>`
        : nothing}
      <a href=${this.form} target="_blank" rel="noopener" @click=${() => (this.menu = false)}
        >${icons.list}${words.form}<span class="hidden">${words.newTab}</span></a
      >
      <button ?disabled=${!talk.outbox.connected} @click=${() => this.sendCopy(talk)}>${icons.out}${words.copyMail}</button>
      ${owner === "closed"
        ? nothing
        : html`<button @click=${() => this.askEnd()}>${icons.end}${words.end}</button>`}
    </div>`;
  }

  private confirmEnd(talk: CustomerTalk) {
    return html`<div class="veil">
      <div class="confirm" role="alertdialog" aria-modal="true" aria-labelledby="end-title" aria-describedby="end-text">
        <h3 id="end-title">${words.endTitle}</h3>
        <p id="end-text">${words.endText}</p>
        <button class="danger" @click=${() => this.end(talk)}>${words.endYes}</button>
        <button class="secondary" @click=${() => this.dismiss()}>${words.endNo}</button>
      </div>
    </div>`;
  }

  private askAddress(talk: CustomerTalk) {
    const send = (event: SubmitEvent): void => {
      event.preventDefault();
      talk.copy(String(new FormData(event.target as HTMLFormElement).get("email")));
    };
    return html`<div class="veil">
      <form class="confirm" role="dialog" aria-modal="true" aria-labelledby="copy-title" @submit=${send}>
        <h3 id="copy-title">${words.copyTitle}</h3>
        <p id="copy-text" role="status">${this.copying}</p>
        <input name="email" type="email" required autocomplete="email" aria-label=${words.copyAddress} aria-describedby="copy-text" placeholder=${words.copyAddress} />
        <button class="primary">${words.copySend}</button>
        <button class="secondary" type="button" @click=${() => this.dismiss()}>${words.copyNo}</button>
      </form>
    </div>`;
  }

  private sendCopy(talk: CustomerTalk): void {
    this.menu = false;
    talk.copy();
    this.renderRoot.querySelector<HTMLElement>(".menu-button")?.focus();
  }

  private get form(): string {
    return new URL("complaint", this.server).href;
  }

  private choose(talk: CustomerTalk, { payload, title }: { payload: string; title: string }): void {
    this.menu = false;
    talk.say(title, payload);
    // The button goes away with its choice; the focus must not go with it.
    if (matchMedia("(pointer: fine)").matches) this.composer?.focus();
    else this.view?.focus();
  }

  private askEnd(): void {
    this.menu = false;
    this.ending = true;
    this.focusOn(".confirm .secondary");
  }

  private dismiss(): void {
    this.ending = false;
    this.copying = "";
    this.focusOn(".menu-button");
  }

  private focusOn(place: string): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(place)?.focus());
  }

  private end(talk: CustomerTalk): void {
    this.dismiss();
    talk.end();
  }

  private again(talk: CustomerTalk): void {
    talk.startNew();
    void this.updateComplete.then(() => this.takeFocus());
  }

  private key(event: KeyboardEvent): void {
    const asks = this.ending || this.copying !== "";
    if (event.key === "Tab" && asks) this.keepInside(event);
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (asks) this.dismiss();
    else if (this.menu) {
      this.menu = false;
      this.renderRoot.querySelector<HTMLElement>(".menu-button")?.focus();
    } else this.close();
  }

  /** A press beside the open menu closes it. */
  private elsewhere(event: Event): void {
    if (this.menu && !(event.target as Element).closest(".menu, .menu-button")) this.menu = false;
  }

  private keepInside(event: KeyboardEvent): void {
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>(".confirm :is(input, button)")];
    const at = buttons.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLElement);
    event.preventDefault();
    buttons[(at + (event.shiftKey ? buttons.length - 1 : 1)) % buttons.length]?.focus();
  }

  /** What has been read, shared by the tabs, so that a reload does not count old messages as new; the server is told. */
  private seen = (): void => {
    if (!this.looking || !this.talk || this.view?.unseen) return;
    this.talk.seen();
    const last = this.talk.thread.messages.at(-1)?.seq ?? 0;
    if (last) storage.set(READ, String(last));
    this.count();
  };

  /** Read in another tab is read. */
  private recount = (event: StorageEvent): void => {
    if (event.key === READ) this.count();
  };

  private count(): void {
    const read = Number(storage.get(READ) ?? 0);
    const { messages } = this.talk?.thread ?? { messages: [] as Message[] };
    // A read mark beyond the last message belongs to an earlier conversation.
    const from = read > (messages.at(-1)?.seq ?? 0) ? 0 : read;
    this.unread = this.looking ? 0 : messages.filter((each) => each.seq > from && (each.from === "agent" || each.from === "bot")).length;
    const title = document.title.replace(/^\(\d+\) /, "");
    const wanted = this.unread ? `(${this.unread}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
    this.requestUpdate();
  }

  /** Full screen on phones: the page behind does not scroll, and the keyboard does not cover the composer. */
  private fit = (): void => {
    const full = this.shown && this.wide.matches;
    const root = document.documentElement;
    if (full && !this.hasAttribute("full")) {
      this.overflow = root.style.overflow;
      root.style.overflow = "hidden";
    } else if (!full && this.hasAttribute("full")) root.style.overflow = this.overflow;
    this.toggleAttribute("full", full);
    if (full && visualViewport) this.style.setProperty("--view", `${visualViewport.height}px`);
    else this.style.removeProperty("--view");
    this.requestUpdate();
  };
}
