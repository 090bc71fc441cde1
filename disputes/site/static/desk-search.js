// Going back from a result shows the results again. The words stay with the entry of this tab's history: they are in no
// address, and gone when the tab is closed. Searching works without this.
const form = document.querySelector("#search");
const words = form.elements.namedItem("words");

form.addEventListener("submit", () => history.replaceState({ ...history.state, searched: words.value }, ""));

const before = history.state?.searched;
if (before && !words.value) {
  words.value = before;
  form.requestSubmit();
}
