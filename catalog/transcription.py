"""Reading a transcription: tab-separated OCR text of a printed catalog, with all its damage.

What a row says is taken from its code and never from its column: names slip into wrong columns, spaces break
them, page headers repeat, pages are missing. Nothing is repaired here; `rows` tells what stands where, and
`catalog.edition` makes an edition of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from catalog.codes import tidy
from catalog.typography import tidy_name

Kind = Literal["entry", "section", "header", "toc", "other"]

_CODE_CELL = re.compile(r"[AB]?(?:\d\d){0,3}\Z")
_TOC = re.compile(r"(?P<name>\D*?[^\s.…\d])[.…\s]+(?P<page>\d{1,3})\Z")
_END = re.compile(r"信息公开选项|第[一二三四五六]部分|名词解释")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a transcription: its number from 1, what kind of line it is, and what it says.

    For an entry `code` is the code as printed and `name` the name in the editions' typography; for a section
    heading or a line of the table of contents `name` is the section, and `page` the page a contents line gives.
    """

    line: int
    kind: Kind
    code: str = ""
    name: str = ""
    page: int | None = None


def rows(text: str, first: int = 1, last: int | None = None) -> Iterator[Row]:
    """The rows of `text` from line `first` to line `last` (both counted from 1 and included), blank lines left out.

    A row is an entry when its first cell is a code (the letter may be missing) and some other cell a name;
    a section heading when a table row has nothing but its first cell; a header when it starts with 代码.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if number < first or not line.strip():
            continue
        if last is not None and number > last:
            return
        yield _row(number, line)


def _row(number: int, line: str) -> Row:
    cells = [cell.strip() for cell in line.split("\t")]
    code = tidy(cells[0])
    name = tidy_name(" ".join(cells[1:]))
    if len(cells) > 1 and code and _CODE_CELL.match(code) and name and not name.isdecimal():
        return Row(number, "entry", code, name)
    if len(cells) >= 4 and cells[0] and not name:
        return Row(number, "section", name=tidy_name(cells[0]))
    if cells[0] == "代码":
        return Row(number, "header")
    contents = _TOC.match(line.strip())
    if contents and len(contents["name"].strip()) < 40:
        return Row(number, "toc", name=tidy_name(contents["name"]), page=int(contents["page"]))
    return Row(number, "other", name=tidy_name(line)[:80])


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a catalog lies in a file: its first and last line, its number and title where they are printed."""

    first: int
    last: int
    number: str = ""
    title: str = ""


def extents(text: str) -> tuple[Extent, ...]:
    """Every catalog table in `text`, with the document number that stands nearest above it.

    A catalog runs from its first page header (`代码 一级目录 …`) to the last entry before the closing lines of
    the document (信息公开选项, 第四部分 …) or before the next document number.
    """
    from catalog.typography import document_number

    found: list[Extent] = []
    number = title = ""
    first = last = 0
    for at, line in enumerate(text.split("\n"), 1):
        plain = line.strip("# \t")
        if re.fullmatch(r"[一-鿿]{2,6}[〔\[（(【]20\d\d[〕\]）)】]\d{1,3}号", plain) or (
            first and _END.search(plain)
        ):
            if first and last:
                found.append(Extent(first, last, number, title))
            first = last = 0
            if not _END.search(plain):
                number, title = document_number(plain), ""
            continue
        if "指导性" in plain and "目录" in plain and "\t" not in plain and len(plain) < 60:
            title = tidy_name(re.sub(r".*印发|的通知.*", "", plain)).strip("《》") or title
        if plain.startswith("代码\t") and not first:
            first = at
        elif first and _row(at, line).kind == "entry":
            last = at
    if first and last:
        found.append(Extent(first, last, number, title))
    return tuple(found)
