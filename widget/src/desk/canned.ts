/** Finding a canned reply by what is typed after a slash. Pure. */

export interface Reply {
  code: string;
  title: string;
  text: string;
}

/** What `/desk/chats/…/replies` answers: the texts, and what this chat knows for their blanks. */
export interface Offered {
  replies: Reply[];
  values: Record<string, string>;
}

export interface Asked {
  /** Where the slash stands. */
  start: number;
  query: string;
}

const LONGEST_CODE = 30;

/** The code that is being typed at `caret`: a slash at the beginning of a word and what follows it. */
export function codeAt(text: string, caret: number): Asked | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf("/");
  if (start < 0 || caret - start > LONGEST_CODE + 1) return null;
  const query = before.slice(start + 1);
  const opens = start === 0 || /\s/.test(before[start - 1] ?? "");
  return opens && /^[\p{L}\d-]*$/u.test(query) ? { start, query: query.toLowerCase() } : null;
}

/** Those that fit: first by the beginning of their code, then by anything in code or title. */
export function matching(replies: readonly Reply[], query: string): Reply[] {
  const rank = ({ code, title }: Reply): number => {
    if (code.startsWith(query)) return 0;
    if (code.includes(query)) return 1;
    return title.toLowerCase().includes(query) ? 2 : 3;
  };
  return replies
    .map((reply) => ({ reply, place: rank(reply) }))
    .filter(({ place }) => place < 3)
    .sort((a, b) => a.place - b.place || a.reply.code.localeCompare(b.reply.code))
    .map(({ reply }) => reply);
}
