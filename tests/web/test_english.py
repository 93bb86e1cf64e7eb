"""English pages: no Chinese but names, quotations and what is marked as Chinese; places and decisions in words of the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from desk_example import DEPARTMENTS, WORK, recorded
from goufu.catalog.load import load_catalogs
from goufu.matcher.decisions.choice import choice_named
from goufu.store.decisions import decide
from goufu.store.runs import run_items
from goufu.web.app import create_app
from goufu.web.view import placed
from starlette.testclient import TestClient

PAGES = (
    *("/", "/worklist", "/worklist/1", "/worklist/1?q=nothing-has-this", "/catalog", "/catalog?q=12345热线"),
    *("/catalog/2025-28/行政审批", "/catalog/2025-28/行政审批/A150401", "/catalog/2024-37/生态环境/A060602"),
    *("/catalog/2023-47/B/B0101", "/catalog/compare?section=行政审批", "/overview", "/overview?code=A150401"),
    *("/precedents", "/precedents?q=nothing-has-this", "/hand-over", "/hand-over/1", "/hand-over/1/filing"),
    *("/people", "/people/log", "/account", "/api/v1/docs", "/nowhere", "/worklist/77", "/sign-in"),
)
READ = ("aria-label", "alt", "placeholder", "title", "hx-confirm", "data-label", "data-sure", "data-draft")


class Shown(HTMLParser):
    """The texts of a page that a reader meets in its own language: not those marked as Chinese, nor scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inside = bool(self.open) and self.open[-1][1]
        hidden = inside or tag in ("script", "style") or (given.get("lang") or "").startswith("zh")
        if not hidden:
            self.texts += [text for name, text in attrs if name in READ and text]
        if tag not in ("meta", "link", "input", "br", "img", "rect"):
            self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.texts.append(data)


@pytest.fixture
def client(settings: Any) -> Iterator[TestClient]:
    """A browser that asked for English, on a server with a run of which some lines are decided."""
    app = create_app(settings)
    store = app.state.store
    recorded(store, 30)
    for item, said in zip(run_items(store, 1), ("未列", "工程", "货物", "不适用"), strict=False):
        decide(store, item.id, choice_named(said, item, load_catalogs()), "Reader", 0)
    with TestClient(app, base_url="http://127.0.0.1", cookies={"goufu_lang": "en"}) as found:
        yield found


def names() -> list[str]:
    """Names, the longest first: of the catalogs, of a unit, and of the documents and people of the example."""
    found = {
        *WORK,
        *DEPARTMENTS,
        "本机用户",
        "2026 年部门预算.xlsx",
        "预算.xlsx",
        "项目支出表",
        "标段",
        "机关",
        "万元",
    }
    found |= {f"用于{title}，按年度预算安排，合同一年一签。" for title in WORK}
    for version in load_catalogs():
        found |= {version.number, version.title, *version.sections, *(e.name for e in version.entries)}
    return sorted(found, key=len, reverse=True)


def test_no_chinese_but_names_and_quotations(client: TestClient) -> None:
    known = re.compile("|".join(["'[^']*'", *map(re.escape, names())]))
    lines = [f"/worklist/1/items/{n}" for n in range(1, 31)]
    left = {}
    for path in (*PAGES, *lines, "/worklist/1/items/1/search?words=审计"):
        shown = Shown()
        shown.feed(client.get(path).text)
        rest = [text for text in shown.texts if re.search(r"[\u4e00-\u9fff]", known.sub("", text))]
        if rest:
            left[path] = rest[:4]
    assert not left


def test_a_decision_in_words(client: TestClient) -> None:
    assert "not listed" in client.get("/worklist/1/items/1").text
    assert "not a purchased service (works)" in client.get("/worklist/1/items/2").text


def test_a_place_in_words() -> None:
    assert placed("预算.pdf 第 16 页", "en") == "预算.pdf p. 16"
    assert placed("预算.txt 第 3 页 第 357 行", "en") == "预算.txt p. 3 line 357"
    assert placed("预算.pdf 第 16 页", "zh") == "预算.pdf 第 16 页"


def test_the_switch_comes_back_to_what_was_asked(client: TestClient) -> None:
    assert "/language/zh?back=/overview%3Fyear%3D2026" in client.get("/overview?year=2026").text
    client.headers["X-CSRF-Token"] = client.get("/").text.split('"X-CSRF-Token": "')[1].split('"')[0]
    refused = client.post("/upload", files={"files": ("", b"")})
    assert "/language/zh?back=/&#34;" in refused.text or 'back=/"' in refused.text
