/** <disputes-composer>: where one writes. Enter sends, Shift+Enter makes a new line; the draft outlives a reload. */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { icons } from "./icons";
import { ofTab } from "./storage";
import { sheets } from "./styles/sheets";
import sheet from "./styles/composer.css";
import shared from "./styles/shared.css";
import { lengthOf } from "./text";
import { words } from "./words";

export const LONGEST = 10_000;
const COUNT_FROM = 3600;

export class Composer extends LitElement {
  static override styles = sheets(shared, sheet);
  static override properties = {
    label: {},
    draft: {},
    disabled: { type: Boolean },
    note: { type: Boolean, reflect: true },
    accept: {},
    used: { state: true },
  };

  declare label: string;
  /** Key of the draft in the tab's storage. */
  declare draft: string;
  /** Whether sending is off; writing is not. */
  declare disabled: boolean;
  declare note: boolean;
  /** Kinds of files that may be sent, as a chooser of files wants them; "" for none. */
  declare accept: string;
  declare used: number;

  constructor() {
    super();
    this.label = words.write;
    this.draft = "";
    this.disabled = false;
    this.note = false;
    this.accept = "";
    this.used = 0;
  }

  protected get area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector("textarea");
  }

  override focus(): void {
    this.area?.focus();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("draft") && this.area) {
      this.area.value = ofTab.get(this.draft) ?? "";
      this.measure();
    }
  }

  protected override render() {
    const left = LONGEST - this.used;
    const ready = this.used > 0 && left >= 0 && !this.disabled;
    const { list, active } = this;
    return html`${this.above()}
      <div class="box">
        ${this.behind()}
        <textarea
          rows="1"
          enterkeyhint="send"
          aria-label=${this.label}
          aria-describedby="hint"
          aria-invalid=${left < 0 ? "true" : "false"}
          aria-autocomplete=${list === undefined ? nothing : "list"}
          aria-controls=${list || nothing}
          aria-activedescendant=${active || nothing}
          placeholder=${this.label}
          @input=${() => this.written()}
          @keydown=${(event: KeyboardEvent) => this.key(event)}
          @paste=${(event: ClipboardEvent) => this.pasted(event)}
        ></textarea>
        ${this.accept
          ? html`<input type="file" hidden multiple accept=${this.accept} @change=${(event: Event) => this.picked(event)} />
              <button class="icon" aria-label=${words.attach} title=${words.attach} @click=${() => this.renderRoot.querySelector("input")?.click()}>${icons.clip}</button>`
          : nothing}
        <button class="send" aria-label=${words.send} aria-disabled=${ready ? "false" : "true"} @click=${() => this.send()}>${icons.send}</button>
      </div>
      <span id="hint" class="hidden">${words.writeHint}</span>
      <div class="count ${left < 0 ? "over" : ""}" role="status">
        ${this.used >= COUNT_FROM ? (left < 0 ? words.over(-left) : words.left(left)) : nothing}
      </div>
      ${this.below()}`;
  }

  /** What stands above, behind and below the field. Where it offers something: the id of that list, "" while shut. */
  protected above(): TemplateResult | typeof nothing {
    return nothing;
  }

  protected behind(): TemplateResult | typeof nothing {
    return nothing;
  }

  protected below(): TemplateResult | typeof nothing {
    return nothing;
  }

  protected get list(): string | undefined {
    return undefined;
  }

  protected get active(): string {
    return "";
  }

  protected key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  protected written(): void {
    this.measure();
    ofTab.set(this.draft, this.area?.value || null);
    this.dispatchEvent(new CustomEvent("typed"));
  }

  protected send(): void {
    const area = this.area;
    const text = area?.value.trim();
    if (!area || !text || this.disabled || lengthOf(text) > LONGEST) return;
    area.value = "";
    ofTab.set(this.draft, null);
    this.measure();
    this.dispatchEvent(new CustomEvent("send", { detail: text }));
    area.focus();
  }

  private picked({ target }: Event): void {
    const input = target as HTMLInputElement;
    this.attach([...(input.files ?? [])]);
    input.value = "";
    this.area?.focus();
  }

  /** A picture from the clipboard; text is pasted as ever. */
  private pasted(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!this.accept || !files.length || event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    this.attach(files);
  }

  private attach(files: File[]): void {
    if (files.length) this.dispatchEvent(new CustomEvent("attach", { detail: files }));
  }

  /** The field grows with its text up to the limit of the style sheet. */
  protected measure(): void {
    const area = this.area;
    if (!area) return;
    this.used = lengthOf(area.value.trim());
    if (CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }
}
