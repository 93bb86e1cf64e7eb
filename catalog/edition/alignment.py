"""Laying several transcriptions of one printed catalog side by side, line by line.

A line of the catalog is what each witness has there; a witness whose page is missing has nothing. Only order,
codes and names tell which rows belong together: departments play no part, since a missing page is just what makes
rows hang under a wrong one. Nothing is decided here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from goufu.catalog.edition.transcription import Row
from goufu.catalog.errors import CatalogError
from goufu.catalog.model import Source

#: no catalog has more rows; the largest held has 2,092
MOST_ROWS = 20_000
#: of the shorter witness's rows, how many must be found in the other for both to be witnesses of one document
LEAST_SHARED = 0.5
#: longest stretch without a row in common that is still compared row by row
_LONGEST_STRETCH = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the catalog: the row of each witness that has it, by witness id, the base first."""

    rows: Mapping[str, Row]

    @property
    def lead(self) -> Row:
        """The row of the first witness that has the line."""
        return next(iter(self.rows.values()))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where each witness has the line."""
        return tuple(Source(witness, row.line) for witness, row in self.rows.items())

    @property
    def opens_page(self) -> bool:
        """Whether a witness has a page header just above."""
        return any(row.opens_page for row in self.rows.values())


_Key = Callable[[Row], Hashable]


def _whole(row: Row) -> Hashable:
    return row.kind, row.code, row.name


def _code(row: Row) -> Hashable:
    return row.kind, row.code


def _name(row: Row) -> Hashable:
    return row.kind, row.name


def align(witnesses: Mapping[str, Sequence[Row]]) -> tuple[Line, ...]:
    """The lines of all `witnesses` (id → its rows), the first being the base whose order leads.

    Entries and section headings are lined up; other rows are left aside. Rows that are alike in code and name are
    matched first, between them rows with the same code, then rows with the same name. Time is bounded by
    n log n for n rows. Raises CatalogError where a witness has more rows than any catalog, or where two have too
    little in common to be witnesses of one document.
    """
    lines: list[Line] = []
    for witness, rows in witnesses.items():
        table = [row for row in rows if row.kind in ("entry", "section")]
        if len(table) > MOST_ROWS:
            raise CatalogError(
                f"共 {len(table)} 行，任何目录都没有这么多（上限 {MOST_ROWS}）",
                f"{len(table)} rows: more than any catalog has ({MOST_ROWS})",
                witness,
            )
        lines = _merge(lines, table, witness) if lines else [Line({witness: row}) for row in table]
    return tuple(lines)


def _merge(lines: list[Line], rows: list[Row], witness: str) -> list[Line]:
    merged = _laid(lines, rows, witness, (_whole, _code, _name))
    shared = sum(witness in line.rows and len(line.rows) > 1 for line in merged)
    shorter = min(len(lines), len(rows))
    if shared < LEAST_SHARED * shorter:
        raise CatalogError(
            f"与其他底本只有 {shared} 行相同（共 {shorter} 行），不是同一份目录的底本",
            f"only {shared} of {shorter} rows are in the other witnesses: not one document",
            witness,
        )
    return merged


def _laid(lines: list[Line], rows: list[Row], witness: str, keys: Sequence[_Key]) -> list[Line]:
    """`rows` laid beside `lines` by the first of `keys`, what is left between by the next ones."""
    if not (keys and lines and rows):
        return [*lines, *(Line({witness: row}) for row in rows)]
    key, *others = keys
    laid: list[Line] = []
    begin = start = 0
    for i, k in [*_common([key(x.lead) for x in lines], [key(x) for x in rows]), (len(lines), len(rows))]:
        laid += _laid(lines[begin:i], rows[start:k], witness, others)
        if i < len(lines):
            laid.append(Line({**lines[i].rows, witness: rows[k]}))
        begin, start = i + 1, k + 1
    return laid


def _common(mine: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places (i, k) where both have the same item, rising in i and k: what stands once in both, then what lies between."""
    anchors = _anchors(mine, theirs)
    found: list[tuple[int, int]] = []
    begin = start = 0
    for i, k in [*anchors, (len(mine), len(theirs))]:
        if i - begin <= _LONGEST_STRETCH and k - start <= _LONGEST_STRETCH:
            matcher = SequenceMatcher(None, mine[begin:i], theirs[start:k], autojunk=False)
            for a, b, size in matcher.get_matching_blocks():
                found += [(begin + a + n, start + b + n) for n in range(size)]
        if i < len(mine):
            found.append((i, k))
        begin, start = i + 1, k + 1
    return found


def _anchors(mine: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The longest rising chain of items that stand exactly once in both (patience sorting)."""
    once_here, once_there = _once(mine), _once(theirs)
    pairs = [(i, once_there[item]) for item, i in once_here.items() if item in once_there]
    ends: list[int] = []
    chains: list[int] = []
    before: list[int] = []
    for at, (_, k) in enumerate(pairs):
        height = bisect_left(ends, k)
        ends[height : height + 1] = [k]
        chains[height : height + 1] = [at]
        before.append(chains[height - 1] if height else -1)
    chain: list[tuple[int, int]] = []
    at = chains[-1] if chains else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _once(items: Iterable[Hashable]) -> dict[Hashable, int]:
    listed = list(items)
    count = Counter(listed)
    return {item: at for at, item in enumerate(listed) if count[item] == 1}
