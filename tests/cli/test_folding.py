"""Lines folded to a terminal: full as far as they may be, figures with their units, punctuation where it belongs."""

from __future__ import annotations

import re

import pytest
from goufu.cli.shared import output
from goufu.cli.shared.folding import breaks
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

SUMMARY = (
    "共 52 项 4,566.18 万元，其中服务 301.33 万元；已列 13，未列 0，目录未存 0，不适用 39；待复核 20（把握后带 ?，下面是"
    "存疑之处）；依据 晋财综〔2025〕28号、晋财综〔2023〕47号"
)


def lines(text: str, width: int) -> list[str]:
    cuts = [0, *breaks(text, width), len(text)]
    return [text[a:b].rstrip() for a, b in zip(cuts, cuts[1:], strict=False)]


def test_a_line_of_chinese_is_filled() -> None:
    assert lines("其中服务 301.33 万元；已列路灯维护", 20) == ["其中服务", "301.33 万元；已列路", "灯维护"]
    assert lines("晋财综〔2023〕47号", 12) == ["晋财综", "〔2023〕47号"]
    assert lines("目录未存 0，不适用", 9) == ["目录未", "存 0，不", "适用"]
    assert lines("the sum is 12.00 (10k CNY)", 18) == ["the sum is", "12.00 (10k CNY)"]


@pytest.mark.parametrize("width", [30, 40, 78, 120])
def test_no_figure_leaves_its_unit_and_no_line_begins_with_a_closing_mark(width: int) -> None:
    folded = lines(SUMMARY, width)
    assert all(cell_len(line) <= width for line in folded)
    assert not any(re.match(r"[，；）〕、?万项号]", line) or line.endswith("（") for line in folded)
    # no gap wider than the longest thing that may not be broken: 4,566.18 万元，
    assert all(cell_len(line) >= width - 16 for line in folded[:-1])


@given(st.text("服务 1.2万元，（）〔?a", max_size=60), st.integers(4, 40))
def test_nothing_is_lost_and_no_line_too_wide(text: str, width: int) -> None:
    assert "".join(lines(text, width)).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines(text, width))


def test_what_follows_the_first_line_is_indented(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "width", lambda: 40)
    output.print_line(f"  {SUMMARY}", indent=2)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) > 3 and all(re.match(r"  \S", line) for line in printed)
    assert all(cell_len(line) <= 40 and line == line.rstrip() for line in printed)


def test_no_name_of_a_nature_is_broken_in_its_column() -> None:
    """`personnel` and `statutory` stood as `personne` and `l`: the column was one too narrow."""
    from goufu.cli.commands.show import COLUMNS as SHOWN
    from goufu.cli.render.judgements import COLUMNS, NATURES

    for column in (c for c in (*COLUMNS, *SHOWN) if c.key == "nature"):
        assert column.width and all(
            cell_len(word) <= column.width for name in NATURES.values() for word in name
        )
