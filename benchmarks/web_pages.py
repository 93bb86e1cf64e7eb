"""The worklist in a browser: first paint, a keystroke in the filter, a decision, with 2,000 lines.

    python benchmarks/web_pages.py [--lines 2000] [--rounds 15]

A server is started over a store of its own, and Chromium measures by its own clock: `first paint` from the start of the
navigation to the first contentful paint; `first line` until the pane of the first line stands; `filter` from a key in the
search box until the list that it asks for stands; `decision` from the key until the line is marked as decided, which the
server has then written to disk; `next line` until the pane of the following line stands. Medians and the worst of all.
Needs the extra `web`, playwright and a Chromium.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "web"))

#: counts from an event to the moment at which what was waited for is in the page and painted
_CLOCK = """
() => {
  window.measured = (start, done) => new Promise((resolve) => {
    let begun = 0;
    const look = () => done() && requestAnimationFrame(() => {
      watch.disconnect();
      setTimeout(() => resolve(performance.now() - begun), 0);
    });
    const watch = new MutationObserver(look);
    watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    begun = performance.now();
    start();
  });
}
"""
_FILTER = """
(text) => {
  let came = false;
  new MutationObserver((_, watch) => { came = true; watch.disconnect(); })
    .observe(document.getElementById("lines"), { childList: true });
  return measured(
    () => { const q = document.getElementById("q"); q.value = text; q.dispatchEvent(new Event("input", { bubbles: true })); },
    () => came);
}
"""
_DECIDE = """
() => {
  const row = document.querySelector("[role=option][aria-selected=true]");
  const key = document.querySelector('#item [data-key="1"]') ? "1" : "w";
  return measured(
    () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })),
    () => document.getElementById(row.id).classList.contains("is-decided"));
}
"""
_MOVE = """
() => measured(
  () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true })),
  () => document.querySelector("#item h2").dataset.line === document.querySelector("[aria-selected=true]").id)
"""
_SETTLED = """
() => document.querySelector("#item h2").dataset.line === document.querySelector("[role=option][aria-selected=true]").id
"""


def measures(address: str, rounds: int) -> Iterator[tuple[str, list[float], float]]:
    """(what, milliseconds of each round, the limit in milliseconds)."""
    from desk_example import chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page: Any = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("dialog", lambda dialog: dialog.accept())
        paints, firsts = [], []
        for _ in range(rounds):
            page.goto(f"{address}/worklist/1?state=doubtful")
            page.wait_for_selector("#item h2")
            firsts.append(page.evaluate("performance.now()"))
            page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
            paints.append(
                page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            )
        yield "first paint", paints, 500
        yield "first line", firsts, 0
        page.goto(f"{address}/worklist/1")
        page.wait_for_selector("#item h2")
        page.evaluate(_CLOCK)
        words = ("清", "清扫", "服", "服务", "法律", "热线", "审", "审计")
        yield "filter", [page.evaluate(_FILTER, words[n % len(words)]) for n in range(rounds)], 100
        page.goto(f"{address}/worklist/1?state=open")
        page.wait_for_selector("#item h2")
        page.evaluate(_CLOCK)
        moves, decisions = [], []
        for _ in range(rounds):
            moves.append(page.evaluate(_MOVE))
            page.wait_for_timeout(100)
            decisions.append(page.evaluate(_DECIDE))
            page.wait_for_timeout(150)
            page.wait_for_function(_SETTLED)
        yield "decision", decisions, 150
        yield "next line", moves, 0
        browser.close()


def main() -> int:
    """Print a line for each measure; 1 where a median is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    from desk_example import folder_of, recorded, served
    from goufu.web.app import create_app
    from goufu.web.settings import Settings

    beyond = False
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(**folder_of(Path(folder)), workers=0))
        recorded(app.state.store, given.lines)
        with served(app) as address:
            for what, found, limit in measures(address, given.rounds):
                median = statistics.median(found)
                told = f"  (limit {limit})" if limit else ""
                print(f"{what:12} median {median:7.0f} ms  worst {max(found):7.0f} ms{told}", flush=True)
                beyond |= bool(limit) and median >= limit
    return int(beyond)


if __name__ == "__main__":
    sys.exit(main())
