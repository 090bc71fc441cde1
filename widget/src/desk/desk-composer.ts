/** <disputes-desk-composer>: the composer with canned replies. A text with a blank in it is not sent to a customer. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Composer } from "../composer";
import composer from "../styles/composer.css";
import shared from "../styles/shared.css";
import { sheets } from "../styles/sheets";
import { blanksIn, fill, nextBlank, type Blank } from "./blanks";
import { codeAt, matching, type Asked, type Offered, type Reply } from "./canned";
import sheet from "./desk-composer.css";
import { words } from "./words";

/** How long what was loaded serves; what the chat knows changes while it goes on. */
const FRESH_FOR = 15_000;
/** As many as fit without scrolling: whoever wants another one types on. */
const SHOWN = 6;

export class DeskComposer extends Composer {
  static override styles = sheets(shared, composer, sheet);
  static override properties = {
    ...Composer.properties,
    source: {},
    asked: { state: true },
    offered: { state: true },
    chosen: { state: true },
    blanks: { state: true },
    failed: { state: true },
  };

  /** Where the canned replies of this chat are. */
  declare source: string;
  declare asked: Asked | null;
  declare offered: Offered | null;
  declare chosen: number;
  declare blanks: Blank[];
  declare failed: boolean;
  private loadedAt = 0;
  private loading = false;
  /** Escape shut the list for the slash that stands here. */
  private shutAt = -1;

  constructor() {
    super();
    this.source = "";
    this.asked = null;
    this.offered = null;
    this.chosen = 0;
    this.blanks = [];
    this.failed = false;
  }

  /** Opens the list, as typing a slash does. */
  offer(): void {
    const { area } = this;
    if (!area) return;
    area.focus();
    const before = area.value.slice(0, area.selectionStart);
    this.shutAt = -1;
    this.type(/(^|\s)$/.test(before) ? "/" : " /");
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("source")) {
      this.offered = this.asked = null;
      this.loadedAt = 0;
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.alignMirror();
  }

  private get offers(): Reply[] {
    return this.asked && this.offered ? matching(this.offered.replies, this.asked.query).slice(0, SHOWN) : [];
  }

  protected override get list(): string {
    return this.asked ? "offers" : "";
  }

  protected override get active(): string {
    return this.offers.length ? `offer-${this.chosen}` : "";
  }

  protected override above(): TemplateResult | typeof nothing {
    if (!this.asked) return nothing;
    const { offers } = this;
    const said = this.failed ? words.cannedFailed : !this.offered ? words.cannedLoading : offers.length ? "" : words.cannedNone;
    return html`<div class="offers">
        ${offers.length
          ? html`<ul id="offers" role="listbox" aria-label=${words.canned}>
              ${offers.map((reply, index) => this.rowOf(reply, index))}
            </ul>`
          : html`<p>${said}</p>`}
        <p class="about"><span>${words.cannedKeys}</span> <a href="/desk/replies" target="_blank" rel="noopener">${words.cannedAll}</a></p>
      </div>
      <span class="hidden" role="status">${offers.length ? words.cannedFound(offers.length) : said}</span>`;
  }

  private rowOf({ code, title, text }: Reply, index: number): TemplateResult {
    // A press must not take the focus from the field.
    return html`<li id="offer-${index}" role="option" aria-selected=${index === this.chosen ? "true" : "false"}
      @pointerdown=${(event: Event) => event.preventDefault()} @click=${() => this.take(index)}>
      <code>/${code}</code><strong>${title}</strong><span>${fill(text, this.offered?.values ?? {})}</span>
    </li>`;
  }

  /** Marks the blanks where they stand: the same text, unseen, lies behind the field. */
  protected override behind(): TemplateResult | typeof nothing {
    const text = this.area?.value ?? "";
    if (!this.blanks.length) return nothing;
    let from = 0;
    const pieces = this.blanks.map(({ start, end }) => {
      const piece = html`${text.slice(from, start)}<mark>${text.slice(start, end)}</mark>`;
      from = end;
      return piece;
    });
    return html`<div class="mirror" aria-hidden="true">${pieces}${text.slice(from)}${"\u200b"}</div>`;
  }

  protected override below(): TemplateResult | typeof nothing {
    if (!this.blanks.length) return nothing;
    const names = [...new Set(this.blanks.map(({ name }) => `{${name}}`))].join(", ");
    return html`<div class="left-out" role="status">${this.note ? words.blanksNoted(names) : words.blanksLeft(names)}</div>`;
  }

  protected override written(): void {
    super.written();
    this.look();
  }

  protected override measure(): void {
    super.measure();
    this.blanks = blanksIn(this.area?.value ?? "");
  }

  /** What is being asked for at the caret. */
  private look(): void {
    const { area } = this;
    if (!area) return;
    const asked = area.selectionStart === area.selectionEnd ? codeAt(area.value, area.selectionStart) : null;
    if (asked?.start !== this.shutAt) this.shutAt = -1;
    const was = this.asked;
    this.asked = asked && this.shutAt < 0 ? asked : null;
    if (this.asked?.query !== was?.query) this.chosen = 0;
    if (this.asked) void this.load();
  }

  private async load(): Promise<void> {
    if (this.loading || Date.now() - this.loadedAt < FRESH_FOR) return;
    this.loading = true;
    const { source } = this;
    try {
      const answer = await fetch(source, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const offered = (await answer.json()) as Offered;
      if (source !== this.source) return;
      this.offered = offered;
      this.loadedAt = Date.now();
      this.failed = false;
    } catch {
      this.failed = !this.offered;
    } finally {
      this.loading = false;
    }
  }

  protected override key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (this.asked && this.steer(event)) return event.preventDefault();
    const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (plain && this.blanks.length && this.goOn(event.key)) return event.preventDefault();
    super.key(event);
  }

  /** Keys of the open list; true when the key was one. */
  private steer(event: KeyboardEvent): boolean {
    const { length } = this.offers;
    switch (event.key) {
      case "Escape":
        event.stopPropagation();
        this.shutAt = this.asked?.start ?? -1;
        this.asked = null;
        return true;
      case "ArrowDown":
      case "ArrowUp":
        if (!length) return false;
        this.chosen = (this.chosen + (event.key === "ArrowDown" ? 1 : length - 1)) % length;
        return true;
      case "Enter":
      case "Tab":
        if (!length || event.shiftKey) return false;
        this.take(this.chosen);
        return true;
      default:
        return false;
    }
  }

  /** To the next blank: with Tab while there is one behind the caret, with Enter instead of sending. */
  private goOn(key: string): boolean {
    const { area } = this;
    if (!area) return false;
    const blank = nextBlank(area.value, area.selectionEnd);
    if (!blank) return false;
    if (key === "Tab" ? blank.start < area.selectionEnd : key !== "Enter" || this.note) return false;
    area.setSelectionRange(blank.start, blank.end);
    return true;
  }

  private take(index: number): void {
    const { area, asked } = this;
    const reply = this.offers[index];
    if (!area || !asked || !reply) return;
    area.focus();
    area.setSelectionRange(asked.start, area.selectionStart);
    this.type(fill(reply.text, this.offered?.values ?? {}));
    this.asked = null;
    const blank = blanksIn(area.value).find(({ start }) => start >= asked.start);
    if (blank) area.setSelectionRange(blank.start, blank.end);
  }

  /** As if it had been typed, so that it can be undone. */
  private type(text: string): void {
    const { area } = this;
    if (!area || document.execCommand("insertText", false, text)) return;
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    this.written();
  }

  protected override send(): void {
    if (this.blanks.length && !this.note) this.goOn("Enter");
    else super.send();
  }

  private alignMirror = (): void => {
    const mirror = this.renderRoot.querySelector<HTMLElement>(".mirror");
    const { area } = this;
    if (!mirror || !area) return;
    mirror.style.width = `${area.clientWidth}px`;
    mirror.scrollTop = area.scrollTop;
    area.onscroll = () => (mirror.scrollTop = area.scrollTop);
  };
}
