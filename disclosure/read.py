"""Any document a department may send, in any format, into one `Disclosure`; and folders of them.

The format of a file is found out from its content. A table of records (one line a row, with a 项目名称 column) comes out
as a disclosure with nothing but items. `read_document` raises for one file; `documents` says which files a list of
paths, folders and patterns means, so that a caller can read one after the other and keep what was read.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError, os_reason
from goufu.disclosure.assemble import NoProjectTableError, assemble
from goufu.disclosure.checks import disagreements
from goufu.disclosure.formats.detect import WORKBOOKS, Format, format_of, with_forward_slashes
from goufu.disclosure.formats.gate import Meter, check, limit, read_bytes, refuse_odd
from goufu.disclosure.formats.text import decoded, text_lines, with_tables_of_html
from goufu.disclosure.lines import Line, Progress
from goufu.disclosure.lists.headings import has_title
from goufu.disclosure.lists.recognise import is_list
from goufu.disclosure.model import BudgetItem, Disclosure, Place, Remark

if TYPE_CHECKING:
    from goufu.disclosure.lists.model import ListContents
    from goufu.disclosure.lists.sources.delimited_text import ParsedRows

#: endings of files that are looked at when a folder is given
ENDINGS = frozenset(
    {
        ".txt",
        ".md",
        ".markdown",
        ".pdf",
        ".docx",
        ".xlsx",
        ".xlsm",
        ".xls",
        ".et",
        ".ods",
        ".csv",
        ".jsonl",
        ".json",
    }
    | {".ndjson", ".html", ".htm", ".mhtml", ".mht", ".png", ".jpg", ".jpeg"}
    | {".tif", ".tiff", ".bmp", ".webp"}
)


def read_document(path: Path | str, progress: Progress | None = None) -> Disclosure:
    """The document at `path`, whatever its format: a disclosure, or records as one.

    `progress` is called with (pages done, pages in all) while pages are read. Raises GoufuError where the file cannot be
    read or holds no budget lines; every message says what to do.
    """
    path = Path(path)
    read = read_content(read_bytes(path), sound(path.name), sound(str(path)), progress)
    return replace(read, path=path)


def read_content(data: bytes, name: str, where: str = "", progress: Progress | None = None) -> Disclosure:
    """The document that `data` is, as `read_document` reads it; `name` is its file name, `where` is for refusals."""
    return shortened(_read(data, name, where or name, progress))


class _Content(NamedTuple):
    """The lines of a document, and a function that reads it as lists instead. `cells`: the format is nothing but cells."""

    lines: Sequence[Line]
    remarks: Sequence[Remark]
    lists: Callable[[], ListContents]
    cells: bool = False


def _read(data: bytes, name: str, where: str, progress: Progress | None) -> Disclosure:
    if not data.strip(b"\x00 \t\r\n"):
        raise GoufuError("没有内容。", "There is nothing to read.", where)
    data = with_forward_slashes(data)
    format_ = format_of(data, name, where)
    if format_ == "jsonl":
        from goufu.disclosure.lists.records import read_lists

        return _of_lists(read_lists(data, name, format_, where), name)
    if format_ in WORKBOOKS:
        content = _workbook(data, name, where)
    elif format_ in ("csv", "text"):
        content = _text(data, format_, name, where)
    else:
        content = _printed(data, format_, name, where, progress)
    missing: GoufuError | None = None
    if not is_list(content.lines, content.cells):
        try:
            return assemble(content.lines, name, Path(name).stem, where, content.remarks)
        except NoProjectTableError as error:
            missing = error
    try:
        return _of_lists(content.lists(), name)
    except GoufuError as error:
        titled = any(has_title(line.cells) for line in content.lines if line.is_row)
        if missing is None or content.cells or titled:
            raise
        raise missing from error  # what a disclosure must have is more to the point


def _printed(data: bytes, format_: Format, name: str, where: str, progress: Progress | None) -> _Content:
    """A document of pages or paragraphs; what reads lists is loaded where there are some."""
    lines, remarks = _printed_lines(data, format_, name, where, progress)

    def lists() -> ListContents:
        from goufu.disclosure.lists.records import list_of_lines

        return list_of_lines(lines, name, where, remarks)

    return _Content(lines, remarks, lists)


def _workbook(data: bytes, name: str, where: str) -> _Content:
    from goufu.disclosure.formats.spreadsheet import sheet_lines, workbook
    from goufu.disclosure.lists.sources.workbooks import lists_of_workbook

    book = workbook(data, where)
    lines, remarks = sheet_lines(book, name)
    return _Content(lines, remarks, lambda: lists_of_workbook(book, name, where), cells=True)


def _text(data: bytes, format_: Format, name: str, where: str) -> _Content:
    """A text decoded once; of a CSV the rows, too, are made once."""
    text, unreadable = decoded(data, where)
    if format_ == "text" and (page := with_tables_of_html(text)):
        return _printed(page, "html", name, where, None)
    parsed: dict[str, ParsedRows] = {}
    if format_ == "csv":
        from goufu.disclosure.lists.sources.delimited_text import separated

        with contextlib.suppress(GoufuError):  # raised again where the text is read as a list
            parsed = {",": separated(text.lstrip("\ufeff"), ",", where)}
        rows = parsed[","].rows if parsed else []
        lines = [Line(cells, Place(name, line=number)) for number, cells in rows]
    else:
        lines = text_lines(text, name)

    def lists() -> ListContents:
        from goufu.disclosure.lists.records import lists_of_text

        return lists_of_text(text, unreadable, format_, name, where, parsed)

    return _Content(lines, (), lists, cells=format_ == "csv")


def _printed_lines(
    data: bytes, format_: Format, name: str, where: str, progress: Progress | None
) -> tuple[list[Line], list[Remark]]:
    """The lines of a document of pages or paragraphs; readers of formats are loaded when they are needed."""
    if format_ == "pdf":
        from goufu.disclosure.formats.pdf import pdf_lines

        return pdf_lines(data, name, where, progress)
    if format_ == "image":
        from goufu.disclosure.formats.scan import image_lines

        return image_lines(data, name, where, progress)
    if format_ == "docx":
        from goufu.disclosure.formats.word import word_lines

        return word_lines(data, name, where)
    from goufu.disclosure.formats.webpage import archived_lines, page_lines

    return (page_lines if format_ == "html" else archived_lines)(data, name, where)


#: characters of a text of an item; beyond them it is a mistake of the file, and matching would take for ever
_LONGEST = {"title": 500, "summary": 20_000, "document": 2_000}
_LONG = 1_000
_TEXTS = tuple(one.name for one in fields(BudgetItem) if one.type == "str")
_texts = attrgetter(*_TEXTS)


def shortened(disclosure: Disclosure) -> Disclosure:
    """`disclosure` with the texts of its items cut to what anyone could have meant, each cut with a remark."""
    items: list[BudgetItem] = []
    remarks: list[Remark] = []
    for item in disclosure.items:
        texts = _texts(item)
        if max(map(len, texts)) <= min(_LONGEST.values()):
            items.append(item)
            continue
        long = {
            name: text
            for name, text in zip(_TEXTS, texts, strict=True)
            if len(text) > _LONGEST.get(name, _LONG)
        }
        if long:
            cut = {name: value[: _LONGEST.get(name, _LONG)] + "…" for name, value in long.items()}
            item = replace(item, **cut)
            remarks += (
                Remark(
                    "row",
                    "warning",
                    f"“{name}”有 {len(value):,} 个字，只读了前 {_LONGEST.get(name, _LONG):,} 个，请核对原文件。",
                    f"“{name}” has {len(value):,} characters, only the first {_LONGEST.get(name, _LONG):,} were read; compare the file.",
                    item.place,
                    item.id,
                )
                for name, value in long.items()
            )
        items.append(item)
    if not remarks:
        return disclosure
    return replace(disclosure, items=tuple(items), remarks=(*disclosure.remarks, *remarks))


def with_unique_ids(disclosure: Disclosure, folder: str, taken: set[str]) -> Disclosure:
    """`disclosure` with no id that is in `taken`, to which its ids are added.

    Two files 清单.csv in two folders both have an item 清单-2; the second becomes `<folder>/清单-2`, as need be with
    a number behind it.
    """
    names: dict[str, str] = {}
    for item in disclosure.items:
        name, n = item.id, 1
        while name in taken:
            name = f"{folder}/{item.id}" if n == 1 else f"{folder}/{item.id}-{n}"
            n += 1
        taken.add(name)
        names[item.id] = name
    if all(old == new for old, new in names.items()):
        return disclosure
    return replace(
        disclosure,
        items=tuple(replace(item, id=names[item.id]) for item in disclosure.items),
        remarks=tuple(replace(r, item=names.get(r.item, r.item)) for r in disclosure.remarks),
    )


def documents(arguments: Iterable[str | Path]) -> tuple[list[Path], list[GoufuError]]:
    """The files that paths, folders and patterns (`预算/*.pdf`) mean, in a stable order, each once.

    Folders are searched to the bottom for files with a known ending; hidden files and the locks of office
    programs (`~$…`) are passed over, links to folders are not followed. What means no file comes back as an error,
    not raised; so does what no reader could read (a device, a pipe) or what is too many.
    """
    found: dict[Path, None] = {}
    errors: list[GoufuError] = []
    for argument in arguments:
        try:
            found.update(dict.fromkeys(_meant(str(argument))))
        except GoufuError as error:
            errors.append(error)
    try:
        check("files", len(found))
    except GoufuError as error:
        errors.append(error)
    return list(found)[: limit("files")], errors


def _meant(argument: str) -> list[Path]:
    """The files one argument means. Raises GoufuError where that is none."""
    where = sound(argument)
    if not argument.strip():
        raise GoufuError(
            "有一个参数是空的，请写文件名；要读当前文件夹请写 .",
            "one of the arguments is empty; name a file, or write . for this folder",
        )
    path = Path(argument)
    try:
        if path.is_dir():
            inside = sorted(entry for entry in _walked(path, where) if _is_wanted(entry, path))
            if inside:
                return inside
            raise GoufuError(
                "文件夹里没有可读的文件（txt、pdf、docx、xlsx、csv 等）。",
                "There is no readable file in this folder (txt, pdf, docx, xlsx, csv and so on).",
                where,
            )
        if glob.has_magic(argument) and not path.exists():
            matched = sorted(entry for entry in _matching(argument, where) if entry.is_file())
            if matched:
                return matched
            raise GoufuError(
                "没有文件符合这个写法，请检查路径和通配符。",
                "No file matches this pattern; check the path and the wildcards.",
                where,
            )
        if path.exists():  # one that is not there is refused when it is read
            refuse_odd(path, where)
    except OSError as error:
        zh, en = os_reason(error)
        raise GoufuError(f"打不开：{zh}。", f"It cannot be opened: {en}.", where) from None
    return [path]


def _walked(top: Path, where: str) -> Iterator[Path]:
    """Every file below a folder. Raises GoufuError where there are more than anybody can have meant."""
    seen = Meter("entries", where)
    for folder, folders, names in os.walk(top):
        seen.add(len(folders) + len(names))
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names)


def _matching(pattern: str, where: str) -> Iterator[Path]:
    """The paths a pattern with wildcards means; `**/` is any folders between, as deep as they are."""
    first, *rest = re.split(r"(?:\A|(?<=/))\*\*/", pattern.replace(os.sep, "/"), maxsplit=1)
    if not rest:
        if first.endswith("**"):
            raise GoufuError(
                "** 会翻遍所有文件夹；请写文件夹名，或写明文件，如 **/*.xlsx。",
                "** alone goes through every folder; name the folder, or the files, as in **/*.xlsx.",
                where,
            )
        yield from map(Path, glob.iglob(pattern))  # noqa: PTH207 (the pattern may be absolute)
        return
    tops = glob.iglob(first) if glob.has_magic(first) else [first or "."]  # noqa: PTH207
    names = re.compile(_translated(rest[0]))
    for top in tops:
        for path in _walked(Path(top), where):
            inner = path.relative_to(top).as_posix()
            if any(names.fullmatch(inner, at) for at in _starts(inner)):
                yield path


def _starts(inner: str) -> list[int]:
    """Where the names in a path begin."""
    return [0, *(n + 1 for n, character in enumerate(inner) if character == "/")]


def _translated(pattern: str) -> str:
    """A pattern as a regular expression: `*` and `?` are anything but a slash, `**/` any folders."""
    words = re.split(r"(\*\*/|\*+|\?|\[!?[^\]]+\])", pattern)
    meant = {"**/": r"(?:[^/]+/)*", "?": "[^/]"}
    return "".join(
        meant.get(word)
        or ("[^/]*" if word.startswith("*") else word.replace("[!", "[^") if n % 2 else re.escape(word))
        for n, word in enumerate(words)
    )


def _is_wanted(entry: Path, top: Path) -> bool:
    inner = entry.relative_to(top).parts
    return (
        entry.suffix.lower() in ENDINGS
        and not any(part.startswith(".") for part in inner)
        and not entry.name.startswith("~$")
        and entry.is_file()
    )


def _of_lists(listed: ListContents, name: str) -> Disclosure:
    """Lists as a document; totals that do not add up are remarks."""
    return Disclosure(
        file=name,
        items=listed.items,
        subtotals=listed.subtotals,
        checks=listed.checks,
        remarks=(*listed.remarks, *disagreements(listed.checks)),
    )
