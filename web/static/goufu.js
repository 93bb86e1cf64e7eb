/* goufu's own script: what pages need beyond htmx. No page depends on it for reading. */
(() => {
  "use strict";
  // a sentence of the server about what went wrong takes the place for messages, not the part that was asked for
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 409 && xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = true; // somebody was faster: what stands now takes the place of the pane
      event.detail.isError = false;
    } else if (xhr.status >= 400) {
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

  // a choice that leads to another page
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-goto]")) window.location.assign(event.target.value);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const sure = event.target.closest("[data-sure]");
    if (sure && !window.confirm(sure.dataset.sure)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => { // "/" goes to the search of a page
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.getElementById("lines")) return;
    if (event.target.matches("input, textarea, select")) return;
    const found = document.querySelector('[data-focus="/"]');
    if (found) { event.preventDefault(); found.focus(); }
  });

  // the worklist: one line is chosen, keys act on it
  const list = document.getElementById("lines");
  const typing = (node) => node.matches("input:not([type=checkbox]), textarea, select");
  if (list) {
    const rows = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");
    const choose = (row) => {
      if (!row) return;
      const before = chosen();
      if (before) before.setAttribute("aria-selected", "false");
      row.setAttribute("aria-selected", "true");
      list.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
      htmx.trigger(row, "pick");
    };
    // a key decides only the line that is chosen: not while the pane still shows the one before
    const shown = () => {
      const pane = document.querySelector("#item [data-line]");
      return Boolean(pane && chosen() && pane.dataset.line === chosen().id);
    };
    const beside = (row, step) => (step > 0 ? row.nextElementSibling : row.previousElementSibling);
    const move = (step) => choose(chosen() ? beside(chosen(), step) : rows()[0]);
    const nextOpen = (row) => {
      let next = beside(row, 1);
      while (next && next.classList.contains("is-decided")) next = beside(next, 1);
      return next || beside(row, 1) || row;
    };
    list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (!row) return;
      choose(row);
      if (window.matchMedia("(max-width: 999px)").matches) document.getElementById("item").scrollIntoView();
    });
    let last = "";
    document.body.addEventListener("decided", (event) => { last = String(event.detail.item); });
    document.addEventListener("htmx:afterSettle", (event) => {
      if (!chosen() && event.detail.target === list) choose(rows()[0]);
    });
    document.addEventListener("htmx:afterOnLoad", (event) => {
      if (!last || event.detail.requestConfig.verb !== "post") return;
      const row = document.getElementById("line-" + last);
      const undone = event.detail.requestConfig.path.endsWith("/undo");
      last = "";
      list.focus({ preventScroll: true });
      if (row) choose(undone ? row : nextOpen(row));
    });
    const press = (node) => { if (node) node.click(); return Boolean(node); };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const { key, target } = event;
      if (target.id === "words" && (key === "ArrowDown" || key === "Enter")) {
        const first = document.querySelector("#hits button");
        if (first) { event.preventDefault(); first.focus(); }
        return;
      }
      if (target.closest("#hits") && (key === "ArrowDown" || key === "ArrowUp")) {
        const next = beside(target, key === "ArrowDown" ? 1 : -1);
        if (next) next.focus(); else if (key === "ArrowUp") document.getElementById("words").focus();
        event.preventDefault();
        return;
      }
      if (key === "Escape") { list.focus(); return; }
      if (typing(target)) {
        if (target.id === "q" && (key === "ArrowDown" || key === "Enter")) { event.preventDefault(); list.focus(); if (!chosen()) move(1); }
        return;
      }
      const pressed = target.closest("button, summary, a") !== null;
      const focus = document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
      let taken = true;
      if (key === "ArrowDown" || key === "j") move(1);
      else if (key === "ArrowUp" || key === "k") move(-1);
      else if (key === "Home") choose(rows()[0]);
      else if (key === "End") choose(rows().at(-1));
      else if (focus && (focus.id !== "note" || shown())) focus.focus();
      else if (key === " " && !pressed) { const why = document.querySelector("[data-unfold]"); if (why) why.open = !why.open; }
      else if (key === "Enter" && !pressed && shown()) press(document.querySelector('#item [data-key="a"]'));
      else if (key === "u") press(document.querySelector("#done [data-undo]"));
      else if (key === "?") { const keys = document.querySelector(".keys"); keys.open = !keys.open; }
      else if (key.length === 1 && key !== " " && shown()) {
        const found = document.querySelector(`#item [data-key="${CSS.escape(key)}"]`);
        taken = press(found);
        if (taken && found.matches("summary")) found.parentElement.querySelector(".likely, button").focus();
      } else taken = false;
      if (taken) event.preventDefault();
    });
    // reasons that were unfolded stay so from line to line
    let unfolded = false;
    document.addEventListener("htmx:beforeSwap", (event) => {
      const why = document.querySelector("[data-unfold]");
      if (why && event.detail.target.id === "item") unfolded = why.open;
    });
    document.addEventListener("htmx:afterSwap", (event) => {
      const why = document.querySelector("[data-unfold]");
      if (why && event.detail.target.id === "item") why.open = unfolded;
    });
    document.addEventListener("DOMContentLoaded", () => { // by then htmx knows the rows
      list.focus({ preventScroll: true });
      choose(rows()[0]);
    });
  }
})();
