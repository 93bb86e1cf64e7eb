"use strict";
(() => {
  const table = document.querySelector("table.sortable");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, text: "" }));
  const tools = document.querySelector(".tools");
  const search = tools.querySelector("input");
  const shown = tools.querySelector("output");
  tools.hidden = false;

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const item of rows) {
      item.text ||= `${item.row.textContent} ${item.row.dataset.rules}`.toLowerCase();
      item.row.hidden = !words.every((word) => item.text.includes(word));
      count += item.row.hidden ? 0 : 1;
    }
    shown.value = `${count} / ${rows.length}`;
  };
  const value = (row, column, as) => {
    const text = row.cells[column].textContent.trim();
    return as === "number" ? Number(text.replace(/[,%]/g, "")) || 0 : text;
  };
  const sort = (head) => {
    const column = head.cellIndex;
    const as = head.dataset.as;
    const down = head.getAttribute("aria-sort") !== "descending" && (as === "number" || head.getAttribute("aria-sort") === "ascending");
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sign = down ? -1 : 1;
    rows.sort((a, b) => {
      const [x, y] = [value(a.row, column, as), value(b.row, column, as)];
      return sign * (as === "number" ? x - y : x.localeCompare(y, "zh"));
    });
    body.append(...rows.map((item) => item.row));
  };
  for (const head of table.tHead.rows[0].cells) {
    head.tabIndex = 0;
    head.addEventListener("click", () => sort(head));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(head); }
    });
  }
  for (const button of document.querySelectorAll("[data-rule]")) {
    button.addEventListener("click", () => { search.value = button.dataset.rule; filter(); table.scrollIntoView(); });
  }
  search.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== search) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape") { search.value = ""; filter(); search.blur(); }
  });
  filter();
})();
