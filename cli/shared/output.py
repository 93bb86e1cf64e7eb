"""How results leave goufu: tables for people, json/jsonl/csv for programs, files written whole or not at all.

Results go to stdout, messages and progress to stderr. Nothing here computes a result.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from goufu.catalog.characters import guarded
from goufu.catalog.errors import GoufuError, os_reason
from goufu.catalog.text import Lang
from goufu.cli.shared.console_encoding import holds_everything

if TYPE_CHECKING:
    from goufu.disclosure.model import Place
    from rich.console import Console

Format = Literal["table", "json", "jsonl", "csv"]

_language: ContextVar[Lang] = ContextVar("goufu_language", default="zh")


def set_language(lang: str) -> None:
    """Choose the language of messages and tables from here on: "zh" or "en", also as locales have it (en_GB).

    Chinese for anything else.
    """
    _language.set("en" if lang.lower().startswith("en") else "zh")


def language() -> Lang:
    """The language chosen: "zh" or "en"."""
    return _language.get()


_headings = "en"


def set_headings(chosen: str) -> None:
    """Choose the column heads of CSV for this process: "en", the names of the fields, or "zh".

    Raises GoufuError for anything else.
    """
    global _headings
    if chosen not in ("en", "zh"):
        raise GoufuError(
            f"--headings 应为 zh 或 en，实为“{chosen}”", f"--headings takes zh or en, found '{chosen}'"
        )
    _headings = chosen


def headings() -> str:
    """The column heads of CSV chosen: "zh" or "en"."""
    return _headings


def say(zh: str, en: str) -> str:
    """`zh` or `en`, by the language chosen."""
    return en if _language.get() == "en" else zh


def note(zh: str, en: str) -> None:
    """One message to stderr."""
    print(say(zh, en), file=sys.stderr)


def punctuation() -> dict[str, str]:
    """The marks that templates put between words, as the language chosen sets them."""
    return {
        "colon": say("：", ": "),
        "comma": say("、", ", "),
        "semicolon": say("；", "; "),
        "open": say("（", " ("),
        "close": say("）", ")"),
    }


def as_recorded(text: str) -> str:
    """A sentence of a record in the store, where all are Chinese: in English it is quoted."""
    return say(text, f"'{text}'") if text else ""


def listed(words: Iterable[str]) -> str:
    """Words one after another, as the language chosen sets them: 、 or a comma."""
    return say("、", ", ").join(words)


def clauses(texts: Iterable[str]) -> str:
    """Sentences or clauses in one line, as the language chosen sets them: ； or a semicolon."""
    return say("；", "; ").join(texts)


def bracketed(text: str) -> str:
    """Something added in brackets behind another word; "" where there is nothing to add."""
    return say(f"（{text}）", f" ({text})") if text else ""


def place_text(place: Place | None) -> str:
    """Where something is, in the language chosen; "" where that is not known."""
    return place.text(language()) if place else ""


class Column(NamedTuple):
    """One column of a table: the record's key, its Chinese and English headings, and how it is set.

    `ratio` shares out the width that is left; a column without one is as wide as its content, at most `width`.
    """

    key: str
    zh: str
    en: str
    right: bool = False
    ratio: int | None = None
    width: int | None = None
    style: str = ""


def plain(value: Any) -> Any:
    """`value` as JSON has it: dates and paths as text, amounts as numbers, tuples as lists."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def csv_cell(value: Any) -> Any:
    """A value as one cell: nested ones as JSON, None as blank, no formula."""
    value = plain(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return guarded(value) if isinstance(value, str) else "" if value is None else value


def csv_text(records: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """CSV with a header, one line a record; nested values as JSON, no cell a formula.

    With Chinese headings the values are in words too, nested ones in a line (see `goufu.cli.render.headings`).
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if _headings == "zh":
        from goufu.cli.render.headings import heading, value

        writer.writerow([heading(key) for key in keys])
        writer.writerows([csv_cell(value(key, record.get(key))) for key in keys] for record in records)
    else:
        writer.writerow(keys)
        writer.writerows([csv_cell(record.get(key)) for key in keys] for record in records)
    return buffer.getvalue()


def emit(
    records: Iterable[Mapping[str, Any]],
    columns: Sequence[Column],
    form: str,
    title: str = "",
    extra: str = "",
) -> None:
    """Print `records` in `form`: table (only `columns`), json, jsonl or csv (every key)."""
    exact = not holds_everything(sys.stdout)
    if form == "jsonl":
        for record in records:
            print(json.dumps(plain(record), ensure_ascii=exact))
        return
    rows = list(records)
    if form == "json":
        print(json.dumps(plain(rows), ensure_ascii=exact, indent=1))
    elif form == "csv":
        keys = list(dict.fromkeys(key for row in rows for key in row)) or [c.key for c in columns]
        sys.stdout.write(csv_text(rows, keys))
    else:
        print_table(rows, columns, title, extra)


def width() -> int:
    """Columns to fill: the terminal's, or 100 where there is none."""
    from shutil import get_terminal_size

    return get_terminal_size((100, 24)).columns


def _console() -> Console:
    from rich.console import Console

    return Console(width=width(), highlight=False)


def print_table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], title: str = "", extra: str = ""
) -> None:
    """A table with Chinese wide characters aligned, long cells wrapped, numbers to the right."""
    from goufu.cli.shared.folding import FoldedText
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = _console()
    table = Table(
        box=box.SIMPLE_HEAD, expand=any(c.ratio for c in columns), pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column in columns:
        table.add_column(
            say(column.zh, column.en),
            justify="right" if column.right else "left",
            ratio=column.ratio,
            max_width=column.width,
            no_wrap=column.right,
            overflow="fold",
            style=column.style,
        )
    for row in rows:
        cells = []
        for column in columns:
            value = row.get(column.key)
            cells.append(
                value if isinstance(value, Text) else FoldedText("" if value is None else str(value))
            )
        table.add_row(*cells)
    if title:
        console.print(FoldedText(title, style="bold"))
    console.print(table)
    if extra:
        console.print(FoldedText(extra))


def print_line(text: str, indent: int = 0) -> None:
    """One line of text on stdout, folded to the width; what follows the first line is indented."""
    from goufu.cli.shared.folding import FoldedText

    console = _console()
    lines = FoldedText(text).wrap(console, console.width - indent)
    for n, line in enumerate(lines):
        console.print(FoldedText(" " * indent if n else "").append(line))


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place when the block ends well, and goes when it does not.

    Raises GoufuError where the folder is missing or cannot be written.
    """
    folder = path.resolve().parent
    try:
        handle, name = tempfile.mkstemp(prefix=".goufu-", suffix=path.suffix, dir=folder)
    except OSError as error:
        raise GoufuError(
            f"无法写入：{os_reason(error)[0]}；请换一个存在且可写的文件夹",
            f"cannot be written: {os_reason(error)[1]}; choose a folder that exists and is writable",
            str(path),
        ) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if os.name != "nt":
            temporary.chmod(created_mode())
        temporary.replace(path)
    except OSError as error:
        raise GoufuError(
            f"无法写入：{os_reason(error)[0]}；文件若在 Excel 中打开请先关闭",
            f"cannot be written: {os_reason(error)[1]}; close it first if it is open in Excel",
            str(path),
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def created_mode() -> int:
    """The permissions that a new file has here."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
