// The page of a case says when somebody else has done something in it. Everything works without this.
const news = document.querySelector("#news");

addEventListener("disputes-cases", ({ detail: { ids } }) => {
  if (news && (!ids.length || ids.includes(news.dataset.case))) htmx.trigger(news, "renew");
});
