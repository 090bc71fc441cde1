/** Pure text work: links, dates, lengths. */
import type { Card } from "./types";
import { words } from "./words";

export type Segment = string | { href: string; label: string };

const LINK = /\bhttps?:\/\/[^\s<>"'\u2060]+/gi;

/** The text cut into plain pieces and http(s) links. Never reads HTML; a link keeps no closing punctuation of the sentence. */
export function segments(text: string): Segment[] {
  const found: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    let label = match[0].replace(/[.,;:!?…]+$/, "");
    while (/[)\]}]$/.test(label) && !balanced(label)) label = label.slice(0, -1).replace(/[.,;:!?…]+$/, "");
    const href = safeHref(label);
    if (!href) continue;
    if (match.index > from) found.push(text.slice(from, match.index));
    found.push({ href, label });
    from = match.index + label.length;
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}

function balanced(text: string): boolean {
  const pairs: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
  const last = text.at(-1) ?? "";
  const opening = pairs[last] ?? "";
  return text.split(opening).length >= text.split(last).length;
}

/** An absolute http(s) address, or "" when it is anything else. Relative ones are read against `base`. */
export function safeHref(address: string, base?: string): string {
  try {
    const url = new URL(address, base);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : "";
  } catch {
    return "";
  }
}

/** Length in characters as the server counts them (code points, not UTF-16 units). */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** "240 KB", "1.2 MB". */
export function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What is left of a message's text beside its card: the lines that the card repeats ("Name: Ana") go. */
export function textBeside(text: string, card: Card | undefined): string {
  if (!card) return text;
  let rest = text;
  for (const { label, value } of card.rows) {
    const line = `${label}: ${value}`.toLowerCase();
    const at = rest.toLowerCase().indexOf(line);
    if (at < 0) continue;
    const start = rest.lastIndexOf("\n", at - 1) + 1;
    const lead = rest.slice(start, at);
    const after = rest.slice(at + line.length).match(/^[ \t.]*(\n|$)/);
    // Only whole lines: a sentence that happens to hold the words stays as it is.
    if (!/^[\s•*·–-]*$/.test(lead) || !after) continue;
    rest = rest.slice(0, start) + rest.slice(at + line.length + after[0].length);
  }
  return rest.replace(/\n{3,}/g, "\n\n").trim();
}

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(words.locale, options);
const clock = format({ hour: "2-digit", minute: "2-digit" });
const dayOfYear = format({ weekday: "long", day: "numeric", month: "long" });
const dayAndYear = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

export function timeOf(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : clock.format(date);
}

export function dayKey(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** "Today", "Yesterday" or "Tuesday 12 May" (with the year when it is not this one), in the reader's zone. */
export function dayOf(at: string, now: Date): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const dayBefore = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayKey(at) === dayKey(now.toISOString())) return words.today;
  if (dayKey(at) === dayKey(dayBefore.toISOString())) return words.yesterday;
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear).format(date).replace(",", "");
}

export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => [...(part ?? "")][0] ?? "");
  return letters.join("").toUpperCase();
}

/** 128 random bits in hex. (crypto.randomUUID exists on https pages only.) */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
