"""Tables drawn as plain text, for a file or a pipe: what rich draws there, without loading rich for it.

A table is as wide as its cells, or fills the width given where columns share out what is left. One that fits in no such way,
or has cells that are more than text, is left to `goufu.cli.shared.rich_table`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from goufu.cli.shared.folding import folded
from rich.cells import cell_len

if TYPE_CHECKING:
    from goufu.cli.shared.output import Column

#: what a column but the last has to its right, besides the blank between two columns
_PADDING = 1


def plain_table(
    heads: Sequence[str], rows: Sequence[Sequence[Any]], columns: Sequence[Column], width: int
) -> str | None:
    """The rows under their heads, at most `width` wide, or None where only rich can draw them."""
    if any(not isinstance(cell, str) or "\t" in cell for row in rows for cell in row):
        return None
    widths = _widths(heads, rows, columns, width - len(columns) - 1)
    if widths is None or any(cell_len(head) > wide for head, wide in zip(heads, _inner(widths), strict=True)):
        return None
    blank = "".join(" " * (wide + 1) for wide in widths) + " "
    lines = [blank, *_drawn(heads, columns, widths), f" {'─' * (len(blank) - 2)} "]
    for row in rows:
        lines += _drawn(row, columns, widths)
    return "\n".join([*lines, blank])


def _widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[Column], room: int
) -> list[int] | None:
    """The width of each column with its padding, in all at most `room`; None where they do not fit."""
    widths: list[int] = []
    for n, column in enumerate(columns):
        widest = max(
            (cell_len(line) for cell in (heads[n], *(row[n] for row in rows)) for line in cell.splitlines()),
            default=0,
        )
        if column.width is not None and widest > column.width:
            if column.right:
                return None
            widest = column.width
        widths.append(widest + (_PADDING if n < len(columns) - 1 else 0) or 1)
    shares = {n: column.ratio for n, column in enumerate(columns) if column.ratio}
    if shares:
        left, parts = (
            room - sum(wide for n, wide in enumerate(widths) if n not in shares),
            sum(shares.values()),
        )
        for n, share in shares.items():
            widths[n] = math.ceil(share * left / parts)
            left, parts = left - widths[n], parts - share
            if widths[n] <= _PADDING + 1:
                return None
    return widths if sum(widths) <= room else None


def _inner(widths: Sequence[int]) -> list[int]:
    """The widths of what columns hold, without their padding."""
    return [*(wide - _PADDING for wide in widths[:-1]), *widths[-1:]]


def _drawn(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    """The lines of a row, each cell folded and filled up to its column's width."""
    inner = _inner(widths)
    cells = [
        [line.rstrip() for line in cell.split("\n")] if column.right else folded(cell, wide)
        for cell, column, wide in zip(row, columns, inner, strict=True)
    ]
    lines = []
    for at in range(max(map(len, cells))):
        texts = [cell[at] if at < len(cell) else "" for cell in cells]
        filled = [
            " " * (wide - cell_len(text)) + text if column.right else text + " " * (wide - cell_len(text))
            for text, column, wide in zip(texts, columns, inner, strict=True)
        ]
        lines.append(f" {'  '.join(filled)} ")
    return lines
