/* goufu's own script: what pages need beyond htmx. No page depends on it for reading. */
(() => {
  "use strict";
  // a sentence of the server about what went wrong takes the place for messages, not the part that was asked for
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400) {
      const said = document.getElementById("said");
      if (said) said.innerHTML = xhr.responseText;
      event.detail.shouldSwap = false;
    }
  });
  document.addEventListener("htmx:sendError", () => {
    const said = document.getElementById("said");
    if (said) said.textContent = document.documentElement.lang === "en" ? "The server does not answer; try again." : "服务器没有应答，请再试。";
  });
})();
