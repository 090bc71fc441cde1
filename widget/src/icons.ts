import { svg, type TemplateResult } from "lit";

const icon = (inner: TemplateResult): TemplateResult => svg`<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">${inner}</svg>`;

export const icons = {
  chat: icon(svg`<path d="M3.5 5.8A2.3 2.3 0 0 1 5.8 3.5h8.4a2.3 2.3 0 0 1 2.3 2.3v5.4a2.3 2.3 0 0 1-2.3 2.3H9.6l-3.4 3v-3h-.4a2.3 2.3 0 0 1-2.3-2.3z"/><path d="M7 7.2h6M7 10h3.6"/>`),
  close: icon(svg`<path d="m5 5 10 10M15 5 5 15"/>`),
  menu: icon(svg`<g fill="currentColor" stroke="none"><circle cx="4.5" cy="10" r="1.5"/><circle cx="10" cy="10" r="1.5"/><circle cx="15.5" cy="10" r="1.5"/></g>`),
  send: icon(svg`<path d="M10 16V4.5M5 9.2l5-5 5 5"/>`),
  down: icon(svg`<path d="M10 4v11.5M5.2 11l4.8 4.8 4.8-4.8"/>`),
  bot: icon(svg`<rect x="3.5" y="6.5" width="13" height="9.5" rx="2.6"/><path d="M10 6.5V3.6M7.6 10.4v1.4M12.4 10.4v1.4"/>`),
  person: icon(svg`<circle cx="10" cy="7" r="3.2"/><path d="M3.8 16.5c.8-3 3.2-4.6 6.2-4.6s5.4 1.6 6.2 4.6"/>`),
  clock: icon(svg`<circle cx="10" cy="10" r="6.7"/><path d="M10 6.2V10l2.6 1.7"/>`),
  done: icon(svg`<circle cx="10" cy="10" r="6.9"/><path d="m6.9 10.2 2.2 2.2 4-4.4"/>`),
  list: icon(svg`<rect x="4" y="3.3" width="12" height="13.4" rx="2"/><path d="M7 7.3h6M7 10h6M7 12.7h3.6"/>`),
  flag: icon(svg`<path d="M5 17V3.6h9.6l-2 3.6 2 3.6H5"/>`),
  box: icon(svg`<path d="m10 3 6.3 3.3v7.4L10 17l-6.3-3.3V6.3zM3.7 6.3 10 9.6l6.3-3.3M10 9.6V17"/>`),
  lock: icon(svg`<rect x="4.5" y="9" width="11" height="7.5" rx="1.8"/><path d="M7 9V6.6a3 3 0 0 1 6 0V9"/>`),
  alert: icon(svg`<path d="M10 3.2 17.4 16H2.6zM10 8.2v3.6M10 13.9v.1"/>`),
  copy: icon(svg`<rect x="7" y="7" width="9.5" height="9.5" rx="1.8"/><path d="M13 7V5.3A1.8 1.8 0 0 0 11.2 3.5H5.3a1.8 1.8 0 0 0-1.8 1.8v5.9A1.8 1.8 0 0 0 5.3 13H7"/>`),
  out: icon(svg`<path d="M8 4.5H5.3A1.8 1.8 0 0 0 3.5 6.3v8.4a1.8 1.8 0 0 0 1.8 1.8h8.4a1.8 1.8 0 0 0 1.8-1.8V12M11.5 3.5h5v5M16 4l-6.5 6.5"/>`),
  clip: icon(svg`<path d="m16.2 9.3-6 6a3.9 3.9 0 0 1-5.5-5.5l6.6-6.6a2.6 2.6 0 0 1 3.7 3.7l-6.6 6.6a1.3 1.3 0 0 1-1.9-1.9l6-6"/>`),
  image: icon(svg`<rect x="3" y="4" width="14" height="12" rx="2"/><circle cx="7.3" cy="8.2" r="1.3"/><path d="m3.6 14.6 4-3.6 2.6 2.2 3-3.2 3.6 3.6"/>`),
  end: icon(svg`<circle cx="10" cy="10" r="6.7"/><path d="m7.6 7.6 4.8 4.8M12.4 7.6l-4.8 4.8"/>`),
};
