/** The cards of the assistant: what was understood, what was filed, where it stands. */
import { html, nothing, type TemplateResult } from "lit";
import { icons } from "./icons";
import { safeHref } from "./text";
import type { Card, CardRow } from "./types";
import { words } from "./words";

const REFERENCE = /^CD-[0-9A-Z]{4}-[0-9A-Z]{4}$/;
/** From here on a value may scroll, and whoever has no mouse must be able to. */
const LONG = 120;
const pictures = { rating: icons.flag, handover: icons.person, summary: icons.list, filed: icons.done, status: icons.flag, order: icons.box };

/** The line of a card that the customer is changing. */
export interface Editing {
  field: string;
  trouble: string;
  busy: boolean;
}

/** How the hand-over card of the message with this id is corrected, right where it stands. */
export interface Correcting {
  id: string;
  editing: Editing | null;
  /** Begins to change a line; null leaves it as it is. */
  edit: (field: string | null) => void;
  save: (value: string) => void;
}

export interface CardUse {
  /** Whether the edit buttons still count. */
  open: boolean;
  /** Relative links are read against this. */
  server: string;
  /** The value copied last, to say so on its button. */
  copied: string;
  choose: (payload: string, title: string) => void;
  copy: (value: string) => void;
  /** Only where people have the chat and the reader is the customer. */
  handover?: Correcting | undefined;
}

export function cardOf(card: Card, use: CardUse, id: string): TemplateResult {
  const correcting = use.handover?.id === id ? use.handover : undefined;
  const href = card.link && safeHref(card.link.href, use.server);
  return html`<div class="card ${card.kind}">
    <h3>${pictures[card.kind] ?? icons.list}<span>${card.title}</span></h3>
    <dl>${(card.rows ?? []).map((row) => {
      const editing = row.field && correcting?.editing?.field === row.field ? correcting.editing : null;
      return correcting && editing ? editOf(row, correcting, editing) : rowOf(row, use, correcting);
    })}</dl>
    ${href
      ? html`<a class="card-link" href=${href} target="_blank" rel="noopener noreferrer"
          >${card.link?.label}${icons.out}<span class="hidden">${words.newTab}</span></a
        >`
      : nothing}
  </div>`;
}

function rowOf({ label, value, edit, field, typed }: CardRow, use: CardUse, correcting?: Correcting): TemplateResult {
  const reference = REFERENCE.test(value);
  return html`<div>
    <dt>${label}</dt>
    <dd>
      <span class="value ${reference ? "ref" : field && !typed ? "none" : ""}" tabindex=${value.length > LONG ? "0" : nothing}>${value}</span>
      ${reference
        ? html`<button class="small" aria-label=${words.copyRow(label)} @click=${() => use.copy(value)}>
            ${use.copied === value ? icons.done : icons.copy}<span>${use.copied === value ? words.copied : words.copy}</span>
          </button>`
        : correcting && field
          ? html`<button class="small" data-field=${field} aria-label=${typed ? words.changeRow(label) : words.addRow(label)} @click=${() => correcting.edit(field)}>
              ${typed ? words.change : words.add}
            </button>`
        : edit && use.open
          ? html`<button class="small" aria-label=${words.changeRow(label)} @click=${() => use.choose(edit, words.changeRow(label))}>
              ${words.change}
            </button>`
          : nothing}
    </dd>
  </div>`;
}

function editOf({ label, input, typed, options }: CardRow, { edit, save }: Correcting, { trouble, busy }: Editing): TemplateResult {
  const send = (event: Event): void => {
    event.preventDefault();
    save(new FormData(event.target as HTMLFormElement).get("value") as string);
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    edit(null);
  };
  const about = { invalid: trouble ? "true" : "false", said: trouble ? "trouble" : nothing };
  return html`<div>
    <dt id="editing">${label}</dt>
    <dd>
      <form @submit=${send} @keydown=${leave}>
        ${input === "choice"
          ? html`<select name="value" data-editing aria-labelledby="editing" aria-invalid=${about.invalid} aria-describedby=${about.said}>
              ${options?.map((each) => html`<option value=${each.value} ?selected=${each.value === typed}>${each.label}</option>`)}
            </select>`
          : input === "text"
            ? html`<textarea name="value" rows="4" data-editing aria-labelledby="editing" aria-invalid=${about.invalid} aria-describedby=${about.said} .value=${typed ?? ""}></textarea>`
            : html`<input name="value" autocomplete="off" data-editing aria-labelledby="editing" aria-invalid=${about.invalid} aria-describedby=${about.said} .value=${typed ?? ""} />`}
        ${trouble ? html`<p id="trouble" role="alert">${trouble}</p>` : nothing}
        <button class="primary" aria-disabled=${busy ? "true" : "false"}>${words.save}</button>
        <button class="secondary" type="button" @click=${() => edit(null)}>${words.cancel}</button>
      </form>
    </dd>
  </div>`;
}
