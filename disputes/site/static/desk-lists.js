// Lists of work: gone through by keys, and kept up to date without anything moving under the hand.
const work = document.querySelector("[data-live]");
const news = document.querySelector("[data-news]");
const LOOK_ANYWAY = 60_000;

/* Keys: j and k from anywhere, arrows, Home and End from a row; Enter opens it, as on any link. */
const doors = () => [...document.querySelectorAll("[data-rows] [data-row]")].map((row) => row.querySelector("a[href]"));
// The switch is in the dialog of the keys (desk-chat.js).
const single = () => localStorage.getItem("disputes.desk.keys") !== "off";
const busy = (target) => target.closest?.("input, textarea, select, dialog[open], [contenteditable]") != null;

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || busy(event.target)) return;
  if (event.key.length === 1 && !single()) return;
  if (event.key === "n" && held) return show();
  const all = doors();
  const at = all.indexOf(document.activeElement);
  const last = all.length - 1;
  const to = { j: at + 1, k: at < 0 ? 0 : at - 1, ...(at >= 0 && { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }) }[event.key];
  if (to === undefined || last < 0) return;
  event.preventDefault();
  all[Math.min(Math.max(to, 0), last)].focus();
});

/* Live: counts at once; rows that stay where they are at once; rows that would move when they are asked for. */
let held = null;
let looking = false;
let again = false;
const order = (part) => [...part.querySelectorAll("[data-row]")].map((row) => row.dataset.row);

async function look() {
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  try {
    const answer = await fetch(work.dataset.live, { headers: { "HX-Request": "true" } });
    if (answer.redirected || answer.status === 403) location.reload();
    else if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html").body);
  } catch {
    // No line: the next hint or the next minute looks again.
  } finally {
    looking = false;
    if (again) {
      again = false;
      look();
    }
  }
}

function take(fresh) {
  for (const count of fresh.querySelectorAll("[data-count]")) {
    const shown = work.querySelector(`[data-count="${count.dataset.count}"]`);
    if (shown && shown.outerHTML !== count.outerHTML) shown.replaceWith(count.cloneNode(true));
  }
  const [before, after] = [order(work), order(fresh)];
  held = fresh;
  if (before.join() === after.join()) {
    if (before.length) refill();
    else show();
  } else if (document.hidden || !before.length) {
    show();
  } else {
    announce(before, after);
  }
}

/** The same rows in the same places: what is in them may change while somebody reads the list. */
function refill() {
  const rows = work.querySelectorAll("[data-row]");
  held.querySelectorAll("[data-row]").forEach((row, number) => {
    const shown = rows[number];
    if (shown.innerHTML === row.innerHTML) return;
    if (!shown.contains(document.activeElement)) shown.innerHTML = row.innerHTML;
    else [...row.children].forEach((cell, place) => shown.children[place].matches(":focus-within") || shown.children[place].replaceWith(cell));
  });
  quiet();
}

function announce(before, after) {
  const come = after.filter((row) => !before.includes(row)).length;
  const gone = before.filter((row) => !after.includes(row)).length;
  const parts = [come && `${come} new`, gone && `${gone} gone`].filter(Boolean);
  const words = parts.join(", ") || "The order has changed";
  const said = news.querySelector("[data-news-words]");
  if (said.textContent !== words) said.textContent = words;
  news.hidden = false;
}

function show() {
  const focused = document.activeElement?.closest?.("[data-row]");
  const place = focused ? order(work).indexOf(focused.dataset.row) : -1;
  work.replaceChildren(...held.childNodes);
  quiet();
  if (place < 0) return;
  const same = doors().find((door) => door.closest("[data-row]").dataset.row === focused.dataset.row);
  (same ?? doors()[Math.min(place, doors().length - 1)])?.focus({ preventScroll: true });
}

function quiet() {
  held = null;
  news.hidden = true;
}

if (work && news) {
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 250);
  };
  addEventListener("disputes-cases", soon);
  setInterval(look, LOOK_ANYWAY);
  document.addEventListener("visibilitychange", () => held && document.hidden && show());
  news.querySelector("button").addEventListener("click", show);
}
