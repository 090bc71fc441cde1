// Work on a complaint beside its chat: forms and letters open in the panel, and what is being written stays where it is.
const side = () => document.querySelector("#side");
const work = () => document.querySelector("#work");
const context = () => document.querySelector("#context");
const inside = (target) => target instanceof Element && target.closest("#work") != null;

let opener = "";
let asked = "";
let touched = false;
let wanted = "";

/** A door opens once more what was begun behind it, with what was typed; another one starts anew. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, pathInfo } = event.detail;
  const door = elt.closest?.("[data-work]");
  if (!door) return;
  opener = door.getAttribute("hx-get");
  if (touched && asked === pathInfo.requestPath) {
    event.preventDefault();
    return show();
  }
  asked = pathInfo.requestPath;
});

document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target === context()) remember();
});

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target === context()) restore();
  if (target === work()) {
    // A letter, and a form with faults, hold what was typed before.
    touched = work().querySelector("[name=seen], #faults") != null;
    say("");
    show();
  }
  if (target?.id === "chat") opener = asked = wanted = "";
});

document.addEventListener("input", ({ target }) => {
  if (inside(target)) touched = true;
});

/** What is on its way is seen on the button that sent it. */
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (!sent(detail)) return;
  fault("");
  sender(detail)?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", ({ detail }) => sent(detail) && sender(detail)?.removeAttribute("aria-busy"));
const sent = ({ elt }) => inside(elt) && elt.localName === "form";
const sender = ({ elt, requestConfig }) => requestConfig?.triggeringEvent?.submitter ?? elt.querySelector("[type=submit]");

const FAULTS = {
  404: "This is not there any more. Close this, and look at the case again.",
  413: "This file is too large.",
  other: "This could not be done just now. Nothing was sent; what you have typed is still here. Please try again.",
  away: "There is no connection just now. If you pressed to send, look at the case before you press again.",
};
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.target === work()) failed(FAULTS[detail.xhr.status] ?? FAULTS.other);
});
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (detail.target === work()) failed(FAULTS.away);
});

document.addEventListener("disputes-done", ({ detail }) => {
  if (detail.stays) return htmx.trigger(context(), "renew");
  close();
  work().replaceChildren();
  opener = asked = "";
  touched = false;
  wanted = `case-${detail.reference}`;
  say(detail.said);
  document.getElementById(wanted)?.focus();
  htmx.trigger(context(), "renew");
});

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-work-close]")) leave();
  if (target.id === "work-title") target.focus();
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !inside(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    leave();
  },
  true,
);

/** Somebody has done something in cases: what is shown of them is told, or brought up to date. */
addEventListener("disputes-cases", ({ detail: { ids } }) => {
  const concerns = (part) => !ids.length || ids.includes(part.dataset.case ?? part.dataset.watched);
  for (const news of document.querySelectorAll("#work [data-watched]")) if (concerns(news)) htmx.trigger(news, "renew");
  if (context() && [...context().querySelectorAll("[data-case]")].some(concerns)) htmx.trigger(context(), "renew");
});

function show() {
  work().hidden = false;
  side().classList.add("is-working");
  const faults = work().querySelector("#faults, .notice-due[role=alert]");
  const wrong = work().querySelector(".has-error .input");
  const field = [...work().querySelectorAll(".input")].find((each) => each.checkVisibility());
  work().querySelector("#work-body").scrollTop = 0;
  (wrong ?? (faults ? null : field) ?? work().querySelector("#work-title")).focus();
}

function close() {
  work().hidden = true;
  side().classList.remove("is-working");
}

function leave() {
  close();
  const door = document.querySelector(`[data-work][hx-get="${CSS.escape(opener)}"]`);
  const list = door?.closest("details");
  if (list) list.open = true;
  (door ?? side()).focus({ preventScroll: true });
}

function failed(words) {
  if (!work().hidden) return fault(words);
  asked = "";
  say(words);
}

function fault(words) {
  const place = work().querySelector("#work-fault");
  place.textContent = words;
  place.hidden = !words;
}

function say(words) {
  document.querySelector("#work-said").textContent = words;
}

/* The panel is drawn anew with each message: what was open in it, and where the focus was, stays. */
let opened = [];
let focused = "";

function remember() {
  opened = [...context().querySelectorAll("details[open][id]")].map((part) => part.id);
  const active = context().contains(document.activeElement) ? document.activeElement : null;
  focused = active ? (active.id && `#${CSS.escape(active.id)}`) || (active.dataset.work != null && `[hx-get="${CSS.escape(active.getAttribute("hx-get"))}"]`) || "" : "";
}

function restore() {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  const place = (wanted && document.getElementById(wanted)) || (focused && context().querySelector(focused));
  if (place && work().hidden) place.focus({ preventScroll: !wanted });
  wanted = "";
}
