"""A finding is as grave in the rules, the reports and the overview; what versions hold is said as it is."""

import json
import re
from dataclasses import replace
from pathlib import Path

from called import goufu
from goufu.catalog.text import Text
from goufu.cli.commands.batch import LEDGER, ledger
from goufu.cli.render.overview_page import figures_of, fired_as, overview_page
from goufu.cli.render.report_page import natures_bar
from goufu.matcher.findings import load_rules
from goufu.matcher.findings.table import finding

from goufu import classify, read_document

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
CITY = EXAMPLES / "孝义市城市管理局2026.txt"
APPROVALS = EXAMPLES / "孝义市行政审批服务管理局2025.txt"


def test_the_overview_says_what_the_reports_say(tmp_path: Path) -> None:
    assert goufu("batch", APPROVALS, "-o", tmp_path, "--reports", "jsonl", "--jobs", "1").returncode == 0
    assert sorted(p.name for p in tmp_path.iterdir() if "孝义" not in p.name) == [
        "总览.html", "总览.xlsx", "批次记录.jsonl",
    ]  # fmt: skip
    (summary,) = ledger(tmp_path / LEDGER).values()
    (report,) = tmp_path.glob("孝义*.jsonl")
    shown = [f for line in report.read_text("utf-8").splitlines() for f in json.loads(line)["findings"]]
    for rule in summary["rules"]:
        known = load_rules()[rule]
        of_items = [f["severity"] for f in shown if f["rule"] == rule]
        counts = fired_as([summary], rule)
        assert set(counts) <= set(known.severities)
        assert all(counts[s] >= of_items.count(s) for s in of_items)
    assert fired_as([summary], "GF301") == {"notice": 1}
    page = overview_page([summary])
    row = next(line for line in page.split("<tr") if 'data-rule="GF301"' in line)
    assert 'class="notice"' in row and 'class="warning"' not in row and "提示 1" in row


def test_the_rules_name_every_severity_they_may_have() -> None:
    assert "警告（或提示）" in goufu("rules", "GF301").stdout
    assert "提示（或警告）" in goufu("rules", "GF304").stdout
    assert "错误\n" in goufu("rules", "GF402").stdout


def test_a_version_is_not_said_to_lack_what_it_has() -> None:
    """2025-28 has class A, by department; 2021-34 has it as a frame for all."""
    made = goufu("diff", "2021-34", "2025-28")
    assert made.returncode == 0
    assert "2025-28 不含 A 类" not in made.stderr + made.stdout
    assert "2025-28 的 A 类按部门列至四级" in made.stderr and "2025-28 不含 B 类" in made.stderr
    back = goufu("diff", "2025-28", "2021-34").stderr
    assert "2021-34 是省级框架，A 类不分部门" in back and "不含 A 类" not in back


def test_what_is_bought_is_one_figure_everywhere(tmp_path: Path) -> None:
    told = goufu("classify", CITY, "-o", tmp_path / "x.html").stdout
    told = "".join(told.split())
    total = re.search(r"其中服务([\d,.]+)万元", told)
    assert total and re.search(rf"判为服务的\d+项共{total[1]}万元", told)
    page = (tmp_path / "x.html").read_text("utf-8")
    assert re.search(rf"服务 <b>{re.escape(total[1])}</b>", page)
    assert goufu("batch", CITY, "-o", tmp_path / "y", "--reports", "jsonl", "--jobs", "1").returncode == 0
    (summary,) = ledger(tmp_path / "y" / LEDGER).values()
    assert summary["services"] == figures_of([summary])["services"] == float(total[1].replace(",", ""))


def test_a_service_that_may_not_be_purchased_is_summed_apart() -> None:
    items = read_document(CITY).items
    a = next(a for a in classify(items) if a.gov_service and a.item.title == "污水处理运营费")
    told = finding("GF203", Text("是用工", "hiring"), ())
    barred = replace(a, findings=(told,))
    assert barred.nature == "service" and barred.gov_service is False
    bar = {n["word"]: (n["count"], n["amount"]) for n in natures_bar([a, barred])}
    assert bar == {"服务": (1, "400.00"), "服务（不得购买）": (1, "400.00")}
