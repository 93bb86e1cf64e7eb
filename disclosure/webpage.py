"""Web pages into lines: headings, paragraphs and table rows in order; scripts, styles and hidden parts left out.

Departments paste their tables into pages, and many systems hand out "Excel" files that are such a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from catalog.errors import GoufuError
from disclosure.lines import Line, clean_cell
from disclosure.model import Place
from disclosure.text import decode

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_SKIPPED = frozenset(
    {"script", "style", "head", "noscript", "template", "svg", "select", "button", "nav", "iframe"}
)
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
    }
    | {"ol", "dl", "dt", "dd", "blockquote", "pre", "center", "form", "fieldset", "address", "figure", "html"}
    | {"body", "figcaption", "tr", "td", "th", "table", "tbody", "thead", "tfoot", "caption", "br", "hr"}
)
#: columns a row may have, and rows a cell may span; what goes beyond is left out
MAX_COLUMNS = 300
MAX_ROWSPAN = 5_000


def page_lines(data: bytes, file: str, where: str) -> list[Line]:
    """The lines of the page `data`; places are line numbers of its source.

    Raises GoufuError where its encoding is not known or it holds nothing.
    """
    from lxml import etree, html

    text = _decoded(data, where)
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise GoufuError(
            "网页内容读不出来，请在浏览器中另存为网页或 PDF 再试。",
            f"The page cannot be read ({error}); save it from the browser again, or as PDF.",
            where,
        ) from error
    return list(_blocks(root, file))


def _decoded(data: bytes, where: str) -> str:
    """The page as text: by its byte order mark or UTF-8, else by what it declares, else GB18030."""
    if (match := _CHARSET.search(data[:4096])) and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = match[1].decode("ascii").lower()
        encoding = "gb18030" if name in ("gb2312", "gbk", "gb18030") else name
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, where)


def _blocks(root: Any, file: str) -> Iterator[Line]:
    """Lines in document order, without recursion: pages may be nested as deep as they like."""
    parts: list[str] = []
    line = root.sourceline

    def flush() -> Iterator[Line]:
        text = clean_cell("".join(parts))
        parts.clear()
        if text:
            yield Line((text,), Place(file, line=line))

    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else ""
        if leaving:
            if tag in _BLOCKS:
                yield from flush()
            if node.tail and node is not root:
                parts.append(node.tail)
            continue
        if tag in _SKIPPED or _hidden(node):
            if node.tail:
                parts.append(node.tail)
            continue
        if tag in _BLOCKS:
            yield from flush()
            line = node.sourceline
        if tag == "table" and not _is_layout(node):
            yield from _rows(node, file)
            if node.tail:
                parts.append(node.tail)
            continue
        if node.text:
            parts.append(node.text)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    yield from flush()


def _hidden(node: Any) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or node.get("hidden") is not None


def _is_layout(table: Any) -> bool:
    """Whether a table only arranges the page: another table stands in one of its cells."""
    return next(table.iterdescendants("table"), None) is not None


def _rows(table: Any, file: str) -> Iterator[Line]:
    """The rows of a table; a cell over several columns or rows stands at its first place."""
    held: dict[int, int] = {}
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            while held.get(len(cells), 0) > 0:
                held[len(cells)] -= 1
                cells.append("")
            if len(cells) >= MAX_COLUMNS:
                break
            wide = _span(cell.get("colspan"), MAX_COLUMNS - len(cells))
            high = _span(cell.get("rowspan"), MAX_ROWSPAN)
            for column in range(len(cells), len(cells) + wide):
                held[column] = high - 1
            cells += [_cell_text(cell), *[""] * (wide - 1)]
        for column in [c for c in held if c >= len(cells) and held[c] > 0]:
            held[column] -= 1
        if any(cells):
            yield Line(tuple(cells), Place(file, line=row.sourceline))


def _cell_text(cell: Any) -> str:
    parts = [text for node in cell.iter() for text in _own(node, cell)]
    return clean_cell("".join(parts))


def _own(node: Any, cell: Any) -> Iterator[str]:
    if isinstance(node.tag, str) and node.tag not in _SKIPPED and node.text:
        yield node.text
    if node is not cell and node.tail:
        yield node.tail


def _span(value: str | None, limit: int) -> int:
    return min(max(int(value[:6]), 1), limit) if value and value.isdigit() else 1
