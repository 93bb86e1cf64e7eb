"""From characters and ruled lines on a page to printed lines and table rows; for PDF text and for scans alike.

Where a page has ruled tables, a character belongs to the cell its middle lies in, and cells between which no line
is drawn are one merged cell, whose text stands in its first row and column. Where a table has no vertical
lines, columns are the stripes that its rows with figures leave between empty stripes. Everything else is
paragraphs, wrapped lines joined again. Coordinates run to the right and *down*, in points or pixels alike:
every tolerance is a share of the size of the characters.
"""

from __future__ import annotations

import re
import statistics
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.lines import is_reference
from goufu.disclosure.model import Corners

#: ruled lines of a page beyond this many are a drawing, not tables
MAX_RULES = 8_000
#: cells of one ruled table beyond this many are a drawing as well
MAX_GRID = 20_000

#: white space between two lines of one wrapped cell, as a share of the size of the characters
WRAPPED = 0.55

#: height of a raised mark, and how far its foot stands above that of the line, as shares of the line's height
SMALLER, RAISED = 0.8, 0.15

_INDENT = re.compile(
    r"\A(?:[（(]?[一二三四五六七八九十\d]+[）)、.．]|第[一二三四五六七八九十]+[部章条]|注[:：]|附件)"
)


class Glyph(NamedTuple):
    """One character, or a few that were read together, with its box; `vertical` where the next one is below."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    vertical: bool = False


class Rule(NamedTuple):
    """One straight ruled line, horizontal where `y0 == y1`, vertical where `x0 == x1`."""

    x0: float
    y0: float
    x1: float
    y1: float


class PageRow(NamedTuple):
    """A printed line or a table row: its cells, one for a paragraph, and the box it fills."""

    cells: tuple[str, ...]
    x0: float
    y0: float
    x1: float
    y1: float


def on_page(points: Iterable[tuple[float, float]]) -> Corners:
    """Corners, in shares of a page, kept within it and short."""
    return tuple((round(min(max(0.0, x), 1.0), 4), round(min(max(0.0, y), 1.0), 4)) for x, y in points)


@dataclass(slots=True)
class _Segment:
    """Characters on one line without a wide gap between them."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class _Grid:
    """A ruled table: where its lines run, and which stretches of them are drawn."""

    xs: list[float]
    ys: list[float]
    across: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    down: dict[int, list[tuple[float, float]]] = field(default_factory=dict)


def page_rows(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> list[PageRow]:
    """The printed lines and table rows of a page, from top to bottom; a paragraph is a row of one cell."""
    glyphs = [
        glyph for glyph in glyphs if glyph.text.strip() and glyph.x1 >= glyph.x0 and glyph.y1 > glyph.y0
    ]
    if not glyphs:
        return []
    size = statistics.median(glyph.y1 - glyph.y0 for glyph in glyphs)
    rows: list[PageRow] = []
    rest = glyphs
    for grid in _grids(rules, size):
        left, right, top, bottom = grid.xs[0], grid.xs[-1], grid.ys[0], grid.ys[-1]
        inside = [
            glyph
            for glyph in rest
            if left <= (glyph[1] + glyph[3]) / 2 <= right and top <= (glyph[2] + glyph[4]) / 2 <= bottom
        ]
        if not inside:
            continue
        table = _ruled_rows(grid, inside)
        if max((len([cell for cell in row.cells if cell]) for row in table), default=0) < 2:
            continue  # a frame around a page or a paragraph
        rows += table
        taken = set(map(id, inside))
        rest = [glyph for glyph in rest if id(glyph) not in taken]
    rows += _free_rows(rest, size)
    return sorted(rows, key=lambda row: row.y0)


# ruled tables


def _grids(rules: Sequence[Rule], size: float) -> list[_Grid]:
    """The ruled tables of a page: lines that touch each other, at least two each way."""
    if not rules or len(rules) > MAX_RULES:
        return []
    near = max(size * 0.25, 1.0)
    across = _joined([(r.y0, r.x0, r.x1) for r in rules if r.y0 == r.y1], near)
    down = _joined([(r.x0, r.y0, r.y1) for r in rules if r.x0 == r.x1], near)
    grids = []
    for horizontals, verticals in _touching(across, down, near):
        xs = _positions([x for x, _, _ in verticals], near)
        ys = _positions([y for y, _, _ in horizontals], near)
        # a table may lack its outer lines: the others then reach beyond the last one drawn
        left, right = min(a for _, a, _ in horizontals), max(b for _, _, b in horizontals)
        top, bottom = min(a for _, a, _ in verticals), max(b for _, _, b in verticals)
        xs = [left] * (left < xs[0] - size) + xs + [right] * (right > xs[-1] + size)
        ys = [top] * (top < ys[0] - size) + ys + [bottom] * (bottom > ys[-1] + size)
        if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > MAX_GRID:
            continue
        for top, bottom in _stacked(xs, ys, verticals, near):
            inside = [v for v in verticals if v[1] < bottom - near and v[2] > top + near]
            grids.append(
                _grid(
                    [x for x in xs if x in (xs[0], xs[-1]) or any(abs(v[0] - x) <= near for v in inside)],
                    [y for y in ys if top <= y <= bottom],
                    horizontals,
                    inside,
                    near,
                )
            )
    return grids


def _grid(
    xs: list[float],
    ys: list[float],
    horizontals: Iterable[tuple[float, float, float]],
    verticals: Iterable[tuple[float, float, float]],
    near: float,
) -> _Grid:
    grid = _Grid(xs, ys)
    for y, a, b in horizontals:
        if ys[0] - near <= y <= ys[-1] + near:
            grid.across.setdefault(_nearest(ys, y), []).append((a, b))
    for x, a, b in verticals:
        grid.down.setdefault(_nearest(xs, x), []).append((a, b))
    return grid


def _stacked(
    xs: Sequence[float], ys: Sequence[float], verticals: Sequence[tuple[float, float, float]], near: float
) -> list[tuple[float, float]]:
    """Where one ruled frame holds several tables on top of each other: top and bottom of each.

    The columns of a table may be merged in some rows, never exchanged for others: a new table begins where
    the lines between the columns are neither all of those above nor among them.
    """
    tops = [0]
    columns: set[int] = set()
    inner = [(_nearest(xs, x), a, b) for x, a, b in verticals]
    for row in range(len(ys) - 1):
        middle = (ys[row] + ys[row + 1]) / 2
        here = {column for column, a, b in inner if a <= middle <= b} - {0, len(xs) - 1}
        if columns and here and not (here <= columns or columns <= here):
            tops.append(row)
            columns = here
        else:
            columns |= here
    tops.append(len(ys) - 1)
    return [(ys[a], ys[b]) for a, b in zip(tops, tops[1:], strict=False)]


def _joined(lines: Iterable[tuple[float, float, float]], near: float) -> list[tuple[float, float, float]]:
    """Lines (position, from, to) with pieces of one line, and double lines, put together."""
    joined: list[tuple[float, float, float]] = []
    by_position = sorted((p, min(a, b), max(a, b)) for p, a, b in lines)
    groups: list[list[tuple[float, float, float]]] = []
    for line in by_position:
        if groups and line[0] - groups[-1][-1][0] <= near:
            groups[-1].append(line)
        else:
            groups.append([line])
    for group in groups:
        position = statistics.median(p for p, _, _ in group)
        spans = sorted((a, b) for _, a, b in group)
        start, end = spans[0]
        for a, b in spans[1:]:
            if a <= end + near:
                end = max(end, b)
            else:
                joined.append((position, start, end))
                start, end = a, b
        joined.append((position, start, end))
    return joined


def _touching(
    across: list[tuple[float, float, float]], down: list[tuple[float, float, float]], near: float
) -> list[tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]]:
    """Groups of horizontal and vertical lines that hang together, each with at least two of both."""
    parent = list(range(len(across) + len(down)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for j, (x, a, b) in enumerate(down):
        for i, (y, c, d) in enumerate(across):
            if c - near <= x <= d + near and a - near <= y <= b + near:
                parent[find(i)] = find(len(across) + j)
    groups: dict[int, tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]] = (
        defaultdict(lambda: ([], []))
    )
    for i, line in enumerate(across):
        groups[find(i)][0].append(line)
    for j, line in enumerate(down):
        groups[find(len(across) + j)][1].append(line)
    return [group for group in groups.values() if len(group[0]) >= 2 and len(group[1]) >= 2]


def _positions(values: Iterable[float], near: float) -> list[float]:
    """The distinct positions among `values`, those closer than `near` taken as one."""
    distinct: list[float] = []
    for value in sorted(values):
        if not distinct or value - distinct[-1] > near:
            distinct.append(value)
    return distinct


def _nearest(positions: Sequence[float], value: float) -> int:
    """The index of the position closest to `value`, the first of two; `positions` ascend."""
    above = bisect_left(positions, value)
    if above == len(positions) or (above and value - positions[above - 1] <= positions[above] - value):
        return above - 1
    return above


def _ruled_rows(grid: _Grid, glyphs: Sequence[Glyph]) -> list[PageRow]:
    """The rows of a ruled table; merged cells speak once, at their first place.

    The middle of every glyph lies in the table.
    """
    width, height = len(grid.xs) - 1, len(grid.ys) - 1
    parent = list(range(width * height))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for row in range(height):
        middle = (grid.ys[row] + grid.ys[row + 1]) / 2
        for column in range(width):
            here = row * width + column
            if column + 1 < width and not _drawn(grid.down.get(column + 1, ()), middle):
                parent[find(here + 1)] = find(here)
            if row + 1 < height:
                centre = (grid.xs[column] + grid.xs[column + 1]) / 2
                if not _drawn(grid.across.get(row + 1, ()), centre):
                    parent[find(here + width)] = find(here)
    roots = [find(i) for i in range(width * height)]
    cells: dict[int, list[Glyph]] = defaultdict(list)
    xs, ys = grid.xs[:-1], grid.ys[:-1]  # what lies on the last line belongs to the last cell
    for glyph in glyphs:
        _, x0, y0, x1, y1, _ = glyph
        column, row = bisect_right(xs, (x0 + x1) / 2) - 1, bisect_right(ys, (y0 + y1) / 2) - 1
        cells[roots[row * width + column]].append(glyph)
    first: dict[int, int] = {}
    for i, root in enumerate(roots):
        first.setdefault(root, i)
    texts = {first[root]: _block_text(found) for root, found in cells.items()}
    return [
        PageRow(
            tuple(texts.get(row * width + column, "") for column in range(width)),
            *(grid.xs[0], grid.ys[row], grid.xs[-1], grid.ys[row + 1]),
        )
        for row in range(height)
        if any(texts.get(row * width + column) for column in range(width))
    ]


def _drawn(stretches: Iterable[tuple[float, float]], at: float) -> bool:
    for a, b in stretches:  # noqa: SIM110 (asked for every side of every cell, where a generator costs twice as much)
        if a <= at <= b:
            return True
    return False


def _block_text(glyphs: Sequence[Glyph]) -> str:
    """The text of a cell, its lines joined without a break that the wording does not have."""
    level = [glyph for glyph in glyphs if not glyph.vertical]
    text = "" if len(level) == len(glyphs) else _columns_text([glyph for glyph in glyphs if glyph.vertical])
    for line in _lines(level):
        text = join_wrapped(text, _line_text(line))
    return text


def _columns_text(glyphs: Sequence[Glyph]) -> str:
    """Vertical writing: columns from right to left, each from top to bottom."""
    columns: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -g.x1):
        if not columns or columns[-1][0].x0 > (glyph.x0 + glyph.x1) / 2:
            columns.append([])
        columns[-1].append(glyph)
    return "".join(g.text for column in columns for g in sorted(column, key=lambda g: g.y0))


def join_wrapped(first: str, second: str) -> str:
    """Two lines of one text as one: with a space only between two Latin words."""
    if first and second and _is_latin(first[-1]) and _is_latin(second[0]):
        return f"{first} {second}"
    return first + second


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


_from_left = itemgetter(1)


def _lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """The characters by lines, from top to bottom, each line from left to right."""
    if len({glyph[2:5:2] for glyph in glyphs}) == 1:
        return [sorted(glyphs, key=_from_left)]  # all of one height at one height, as in most cells
    lines: list[list[Glyph]] = []
    middle = bottom = centres = heights = 0.0
    for glyph in sorted(glyphs, key=lambda g: (g.y0 + g.y1) / 2):
        centre, height = (glyph.y0 + glyph.y1) / 2, glyph.y1 - glyph.y0
        # small marks (— . ,) have boxes of their own height: they belong to the line they lie in
        if lines and (centre - middle <= height * 0.55 or centre < bottom):
            lines[-1].append(glyph)
            centres, heights = centres + centre, heights + height
        else:
            lines.append([glyph])
            centres, heights = centre, height
        middle = centres / len(lines[-1])
        bottom = middle + heights / len(lines[-1]) * 0.35
    return [_without_marks(sorted(line, key=_from_left)) for line in lines]


def _without_marks(line: Sequence[Glyph]) -> list[Glyph]:
    """A line without the marks of notes in it: characters behind a figure or a name that are smaller and raised.

    1200¹ is 1200; what stands raised behind a letter is an exponent (m²) and stays.
    """
    heights = [glyph.y1 - glyph.y0 for glyph in line]
    if min(heights) >= SMALLER * max(heights):
        return list(line)  # none is smaller, as in almost every line
    kept: list[Glyph] = []
    at = 0
    while at < len(line):
        end = at
        while kept and end < len(line) and _is_raised(line[end], kept[-1]):
            end += 1
        if end == at:
            kept.append(line[at])
            at += 1
            continue
        before, mark = "".join(g.text for g in kept), "".join(g.text for g in line[at:end])
        if not is_reference(before, mark):
            kept += line[at:end]
        at = end
    return kept


def _is_raised(glyph: Glyph, before: Glyph) -> bool:
    """Whether a character is set smaller than the one before it and above its line."""
    height = before.y1 - before.y0
    return glyph.y1 - glyph.y0 < SMALLER * height and before.y1 - glyph.y1 > RAISED * height


def _line_text(line: Sequence[Glyph]) -> str:
    """The text of a line, with a space where characters stand apart: two Latin letters a little, others far."""
    apart = -1.0
    text, _, y0, end, y1, _ = line[0]
    above = y1 - y0
    parts = [text]
    for glyph in line[1:]:
        text, x0, y0, x1, y1, _ = glyph
        gap, height = x0 - end, max(y1 - y0, above)
        if gap > height * 0.22:
            wide = height * 0.22
            if not (_is_latin(parts[-1][-1]) and _is_latin(text[0])):
                apart = _spread(line) if apart < 0 else apart
                wide = max(height * 0.9, apart * 1.6)
            if gap > wide:
                parts.append(" ")
        parts.append(text)
        end, above = x1, y1 - y0
    return "".join(parts)


def _spread(line: Sequence[Glyph]) -> float:
    """How far Chinese characters stand apart that are spread to fill their cell (分散对齐); 0 where they are not.

    They are spread where most stand apart: in two words with a space between them, most stand close.
    """
    gaps = [
        glyph.x0 - before.x1
        for before, glyph in zip(line, line[1:], strict=False)
        if before.text[-1] >= "\u2e80" and glyph.text[0] >= "\u2e80"
    ]
    return max(statistics.median_low(gaps), 0.0) if gaps else 0.0


# everything else


def _free_rows(glyphs: Sequence[Glyph], size: float) -> list[PageRow]:
    """Paragraphs and tables without vertical lines; what is written vertically is one paragraph."""
    rows: list[PageRow] = []
    if vertical := [glyph for glyph in glyphs if glyph.vertical]:
        rows.append(_row((_columns_text(vertical),), vertical))
    lines = [_segments(line, size) for line in _lines([glyph for glyph in glyphs if not glyph.vertical])]
    i = 0
    while i < len(lines):
        end = _run(lines, i, size)
        if sum(_has_figure(line) for line in lines[i:end]) >= 2:
            rows += _striped_rows(lines[i:end], size)
            i = end
        elif len(lines[i]) > 1:
            rows.append(_row(tuple(segment.text for segment in lines[i]), lines[i]))
            i += 1
        else:
            i = _paragraph(lines, i, size, rows)
    return rows


def _row(cells: tuple[str, ...], parts: Sequence[Glyph] | Sequence[_Segment]) -> PageRow:
    """A row of `cells` that fills the box around `parts`."""
    return PageRow(
        cells,
        *(min(part.x0 for part in parts), min(part.y0 for part in parts)),
        *(max(part.x1 for part in parts), max(part.y1 for part in parts)),
    )


def _run(lines: Sequence[Sequence[_Segment]], i: int, size: float) -> int:
    """The end of the run of lines from `i` on that may be one table: several segments, or wrapped pieces of such."""
    end = i
    while end < len(lines):
        closed = end > i and _gap(lines, end) < size * WRAPPED
        opens = end + 1 < len(lines) and len(lines[end + 1]) > 1 and _gap(lines, end + 1) < size * WRAPPED
        if len(lines[end]) == 1 and not closed and not opens:
            break
        end += 1
    return end


def _gap(lines: Sequence[Sequence[_Segment]], i: int) -> float:
    """The white space between line `i` and the one above; negative where they overlap."""
    return min(s.y0 for s in lines[i]) - max(s.y1 for s in lines[i - 1])


def _segments(line: Sequence[Glyph], size: float) -> list[_Segment]:
    """A line cut at gaps wider than two characters."""
    parts: list[list[Glyph]] = [[line[0]]]
    for before, glyph in zip(line, line[1:], strict=False):
        if glyph.x0 - before.x1 > size * 2:
            parts.append([])
        parts[-1].append(glyph)
    return [
        _Segment(
            _line_text(part),
            part[0].x0,
            min(g.y0 for g in part),
            max(g.x1 for g in part),
            max(g.y1 for g in part),
        )
        for part in parts
    ]


def _has_figure(line: Sequence[_Segment]) -> bool:
    return any(parse_amount(segment.text) is not None for segment in line[1:])


def _striped_rows(lines: Sequence[Sequence[_Segment]], size: float) -> list[PageRow]:
    """The rows of a table without vertical lines: columns are the stripes that rows with figures fill.

    Lines close together are one row with wrapped cells, but two lines with figures are always two rows.
    """
    spans = sorted((s.x0, s.x1) for line in lines if _has_figure(line) for s in line)
    columns: list[list[float]] = []
    for x0, x1 in spans:
        if columns and x0 <= columns[-1][1] + size * 0.3:
            columns[-1][1] = max(columns[-1][1], x1)
        else:
            columns.append([x0, x1])
    groups: list[list[int]] = []
    for k, line in enumerate(lines):
        figures = bool(groups) and any(_has_figure(lines[g]) for g in groups[-1])
        if groups and _gap(lines, k) < size * WRAPPED and not (figures and _has_figure(line)):
            # a piece between two rows belongs to the nearer one
            following = _gap(lines, k + 1) if k + 1 < len(lines) else size
            if not (figures and len(line) == 1 and following < _gap(lines, k)):
                groups[-1].append(k)
                continue
        groups.append([k])
    rows = []
    for group in groups:
        cells = [""] * len(columns)
        parts = [segment for k in group for segment in lines[k]]
        for segment in parts:
            column = max(
                range(len(columns)),
                key=lambda c, s=segment: min(s.x1, columns[c][1]) - max(s.x0, columns[c][0]),  # type: ignore[misc]
            )
            cells[column] = join_wrapped(cells[column], segment.text)
        rows.append(_row(tuple(cells), parts))
    return rows


def _paragraph(lines: Sequence[Sequence[_Segment]], i: int, size: float, rows: list[PageRow]) -> int:
    """Add the paragraph that begins at line `i` to `rows`; the index of the line after it."""
    first = lines[i][0]
    text = first.text
    right = max(line[-1].x1 for line in lines)
    left = min(line[0].x0 for line in lines)
    end = i + 1
    last = first
    while end < len(lines) and len(lines[end]) == 1:
        below = lines[end][0]
        full = last.x1 > right - size * 2.5
        starts = below.x0 > left + size * 1.2 or _INDENT.match(below.text)
        if not full or starts or below.y0 - last.y1 > size * 1.6:
            break
        text = join_wrapped(text, below.text)
        last = below
        end += 1
    rows.append(_row((text,), [line[0] for line in lines[i:end]]))
    return end
