"""A table in a file or a pipe is the one that rich draws there, character by character."""

from __future__ import annotations

import io

import pytest
from goufu.cli.shared import output
from goufu.cli.shared.output import Column
from goufu.cli.shared.plain_table import plain_table
from goufu.cli.shared.rich_table import print_rich_table
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

COLUMNS = (
    Column("n", "序", "#", right=True),
    Column("title", "项目", "item", ratio=3),
    Column("code", "代码", "code", width=8),
    Column("said", "条目 / 问题", "entry / findings", ratio=5),
    Column("score", "把握", "conf.", right=True),
)
cell = st.text("路灯维护1.2 元，（）\n?ab", max_size=50)


def by_rich(
    monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], columns: tuple[Column, ...], width: int
) -> str:
    stream = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", stream)
        print_rich_table([c.zh for c in columns], rows, columns, width)
    return stream.getvalue()


@given(
    st.lists(st.tuples(cell, cell, cell, cell, st.text("12,.%", max_size=9)), max_size=4),
    st.integers(30, 120),
    st.sampled_from([COLUMNS, tuple(c for c in COLUMNS if not c.ratio), COLUMNS[1:4], COLUMNS[:1]]),
)
def test_every_table_that_fits_is_as_rich_draws_it(
    rows: list[tuple[str, ...]], width: int, columns: tuple[Column, ...]
) -> None:
    cells = [[text for text, c in zip(row, COLUMNS, strict=True) if c in columns] for row in rows]
    drawn = plain_table([c.zh for c in columns], cells, columns, width)
    if drawn is not None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            assert f"{drawn}\n" == by_rich(monkeypatch, cells, columns, width)


def test_an_ordinary_table_needs_no_rich() -> None:
    rows = [["1", "路灯维护" * 9, "A110103", "路灯设施维护服务\n· 提示 GF103 只有三级目录", "72%?\n代码"]]
    drawn = plain_table([c.zh for c in COLUMNS], rows, COLUMNS, 100)
    assert drawn is not None and "A110103" in drawn


def test_what_plain_text_cannot_say_is_left_to_rich() -> None:
    heads = [c.zh for c in COLUMNS]
    assert plain_table(heads, [["1", Text("旧", style="red"), "", "", ""]], COLUMNS, 100) is None
    assert plain_table(heads, [["1", "路灯\t维护", "", "", ""]], COLUMNS, 100) is None
    assert plain_table(heads, [["1" * 90, "路灯维护", "", "", ""]], COLUMNS, 100) is None


def test_title_and_text_below_stand_around_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table([{"n": 1, "title": None, "said": "已列"}], COLUMNS, "甲县 2026", "共 1 项")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "甲县 2026" and lines[-1] == "共 1 项"
    assert "None" not in "".join(lines)
