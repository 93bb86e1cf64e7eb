"""Web pages (.html, .mhtml) into lines: headings, paragraphs and table rows in order, as a browser shows them.

Departments paste their tables into pages, and many systems hand out "Excel" or "Word" files that are such a page.
Scripts, the reading aids of ruby, deletions and what the page hides (the attribute, its styles, its style sheet)
are left out; style sheets in files of their own are not there to be asked.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email import policy
from typing import Any

from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import Meter, check
from goufu.disclosure.formats.stylesheet import StyleSheet, colour, declared, no_size
from goufu.disclosure.formats.text import decode
from goufu.disclosure.lines import Line, clean_cell, figures_apart, is_reference
from goufu.disclosure.model import Place, Remark

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{4000,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
#: never shown, or not the text itself
_SKIPPED = frozenset(
    {"script", "style", "head", "noscript", "template", "svg", "select", "button", "nav", "iframe"}
    | {"rt", "rp", "rtc", "del"}
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
#: the colours of text and ground where a page says nothing
_PLAIN = ("#000000", "#ffffff", False)
#: where a line of a cell ends, while its text is put together
_BREAK = "\ue000"
#: ends of a page that may stand before another, where a parser stops
_ENDS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
#: kinds of fields that show what is entered
_ENTERED = frozenset({"text", "number", "date", "month", "tel", "search", "url", "currency"})
#: columns a row may have, and rows a cell may span; what goes beyond is left out
MAX_COLUMNS = 300
MAX_ROWSPAN = 5_000


def page_lines(data: bytes, file: str, where: str) -> tuple[list[Line], list[Remark]]:
    """The lines of the page `data`, and a remark where parts of its tables are hidden or struck out and were left out.

    Places are line numbers of its source, and where several rows share one also the table and row (`表1!3`).
    Raises GoufuError where its encoding is not known or it holds nothing.
    """
    lines, unseen = _page(_decoded(data, where), file, where)
    numbers = [line.place.line for line in lines if line.is_row]
    if len(set(numbers)) == len(numbers):
        lines = [replace(line, place=Place(file, line=line.place.line)) for line in lines]
    return lines, _not_seen(unseen.count, unseen.faint, file)


def archived_lines(data: bytes, file: str, where: str) -> tuple[list[Line], list[Remark]]:
    """The lines of a page saved with everything it needs in one file (.mhtml, .mht); places are tables and rows.

    A workbook saved so has a page for each sheet; all are read in their order. Raises GoufuError where there is no
    page in it.
    """
    message = email.message_from_bytes(data.lstrip(), policy=policy.default)
    lines: list[Line] = []
    hidden = tables = 0
    faint: list[tuple[str, int]] = []
    for part in message.walk():
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content.strip():
            continue
        charset = part.get_content_charset()
        found, unseen = _page(_decoded(content, where, charset or ""), file, where, tables)
        lines += [replace(line, place=Place(file, cell=line.place.cell)) for line in found]
        hidden += unseen.count
        faint += [(text, 0) for text, _ in unseen.faint]
        tables += len({line.place.cell.partition("!")[0] for line in found if line.is_row})
    if not lines:
        raise GoufuError(
            "这是单个文件网页（MHTML），但里面没有网页内容，请在浏览器中另存为网页或 PDF 再试。",
            "This is a web archive (MHTML) without a page in it; save the page again, or as PDF.",
            where,
        )
    return lines, _not_seen(hidden, faint, file)


def _not_seen(hidden: int, faint: Sequence[tuple[str, int]], file: str) -> list[Remark]:
    remarks: list[Remark] = []
    if faint:
        text, line = faint[0]
        remarks.append(
            Remark(
                "hidden",
                "warning",
                f"网页的表格里有 {len(faint)} 处字与底色相同或没有大小，看不见（第一处：“{text[:20]}”），也读了，请核对。",
                f"{len(faint)} texts of the page's tables have the colour of their ground or no size and cannot be seen (the first: “{text[:20]}”); they were read as well.",
                Place(file, line=line or None),
            )
        )
    if hidden:
        remarks.append(
            Remark(
                "hidden",
                "notice",
                f"网页的表格里有 {hidden} 处隐藏或划去的行或格，未读。",
                f"{hidden} rows or cells of the page's tables are hidden and were left out.",
                Place(file),
            )
        )
    return remarks


def _page(text: str, file: str, where: str, tables: int = 0) -> tuple[list[Line], _Unseen]:
    """The lines of a page, its tables counted from `tables`, and what of it is not seen."""
    from lxml import etree, html

    check("page-nodes", text.count("<") - text.count("</") + text.count("="), where)
    for tag in _LONG_TAG.finditer(text):  # the parser compares each with all before it
        check("attributes", len(_VALUE.sub("", tag[0]).split()), where)
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        text = _ENDS.sub("", re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))
        root = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise GoufuError(
            "网页内容读不出来，请在浏览器中另存为网页或 PDF 再试。",
            f"The page cannot be read ({error}); save it from the browser again, or as PDF.",
            where,
        ) from error
    _show_entries(root)
    unseen = _strip(root)
    return list(_blocks(root, file, tables, Meter("cells", where))), unseen


def _decoded(data: bytes, where: str, charset: str = "") -> str:
    """The page as text: by its byte order mark or UTF-8, else by what it declares, else GB18030."""
    check("text-mb", len(data) >> 20, where)
    if not charset and (match := _CHARSET.search(data[:4096])):
        charset = match[1].decode("ascii")
    if charset and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = charset.lower()
        encoding = "gb18030" if name in ("gb2312", "gbk", "gb18030", "x-gbk") else name
        try:
            return sound(data.decode(encoding))
        except (LookupError, ValueError):  # no such encoding, or not the one it is in
            pass
    return decode(data, where)


@dataclass
class _Unseen:
    """What a browser does not show of a page: `count` rows and cells of tables, elements that go, and struck ones.

    `blank` are elements, by their place in the page, whose text is not seen though their children may be. `colours` are those
    of text and ground of every element, with whether its letters have no size; `faint` are the texts of tables that so cannot
    be seen, with their lines.
    """

    count: int = 0
    gone: list[Any] = field(default_factory=list)
    struck: list[Any] = field(default_factory=list)
    blank: set[int] = field(default_factory=set)
    colours: list[tuple[str, str, bool]] = field(default_factory=list)
    faint: list[tuple[str, int]] = field(default_factory=list)

    def colour(self, node: Any, styles: Mapping[str, str], around: tuple[str, str, bool]) -> None:
        """Note the colours of the next element, and its text in a table where that cannot be seen."""
        ink, ground, tiny = around
        if node.tag in _SKIPPED or not isinstance(node.tag, str):
            self.colours.append(around)
            return
        if said := styles.get("color") or node.get("color"):
            ink = ink if said in ("inherit", "currentcolor") else colour(said)
        if said := styles.get("background") or node.get("bgcolor") or node.get("background"):
            ground = ground if said in ("transparent", "none", "inherit") else colour(said)
        if said := styles.get("font-size"):
            tiny = no_size(said)
        self.colours.append((ink, ground, tiny))
        if (
            (ink == ground or tiny)
            and node.text
            and node.text.strip()
            and next(node.iterancestors("table"), None) is not None
        ):
            self.faint.append((clean_cell(node.text), node.sourceline or 0))


def _show_entries(root: Any) -> None:
    """Put what is entered in the fields of a form where a browser shows it: as the text at their place."""
    for node in root.iter("input", "select"):
        if node.tag == "input":
            shown = node.get("value") if node.get("type", "text").lower() in _ENTERED else ""
        else:
            options = list(node.iter("option"))
            chosen = next(
                (one for one in options if one.get("selected") is not None), options[0] if options else None
            )
            shown = chosen.text_content() if chosen is not None else ""
        node.tail = _CONTROL.sub(" ", f" {shown or ''} {node.tail or ''}")


def _strip(root: Any) -> _Unseen:
    """Take out of the page whatever a browser does not show; what that was, and what can be read and not seen."""
    sheet = StyleSheet("\n".join(node.text or "" for node in root.iter("style")))
    nodes = list(root.iter())
    numbers = {id(node): n for n, node in enumerate(nodes)}
    unseen = _Unseen()
    for n, node in enumerate(nodes):
        if isinstance(node.tag, str):
            styles = {**({"display": "none"} if node.get("hidden") is not None else {}), **sheet.of(node)}
            parent = node.getparent()
            above = parent is not None and numbers[id(parent)] in unseen.blank
            styles |= declared(node.get("style") or "")
            unseen.colour(node, styles, unseen.colours[numbers[id(parent)]] if parent is not None else _PLAIN)
            _look_at(node, n, styles, above, unseen)
        else:
            unseen.colours.append(_PLAIN)
    for node in unseen.struck:
        if next(node.iterancestors("table"), None) is not None:
            unseen.count += max(_rows_or_cells(node), int(bool(clean_cell(node.text_content()))))
        unseen.blank |= {numbers[id(inner)] for inner in node.iter()}
    for n in unseen.blank:
        nodes[n].text = None
        for child in nodes[n]:
            child.tail = None
    for node in unseen.gone:
        if node is not root and node.getparent() is not None:
            _drop(node)
    return unseen


def _look_at(node: Any, n: int, styles: Mapping[str, str], above: bool, unseen: _Unseen) -> None:
    """Note whether element `n` of a page is shown; `above` says that the text of the one around it is not."""
    visibility = styles.get("visibility", "inherit")
    if _is_not_displayed(node, styles):
        if node.tag in ("col", "colgroup"):
            return
        if node.tag not in _SKIPPED:
            unseen.count += _rows_or_cells(node)
        unseen.gone.append(node)
        return
    if (node.tag == "sup" or styles.get("vertical-align") == "super") and _is_reference(node):
        unseen.gone.append(node)
    if above if visibility == "inherit" else visibility in ("hidden", "collapse"):
        unseen.blank.add(n)
        if node.tag in ("td", "th") and clean_cell(node.text_content()):
            unseen.count += 1
    elif _is_struck(node, styles):
        unseen.struck.append(node)


def _is_not_displayed(node: Any, styles: Mapping[str, str]) -> bool:
    """Whether an element takes no room on the page, with all that is in it."""
    collapsed = styles.get("visibility") == "collapse"
    return (
        node.tag in _SKIPPED
        or styles.get("display") == "none"
        or (collapsed and node.tag in ("tr", "tbody", "thead", "tfoot", "table"))
    )


def _is_struck(node: Any, styles: Mapping[str, str]) -> bool:
    """Whether a line goes through the text of an element: it no longer holds."""
    line = f"{styles.get('text-decoration', '')} {styles.get('text-decoration-line', '')}"
    return node.tag in ("s", "strike") or "line-through" in line


def _is_reference(node: Any) -> bool:
    """Whether a raised text is the mark of a note behind a name or a figure, and no exponent of a measure (m²)."""
    before = node.getprevious()
    parent = node.getparent()
    led = (
        (before.tail or before.text_content())
        if before is not None
        else (parent.text if parent is not None else "")
    )
    return is_reference(led or "", node.text_content())


def _drop(node: Any) -> None:
    """Take an element out of the tree; what follows it stays."""
    before, parent = node.getprevious(), node.getparent()
    try:
        node.drop_tree()
    except ValueError:  # a control character, which the parser let in, may not be written back
        node.tail = _CONTROL.sub(" ", node.tail or "")
        if before is not None:
            before.tail = _CONTROL.sub(" ", before.tail or "")
        else:
            parent.text = _CONTROL.sub(" ", parent.text or "")
        node.drop_tree()


def _rows_or_cells(node: Any) -> int:
    """How many table rows with a text a hidden element has, or 1 where it is a cell or stands in one."""
    if not clean_cell(node.text_content()):
        return 0
    rows = [row for row in node.iter("tr") if clean_cell(row.text_content())]
    return len(rows) or int(
        node.tag in ("td", "th") or next(node.iterancestors("td", "th"), None) is not None
    )


def _blocks(root: Any, file: str, tables: int, counted: Meter) -> Iterator[Line]:
    """Lines in document order, without recursion: pages may be nested as deep as they like."""
    parts: list[str] = []
    line = root.sourceline
    paragraphs = 0

    def flush() -> Iterator[Line]:
        nonlocal paragraphs
        text = "".join(parts)
        check("line-chars", len(text), file)
        text = clean_cell(text)
        parts.clear()
        if text:
            paragraphs += 1
            yield Line((text,), Place(file, line=line, cell=f"段{paragraphs}"))

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
        if tag in _BLOCKS:
            yield from flush()
            line = node.sourceline
        if tag == "table" and not _is_layout(node):
            tables += 1
            yield from _rows(node, file, tables, counted)
            if node.tail:
                parts.append(node.tail)
            continue
        if node.text:
            parts.append(node.text)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    yield from flush()


def _is_layout(table: Any) -> bool:
    """Whether a table only arranges the page: another table of more than one text stands in one of its cells."""
    return any(
        sum(1 for cell in inner.iter("td", "th") if clean_cell(cell.text_content())) > 1
        for inner in table.iterdescendants("table")
    )


def _rows(table: Any, file: str, number: int, counted: Meter) -> Iterator[Line]:
    """The rows of a table; a cell over several columns or rows stands at its first place."""
    for caption in table.iterchildren("caption"):
        if text := clean_cell(caption.text_content()):
            yield Line((text,), Place(file, line=caption.sourceline, cell=f"表{number}"))
    held: dict[int, int] = {}
    group = None
    for n, row in enumerate(table.iter("tr"), 1):
        if next(row.iterancestors("table")) is not table:
            continue  # a table of one text in a cell is that text
        if row.getparent() is not group:  # a cell does not span beyond its thead or tbody
            group = row.getparent()
            held.clear()
        cells: list[str] = []
        merged = {column for column, rows in held.items() if rows > 0}
        for cell in row.iterchildren("td", "th"):
            while held.get(len(cells), 0) > 0:
                held[len(cells)] -= 1
                cells.append("")
            if len(cells) >= MAX_COLUMNS:
                break
            wide = _span(cell.get("colspan"), MAX_COLUMNS - len(cells))
            high = MAX_ROWSPAN if cell.get("rowspan") == "0" else _span(cell.get("rowspan"), MAX_ROWSPAN)
            for column in range(len(cells), len(cells) + wide):
                held[column] = high - 1
            cells += [_cell_text(cell), *[""] * (wide - 1)]
        for column in sorted(c for c in held if c >= len(cells) and held[c] > 0):
            held[column] -= 1
            cells += [""] * (column + 1 - len(cells))
        counted.add(len(cells) + 1)
        if any(cells):
            place = Place(file, line=row.sourceline, cell=f"表{number}!{n}")
            yield Line(tuple(cells), place, merged=frozenset(merged))


def _cell_text(cell: Any) -> str:
    """The text of a cell as one; two figures on two lines of it stay two."""
    for node in cell.iter("br", "p", "div", "li"):
        if node.tag != "br":
            node.text = _BREAK + (node.text or "")
        node.tail = _BREAK + (node.tail or "")
    return clean_cell(figures_apart(cell.text_content(), _BREAK).replace(_BREAK, ""))


def _span(value: str | None, limit: int) -> int:
    return min(max(int(value[:9]), 1), limit) if value and re.match(r"[0-9]+\Z", value) else 1
