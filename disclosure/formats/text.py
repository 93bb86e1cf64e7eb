"""Text and Markdown files into lines: which encoding, which separator, which marks to drop. No interpretation.

Officers' files come as UTF-8 with or without BOM, UTF-16 from Windows, or GB18030; one that is none of these
is refused rather than read with replaced characters.
"""

from __future__ import annotations

import codecs
import re
from html import escape
from pathlib import Path

from goufu.catalog.characters import sound, visible
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import Meter, check, limit, read_bytes
from goufu.disclosure.lines import Line, clean_cell, unmarked
from goufu.disclosure.model import Place

#: characters that are read well for each that is not; a text in another encoding has far more of the latter
_SOUND = 10
#: what a text in UTF-16 without its mark is made of
_WRITTEN = r"[\t\n\r -~\u2010-\u203f\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_TABLE = re.compile(r"<table\b.*?</table\s*>", re.IGNORECASE | re.DOTALL)
_END = re.compile(r"</table\s*>", re.IGNORECASE)
_RULE = re.compile(r"[\s|:\-—_=+]*\Z")
#: \v and the separators \x1b to \x1f stand in texts that databases export
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a]")


def read_text(path: Path) -> str:
    """The text of the file at `path`.

    Raises GoufuError where the file is missing, unreadable, empty, too large, or no text in a known encoding.
    """
    return decode(read_bytes(path), sound(str(path)))


def decode(data: bytes, where: str = "") -> str:
    """`data` as text: by its byte order mark, else UTF-8, UTF-16 or GB18030. Raises GoufuError where it is none."""
    return decoded(data, where)[0]


def decoded(data: bytes, where: str = "") -> tuple[str, list[int]]:
    """`data` as text, and the lines in which a byte could not be read and U+FFFD takes its place.

    A few such bytes (a character cut in two by another program) are borne, in the encoding that all the rest of the
    text is plainly in. Raises GoufuError where there is none.
    """
    check("text-mb", len(data) >> 20, where)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            candidates = [encoding]
            break
    else:
        candidates = ["utf-8", "gb18030"]
        if b"\x00" in data[:4096]:  # UTF-16 without its mark: every separator has a zero byte
            candidates = (
                ["utf-16-le", "utf-16-be"]
                if data[:4096:2].count(0) <= data[1:4096:2].count(0)
                else ["utf-16-be"]
            )
    for encoding in candidates:
        for errors in ("strict", "replace"):
            try:
                text = data.decode(encoding, errors)
            except UnicodeDecodeError:
                continue
            bad = text.count("\ufffd") if errors == "replace" else 0
            if encoding.endswith("e") and len(re.findall(_WRITTEN, text)) < 0.9 * len(text):
                continue
            if bad and bad * _SOUND > sum(1 for c in text if c > "\x7f"):
                continue
            if len(_CONTROL.findall(text[:100_000])) <= len(text[:100_000]) // 1000:
                lines = text.split("\n") if bad else []
                return text, [n for n, line in enumerate(lines, 1) if "\ufffd" in line]
    raise GoufuError(
        "这不是文本文件，或编码无法识别，请另存为 UTF-8 文本，或直接使用 PDF、Word、Excel 原件。",
        "This is no text file, or its encoding is not known; save it as UTF-8 text, or give the original PDF, Word or Excel file.",
        where,
    )


def with_tables_of_html(text: str) -> bytes:
    """A text in which tables are written in HTML, as programs that read scans write Markdown, as a page of the same lines;
    nothing where it has none."""
    end = max(
        (one.end() for one in _END.finditer(text)), default=0
    )  # behind it none is looked for, time and again
    if not (_TABLE.search(text, 0, end) and len(re.findall(r"</t[dh]>", text, re.IGNORECASE)) > 1):
        return b""
    parts: list[str] = []
    at = 0
    for table in _TABLE.finditer(text, 0, end):
        parts += [_paragraphs(text[at : table.start()]), table[0]]
        at = table.end()
    page = "".join([*parts, _paragraphs(text[at:])])
    return f"<html><head><meta charset='utf-8'></head><body>{page}</body></html>".encode()


def _paragraphs(text: str) -> str:
    """Lines as paragraphs of a page, one for each so that they keep their numbers."""
    return "\n".join(f"<p>{escape(line)}</p>" if line.strip() else "" for line in text.split("\n"))


def text_lines(text: str, file: str) -> list[Line]:
    """The lines of `text` that say something. Cells are separated by tabs, or by `|` in a Markdown table.

    Rules of dashes and blank lines are left out; numbers count every line of the file from 1.
    """
    check("rows", text.count("\n"), file)
    longest = limit("line-chars")
    most = 1 + sum(map(text.count, "\n\r\t|"))
    counted = Meter("cells", file) if most > limit("cells") else None
    lines = []
    clean = unmarked if visible(text) == text else clean_cell
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if not raw.strip() or (_RULE.match(raw) and not any(c.isalnum() for c in raw)):
            continue
        if len(raw) > longest:
            check("line-chars", len(raw), file)
        if counted is not None:
            counted.add(raw.count("\t") + raw.count("|") + 1)
        cells = tuple([clean(cell) if cell else "" for cell in _split(raw)])
        if any(cells):
            lines.append(Line(cells, Place(file, line=number)))
    return lines


def _split(raw: str) -> list[str]:
    if "\t" in raw:
        return raw.split("\t")
    stripped = raw.strip()
    if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 2:
        return re.split(r"(?<!\\)\|", stripped[1:-1])
    return [raw]
