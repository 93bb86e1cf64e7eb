"""Word documents (.docx) into lines: paragraphs and table rows in printed order, merged cells speaking once.

Text in boxes, content controls and tracked insertions counts, deletions do not. Macros and embedded objects are
never looked at.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from catalog.errors import GoufuError
from disclosure.lines import Line, clean_cell
from disclosure.model import Place

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWINGS = f"{_W}txbxContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: tables inside tables inside tables … beyond this are no document
MAX_DEPTH = 20


def word_lines(data: bytes, file: str, where: str) -> list[Line]:
    """The lines of the .docx `data`; a paragraph's place is its number, a row's its table and row.

    Raises GoufuError where the document cannot be opened.
    """
    import docx

    try:
        body = docx.Document(io.BytesIO(data)).element.body
    except Exception as error:  # the package raises whatever its zip and XML layers raise
        raise GoufuError(
            "Word 文档已损坏，打不开，请在 Word 或 WPS 中修复并另存为 .docx。",
            f"The Word document is damaged and cannot be opened ({error}); repair it and save it as .docx.",
            where,
        ) from error
    return list(_Walk(file).blocks(body, 0))


class _Walk:
    """The numbering of paragraphs and tables while a document is walked through."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.paragraphs = 0
        self.tables = 0

    def blocks(self, parent: Any, depth: int) -> Iterator[Line]:
        """The lines of everything that stands directly in `parent`, in order."""
        if depth > MAX_DEPTH:
            return
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                self.paragraphs += 1
                place = Place(self.file, cell=f"段{self.paragraphs}")
                text = clean_cell(_text(child))
                if text:
                    yield Line((text,), place)
                for box in _boxes(child):
                    yield from self.blocks(box, depth + 1)
            elif child.tag == f"{_W}tbl":
                self.tables += 1
                yield from self.rows(child, self.tables)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"):
                yield from self.blocks(child, depth + 1)

    def rows(self, table: Any, number: int) -> Iterator[Line]:
        """The rows of one table; a cell over several columns or rows stands at its first place."""
        for n, row in enumerate(table.iter(f"{_W}tr"), 1):
            cells: list[str] = []
            for cell in row.iter(f"{_W}tc"):
                if next(cell.iterancestors(f"{_W}tr")) is not row:
                    continue
                properties = cell.find(f"{_W}tcPr")
                text = "" if _continues(properties) else clean_cell(_cell_text(cell))
                cells += [text, *[""] * (_span(properties) - 1)]
            if any(cells):
                yield Line(tuple(cells), Place(self.file, cell=f"表{number}!{n}"))


def _cell_text(cell: Any) -> str:
    """The paragraphs of a cell as one text: a line break in a cell is layout, not wording."""
    from disclosure.layout import join_wrapped

    text = ""
    for paragraph in cell.iter(f"{_W}p"):
        text = join_wrapped(text, _text(paragraph).strip())
    return text


def _text(paragraph: Any) -> str:
    """The text of a paragraph's own runs, without deletions and without the boxes that hang on it."""
    parts = []
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}noBreakHyphen"):
        if any(a.tag in (_DRAWINGS, f"{_W}del", f"{_W}moveFrom") for a in _up_to(node, paragraph)):
            continue
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif node.tag == f"{_W}br" or node.getparent().tag == f"{_W}r":
            parts.append(" ")
    return "".join(parts)


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph, each once (the fallback of old readers repeats them)."""
    for box in paragraph.iter(_DRAWINGS):
        if not any(a.tag in (_FALLBACK, _DRAWINGS) for a in _up_to(box, paragraph)):
            yield box


def _up_to(node: Any, top: Any) -> Iterator[Any]:
    for ancestor in node.iterancestors():
        if ancestor is top:
            return
        yield ancestor


def _span(properties: Any) -> int:
    span = properties.find(f"{_W}gridSpan") if properties is not None else None
    value = span.get(f"{_W}val") if span is not None else None
    return min(max(int(value), 1), 200) if value and value.isdigit() else 1


def _continues(properties: Any) -> bool:
    """Whether a cell only continues the one above it."""
    merge = properties.find(f"{_W}vMerge") if properties is not None else None
    return merge is not None and merge.get(f"{_W}val") != "restart"
