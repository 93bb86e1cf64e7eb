"""A batch: a report for each document and one overview; continued, not repeated; a damaged file costs only itself."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from goufu.cli.commands.batch import LEDGER, ledger, report_name
from goufu.cli.render.overview_page import figures_of, over_years, overview_page, ranked
from goufu.disclosure.assemble import read_disclosure

from benchmarks.batch import disclosure_text, make

pytestmark = pytest.mark.long

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "goufu.cli.main", "batch", *map(str, words)]


def batch(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six small documents, the fourth of them damaged."""
    source = tmp_path / "in"
    source.mkdir()
    make(source, 6, 4)
    return source


def test_made_up_disclosures_are_read_as_they_were_made(tmp_path: Path) -> None:
    import random

    path = tmp_path / "某县教育局2026.txt"
    lines = [("校园保洁服务费", 120_000), ("教师培训经费", 35_000)]
    path.write_text(disclosure_text("某县教育局", 2026, lines, random.Random(1)), encoding="utf-8")
    made = read_disclosure(path)
    assert (made.department, made.year) == ("某县教育局", 2026)
    assert [(i.title, str(i.amount_wan)) for i in made.items] == [
        ("校园保洁服务费", "12.00"),
        ("教师培训经费", "3.50"),
    ]
    assert made.items[0].form and all(check.agrees for check in made.checks)


def test_a_report_for_each_and_one_overview(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = batch(folder, "-o", out, "--reports", "html,xlsx,jsonl,csv", "--jobs", "2")
    assert done.returncode == 2  # one is damaged, and said so
    assert "0003" in done.stderr and "Traceback" not in done.stderr
    names = sorted(p.name for p in out.iterdir())
    assert sum(n.endswith(".html") for n in names) == 6  # five reports and the overview
    assert sum(n.endswith(".jsonl") for n in names) == 6  # five reports and the ledger
    lines = ledger(out / LEDGER)
    assert len(lines) == 6 and sum(bool(s.get("error")) for s in lines.values()) == 1
    assert sum(s.get("items", 0) for s in lines.values()) == 20
    page = (out / "总览.html").read_text(encoding="utf-8")
    assert "未能读取（1）" in page
    sheet: Any = openpyxl.load_workbook(out / "总览.xlsx").worksheets[0]
    assert sheet.max_row == 6


def test_what_is_done_is_not_done_again_unless_it_changed(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch(folder, "-o", out, "--reports", "jsonl", "--jobs", "1")
    good = [s for s in ledger(out / LEDGER).values() if not s.get("error")]
    stamps = {s["reports"][0]: (out / s["reports"][0]).stat().st_mtime_ns for s in good}
    changed = Path(good[0]["path"])
    changed.write_text(
        changed.read_text(encoding="utf-8").replace("预算公开", "预算公开\n"), encoding="utf-8"
    )
    (out / good[1]["reports"][0]).unlink()
    again = batch(folder, "-o", out, "--reports", "jsonl", "--jobs", "1")
    assert "已完成 3 个" in again.stderr
    redone = {name for name, at in stamps.items() if (out / name).stat().st_mtime_ns != at}
    assert redone == {good[0]["reports"][0], good[1]["reports"][0]}
    other = batch(folder, "-o", out, "--reports", "jsonl", "--jobs", "1", "--ignore", "GF304")
    assert "已完成" not in other.stderr  # other options, other verdicts


def test_killed_half_way_it_goes_on_where_it_was(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    make(source, 24, 6)
    words = command(source, "-o", out, "--reports", "html", "--jobs", "1")
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    limit = time.monotonic() + 120
    while time.monotonic() < limit and len(ledger(out / LEDGER)) < 6:
        time.sleep(0.05)
    import os

    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = {p: s for p, s in ledger(out / LEDGER).items() if not s.get("error")}
    assert before
    with (out / LEDGER).open("a", encoding="utf-8") as book:
        book.write('{"path": "broken off')
    stamps = {s["reports"][0]: (out / s["reports"][0]).stat().st_mtime_ns for s in before.values()}
    done = batch(source, "-o", out, "--reports", "html", "--jobs", "2")
    assert f"已完成 {len(before)} 个" in done.stderr
    assert all((out / name).stat().st_mtime_ns == at for name, at in stamps.items())
    assert len(ledger(out / LEDGER)) == 24


def test_reports_of_two_files_with_one_name_do_not_meet(tmp_path: Path) -> None:
    one, two = (
        report_name(tmp_path / "a" / "预算.txt", ".html"),
        report_name(tmp_path / "b" / "预算.txt", ".html"),
    )
    assert one != two and one.startswith("预算-")
    odd = report_name(Path('/x/..<script>"#%?.txt'), ".html")
    assert not set('<>"#%?/\\') & set(odd) and not odd.startswith(".")


def test_nothing_to_read_and_a_bad_report_kind(tmp_path: Path) -> None:
    assert batch(tmp_path / "没有", "-o", tmp_path / "out").returncode == 2
    wrong = batch(EXAMPLES, "-o", tmp_path / "out", "--reports", "pdf")
    assert wrong.returncode == 2 and "pdf" in wrong.stderr


# ------------------------------------------------------------------------------------------- the overview


def summary(
    department: str, year: int, errors: int = 0, amount: float = 100.0, **more: Any
) -> dict[str, Any]:
    return {
        "path": f"{department}{year}", "file": f"{department}{year}.txt", "key": "", "reports": [f"{department}{year}.html"],
        "department": department, "year": year, "sections": ["教育"], "versions": ["2025-28"], "items": 10, "amount": amount,
        "natures": {"service": amount / 2, "works": amount / 2}, "statuses": {"listed": 4, "unlisted": 1}, "review": 5,
        "severities": {"error": errors}, "rules": {"GF201": errors} if errors else {}, "silenced": 0, "codes": {}, "remarks": 0,
        **more,
    }  # fmt: skip


def test_figures_and_ranking() -> None:
    some = [summary("甲局", 2025), summary("乙局", 2026, errors=2), summary("甲局", 2026, amount=300.0)]
    total = figures_of(some)
    assert (total["documents"], total["items"], total["error"]) == (3, 30, 2)
    assert total["share"] == 50.0 and total["coverage"] == 80.0 and total["auto"] == 50.0
    assert [s["department"] for s in ranked(some)] == ["乙局", "甲局", "甲局"]
    ((department, years),) = over_years(some)
    assert department == "甲局" and [year for year, _ in years] == [2025, 2026]


def test_an_overview_of_nothing_and_of_hostile_names() -> None:
    assert "<table" in overview_page([])
    text = overview_page([summary("<script>x</script>", 2026), {"path": "x", "file": "x", "reports": [], "error": "<b>坏</b>", "error_en": "bad"}])  # fmt: skip
    assert "<script>x" not in text and "<b>坏" not in text


def test_the_overview_sorts_and_searches_in_a_browser(browser: Any, tmp_path: Path) -> None:
    some = [summary(f"{n}局", 2026, errors=n % 3, amount=float(n)) for n in range(1, 8)]
    path = tmp_path / "总览.html"
    path.write_text(overview_page(some), encoding="utf-8")
    shown = browser.new_page()
    problems: list[str] = []
    shown.on("pageerror", lambda error: problems.append(str(error)))
    shown.goto(path.as_uri())
    rows = shown.locator("table.sortable tbody tr:visible")
    assert rows.count() == 7
    shown.locator("table.sortable thead th").nth(3).click()
    assert rows.nth(0).inner_text().startswith("7局")
    shown.locator("table.sortable thead th").nth(3).click()
    assert rows.nth(0).inner_text().startswith("1局")
    shown.locator("[data-rule=GF201]").click()
    assert rows.count() == 5
    shown.keyboard.press("Escape")
    assert rows.count() == 7 and problems == []
    shown.close()


def test_the_ledger_is_lines_of_json(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch(folder, "-o", out, "--reports", "csv", "--jobs", "1")
    for line in (out / LEDGER).read_text(encoding="utf-8").splitlines():
        assert set(json.loads(line)) >= {"path", "key", "reports"}
