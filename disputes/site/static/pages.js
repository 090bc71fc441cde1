// Pages work without this; with it, a form that is being sent is not sent twice.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("button[type=submit]");
    if (button.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-busy", "true");
  });
}
// A page that comes back from the browser's memory is ready to be sent again.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] [aria-busy]")) button.removeAttribute("aria-busy");
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
document.querySelector("#faults")?.focus();
