"""Old workbooks (.xls) are looked through before a reader lays their sheets out."""

from __future__ import annotations

import struct

import old_workbooks as old
import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import LIMITS, set_limits
from goufu.disclosure.formats.old_workbook import weigh, without_macros
from goufu.disclosure.read import read_content

ROWS: list[old.Cell] = [(0, 0, "项目名称"), (0, 1, "部门"), (0, 2, "金额（万元）")]
ROWS += [(1, 0, "道路清扫保洁"), (1, 1, "某县城市管理局"), (1, 2, 12.5)]
FAR: old.Cell = (65_535, 255, 1.0)


def test_a_sound_one_is_read() -> None:
    (item,) = read_content(old.workbook([old.sheet(ROWS)]), "a.xls").items
    assert (item.title, item.department, float(item.amount_wan or 0)) == (
        "道路清扫保洁",
        "某县城市管理局",
        12.5,
    )


def test_cells_far_apart_are_refused_before_they_are_laid_out() -> None:
    data = old.workbook([old.sheet([*ROWS, FAR])])  # 16,777,216 cells
    with pytest.raises(GoufuError, match="cells"):
        read_content(data, "a.xls")


def test_sheets_count_together_and_one_named_twice_counts_twice() -> None:
    one = old.sheet([(0, 0, 1.0), (999, 99, 1.0)])  # 100,000 cells
    weigh(old.workbook([one] * 20))
    weigh(old.workbook([one], repeated=20))
    for data in (old.workbook([one] * 21), old.workbook([one], repeated=21)):
        with pytest.raises(GoufuError, match="cells"):
            weigh(data)


def test_what_is_claimed_is_not_believed() -> None:
    """A reader makes room for the rows a sheet says it has: for four thousand millions that ends the process."""
    with pytest.raises(GoufuError, match="自称的行列数"):
        read_content(old.workbook([old.sheet(ROWS, rows=0xFFFFFFFF, columns=256)]), "a.xls")


def test_sectors_in_a_circle() -> None:
    data = bytearray(old.workbook([old.sheet(ROWS)]))
    last = max(n for n, after in enumerate(struct.unpack_from("<128I", data, 512)) if after == 0xFFFFFFFE)
    struct.pack_into("<I", data, 512 + 4 * last, 2)  # the end of the stream goes on with its beginning
    with pytest.raises(GoufuError, match="没有尽头"):
        read_content(bytes(data), "a.xls")


def test_the_size_has_a_limit_of_its_own() -> None:
    data = old.workbook([old.sheet(ROWS)])
    with pytest.raises(GoufuError, match="xls-mb"):
        weigh(data.ljust((LIMITS["xls-mb"].value + 1) << 20, b"\0"))
    set_limits({"cells": 20_000_000})
    try:
        weigh(old.workbook([old.sheet([*ROWS, FAR])]))
    finally:
        set_limits({})


@pytest.mark.parametrize("end", range(0, 4_096, 97))
def test_cut_anywhere(end: int) -> None:
    data = old.workbook([old.sheet(ROWS)])[:end]
    try:
        read_content(data, "a.xls")
    except GoufuError as error:
        assert str(error)


def test_macros_are_never_opened() -> None:
    name = "_VBA_PROJECT_CUR".encode("utf-16-le")
    data = old.container(b"\0" * 4_096, "_VBA_PROJECT_CUR")
    assert name in data
    assert name not in without_macros(data)
    assert len(without_macros(data)) == len(data)
    assert without_macros(b"PK" + name) == b"PK" + name


def test_a_large_one_is_weighed_without_more_memory_than_its_size() -> None:
    import tracemalloc

    data = old.workbook([old.sheet([(n, c, 1.0) for n in range(20_000) for c in range(10)])])
    tracemalloc.start()
    weigh(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * len(data) + (1 << 20)
