/** The cards of the assistant: what was understood, what was filed, where it stands. */
import { html, nothing, type TemplateResult } from "lit";
import { icons } from "./icons";
import { safeHref } from "./text";
import type { Card, CardRow } from "./types";
import { words } from "./words";

const REFERENCE = /^CD-[0-9A-Z]{4}-[0-9A-Z]{4}$/;
/** From here on a value may scroll, and whoever has no mouse must be able to. */
const LONG = 120;
const pictures = { summary: icons.list, filed: icons.done, status: icons.flag, order: icons.box };

export interface CardUse {
  /** Whether the edit buttons still count. */
  open: boolean;
  /** Relative links are read against this. */
  server: string;
  /** The value copied last, to say so on its button. */
  copied: string;
  choose: (payload: string, title: string) => void;
  copy: (value: string) => void;
}

export function cardOf(card: Card, use: CardUse): TemplateResult {
  const href = card.link && safeHref(card.link.href, use.server);
  return html`<div class="card ${card.kind}">
    <h3>${pictures[card.kind] ?? icons.list}<span>${card.title}</span></h3>
    <dl>${(card.rows ?? []).map((row) => rowOf(row, use))}</dl>
    ${href
      ? html`<a class="card-link" href=${href} target="_blank" rel="noopener noreferrer"
          >${card.link?.label}${icons.out}<span class="hidden">${words.newTab}</span></a
        >`
      : nothing}
  </div>`;
}

function rowOf({ label, value, edit }: CardRow, use: CardUse): TemplateResult {
  const reference = REFERENCE.test(value);
  return html`<div>
    <dt>${label}</dt>
    <dd>
      <span class=${reference ? "value ref" : "value"} tabindex=${value.length > LONG ? "0" : nothing}>${value}</span>
      ${reference
        ? html`<button class="small" aria-label=${words.copyRow(label)} @click=${() => use.copy(value)}>
            ${use.copied === value ? icons.done : icons.copy}<span>${use.copied === value ? words.copied : words.copy}</span>
          </button>`
        : edit && use.open
          ? html`<button class="small" aria-label=${words.changeRow(label)} @click=${() => use.choose(edit, words.changeRow(label))}>
              ${words.change}
            </button>`
          : nothing}
    </dd>
  </div>`;
}
