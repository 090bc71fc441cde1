import { unsafeCSS, type CSSResult } from "lit";

/** Our own style sheets, from files, as Lit wants them: they reach the page as adoptedStyleSheets, which a strict CSP allows. */
export function sheets(...files: string[]): CSSResult[] {
  return files.map((text) => unsafeCSS(text));
}
