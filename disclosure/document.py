"""Any document a department may send, in any format, into one `Disclosure`; and folders of them.

What a file is, is told by its content. A table of records (one line a row, with a 项目名称 column) comes out as a
disclosure with nothing but items. `read_document` raises for one file; `documents` says which files a list of
paths, folders and patterns means, so that a caller can read one after the other and keep what was read.
"""

from __future__ import annotations

import csv
import glob
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from catalog.errors import GoufuError
from disclosure.detect import kind_of
from disclosure.lines import Line, clean_cell
from disclosure.model import Disclosure, Place, Remark
from disclosure.pdf import Progress, pdf_lines
from disclosure.read import NoProjectTableError, assemble
from disclosure.records import has_title, read_records, records, tabular_rows
from disclosure.text import decode, read_bytes, text_lines

#: bytes; a scan of three hundred pages has about a hundred megabytes
MAX_FILE = 512 * 1024 * 1024
#: endings of files that are looked at when a folder is given
ENDINGS = frozenset(
    {".txt", ".md", ".markdown", ".pdf", ".docx", ".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv", ".jsonl"}
    | {
        ".ndjson",
        ".html",
        ".htm",
        ".mhtml",
        ".mht",
        ".png",
        ".jpg",
        ".jpeg",
        ".tif",
        ".tiff",
        ".bmp",
        ".webp",
    }
)
#: files one folder may stand for
MAX_FILES = 50_000


def read_document(path: Path, progress: Progress | None = None) -> Disclosure:
    """The document at `path`, whatever its format: a disclosure, or records as one.

    `progress` is told (pages done, pages in all) while pages are read. Raises GoufuError where the file cannot be
    read or holds no budget lines; every message says what to do.
    """
    where = str(path)
    data = read_bytes(path, MAX_FILE)
    kind = kind_of(data, path.name, where)
    remarks: list[Remark] = []
    if kind == "jsonl":
        return _records(path)
    if kind == "pdf":
        lines, remarks = pdf_lines(data, path.name, where, progress)
    elif kind == "image":
        from disclosure.scan import image_lines

        lines, remarks = image_lines(data, path.name, where, progress)
    elif kind == "docx":
        from disclosure.word import word_lines

        lines, remarks = word_lines(data, path.name, where)
    elif kind in ("xlsx", "xls", "ods"):
        from disclosure.spreadsheet import sheet_lines

        lines, remarks = sheet_lines(data, path.name, where)
    elif kind == "html":
        from disclosure.webpage import page_lines

        lines, remarks = page_lines(data, path.name, where)
    elif kind == "mhtml":
        from disclosure.webpage import archived_lines

        lines, remarks = archived_lines(data, path.name, where)
    elif kind == "csv":
        lines = _csv_lines(decode(data, where), path.name)
    else:
        lines = text_lines(decode(data, where), path.name)
    try:
        return assemble(lines, path.name, path.stem, where, remarks)
    except NoProjectTableError:
        if not any(line.is_row and has_title(line.cells) for line in lines):
            raise
    # rows with a 项目名称 column all the same: a list that an officer keeps
    if kind in ("csv", "xlsx", "xls", "ods"):
        return _records(path)
    return _listed(lines, path, remarks)


def documents(arguments: Iterable[str | Path]) -> tuple[list[Path], list[GoufuError]]:
    """The files that paths, folders and patterns (`预算/*.pdf`) mean, in a stable order, each once.

    Folders are searched to the bottom for files with a known ending; hidden files and the locks of office
    programs (`~$…`) are passed over. What means no file comes back as an error, not raised.
    """
    found: dict[Path, None] = {}
    errors: list[GoufuError] = []
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            inside = sorted(entry for entry in path.rglob("*") if _is_wanted(entry, path))
            if not inside:
                errors.append(
                    GoufuError(
                        "文件夹里没有可读的文件（txt、pdf、docx、xlsx、csv 等）。",
                        "There is no readable file in this folder (txt, pdf, docx, xlsx, csv and so on).",
                        str(path),
                    )
                )
            found.update(dict.fromkeys(inside[:MAX_FILES]))
        elif not path.exists() and glob.has_magic(str(argument)):
            matched = sorted(Path(name) for name in glob.iglob(str(argument), recursive=True))  # noqa: PTH207 (the pattern may be absolute)
            matched = [entry for entry in matched if entry.is_file()]
            if not matched:
                errors.append(
                    GoufuError(
                        "没有文件符合这个写法，请检查路径和通配符。",
                        "No file matches this pattern; check the path and the wildcards.",
                        str(argument),
                    )
                )
            found.update(dict.fromkeys(matched[:MAX_FILES]))
        else:
            found[path] = None
    return list(found), errors


def _is_wanted(entry: Path, top: Path) -> bool:
    inner = entry.relative_to(top).parts
    return (
        entry.suffix.lower() in ENDINGS
        and not any(part.startswith(".") for part in inner)
        and not entry.name.startswith("~$")
        and entry.is_file()
    )


def _records(path: Path) -> Disclosure:
    items, remarks = read_records(path)
    return Disclosure(file=path.name, items=items, remarks=remarks)


def _listed(lines: Sequence[Line], path: Path, remarks: Sequence[Remark]) -> Disclosure:
    """A table of records in a document: from its header to the end of the document, paragraphs left out."""
    start = next(n for n, line in enumerate(lines) if line.is_row and has_title(line.cells))
    numbered = [(n, line.cells) for n, line in enumerate(lines[start:], start) if line.is_row]
    rows, bad = tabular_rows(numbered, path, lambda n: lines[n].place)
    items, found = records(rows, path.stem, bad)
    items = tuple(replace(item, id=f"{path.stem}-{n:03d}") for n, item in enumerate(items, 1))
    return Disclosure(file=path.name, items=items, remarks=(*remarks, *found))


def _csv_lines(text: str, file: str) -> list[Line]:
    """A table saved as CSV, as lines; used only to see whether it is a project table."""
    lines = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        number = 1
        for row in reader:
            cells = tuple(clean_cell(cell) for cell in row)
            if any(cells):
                lines.append(Line(cells, Place(file, line=number)))
            number = reader.line_num + 1
    except csv.Error:
        return []
    return lines
