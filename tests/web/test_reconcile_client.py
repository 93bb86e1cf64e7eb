"""The reconciliation service asked by a client that others wrote: `reconciler` of the package index (with pandas)."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_example import folder_of, served
from goufu.web.app import create_app
from goufu.web.settings import Settings

reconciler = pytest.importorskip("reconciler", reason="the client is not installed: pip install reconciler")
pandas = pytest.importorskip("pandas")


def test_a_table_is_reconciled(tmp_path: Path) -> None:
    """A column with details of other columns, and with a type: identifiers, names, and what matches by itself."""
    table = pandas.DataFrame(
        {
            "title": ["城区道路清扫保洁服务", "法律顾问服务", "物业管理服务", "污水处理服务"],
            "department": ["甲县城市管理局"] * 4,
        }
    )
    with served(create_app(Settings(**folder_of(tmp_path), workers=0))) as address:
        service = f"{address}/reconcile"
        found = reconciler.reconcile(
            table["title"],
            property_mapping={"department": table["department"]},
            top_res=1,
            reconciliation_endpoint=service,
        )
        assert list(found["input_value"]) == list(table["title"])
        assert [one.rpartition("/")[2] for one in found["id"]] == ["A110109", "B0101", "B1102", "A110103"]
        assert all(found["match"]) and found["score"].between(90, 100).all()
        of_type = reconciler.reconcile(
            table["title"][1:3], type_id="B", top_res="all", reconciliation_endpoint=service
        )
        assert {"2023-47/B/B0101", "2023-47/B/B1102"} <= set(of_type["id"])
        assert set(of_type["type_id"]) == {"B"}
