"""Reading a transcription: tab-separated OCR text of a printed catalog, with all its damage.

What a row says is taken from its code and never from its column: names slip into wrong columns, spaces break
them, page headers repeat, pages are missing. Nothing is repaired here and nothing left out: `rows` tells what
stands in every line, `documents` where the catalogs lie in a file and what their notices say. `goufu.catalog.edition.collation`
puts the rows in their places and `goufu.catalog.edition.draft` makes an edition of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from goufu.catalog.codes import is_code, tidy
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import reading
from goufu.catalog.names import document_number, tidy_name

Kind = Literal["entry", "section", "header", "contents", "page", "title", "other"]

#: no transcription of a catalog is larger, in bytes; the four held are 0.06 to 0.35 million
LARGEST_FILE = 64_000_000
#: no catalog has more lines; the longest held has 2,316
MOST_LINES = 100_000
#: no line of a catalog is longer, in characters; the longest held has 80
LONGEST_LINE = 1_000

_CODE_LIKE = re.compile(r"[A-Z]?(?=[OIL]*[0-9])[0-9OIL]{1,8}|[AB]")
_CONTENTS = re.compile(r"(?P<name>[^0-9\t]*[^0-9\t\s.…·])[\t\s.…·]+(?P<page>[0-9]{1,3})")
_PAGE = re.compile(r"[—–―\-一\s]*(?P<page>[0-9]{1,3})[—–―\-一\s]*")
_NUMBER = re.compile(r"[一-鿿]{2,6}\s*[〔\[［（(【]\s*20[0-9]{2}\s*[〕\]］）)】]\s*[0-9]{1,3}\s*号")
_PRINTED = re.compile(r"(20[0-9]{2})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日\s*印发")
_PART = re.compile(r"第[一二三四五六七八九十]{1,2}部分")
_CLOSING = "信息公开选项"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a transcription: its number from 1, what kind of line it is, and what it says.

    For an entry `code` is the code as printed and `name` the name in the editions' typography; for a section
    heading or a line of the table of contents `name` is the section, and `page` the page that a contents line
    names or that is printed at the foot of a page; for any other line `name` is the line itself. `levels` are
    those of the table that the line is in, by the page header above it (0: none yet). `opens_page` marks the
    first entry or heading after a page header. `strayed` says that the code was not in the first cell,
    `names` how many cells beside it were filled.
    """

    line: int
    kind: Kind
    code: str = ""
    name: str = ""
    page: int | None = None
    levels: int = 0
    opens_page: bool = False
    strayed: bool = False
    names: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A catalog found in a file: the lines `first` to `last` of its contents and table, and what its notice says.

    `number` is "" where none is printed above the table. `printed` is the day of the imprint (某年某月某日印发);
    `at_once` says that the notice lets it hold from that day. `repeals` and `cites` are numbers of documents of
    the same series. `closed` says that something other than the end of the file follows the table.
    """

    first: int
    last: int
    number: str = ""
    title: str = ""
    printed: date | None = None
    at_once: bool = False
    repeals: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    closed: bool = False


def read_transcription(path: Path) -> str:
    """The text of a transcription. Raises CatalogError where it cannot be read, is not UTF-8 text or far too large."""
    with reading(path):
        if path.stat().st_size > LARGEST_FILE:
            raise CatalogError(
                f"文件超过 {LARGEST_FILE // 1_000_000} MB，不是目录的文字稿",
                f"larger than {LARGEST_FILE // 1_000_000} MB: no transcription of a catalog",
                str(path),
            )
        text = path.read_bytes().decode("utf-8-sig")
    return text.replace("\r\n", "\n")


def rows(text: str, first: int = 1, last: int | None = None) -> tuple[Row, ...]:
    """The rows of `text` from line `first` to line `last` (both counted from 1 and included), blank lines left out.

    Lines before the first page header (`代码 一级目录 …`) are read as the table of contents, those after it as
    the table. A table row is an entry when a cell is a code (its letter may be missing); a section heading when
    it has nothing but its first cell, or is one of the sections of the contents.
    """
    found: list[Row] = []
    sections: set[str] = set()
    levels, opens = 0, False
    for number, line in enumerate(text.split("\n")[first - 1 : last], first):
        if not line or line.isspace():
            continue
        kind, code, name, page, strayed, names = _read_line(line, levels > 0, sections)
        if kind == "header":
            levels, opens = page or levels, True
            page = None
        elif kind == "contents":
            sections.add(name)
        in_table = kind in ("entry", "section")
        found.append(Row(number, kind, code, name, page, levels, opens and in_table, strayed, names))
        opens = opens and not in_table
    return tuple(found)


_Read = tuple[Kind, str, str, int | None, bool, int]


def _read_line(line: str, in_table: bool, sections: Iterable[str]) -> _Read:
    """Kind, code, name, page (for a header: its levels), whether the code strayed, how many cells have names."""
    if len(line) > LONGEST_LINE:
        return "other", "", tidy_name(line[:80]), None, False, 1
    cells = [cell.strip() for cell in line.split("\t")]
    levels = sum("级目录" in cell for cell in cells)
    if levels and "代码" in cells:
        return "header", "", "", levels, False, 1
    if len(cells) > 1 and in_table:
        return _read_table_row(cells)
    contents = None if in_table else _CONTENTS.fullmatch(line.strip())
    if contents:
        return "contents", "", tidy_name(contents["name"]), int(contents["page"]), False, 1
    page = _PAGE.fullmatch(line)
    if page:
        return "page", "", "", int(page["page"]), False, 1
    name = tidy_name(line.strip("# \t"))
    if in_table and name in sections:
        return "section", "", name, None, False, 1
    title = name in ("目录", "附件") or ("指导性" in name and "目录" in name)
    return ("title" if title else "other"), "", name[:80], None, False, 1


def _read_table_row(cells: list[str]) -> _Read:
    code = tidy(cells[0])
    names = [cell for cell in cells[1:] if cell]
    if _CODE_LIKE.fullmatch(code):
        return "entry", code, tidy_name(" ".join(names)), None, False, len(names)
    strays = [at for at, cell in enumerate(cells) if is_code(tidy(cell))]
    if len(strays) == 1:
        names = [cell for at, cell in enumerate(cells) if cell and at != strays[0]]
        return "entry", tidy(cells[strays[0]]), tidy_name(" ".join(names)), None, True, len(names)
    if cells[0] and not names and len(cells) > 3:
        return "section", "", tidy_name(cells[0]), None, False, 1
    return "other", "", tidy_name(" ".join(cells))[:80], None, False, 1


def documents(text: str) -> tuple[Document, ...]:
    """The catalogs in `text`, in its order, each with what the notice above it says.

    A document begins with its number on a line of its own and ends before the next such line, before the next
    part of the disclosure (第四部分 …) or with the file. In it the catalog runs from its table of contents, or
    else from its first page header, to the last entry before the closing lines (信息公开选项 …). A table without
    a number above it is a document too. Numbers without a table are none. Raises CatalogError where a table has
    more lines than any catalog.
    """
    lines = text.split("\n")
    marks = [0]
    for at, line in enumerate(lines):
        plain = line.strip("# \t")
        if len(plain) < 60 and (_NUMBER.fullmatch(plain) or (_PART.match(plain) and "\t" not in plain)):
            marks.append(at)
    spans = zip(marks, [*marks[1:], len(lines)], strict=True)
    found = (_document(lines, begin, end) for begin, end in spans)
    return tuple(document for document in found if document)


def _document(lines: list[str], begin: int, end: int) -> Document | None:
    table = [at for at in range(begin, end) if lines[at].startswith("代码\t") or "\t代码" in lines[at][:200]]
    table = [at for at in table if _read_line(lines[at], False, ())[0] == "header"]
    if not table:
        return None
    listed = [at for at in range(begin, table[0]) if re.sub(r"\s", "", lines[at]) == "目录"]
    contents = range(listed[-1] + 1, table[0]) if listed else range(0)
    first = next((at for at in contents if _read_line(lines[at], False, ())[0] == "contents"), table[0])
    closing = [at for at in range(table[0], end) if _CLOSING in lines[at]]
    ended = closing[0] if closing else end
    if ended - table[0] > MOST_LINES:
        raise CatalogError(
            f"第 {table[0] + 1} 行起的表有 {ended - table[0]} 行，任何目录都没有这么多（上限 {MOST_LINES}）",
            f"the table from line {table[0] + 1} has {ended - table[0]} lines: more than any catalog ({MOST_LINES})",
        )
    rows_read = (at for at in range(ended - 1, table[0], -1) if "\t" in lines[at])
    last = next(
        (at for at in rows_read if _read_line(lines[at], True, ())[0] in ("entry", "section")), table[0]
    )
    notice = "\n".join(
        line for line in (*lines[begin : table[0]], *lines[last + 1 : end]) if "\t" not in line
    )
    headline = lines[begin].strip("# \t")
    number = document_number(headline) if len(headline) < 60 and _NUMBER.fullmatch(headline) else ""
    printed = _PRINTED.search(notice)
    repeals, cites = _named(notice, number)
    return Document(
        first=first + 1,
        last=last + 1,
        number=number,
        title=_title(lines[begin : table[0]]),
        printed=_day(*printed.groups()) if printed else None,
        at_once="自印发之日起" in re.sub(r"\s", "", notice),
        repeals=repeals,
        cites=cites,
        closed=bool(closing) or end < len(lines),
    )


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _title(lines: list[str]) -> str:
    """The catalog's title: the line above the table that is nothing else, or else what the notice's heading names."""
    names = [tidy_name(line.strip("# \t")) for line in lines if len(line) < LONGEST_LINE]
    for name in reversed(names):
        if re.fullmatch(r"[一-鿿]{0,20}指导性目录(（[AB]类）)?", name) and "关于" not in name:
            return name
    for name in names:
        heading = re.fullmatch(r".{0,20}关于印发《?(.*?指导性目录(?:（[AB]类）)?).{0,40}通知", name)
        if heading:
            return heading[1]
    return ""


def _named(notice: str, number: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The documents of the same series that a notice repeals, and those it cites, in the order it names them."""
    series = number.partition("〔")[0]
    if not series:
        return (), ()
    flat = document_number(notice)
    repeals: list[str] = []
    cites: list[str] = []
    for found in re.finditer(rf"{series}〔20[0-9]{{2}}〕[0-9]{{1,3}}号", flat):
        named = found[0]
        if named == number or named in (*repeals, *cites):
            continue
        repealed = re.match(r"[^。；]{0,12}废止", flat[found.end() :])
        (repeals if repealed else cites).append(named)
    return tuple(repeals), tuple(cites)
