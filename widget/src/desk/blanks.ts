/** Blanks such as {name} in a text for a customer. The same rule as disputes/chat/blanks.py, which has the last word. */

const BLANK = /\{([a-z][a-z_]{0,30})\}/g;

export interface Blank {
  name: string;
  start: number;
  end: number;
}

export function blanksIn(text: string): Blank[] {
  return [...text.matchAll(BLANK)].map((found) => ({ name: found[1] ?? "", start: found.index, end: found.index + found[0].length }));
}

/** The text with every blank filled whose value is known; the others stay as they are. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(BLANK, (blank, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? blank) : blank));
}

/** The next blank at or after a place in the text, else the first one: where whoever writes goes on. */
export function nextBlank(text: string, from: number): Blank | undefined {
  const blanks = blanksIn(text);
  return blanks.find(({ start }) => start >= from) ?? blanks[0];
}
