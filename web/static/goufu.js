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
  const say = (text, kind = "error") => {
    const said = document.getElementById("said");
    if (!said) return;
    said.replaceChildren();
    if (text) said.appendChild(Object.assign(document.createElement("p"), { className: kind, textContent: text }));
  };
  // what was typed stays where it was typed; a sentence says that it was not saved
  const silent = (event) => {
    const { unsaved, silent: unanswered } = document.getElementById("said").dataset;
    say(event.detail.requestConfig.verb === "post" ? unsaved : unanswered);
  };
  document.addEventListener("htmx:sendError", silent);
  document.addEventListener("htmx:timeout", silent);
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.path !== "/upload") event.detail.timeout = 30000; // handing in a large file may take long
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => { // an answer to what was sent ends the sentence about the last failure
    if (event.detail.xhr.status < 400 && event.detail.requestConfig.verb === "post") say("");
  });
  let waiting = 0; // files being read, as the list said last
  document.addEventListener("htmx:afterSettle", () => {
    const list = document.getElementById("uploads");
    if (!list) return;
    const now = Number(list.dataset.waiting);
    if (waiting && !now) say(list.dataset.done, "good");
    waiting = now;
  });

  // files dropped on the form are handed in at once
  const drop = document.getElementById("drop");
  if (drop) {
    const sent = drop.querySelector("progress.sent");
    const input = drop.querySelector("input[type=file]");
    const { most, many, large, tooMany, none } = drop.dataset;
    const fits = () => { // said before megabytes are sent in vain
      const files = [...input.files];
      if (files.length > Number(many)) say(tooMany);
      else if (!files.length && !drop.elements.text.value.trim()) say(none);
      else return true;
      return false;
    };
    const told = () => { // lists what is chosen, without what is too large; whether that is all of it
      const files = [...input.files];
      const fit = files.filter((file) => file.size <= Number(most) * 1024 * 1024);
      const left = files.filter((file) => !fit.includes(file));
      if (left.length) {
        const kept = new DataTransfer();
        fit.forEach((file) => kept.items.add(file));
        input.files = kept.files;
        say(large + left.map((file) => file.name).join("、"));
      }
      drop.querySelector(".chosen").replaceChildren(...fit.map((file) =>
        Object.assign(document.createElement("li"), { textContent: `${file.name} · ${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB` })));
      return !left.length;
    };
    input.addEventListener("change", told);
    drop.addEventListener("reset", () => drop.querySelector(".chosen").replaceChildren());
    drop.addEventListener("htmx:confirm", (event) => { if (event.detail.elt === drop && !fits()) event.preventDefault(); });
    const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("over", on); };
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      if (told()) drop.requestSubmit(); // else what was left out is read first
    });
    drop.addEventListener("htmx:xhr:progress", (event) => {
      sent.hidden = false;
      if (event.detail.total) sent.value = (100 * event.detail.loaded) / event.detail.total;
    });
    drop.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt !== drop) return;
      sent.hidden = true;
      if (event.detail.successful) drop.reset();
    });
  }

  // a link to what is folded away unfolds it
  document.getElementById(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");

  // a choice that leads to another page
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-goto]")) window.location.assign(event.target.value);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) document.getElementById("keys").showModal();
    const fold = event.target.closest("[data-fold]");
    if (fold) fold.setAttribute("aria-expanded", String(fold.form.classList.toggle("open")));
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
    let soon = 0;
    const choose = (row, block = "nearest") => {
      clearTimeout(soon);
      if (!row) return;
      const before = chosen();
      if (before) before.setAttribute("aria-selected", "false");
      row.setAttribute("aria-selected", "true");
      list.setAttribute("aria-activedescendant", row.id);
      const show = () => htmx.ajax("GET", list.dataset.items + row.id.slice(5), { source: list, target: "#item" }).catch(() => {});
      if (block) {
        row.scrollIntoView({ block });
        show();
      } else soon = setTimeout(show, 120);
    };
    // rows are put in place as they come, and so is what stands beside them: htmx takes longer over it than drawing does
    let address = 0;
    document.addEventListener("htmx:beforeSwap", ({ detail }) => {
      const [some, rest] = detail.serverResponse.split("<!--rows-->");
      if (detail.target !== list || !detail.shouldSwap || rest === undefined) return;
      const more = detail.requestConfig.path.includes("?after=");
      if (more) list.insertAdjacentHTML("beforeend", some);
      else {
        list.parentElement.scrollTop = 0; // before the rows are others: asked later it would cost a layout
        list.innerHTML = some;
      }
      if (detail.requestConfig.verb !== "get") { Object.assign(detail, { serverResponse: rest, swapOverride: "none" }); return; }
      detail.shouldSwap = false;
      const parts = Object.assign(document.createElement("template"), { innerHTML: rest }).content;
      for (const part of [...parts.children]) {
        const there = document.getElementById(part.id);
        if (part.id !== "more" && there.isEqualNode(part)) continue;
        there.replaceWith(part);
        htmx.process(part);
      }
      if (more) return;
      if (!chosen()) choose(rows()[0], ""); // on top already; its pane waits for who is still typing
      clearTimeout(address);
      const { pathname, search } = new URL(detail.xhr.responseURL);
      address = setTimeout(() => history.replaceState(null, "", pathname.replace(/\/lines$/, "") + search), 300);
    });
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
      if (!chosen() && event.detail.target === list) choose(rows()[0], "");
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
      if (document.querySelector("dialog[open]")) return;
      const menu = target.closest(".menu > div"); // within it, keys choose among what the line is if no service
      if (menu && /^(Arrow|[0-9]$)/.test(key)) {
        const to = key.startsWith("Arrow") ? beside(target, /Down|Right/.test(key) ? 1 : -1) : menu.querySelector(`[data-choice="${key}"]`);
        if (to && key.startsWith("Arrow")) to.focus(); else if (to) to.click();
        event.preventDefault();
        return;
      }
      if (key === "Escape") {
        if (menu) menu.parentElement.open = false;
        list.focus();
        return;
      }
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
      else if (key === " " && !pressed) { const why = document.querySelector("[data-unfold]"); if (why) { why.open = !why.open; showing(why); } }
      else if (key === "Enter" && !pressed && shown()) press(document.querySelector('#item [data-key="a"]'));
      else if (key === "u") press(document.querySelector("#done [data-undo]"));
      else if (key === "?") document.getElementById("keys").showModal();
      else if (key.length === 1 && key !== " " && shown()) {
        const found = document.querySelector(`#item [data-key="${CSS.escape(key)}"]`);
        taken = press(found);
        if (taken && found.matches("summary")) {
          const { parentElement: natures } = found;
          (natures.querySelector(".likely") || natures.querySelector("button")).focus();
          natures.scrollIntoView({ block: "nearest" });
        }
      } else taken = false;
      if (taken) event.preventDefault();
    });
    // reasons that were unfolded stay so from line to line
    let unfolded = false;
    document.addEventListener("htmx:beforeSwap", (event) => {
      const why = document.querySelector("[data-unfold]");
      if (why && event.detail.target.id === "item") unfolded = why.open;
    });
    const pane = document.getElementById("item");
    pane.addEventListener("focusin", (event) => { // what is found stands below the field: it comes to the top of the pane
      if (event.target.id === "words") event.target.closest(".seek").scrollIntoView({ block: "start" });
    });
    const showing = (why) => { // reasons stand below the candidates: unfolded, they come into view
      if (why.open) why.scrollIntoView({ block: "start" }); else pane.scrollTop = 0;
    };
    document.addEventListener("htmx:afterSwap", (event) => {
      const why = document.querySelector("[data-unfold]");
      if (!why || event.detail.target.id !== "item") return;
      why.open = unfolded;
      pane.scrollTop = 0;
    });
    // a note that was typed and not kept is there again when its line is
    const drafts = new Map();
    const line = () => pane.querySelector("[data-line]")?.dataset.line;
    pane.addEventListener("input", (event) => {
      if (event.target.id !== "note") return;
      if (event.target.value.trim()) drafts.set(line(), event.target.value); else drafts.delete(line());
    });
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.shouldSwap && event.detail.requestConfig.path.endsWith("/note")) drafts.delete(line());
    });
    document.addEventListener("htmx:afterSwap", (event) => {
      const draft = event.detail.target === pane && drafts.get(line());
      if (!draft) return;
      document.getElementById("note").value = draft;
      pane.querySelector(".remark").append(Object.assign(document.createElement("p"), { className: "hint", textContent: pane.dataset.draft }));
    });
    window.addEventListener("beforeunload", (event) => { if (drafts.size) event.preventDefault(); });
    // the row that another one decided was exchanged beside the pane: it is still the chosen one
    document.addEventListener("htmx:afterSettle", () => {
      const row = !chosen() && line() && document.getElementById(line());
      if (row) row.setAttribute("aria-selected", "true");
    });
    // what had the focus may be gone with the part that was exchanged
    document.addEventListener("htmx:afterSettle", () => { if (document.activeElement === document.body) list.focus({ preventScroll: true }); });
    document.addEventListener("DOMContentLoaded", () => { // by then htmx knows the rows
      list.focus({ preventScroll: true });
      choose(rows().find((row) => !row.classList.contains("is-decided")) || rows()[0], window.matchMedia("(max-width: 999px)").matches ? "nearest" : "center");
    });
  }
})();
