"""The overview of a Parquet output: sums that can be checked by hand, places, outliers, and no way in for markup."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from goufu.catalog.errors import GoufuError
from goufu.cli.commands.overview import overview

pa = pytest.importorskip("pyarrow", reason="goufu[arrow] is not installed")
pytest.importorskip("duckdb", reason="goufu[overview] is not installed")

import pyarrow.parquet as pq  # noqa: E402
from goufu.cli.shared.aggregates import aggregates, region_of  # noqa: E402

from goufu.arrow import RESULT  # noqa: E402

HOSTILE = "</script><img src=x onerror=alert(1)>"


def line(n: int, department: str, title: str, amount: str, code: str | None, **more: Any) -> dict[str, Any]:
    given = {
        "id": str(n),
        "department": department,
        "title": title,
        "amount_wan": Decimal(amount),
        "year": 2026,
        "reference_date": date(2026, 1, 1),
        "status": "listed" if code else "unlisted",
        "decision": "auto",
        "gov_service": True,
        "gov_service_catalog_code": code,
        "gov_service_catalog_name": f"条目{code}" if code else None,
        "findings": [],
    }
    return {**given, **more}


FOUND = {"rule": "GF101", "severity": "warning", "message": "m", "basis": "b", "evidence": "e"}
LINES = [
    line(1, "甲市乙县城市管理局", "垃圾清运", "10.10", "A110103"),
    line(2, "甲市乙县城市管理局", "垃圾清运", "20.20", "A110103", year=2025),
    line(3, "甲市丙区教育局", "垃圾清运", "0.05", "B0703"),
    line(4, "孝义市水利局", "垃圾清运", "1.00", "A110103"),
    line(5, "孝义市水利局", HOSTILE, "5.00", None, findings=[FOUND, {**FOUND, "silenced": "另案"}]),
    line(6, HOSTILE, "垃圾清运", "2.00", "A110103", gov_service=False, decision="review"),
]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    path = tmp_path / "out.parquet"
    pq.write_table(pa.Table.from_pylist(LINES, schema=RESULT), path)
    return path


def test_the_figures(judged: Path) -> None:
    found = aggregates(judged)
    assert (found.lines, found.errors, found.years) == (6, 0, [2025, 2026])
    tree = {(*row[:3], row[3], row[4]): row[5:] for row in found.tree}
    assert tree["未注明", "甲市", "乙县", "甲市乙县城市管理局", 2025][:3] == (1, 20.2, 20.2)
    assert tree["未注明", "未注明", "孝义市", "孝义市水利局", 2026] == (2, 6.0, 6.0, 1, 1, 0, 0, 1)
    assert sum(row[6] for row in found.tree) == pytest.approx(38.35)
    assert [row[:4] for row in found.rules] == [("GF101", "warning", 1, 1)]
    assert found.codes[0] == ("A110103", "条目A110103", 4, 3, 33.3)
    assert [(row[0], row[2], row[3]) for row in found.changes][0] == ("A110103", 20.2, 13.1)
    assert found.outliers == [
        ("垃圾清运", "A110103", "条目A110103", 3, "B0703", "条目B0703", 1, "甲市丙区教育局")
    ]


def test_the_page_is_closed_and_takes_no_markup(judged: Path, tmp_path: Path) -> None:
    overview(str(judged), tmp_path / "总览.html")
    page = (tmp_path / "总览.html").read_text("utf-8")
    assert "onerror=alert(1)>" not in page and page.count("<script") == page.count("</script>") == 2
    assert "default-src 'none'" in page and not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page)
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert HOSTILE in data["names"] and len(data["rows"]) == 5


def test_places_of_folders_and_columns(tmp_path: Path) -> None:
    for province in ("山西省", "陕西省"):
        (tmp_path / "out" / f"province={province}").mkdir(parents=True)
        pq.write_table(
            pa.Table.from_pylist(LINES[:2], schema=RESULT),
            tmp_path / "out" / f"province={province}" / "0.parquet",
        )
    assert {row[0] for row in aggregates(tmp_path / "out").tree} == {"山西省", "陕西省"}


@pytest.mark.parametrize(
    ("department", "place"),
    [
        ("山西省吕梁市孝义市城市管理局", ("山西省", "吕梁市", "孝义市")),
        ("吕梁市离石区教育局", ("", "吕梁市", "离石区")),
        ("孝义市市场监督管理局", ("", "", "孝义市")),
        ("孝义市城市管理局", ("", "", "孝义市")),
        ("大宁县人民检察院", ("", "", "大宁县")),
        ("市场监督管理局", ("", "", "")),
        ("民政局", ("", "", "")),
    ],
)
def test_places_in_names(department: str, place: tuple[str, str, str]) -> None:
    assert region_of(department) == place


def test_a_large_country_stays_below_five_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [
        line(n, f"第{n % 31}省第{n // 31 % 300}市某县第{n}号单位的城市管理局", f"项目{n}", "1.00", "A110103")
        for n in range(40_000)
    ]
    pq.write_table(pa.Table.from_pylist(many, schema=RESULT), tmp_path / "out.parquet")
    overview(str(tmp_path / "out.parquet"), tmp_path / "out.html")
    assert (tmp_path / "out.html").stat().st_size < 5_000_000


@pytest.mark.parametrize("kind", ["missing", "text", "other"])
def test_what_is_no_output_of_goufu_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    if kind == "text":
        path.write_text("no", "utf-8")
    elif kind == "other":
        pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(GoufuError, match="goufu classify" if kind == "text" else None):
        overview(str(path), tmp_path / "out.html")
    assert not (tmp_path / "out.html").exists()
