"""The common form every reader brings its document into: printed lines, split into cells, each with its place.

A paragraph is a line of one cell, a table row a line of several; a page break, a repeated header or a blank
line is simply there or not there, as in the document. Nothing is interpreted here. The few functions normalise
how a cell is written (widths, spaces, kinds of brackets), never what it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from goufu.catalog.characters import narrow, simplified, visible
from goufu.disclosure.model import Place

#: called with pages done and pages in all while a document is read
Progress = Callable[[int, int], None]

#: marks that Markdown and HTML leave in a transcription: headings, bold, tags
_MARKS = re.compile(r"\*\*|</?(?:b|p|br|strong|em|i|u|sup|sub|span|div)\b[^<>]{0,80}>", re.IGNORECASE)
_HEADING = re.compile(r"\A\s{0,3}#{1,6}\s+")
_BRACKETS = str.maketrans("【】〔〕［］〖〗｛｝{}[]<>〈〉《》", "()()()()()()()()()()")
_BRACKET = re.compile(r"[【】〔〕［］〖〗｛｝{}\[\]<>〈〉《》]")
_PUNCTUATION = re.compile(r"[\s,，、。．.:：;；·•“”\"'‘’()（）_\-—–~～]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line or table row. `cells` are stripped texts; a paragraph has exactly one.

    `sheet` and `row` are given where every cell has an address of its own, as in a spreadsheet. `merged` has the
    columns whose cell is the lower part of one merged downwards: they are empty here and say what is above. `level` is how deep
    the row is in the outline of a spreadsheet.

    `text` is the cells that say something, with a space between them, and `is_paragraph` whether only one of them says
    anything: so paragraphs appear in spreadsheets. Both are made once, as nearly every reader of lines asks for them.
    """

    cells: tuple[str, ...]
    place: Place
    sheet: str = ""
    row: int = 0
    merged: frozenset[int] = frozenset()
    level: int = 0
    text: str = field(init=False, compare=False, repr=False)
    is_paragraph: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        cells = self.cells
        if len(cells) == 1:
            text, paragraph = cells[0], True
        else:
            text = " ".join(filter(None, cells))
            paragraph = len(cells) - cells.count("") <= 1
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "is_paragraph", paragraph)

    @property
    def is_row(self) -> bool:
        """Whether it is in a table, that is, has more than one cell (empty ones count)."""
        return len(self.cells) > 1

    def place_of(self, column: int) -> Place:
        """The place of one cell: its address where it has one, else the place of the line."""
        if not self.sheet:
            return self.place
        return Place(self.place.file, cell=f"{self.sheet}!{column_letters(column)}{self.row}")


def merged_down(lines: Sequence[Line]) -> list[tuple[int, int, int, int]]:
    """The cells merged downwards: first and last line (indexes), and first and last column, of each."""
    ranges: dict[int, tuple[int, int, int, int]] = {}
    done: list[tuple[int, int, int, int]] = []
    for n, line in enumerate(lines):
        for column in sorted(line.merged):
            first, _, last, _ = ranges.get(column, (n - 1, column, n - 1, column))
            if last != n - 1:
                done.append(ranges[column])
                first = n - 1
            ranges[column] = (first, column, n, column)
    return sorted([*done, *ranges.values()])


def column_letters(column: int) -> str:
    """The letters spreadsheets give the column with index `column`: 0 → A, 27 → AB."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def clean_cell(text: str) -> str:
    """A cell as it is seen: without the marks of Markdown and HTML and characters that show nothing, radicals as
    the characters they show, white space collapsed to single spaces."""
    return unmarked(visible(text)) if text else ""


def unmarked(text: str) -> str:
    """What `clean_cell` makes of a text in which every character is to be seen."""
    if "<" in text or "*" in text:
        text = _MARKS.sub(" ", text)
    if "#" in text:
        text = _HEADING.sub("", text)
    return text if text.isalnum() else " ".join(text.split())


def figures_apart(text: str, end: str = "\n") -> str:
    """`text` with a mark where a line of it (they end in `end`) ends in a digit and the next begins with one.

    Two amounts on two lines of one cell are two; run together, 3 and 5 would be 35.
    """
    return re.sub(rf"(?<=[0-9])\s*(?:{end}\s*)+(?=[0-9])", "；", text)


def is_reference(before: str, raised: str) -> bool:
    """Whether `raised`, printed above the line behind `before`, is the mark of a note: 3.00¹, 路灯维护服务[1].

    A bare number is one only behind a figure; behind a letter it is an exponent (m²).
    """
    mark = squeeze(raised)
    if re.fullmatch(r"[\[(【〔](?:注|\d)\d*[\])】〕]|注\d*|[*※①-⑳]", mark):
        return True
    return bool(re.fullmatch(r"\d{1,2}", mark)) and before.rstrip()[-1:].isdigit()


@lru_cache(maxsize=1 << 12)
def squeeze(text: str) -> str:
    """`text` in one width and without any white space; for finding labels and headings. Idempotent."""
    return "".join(narrow(text).split())


@lru_cache(maxsize=1 << 12)
def label(text: str) -> str:
    """`squeeze` in simplified characters, lower case and one kind of brackets: a heading as it is looked up."""
    return _round("".join(simplified(text).split())).casefold()


def fold(text: str) -> str:
    """`text` as two printings of one name should compare equal: width, bracket kind, punctuation and case gone."""
    return _PUNCTUATION.sub("", _round(squeeze(text))).casefold()


def _round(text: str) -> str:
    """`text` with one kind of brackets; few texts have any, and looking is quicker than translating."""
    return text.translate(_BRACKETS) if _BRACKET.search(text) else text
