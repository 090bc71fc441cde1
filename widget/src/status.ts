/** What the header says: who is at the other end now. */
import { html, type TemplateResult } from "lit";
import { icons } from "./icons";
import { initials } from "./text";
import { agentName, type State } from "./types";
import { words } from "./words";

export interface Standing {
  face: TemplateResult | string;
  title: string;
  line: string;
}

export function standing(state: State | null): Standing {
  const name = agentName(state);
  const place = state?.queue_position;
  switch (state?.owner) {
    case "queue": {
      if (state.message_left) return { face: icons.clock, title: words.messageLeft, line: words.messageLeftLine };
      const where = place ? words.position(place) : words.positionSoon;
      return { face: icons.clock, title: words.waiting, line: state.wait ? words.wait(where, state.wait) : where };
    }
    case "agent":
      return { face: name ? initials(name) : icons.person, title: name || words.agent, line: words.agentLine };
    case "closed":
      return { face: icons.end, title: words.ended, line: words.endedLine };
    default:
      return { face: icons.bot, title: words.assistant, line: words.assistantLine };
  }
}

export function heading({ face, title, line }: Standing): TemplateResult {
  return html`<div class="face" aria-hidden="true">${face}</div>
    <div class="who" aria-live="polite">
      <h2 id="who">${title}</h2>
      <p>${line}</p>
    </div>`;
}
