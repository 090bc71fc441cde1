/** The question whether the chat has helped: a form of five choices and a few words, once; then a quiet line. */
import { html, nothing, type TemplateResult } from "lit";
import type { Card } from "./types";
import { words } from "./words";

const SCORES = [1, 2, 3, 4, 5];

export interface Rated {
  epoch: number;
  score: number;
  words: string;
}

export const isOpenRating = (card: Card | undefined): boolean => card?.kind === "rating" && !card.score;

export function ratingOf(card: Card, online: boolean, rate: (answer: Rated) => void): TemplateResult {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    rate({ epoch: card.epoch ?? 0, score: Number(given.get("score")), words: String(given.get("words")) });
  };
  return html`<form class="card rating" @submit=${send}>
    <fieldset>
      <legend>${card.title}</legend>
      ${SCORES.map((score) => html`<label><input type="radio" name="score" value=${score} required /><span>${score}</span></label>`)}
    </fieldset>
    <p aria-hidden="true"><span>${words.scoreLow}</span><span>${words.scoreHigh}</span></p>
    <textarea name="words" rows="2" maxlength="1000" aria-label=${words.scoreWords} placeholder=${words.scoreWords}></textarea>
    <button class="secondary" ?disabled=${!online}>${words.scoreSend}</button>
  </form>`;
}

/** What stands there for whoever cannot answer, and once it is answered. */
export function ratedLine({ title, score }: Card): TemplateResult {
  return html`${title} ${score ? words.score(score) : nothing}`;
}
