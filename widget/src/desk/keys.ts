/** The keys of the desk: which there are, and which one a press means. Pure.
 *
 *  A single letter works only where nothing is typed, and can be switched off (WCAG 2.1.4). With Alt it works while
 *  typing too, whatever letter the keyboard writes with it. */

export interface Key {
  key: string;
  does: string;
  /** Works with Alt while one types. */
  typing?: boolean;
}

export interface Keys {
  title: string;
  keys: readonly Key[];
}

export const CHAT_KEYS: Keys = {
  title: "Chats",
  keys: [
    { key: "n", does: "Take the chat that waits longest", typing: true },
    { key: "j", does: "Next chat in the list", typing: true },
    { key: "k", does: "Previous chat in the list", typing: true },
    { key: "u", does: "Next chat of mine with something new", typing: true },
    { key: "t", does: "Take this chat, or take it over", typing: true },
    { key: "r", does: "Write a reply", typing: true },
    { key: "p", does: "Write a private note", typing: true },
    { key: "f", does: "Pass this chat on" },
    { key: "b", does: "Hand back to the assistant" },
    { key: "e", does: "End this chat" },
    { key: "s", does: "What is known of the customer" },
    { key: "c", does: "What can be done about their complaint" },
    { key: "a", does: "Available, or away" },
  ],
};

export const LIST_KEYS: Keys = {
  title: "Lists of cases and work",
  keys: [
    { key: "j", does: "Next row" },
    { key: "k", does: "Previous row" },
    { key: "n", does: "Show what is new" },
  ],
};

export const DESK_KEYS: Keys = {
  title: "Everywhere",
  keys: [
    { key: "/", does: "Search" },
    { key: "1", does: "Chats" },
    { key: "2", does: "To do" },
    { key: "3", does: "Cases" },
    { key: "?", does: "Show these keys" },
  ],
};

const ALL = [...CHAT_KEYS.keys, ...DESK_KEYS.keys];
const SINGLE = new Set(ALL.map(({ key }) => key));
const WITH_ALT = new Set(ALL.filter(({ typing }) => typing).map(({ key }) => key));

export interface Pressed {
  key: string;
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
  repeat: boolean;
}

/** The key of the tables above that this press means, or null. `typing`: in a field; `single`: letters alone count. */
export function meant(press: Pressed, typing: boolean, single: boolean): string | null {
  if (press.ctrlKey || press.metaKey || press.isComposing) return null;
  if (press.altKey) {
    const letter = /^Key([A-Z])$/.exec(press.code)?.[1]?.toLowerCase();
    return letter && WITH_ALT.has(letter) ? letter : null;
  }
  if (typing || !single) return null;
  const key = press.key.toLowerCase();
  // A key that is held down moves on in the list, and does nothing else twice.
  if (press.repeat && key !== "j" && key !== "k") return null;
  return SINGLE.has(key) ? key : null;
}

const FIELDS = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

/** Whether what has the focus takes letters: then a letter is a letter. */
export function takesLetters(target: EventTarget | undefined): boolean {
  if (!(target instanceof Element) || !target.matches(FIELDS)) return false;
  return !(target instanceof HTMLInputElement && ["checkbox", "radio", "button", "submit", "file"].includes(target.type));
}
