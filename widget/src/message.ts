/** How one row of the conversation is drawn. */
import { html, nothing, type TemplateResult } from "lit";
import { cardOf, type CardUse } from "./card";
import { isOpenRating, ratedLine, ratingOf, type Rated } from "./rating";
import { icons } from "./icons";
import type { Row } from "./rows";
import { initials, safeHref, segments, textBeside, timeOf } from "./text";
import type { Attachment, FilePayload, Message } from "./types";
import { words } from "./words";

export interface StaffWords {
  note: string;
  offered: string;
}

export interface RowUse extends CardUse {
  side: "customer" | "agent";
  /** Words for what only staff see; the desk gives them. */
  staff: StaffWords | undefined;
  /** The last confirmed message of this side, which alone says "Sent". */
  lastOwn: Message | undefined;
  /** Up to here the other side has read; undefined when that is not known. */
  seenSeq: number | undefined;
  online: boolean;
  load: (id: string, preview: boolean) => Promise<Blob>;
  retry: (clientId: string) => void;
  remove: (clientId: string) => void;
  rate: (answer: Rated) => void;
}

type MessageRow = Extract<Row, { kind: "message" }>;

export function nameOf({ from, name }: Message, side: "customer" | "agent"): string {
  if (from === "customer") return side === "customer" ? words.you : words.customer;
  if (from === "bot") return words.assistantShort;
  if (from === "system") return words.system;
  return name || (side === "agent" ? words.you : words.agent);
}

export function rowOf(row: Row, use: RowUse): TemplateResult {
  if (row.kind === "day") return html`<div class="day"><span>${row.label}</span></div>`;
  if (row.kind === "system") {
    const { text, at } = row.message;
    return html`<div class="happened" data-seq=${row.message.seq}>${plain(text)} <time datetime=${at}>${timeOf(at)}</time></div>`;
  }
  return messageOf(row, use);
}

function messageOf(row: MessageRow, use: RowUse): TemplateResult {
  const { message, first, last, sending } = row;
  const { card } = message;
  if (card?.kind === "rating") {
    if (!use.staff && use.open && isOpenRating(card)) return html`<div class="message theirs first" data-seq=${message.seq}>${ratingOf(card, use.online, use.rate)}</div>`;
    return html`<div class="happened" data-seq=${message.seq}>${ratedLine(card)}</div>`;
  }
  const own = use.side === "customer" ? message.from === "customer" : message.from !== "customer";
  const file = fileOf(message.attachment);
  const text = file ? "" : textBeside(message.text, message.card);
  const trouble = sending && sending.state !== "waiting";
  const shape = [own ? "own" : "theirs", message.from, message.note && "note", first && "first", last && "last", sending && "sending", trouble && "trouble"];
  return html`<div class="message ${shape.filter(Boolean).join(" ")}" data-seq=${message.seq === Infinity ? nothing : message.seq}>
    <div class="body">
      ${first && (!own || use.side === "agent")
        ? html`<div class="name">
            ${message.note ? icons.lock : own ? nothing : html`<span class="face" aria-hidden="true">${faceOf(message)}</span>`}${nameOf(message, use.side)}${message.note && use.staff ? ` · ${use.staff.note}` : nothing}
          </div>`
        : html`<span class="hidden">${nameOf(message, use.side)}:</span>`}
      ${text ? html`<div class="bubble" dir="auto">${plain(text)}</div>` : nothing}
      ${file ? html`<disputes-file .payload=${file} .load=${use.load}></disputes-file>` : message.attachment ? attachmentOf(message.attachment, use.server) : nothing}
      ${message.card ? cardOf(message.card, use, message.id) : nothing} ${repliesOf(message, use)} ${footOf(row, own, use)}
    </div>
  </div>`;
}

export function faceOf(message: Pick<Message, "from" | "name">): TemplateResult | string {
  if (message.from === "bot") return icons.bot;
  if (message.from === "system") return icons.flag;
  return message.from === "agent" && message.name ? initials(message.name) : icons.person;
}

/** Text stays text: links become links, everything else is shown as typed. */
export function plain(text: string): (string | TemplateResult)[] {
  return segments(text).map((piece) =>
    typeof piece === "string" ? piece : html`<a href=${piece.href} target="_blank" rel="noopener noreferrer nofollow">${piece.label}</a>`,
  );
}

/** What somebody sent, or is sending; not a picture that the assistant shows from an address. */
function fileOf(attachment: Attachment | undefined): FilePayload | undefined {
  const payload = attachment?.payload;
  return payload?.id || payload?.file ? payload : undefined;
}

function attachmentOf({ type, payload }: Attachment, server: string): TemplateResult | typeof nothing {
  const href = payload?.src ? safeHref(payload.src, server) : "";
  if (!href) return nothing;
  const title = payload?.title || words.attachment;
  return html`<a class="attachment" href=${href} target="_blank" rel="noopener noreferrer"
    >${type === "image" ? html`<img src=${href} alt=${title} loading="lazy" />` : html`${title}${icons.out}`}</a
  >`;
}

function repliesOf(message: Message, use: RowUse): TemplateResult | typeof nothing {
  if (!message.quick_replies?.length || !use.open) return nothing;
  if (use.staff) return html`<div class="offered">${use.staff.offered} ${message.quick_replies.map(({ title }) => title).join(" · ")}</div>`;
  return html`<div class="replies">
    ${message.quick_replies.map(({ title, payload }) => html`<button class="reply" @click=${() => use.choose(payload, title)}>${title}</button>`)}
  </div>`;
}

function footOf({ message, last, sending }: MessageRow, own: boolean, use: RowUse): TemplateResult | typeof nothing {
  if (sending?.state === "failed" || sending?.state === "refused") {
    const reason = sending.state === "refused" ? `${words.refused} ${sending.reason ?? ""}` : words.failed;
    return html`<div class="foot failed">
      <span>${icons.alert}${reason}</span>
      ${sending.final ? nothing : html`<button class="link" @click=${() => use.retry(sending.client_id)}>${words.retry}</button>`}
      <button class="link" @click=${() => use.remove(sending.client_id)}>${words.remove}</button>
    </div>`;
  }
  if (sending?.file && use.online) {
    return html`<div class="foot"><progress max="1" value=${sending.progress ?? 0} aria-label=${words.sending}></progress>
      <span>${words.percent(sending.progress ?? 0)}</span><button class="link" @click=${() => use.remove(sending.client_id)}>${words.cancel}</button></div>`;
  }
  if (sending) return html`<div class="foot" aria-hidden="true">${use.online ? words.sending : words.held}</div>`;
  if (!last) return nothing;
  const sent = own && message === use.lastOwn ? ` · ${message.seq <= (use.seenSeq ?? 0) ? words.seen : words.sent}` : nothing;
  return html`<div class="foot" aria-hidden="true"><time datetime=${message.at}>${timeOf(message.at)}</time>${message.by_mail ? ` · ${words.byMail}` : nothing}${sent}</div>`;
}
