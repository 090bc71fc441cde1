/** <disputes-keys>: the keys of the desk, and what this browser remembers: single keys, sound, notifications. */
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { icons } from "../icons";
import shared from "../styles/shared.css";
import { sheets } from "../styles/sheets";
import tokens from "../../../disputes/site/static/tokens.css";
import sheet from "./keys-dialog.css";
import { CHAT_KEYS, DESK_KEYS, LIST_KEYS, type Key, type Keys } from "./keys";
import { play } from "./page/sound";
import { notices, singleKeys, sounds, type Switch } from "./switches";
import { words } from "./words";

export class KeysDialog extends LitElement {
  static override styles = sheets(tokens, shared, sheet);
  static override properties = { refused: { state: true } };

  /** The browser does not let us notify. */
  declare refused: boolean;

  constructor() {
    super();
    this.refused = false;
  }

  async open(): Promise<void> {
    await this.updateComplete;
    this.dialog?.showModal();
  }

  private get dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @click=${(event: Event) => event.target === this.dialog && this.dialog?.close()}>
      <div class="inside">
        <div class="head">
          <h2 id="title" tabindex="-1" autofocus>${words.keysTitle}</h2>
          <button class="icon" aria-label=${words.keysClose} @click=${() => this.dialog?.close()}>${icons.close}</button>
        </div>
        <div class="columns">${[CHAT_KEYS, DESK_KEYS, LIST_KEYS].map((group) => this.groupOf(group))} ${this.composing()}</div>
        <fieldset>
          <legend>${words.switches}</legend>
          ${this.switchOf(singleKeys, words.switchKeys, words.switchKeysHint)}
          ${this.switchOf(sounds, words.switchSound, words.switchSoundHint, (on) => on && play("waiting"))}
          ${this.switchOf(notices, words.switchNotices, this.refused ? words.switchNoticesRefused : words.switchNoticesHint, (on) => on && void this.permit())}
        </fieldset>
      </div>
    </dialog>`;
  }

  private groupOf({ title, keys }: Keys): TemplateResult {
    return html`<section>
      <h3>${title}</h3>
      <dl>${keys.map((key) => this.keyOf(key))}</dl>
    </section>`;
  }

  private keyOf({ key, does, typing }: Key): TemplateResult {
    return html`<div>
      <dt><kbd>${key}</kbd>${typing ? html` <span class="or">${words.keysOr}</span> <kbd>Alt ${key}</kbd>` : nothing}</dt>
      <dd>${does}</dd>
    </div>`;
  }

  private composing(): TemplateResult {
    return html`<section>
      <h3>${words.keysWriting}</h3>
      <dl>
        ${words.keysInField.map(([keys, does]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${does}</dd></div>`)}
      </dl>
    </section>`;
  }

  private switchOf(kept: Switch, label: string, hint: string, then: (on: boolean) => void = () => {}): TemplateResult {
    const turn = (event: Event): void => {
      kept.on = (event.target as HTMLInputElement).checked;
      then(kept.on);
    };
    return html`<label class="switch"><input type="checkbox" role="switch" .checked=${kept.on} @change=${turn} />
      <span><strong>${label}</strong><br /><small>${hint}</small></span></label>`;
  }

  private async permit(): Promise<void> {
    const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
    this.refused = answer !== "granted";
    if (this.refused) notices.on = false;
    const box = this.renderRoot.querySelectorAll<HTMLInputElement>("[role=switch]")[2];
    if (box) box.checked = notices.on;
  }
}
