"use strict";
(() => {
  const form = document.querySelector("form.tools");
  const items = [...document.querySelectorAll("details.item")].map((element) => ({
    element,
    part: element.closest("section.part"),
    data: element.dataset,
    amount: Number(element.dataset.amount || 0),
    text: "",
  }));
  const parts = [...document.querySelectorAll("section.part")];
  const nothing = document.getElementById("nothing");
  const shown = form.elements.shown;
  const chosen = form.elements.code;
  const choices = [...document.querySelectorAll("[data-code]")];
  const natures = [...document.querySelectorAll("[data-nature]:not(.item)")];
  let code = "";
  let codePart = "";
  form.hidden = false;

  const textOf = (item) => (item.text ||= item.element.textContent.toLowerCase().replace(/\s+/g, " "));
  const wanted = (item, words, f) =>
    (!f.s.value || item.data.status === f.s.value) &&
    (!f.n.value || item.data.nature === f.n.value) &&
    (!f.f.value || (f.f.value === "any" ? item.data.worst !== "" : item.data.worst === f.f.value)) &&
    (!f.r.checked || item.data.review === "1") &&
    (!f.d || !f.d.value || item.part.id === f.d.value) &&
    (!code || (item.data.key === code && item.part.id === codePart)) &&
    words.every((word) => textOf(item).includes(word));

  const filter = () => {
    const begun = performance.now();
    const f = form.elements;
    const words = f.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = new Map(parts.map((part) => [part, 0]));
    let count = 0;
    let amount = 0;
    for (const item of items) {
      const show = wanted(item, words, f);
      if (item.element.hidden === show) item.element.hidden = !show;
      if (show) {
        count += 1;
        amount += item.amount;
        counts.set(item.part, counts.get(item.part) + 1);
      }
    }
    for (const [part, number] of counts) part.hidden = number === 0 && parts.length > 1;
    nothing.hidden = count > 0;
    const money = amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    shown.value = shown.dataset.words.replace("{n}", count).replace("{m}", items.length).replace("{w}", money);
    chosen.hidden = !code;
    chosen.textContent = `${chosen.dataset.label} ${code} ×`;
    for (const choice of choices) {
      choice.setAttribute("aria-pressed", String(choice.dataset.code === code && choice.closest(".part").id === codePart));
    }
    for (const button of natures) button.setAttribute("aria-pressed", String(button.dataset.nature === f.n.value));
    shown.dataset.ms = (performance.now() - begun).toFixed(1);
  };

  const choose = (button) => {
    const part = button.closest(".part").id;
    const again = button.dataset.code === code && part === codePart;
    code = again ? "" : button.dataset.code;
    codePart = again ? "" : part;
    filter();
  };
  const reset = () => {
    code = codePart = "";
    form.reset();
    filter();
  };
  const unfold = () => {
    const visible = items.filter((item) => !item.element.hidden);
    const open = visible.some((item) => !item.element.open);
    for (const item of visible) item.element.open = open;
    const button = form.elements.unfold;
    [button.textContent, button.dataset.other] = [button.dataset.other, button.textContent];
  };
  const move = (step) => {
    const visible = items.filter((item) => !item.element.hidden).map((item) => item.element.firstElementChild);
    if (!visible.length) return;
    const at = visible.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : visible.length - 1) : Math.min(Math.max(at + step, 0), visible.length - 1);
    visible[next].focus();
    visible[next].scrollIntoView({ block: "nearest" });
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { code = codePart = ""; filter(); }));
  chosen.addEventListener("click", () => { code = codePart = ""; filter(); });
  form.elements.unfold.addEventListener("click", unfold);
  for (const choice of choices) choice.addEventListener("click", () => choose(choice));
  for (const button of natures) {
    button.addEventListener("click", () => {
      form.elements.n.value = form.elements.n.value === button.dataset.nature ? "" : button.dataset.nature;
      filter();
    });
  }
  document.querySelector("button[name=print]").addEventListener("click", () => window.print());
  document.querySelector("button[name=theme]").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    const f = form.elements;
    if (event.key === "Escape") {
      reset();
      f.q.blur();
    } else if (typing && event.target === f.q && (event.key === "ArrowDown" || event.key === "Enter")) {
      event.preventDefault();
      move(1);
    } else if (typing) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      f.q.focus();
      f.q.select();
    } else if (event.key === "j" || event.key === "ArrowDown") {
      event.preventDefault();
      move(1);
    } else if (event.key === "k" || event.key === "ArrowUp") {
      event.preventDefault();
      move(-1);
    } else if (event.key === "r") {
      f.r.checked = !f.r.checked;
      filter();
    } else if (event.key === "f") {
      f.f.value = f.f.value ? "" : "any";
      filter();
    } else if (event.key === "x") {
      unfold();
    }
  });
  filter();
})();
