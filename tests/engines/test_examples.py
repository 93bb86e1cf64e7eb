"""The examples of docs/engines.md as they are printed, each on its engine where that is installed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow", reason="goufu[arrow] is not installed")

import pyarrow.parquet as pq  # noqa: E402

from goufu.arrow import RESULT, classify_batches  # noqa: E402

PAGE = (Path(__file__).parents[2] / "docs" / "engines.md").read_text("utf-8")


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`lines.parquet` of three row groups in the current folder, one line without a title."""
    table = pa.table(
        {
            "id": [str(n) for n in range(9)],
            "department": ["孝义市城市管理局", "甲县教育局", "乙县水利局"] * 3,
            "year": [2026] * 9,
            "title": ["污水处理厂运行维护", "办公楼物业管理", "", "河道保洁"] * 2 + ["校舍改造工程"],
            "amount_wan": [n / 4 for n in range(9)],
        }
    )
    pq.write_table(table, tmp_path / "lines.parquet", row_group_size=3)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[2])]))
    monkeypatch.chdir(tmp_path)
    return table


def example(engine: str) -> str:
    """The Python under a heading of the page."""
    found = re.search(rf"^## {engine}$.*?```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    assert found, engine
    return found[1]


def judged(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.Table.from_batches(
        list(classify_batches(table.to_batches())), RESULT
    ).to_pylist()
    assert [row["id"] for row in rows if row["error"]] == ["2", "6"]
    return rows


def test_duckdb(lines: Any) -> None:
    pytest.importorskip("duckdb", reason="goufu[overview] (DuckDB) is not installed")
    exec(example("DuckDB"), {})
    assert pq.read_table("out.parquet").cast(RESULT).to_pylist() == judged(lines)


def test_dask(lines: Any) -> None:
    dask = pytest.importorskip("dask", reason="Dask is not installed (pip install dask)")
    given: dict[str, Any] = {}
    with dask.config.set(scheduler="sync"):
        exec(example("Dask").replace('scheduler="processes"', ""), given)
    assert pa.Table.from_batches(given["batches"], RESULT).to_pylist() == judged(lines)


def test_ray(lines: Any) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'ray[data]')")
    try:
        exec(example("Ray"), {})
    finally:
        ray.shutdown()
    rows = sorted(pq.read_table("out.parquet").cast(RESULT).to_pylist(), key=lambda row: row["id"])
    assert rows == judged(lines)


def test_the_example_of_the_arrow_page(lines: Any, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "arrow.md").read_text("utf-8")
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], {})  # type: ignore[index]
    assert "9 ['id', 'department', 'unit', 'year']" in capsys.readouterr().out


def test_the_arrow_page_names_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "arrow.md").read_text("utf-8")
    told = set(re.findall(r"`(\w+)`", page.split("## Out")[1]))
    between = RESULT.names[RESULT.names.index("economic_class") : RESULT.names.index("term")]
    assert not set(RESULT.names) - told - set(between)
