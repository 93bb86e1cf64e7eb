"use strict";
(() => {
  const { names, rows, years } = JSON.parse(document.getElementById("data").textContent);
  const LEVELS = 4, YEAR = 4, FIRST = 5, COUNT = 8;
  const body = document.querySelector("#places tbody");
  const path = document.getElementById("path");
  const year = document.getElementById("year");
  let chosen = [];

  document.getElementById("departments").textContent = new Set(rows.map((row) => row.slice(0, LEVELS).join())).size.toLocaleString("en");
  for (const one of years) {
    const option = document.createElement("option");
    option.value = option.textContent = one;
    year.append(option);
  }
  const show = (figure, n) => figure.toLocaleString("en", n === 1 || n === 2 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : {});
  const press = (text, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  };
  const draw = () => {
    const wanted = rows.filter((row) => !year.value || row[YEAR] === Number(year.value));
    // a level with a single name is no choice: the next one is shown
    for (;;) {
      const at = chosen.length;
      const inside = wanted.filter((row) => chosen.every((name, n) => row[n] === name));
      if (at >= LEVELS - 1 || !inside.length || inside.some((row) => row[at] !== inside[0][at])) break;
      chosen = [...chosen, inside[0][at]];
    }
    const level = chosen.length;
    const sums = new Map();
    for (const row of wanted) {
      if (chosen.some((name, n) => row[n] !== name)) continue;
      const key = row[level];
      const sum = sums.get(key) ?? sums.set(key, new Array(COUNT).fill(0)).get(key);
      for (let n = 0; n < COUNT; n++) sum[n] += row[FIRST + n];
    }
    path.replaceChildren(press(path.dataset.top, () => { chosen = []; draw(); }));
    chosen.forEach((name, n) => {
      if (names[name] !== path.dataset.unnamed) path.append(" › ", press(names[name], () => { chosen = chosen.slice(0, n + 1); draw(); }));
    });
    const sorted = [...sums].sort((a, b) => b[1][1] - a[1][1]).slice(0, 2000);
    body.replaceChildren(...sorted.map(([key, sum]) => {
      const line = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      if (level < LEVELS - 1) head.append(press(names[key], () => { chosen = [...chosen, key]; draw(); }));
      else head.textContent = names[key];
      line.append(head);
      sum.forEach((figure, n) => {
        const cell = document.createElement("td");
        cell.className = n === 6 && figure ? "n error" : n === 7 && figure ? "n warning" : "n";
        cell.textContent = show(figure, n);
        line.append(cell);
      });
      return line;
    }));
  };
  year.addEventListener("change", draw);
  draw();
})();
