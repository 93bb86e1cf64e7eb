"""`goufu diff` and `goufu history` as a person or a program meets them."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from goufu.catalog.concordance.changes import compare
from goufu.cli.main import run
from goufu.cli.render.changes import Comparison, counted, marked
from goufu.cli.render.changes_page import changes_page
from goufu.cli.render.changes_workbook import write_changes
from goufu.cli.shared.output import set_language
from openpyxl import load_workbook

from benchmarks.concordance import version

Desk = Callable[..., tuple[int, str, str]]
KEYS = ["from", "to", "section", "change", "old", "new", "confidence", "evidence"]


@pytest.fixture(autouse=True)
def chinese() -> None:
    set_language("zh")


def goufu(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Run the command as installed: its exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["goufu", *arguments])
    code = 0
    try:
        run()
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    return lambda *arguments: goufu(monkeypatch, capsys, *arguments)


def test_jsonl_is_the_record_contract(desk: Desk) -> None:
    code, out, _ = desk("diff", "2024-37", "2025-28", "--format", "jsonl")
    changes = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and all(list(c) == KEYS for c in changes)
    assert {c["section"] for c in changes} == {"生态环境", "行政审批"}
    assert not {c["change"] for c in changes} & {"unchanged", "not_comparable"}
    split = next(c for c in changes if c["change"] == "split")
    assert split["old"] == [{"code": "A060602", "name": "生态环境保护成果宣传教育、科学普及服务"}]
    assert [e["code"] for e in split["new"]] == ["A060602", "A060603"]


def test_all_adds_the_silent_kinds(desk: Desk) -> None:
    _, out, _ = desk("diff", "2024-37", "2025-28", "--all", "--format", "jsonl")
    kinds = [json.loads(line)["change"] for line in out.splitlines()]
    assert kinds.count("unchanged") == 230 and kinds.count("not_comparable") == 1778


def test_documents_may_be_named_by_number_and_departments_by_name(desk: Desk) -> None:
    _, by_number, _ = desk(
        "diff", "晋财综[2024]37号", "晋财综〔2025〕28号", "-d", "孝义市行政审批服务管理局", "--format", "json"
    )
    assert {c["section"] for c in json.loads(by_number)} == {"行政审批"}
    assert len(json.loads(by_number)) == 6


def test_the_table_has_a_summary_line_for_every_section(desk: Desk) -> None:
    code, out, _ = desk("diff", "2024-37", "2025-28")
    assert code == 0
    assert "行政审批：新增 6；不变 68" in out
    assert "住房和城乡建设：没有变化；不变 19，无从比较 53" in out
    assert "49 个部门" in out and "删除 3" in out


def test_a_section_that_is_not_held_is_said_to_be_so(desk: Desk) -> None:
    code, out, err = desk("diff", "2024-37", "2025-28", "-d", "教育局", "--format", "jsonl")
    assert (code, out) == (0, "")
    assert "2024-37 中没有存“教育”一节（未存不等于未列）" in err


def test_class_b(desk: Desk) -> None:
    _, out, _ = desk("diff", "2021-34", "2023-47", "-d", "B", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [r["new_code"] for r in rows if r["change"] == "added"] == [
        "B0105", "B1207", "B1208", "B1209", "B1210", "B1211", "B1212",
    ]  # fmt: skip
    assert [r["old_code"] for r in rows if r["change"] == "renamed"] == ["B0902"]


def test_english(desk: Desk) -> None:
    _, out, _ = desk("--lang", "en", "diff", "2024-37", "2025-28", "-d", "行政审批")
    assert "added 6; unchanged 68" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "2024-37", "2099-1"),
        ("diff", "2024-37", "2025-28", "--format", "yaml"),
        ("diff", "2024-37", "2025-28", "-o", "x.pdf"),
        ("diff", "2024-37", "2025-28", "-d", "银河系"),
        ("diff", "2024-37", "2025-28", "-o", "/no/such/folder/x.html"),
        ("history", "A150401"),
        ("history", "A990101", "-d", "行政审批"),
    ],
)
def test_bad_usage_ends_with_2_and_one_sentence(desk: Desk, arguments: tuple[str, ...]) -> None:
    code, out, err = desk(*arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1 and "Traceback" not in err


@pytest.mark.parametrize("name", ["变化.html", "变化.xlsx", "变化.csv", "变化.jsonl", "变化.json"])
def test_every_file_is_written_whole(desk: Desk, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    code, out, err = desk("diff", "2024-37", "2025-28", "-o", str(path))
    assert (code, out) == (0, "") and "32 条变化" in err
    assert path.stat().st_size > 1000
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_the_workbook_opens_with_filter_and_counts(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    desk("diff", "2024-37", "2025-28", "-o", str(path))
    book = load_workbook(path)
    sheet, summary = book.worksheets
    assert sheet.auto_filter.ref == "A1:I33" and sheet.freeze_panes == "C2"
    header, *rows = sheet.iter_rows(values_only=True)
    assert header[:6] == ("部门", "变化", "原代码", "原名称", "现代码", "现名称")
    split = next(r for r in rows if r[1] == "拆分")
    assert split[4] == "A060602\nA060603"
    counts = {r[0]: r for r in summary.iter_rows(values_only=True)}
    assert counts["行政审批"][1 + list(summary.iter_rows(values_only=True))[0][1:].index("新增")] == 6


def test_history_in_sentences_and_as_records(desk: Desk) -> None:
    _, out, _ = desk("history", "A150208", "-d", "生态环境")
    assert "先后指过 2 项服务" in out and "合并为 A150207 生态文明宣传服务" in out
    _, out, _ = desk("history", "b0902", "--format", "json")
    stations = json.loads(out)
    assert [s["version"] for s in stations] == ["2021-34", "2023-47"]
    assert stations[1]["change"] == "renamed" and stations[1]["since"] == "2023-09-01"


# ---------------------------------------------------------------------------------------------- the page

HOSTILE = "<script>alert(1)</script>\"'&宣传服务"
ONE = version(
    "2030-1", {"甲<b>": {"A150101": HOSTILE, "A150102": "=HYPERLINK(1)服务", "A150103": "禁毒宣传服务"}}
)
TWO = version(
    "2031-1",
    {"甲<b>": {"A150101": HOSTILE + "站", "A150102": "=HYPERLINK(2)服务", "A150103": "禁毒宣传服务"}},
)


class Page(HTMLParser):
    """The tags of a page and its text outside script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.text += data


def test_a_hostile_name_is_text() -> None:
    changes = compare(ONE, TWO)
    assert {c.kind for c in changes} >= {"renamed"}
    page = Page(changes_page(Comparison(ONE, TWO, changes, changes)))
    assert [t for t, _ in page.tags].count("script") == 1
    assert not [t for t, _ in page.tags if t == "b"]
    assert HOSTILE in page.text and "甲<b>" in page.text


def test_the_page_needs_nothing_from_outside_and_lets_nothing_else_run() -> None:
    changes = compare(ONE, TWO)
    text = changes_page(Comparison(ONE, TWO, changes, changes))
    page = Page(text)
    outside = [
        a
        for _, attrs in page.tags
        for name, a in attrs.items()
        if name in ("src", "href", "srcset", "action")
    ]
    assert outside == [] and "http" not in text.replace("http-equiv", "") and "@import" not in text
    policy = next(a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a)
    assert policy is not None and "default-src 'none'" in policy and "unsafe" not in policy


def test_the_policy_names_the_script_by_its_hash() -> None:
    import base64
    import hashlib

    changes = compare(ONE, TWO)
    text = changes_page(Comparison(ONE, TWO, changes, changes))
    for tag in ("script", "style"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        assert body is not None
        digest = base64.b64encode(hashlib.sha256(body[1].encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in text or f"{tag}-src 'sha256-{digest}'" in text


def test_no_cell_of_the_workbook_is_a_formula(tmp_path: Path) -> None:
    changes = compare(ONE, TWO)
    write_changes(tmp_path / "c.xlsx", Comparison(ONE, TWO, changes, changes))
    cells = [c for row in load_workbook(tmp_path / "c.xlsx").worksheets[0].iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    assert any("HYPERLINK" in str(c.value) for c in cells)


def test_a_page_without_changes_says_so() -> None:
    same = compare(ONE, replace(ONE, id="2031-1"))
    page = changes_page(Comparison(ONE, replace(ONE, id="2031-1"), [], same))
    assert "没有变化" in page


def test_marks_add_up_to_the_names() -> None:
    for change in compare(ONE, TWO):
        for sides in marked(change):
            for entry, pieces in sides:
                assert "".join(p.text for p in pieces) == entry.name
    assert counted(compare(ONE, TWO)).startswith("改名 2")
