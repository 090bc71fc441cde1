// A page whose session has ended, or whose role has changed, is opened anew: the server says what comes next.
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401 || detail.xhr.status === 403) location.reload();
});
