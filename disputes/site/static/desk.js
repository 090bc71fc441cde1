// Keeps the lists and the side panel of the desk up to date. Everything else works without it.
const lists = document.querySelector("#lists");
const context = document.querySelector("#context");
const renew = (part) => part && htmx.trigger(part, "renew");

// Many hints at once (a busy minute, a reconnect) are one renewal.
function calmly(task, pause = 250) {
  let waiting = 0;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(task, pause);
  };
}

addEventListener("disputes-queue", calmly(() => renew(lists)));

// Renewed when somebody else takes the chat, or more is known; what this page did itself has been shown already.
let holder = null;
addEventListener("disputes-state", ({ detail }) => {
  const now = `${detail.owner} ${detail.epoch} ${detail.facts}`;
  if (holder !== null && now !== holder) renew(context);
  holder = now;
});

const title = document.title.replace(/^\(\d+\) /, "");
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target === lists) {
    const waiting = lists.querySelectorAll("[aria-labelledby=list-waiting] .list-item").length;
    document.title = waiting ? `(${waiting}) ${title}` : title;
  }
  // The pressed button is gone with the old panel: keep the place for the keyboard.
  if (target === context && document.activeElement === document.body) context.focus({ preventScroll: true });
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401 || detail.xhr.status === 403) location.reload();
});
