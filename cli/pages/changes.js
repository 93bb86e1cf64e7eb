"use strict";
(() => {
  const form = document.querySelector(".tools");
  const rows = [...document.querySelectorAll("article")].map((row) => ({
    row,
    section: row.closest("section"),
    kind: row.dataset.kind,
    close: row.dataset.close === "1",
    text: fold(row.querySelector(".side-old").textContent + row.querySelector(".side-new").textContent),
  }));
  if (!rows.length) return;
  const shown = form.elements.shown;
  const printed = document.querySelector(".printed");
  form.hidden = false;

  function fold(text) {
    return text.normalize("NFKC").toLowerCase().replace(/[\s、，。；：,.;:“”"'（）()]+/g, "");
  }

  function apply() {
    const words = form.elements.q.value.split(/\s+/).map(fold).filter(Boolean);
    const section = form.elements.s.value;
    const kinds = new Set([...form.querySelectorAll("[name=k]:checked")].map((box) => box.value));
    const close = form.elements.c ? form.elements.c.checked : false;
    const live = new Set();
    let count = 0;
    for (const r of rows) {
      const fits = kinds.has(r.kind) && (!close || r.close) && (!section || r.section.dataset.section === section)
        && words.every((word) => r.text.includes(word));
      r.row.hidden = !fits;
      if (fits) { live.add(r.section); count += 1; }
    }
    for (const s of document.querySelectorAll("main > section")) s.hidden = !live.has(s);
    document.getElementById("nothing").hidden = count > 0;
    shown.textContent = shown.dataset.words.replace("{n}", count).replace("{m}", shown.dataset.total);
    printed.textContent = count < rows.length ? [shown.textContent, form.elements.q.value, section].filter(Boolean).join(" · ") : "";
  }

  function remember() {
    const state = new URLSearchParams();
    if (form.elements.q.value) state.set("q", form.elements.q.value);
    if (form.elements.s.value) state.set("s", form.elements.s.value);
    const off = [...form.querySelectorAll("[name=k]:not(:checked)")].map((box) => box.value);
    if (off.length) state.set("off", off.join(" "));
    if (form.elements.c && form.elements.c.checked) state.set("c", "1");
    try { history.replaceState(null, "", "#" + state); } catch { /* a page opened from a file may not */ }
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(1));
    form.elements.q.value = state.get("q") || "";
    form.elements.s.value = state.get("s") || "";
    const off = (state.get("off") || "").split(" ");
    for (const box of form.querySelectorAll("[name=k]")) box.checked = !off.includes(box.value);
    if (form.elements.c) form.elements.c.checked = state.get("c") === "1";
  }

  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  form.elements.print.addEventListener("click", () => window.print());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      form.elements.q.focus();
    }
  });
  window.addEventListener("hashchange", () => { recall(); apply(); });
  recall();
  apply();
})();
