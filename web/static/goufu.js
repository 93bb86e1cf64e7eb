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

  // files dropped on the form are handed in at once
  const drop = document.getElementById("drop");
  if (drop) {
    const sent = drop.querySelector("progress.sent");
    const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("over", on); };
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      if (!event.dataTransfer.files.length) return;
      drop.querySelector("input[type=file]").files = event.dataTransfer.files;
      drop.requestSubmit();
    });
    drop.addEventListener("htmx:xhr:progress", (event) => {
      sent.hidden = false;
      if (event.detail.total) sent.value = (100 * event.detail.loaded) / event.detail.total;
    });
    drop.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt !== drop) return;
      sent.hidden = true;
      if (event.detail.successful) {
        drop.reset();
        const said = document.getElementById("said");
        if (said) said.textContent = "";
      }
    });
  }
})();
