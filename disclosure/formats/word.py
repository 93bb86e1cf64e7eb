"""Word documents (.docx) into lines: paragraphs and table rows in printed order, merged cells speaking once.

Text in boxes, content controls and tracked insertions counts; deletions, hidden text and rows, and the reading aids
above characters (拼音指南) do not. Documents embedded as a whole (altChunk, a habit of office systems) are read where
they stand. Macros and embedded objects are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.detect import Format, format_of
from goufu.disclosure.formats.gate import Meter, check
from goufu.disclosure.formats.layout import join_wrapped
from goufu.disclosure.formats.package import parts_of, relations, xml
from goufu.disclosure.formats.text import decode, text_lines
from goufu.disclosure.formats.webpage import archived_lines, page_lines
from goufu.disclosure.lines import Line, clean_cell, figures_apart, is_reference
from goufu.disclosure.model import Place, Remark

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWINGS = f"{_W}txbxContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: what a run stands in where its text is not part of the line: boxes, deletions, the small letters of a ruby
_APART = frozenset({_DRAWINGS, _FALLBACK, f"{_W}del", f"{_W}moveFrom", f"{_W}rt"})
#: what only holds blocks, rows or cells
_HOLDERS = frozenset(
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml")
)
#: what gives the ground behind a run: of its paragraph, cell, row and table
_PROPERTIES = tuple(f"{_W}{name}" for name in ("pPr", "tcPr", "tblPr"))
_OFF = frozenset({"0", "false", "off", "none"})
#: what has a ground of its own, given where it is drawn
_DRAWN = frozenset({"txbxContent", "drawing", "pict"})
#: tables inside tables inside tables … beyond this are no document
MAX_DEPTH = 20
#: documents embedded in one another
MAX_CHUNKS = 3
#: columns a cell may span or a row leave out
MAX_SPAN = 200


def word_lines(data: bytes, file: str, where: str, depth: int = 0) -> tuple[list[Line], list[Remark]]:
    """The lines of the .docx `data` and what could not be read of it; a paragraph's place is its number, a row's its
    table and row.

    Raises GoufuError where the document cannot be opened.
    """
    try:
        parts = parts_of(data)
        main = next(
            (path for kind, path in relations(parts).values() if kind == "officeDocument" and path in parts),
            "word/document.xml",
        )
        related = relations(parts, main)
        body = xml(parts[main]).find(f"{_W}body")
        styles = next(
            (parts[path] for kind, path in related.values() if kind == "styles" and path in parts), b""
        )
        hidden = _hidden_styles(styles)
    except Exception as error:  # whatever the zip and XML layers raise
        raise _damaged(where, error) from error
    if body is None:
        raise _damaged(where, "no body")
    walk = _Walk(
        file, hidden, {name: (path, parts.get(path)) for name, (_, path) in related.items()}, where, depth
    )
    page = body.getparent().find(f"{_W}background")
    walk.coloured = page is not None and (page.get(f"{_W}color") or "auto").lower() not in ("auto", "ffffff")
    lines = list(walk.blocks(body, 0))
    if walk.faint:
        text, cell = walk.faint[0]
        walk.remarks.append(
            Remark(
                "hidden",
                "warning",
                f"文档里有 {len(walk.faint)} 处字与底色相同，看不见（第一处：“{text[:20]}”），也读了，请核对。",
                f"{len(walk.faint)} pieces of text have the colour of their ground and cannot be seen (the first: “{text[:20]}”); they were read as well.",
                Place(file, cell=cell),
            )
        )
    if walk.struck:
        walk.remarks.append(
            Remark(
                "hidden",
                "notice",
                f"文档里有 {len(walk.struck)} 处划去的文字（第一处：“{walk.struck[0][:20]}”），未读。",
                f"{len(walk.struck)} pieces of text are struck out (the first: “{walk.struck[0][:20]}”) and were left out.",
                Place(file),
            )
        )
    return lines, walk.remarks


def _damaged(where: str, error: object) -> GoufuError:
    return GoufuError(
        "Word 文档已损坏，打不开，请在 Word 或 WPS 中修复并另存为 .docx。",
        f"The Word document is damaged and cannot be opened ({error}); repair it and save it as .docx.",
        where,
    )


def _hidden_styles(styles: bytes) -> frozenset[str]:
    """The ids of the styles whose text is hidden, those based on them among them."""
    if b"vanish" not in styles:
        return frozenset()
    own: dict[str, bool | None] = {}
    based: dict[str, str] = {}
    for style in xml(styles).iter(f"{_W}style"):
        name = style.get(f"{_W}styleId") or ""
        properties = style.find(f"{_W}rPr")
        own[name] = _vanishes(properties)
        base = style.find(f"{_W}basedOn")
        based[name] = (base.get(f"{_W}val") or "") if base is not None else ""

    def hides(name: str, seen: tuple[str, ...] = ()) -> bool:
        if name in seen or name not in own:
            return False
        said = own[name]
        return said if said is not None else hides(based[name], (*seen, name))

    return frozenset(name for name in own if hides(name))


def _vanishes(properties: Any) -> bool | None:
    """Whether run properties hide the text; None where they do not say."""
    return _switch(properties, "vanish")


def _switch(properties: Any, name: str) -> bool | None:
    found = properties.find(f"{_W}{name}") if properties is not None else None
    return None if found is None else (found.get(f"{_W}val") or "1").lower() not in _OFF


class _Walk:
    """The numbering of paragraphs and tables while a document is walked through."""

    def __init__(
        self,
        file: str,
        hidden: frozenset[str],
        related: Mapping[str, tuple[str, bytes | None]],
        where: str,
        depth: int,
    ) -> None:
        self.file = file
        self.hidden = hidden
        self.related = related
        self.where = where
        self.depth = depth
        self.paragraphs = 0
        self.tables = 0
        self.chunks = 0
        self.remarks: list[Remark] = []
        self.struck: list[str] = []
        self.faint: list[tuple[str, str]] = []
        self.coloured = False
        self.counted = Meter("cells", where)

    def blocks(self, parent: Any, depth: int) -> Iterator[Line]:
        """The lines of everything that is directly in `parent`, in order."""
        if depth > MAX_DEPTH:
            return
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                self.paragraphs += 1
                if not len(child):
                    continue
                place = Place(self.file, cell=f"段{self.paragraphs}")
                text = self.text(child)
                check("line-chars", len(text), self.where)
                text = clean_cell(text)
                if text and not self.coloured and (faint := _unseen(child, None, first=False)):
                    self.faint.append((faint, place.cell))
                if text:
                    yield Line((text,), place)
                for box in _boxes(child):
                    yield from self.blocks(box, depth + 1)
            elif child.tag == f"{_W}tbl":
                self.tables += 1
                yield from self.rows(child, self.tables, depth)
            elif child.tag == f"{_W}altChunk":
                yield from self.chunk(child)
            elif child.tag in _HOLDERS:
                yield from self.blocks(child, depth + 1)

    def rows(self, table: Any, number: int, depth: int) -> Iterator[Line]:
        """The rows of one table; a cell over several columns or rows is at its first place.

        A table that holds another only arranges the page: its cells are read one after the other.
        """
        layout = any(
            sum(1 for cell in inner.iter(f"{_W}tc") if any(node.text for node in cell.iter(f"{_W}t"))) > 1
            for inner in table.iter(f"{_W}tbl")
            if inner is not table
        )
        open_cells: set[int] = set()
        for n, row in enumerate(_own(table, f"{_W}tr"), 1):
            properties = row.find(f"{_W}trPr")
            if _switch(properties, "hidden") or (
                properties is not None and properties.find(f"{_W}del") is not None
            ):
                continue
            if layout:
                for cell in _own(row, f"{_W}tc"):
                    yield from self.blocks(cell, depth + 1)
                continue
            self.counted.add(1)
            cells = [""] * _number(properties, "gridBefore", 0)
            merged: set[int] = set()
            for cell in _own(row, f"{_W}tc"):
                about = cell.find(f"{_W}tcPr")
                if about is not None and about.find(f"{_W}cellDel") is not None:
                    continue  # a deletion that was tracked
                wide = _number(about, "gridSpan", 1)
                at = len(cells)
                merge = about.find(f"{_W}vMerge") if about is not None else None
                continues = merge is not None and merge.get(f"{_W}val") != "restart" and at in open_cells
                beside = about.find(f"{_W}hMerge") if about is not None else None
                swallowed = beside is not None and beside.get(f"{_W}val") != "restart" and at > 0
                (open_cells.discard if merge is None else open_cells.add)(at)
                if continues:
                    merged.add(at)
                text = "" if continues or swallowed else clean_cell(self.cell(cell))
                if text and (faint := _unseen(cell, table, first=n == 1)):
                    self.faint.append((faint, f"表{number}!{n}"))
                self.counted.add(wide)
                cells += [text, *[""] * (wide - 1)]
            cells += [""] * _number(properties, "gridAfter", 0)
            if any(cells):
                yield Line(tuple(cells), Place(self.file, cell=f"表{number}!{n}"), merged=frozenset(merged))

    def cell(self, cell: Any) -> str:
        """The paragraphs of a cell as one text: a line break in a cell is layout, not wording."""
        text = ""
        for paragraph in cell.iter(f"{_W}p"):
            more = figures_apart(self.text(paragraph, "\n").strip()).replace("\n", " ")
            if text[-1:].isdigit() and more[:1].isdigit():
                text = figures_apart(f"{text}\n{more}")
            else:
                text = join_wrapped(text, more)
        return text

    def text(self, paragraph: Any, line_break: str = " ") -> str:
        """The text of a paragraph's own runs, without what is hidden, deleted, or is in boxes that hang on it."""
        about = paragraph.find(f"{_W}pPr/{_W}pStyle")
        styled = about is not None and about.get(f"{_W}val") in self.hidden
        parts: list[str] = []
        for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
            above = list(_up_to(node, paragraph))
            if any(ancestor.tag in _APART for ancestor in above):
                continue
            run = next((ancestor for ancestor in above if ancestor.tag == f"{_W}r"), None)
            if self.is_hidden(run, styled):
                continue
            properties = run.find(f"{_W}rPr") if run is not None else None
            if properties is not None and node.tag == f"{_W}t" and node.text:
                if _switch(properties, "strike") or _switch(properties, "dstrike"):
                    if node.text.strip():
                        self.struck.append(node.text.strip())
                    continue
                raised = properties.find(f"{_W}vertAlign")
                if (
                    raised is not None
                    and raised.get(f"{_W}val") == "superscript"
                    and is_reference("".join(parts), node.text)
                ):
                    continue
            if node.tag == f"{_W}t":
                parts.append(node.text or "")
            elif node.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif node.tag in (f"{_W}br", f"{_W}cr"):
                parts.append(line_break)
            elif node.tag != f"{_W}tab" or node.getparent().tag == f"{_W}r":
                parts.append(" ")
        return "".join(parts)

    def is_hidden(self, run: Any, styled: bool) -> bool:
        """Whether the text of a run is hidden by itself or by its style, `styled` being so for its paragraph."""
        properties = run.find(f"{_W}rPr") if run is not None else None
        if properties is None:
            return styled
        said = _vanishes(properties)
        if said is not None:
            return said
        style = properties.find(f"{_W}rStyle")
        return styled or (style is not None and style.get(f"{_W}val") in self.hidden)

    def chunk(self, node: Any) -> Iterator[Line]:
        """The lines of a document that is embedded as a whole, with a remark where it cannot be read."""
        self.chunks += 1
        name = f"嵌入{self.chunks}"
        path, data = self.related.get(node.get(f"{_R}id") or "", ("", None))
        try:
            if data is None:
                raise GoufuError("文档里没有这一部分。", "The document has no such part.")
            if self.depth >= MAX_CHUNKS:
                raise GoufuError("嵌入得太深。", "It is embedded too deep.")
            lines, remarks = self.embedded(data, format_of(data, path, self.where))
        except GoufuError as error:
            self.remarks.append(
                Remark(
                    "file",
                    "error",
                    f"文档中嵌入的文件“{path or name}”没有读：{error.message}",
                    f"The file embedded in the document ({path or name}) was not read: {error.english}",
                    Place(self.file, cell=name),
                )
            )
            return
        self.remarks += [replace(remark, place=self.inside(name, remark.place)) for remark in remarks]
        for line in lines:
            yield replace(line, place=self.inside(name, line.place))

    def embedded(self, data: bytes, format_: Format) -> tuple[list[Line], list[Remark]]:
        """The lines of an embedded document. Raises GoufuError where its format is not read inside another document."""
        if format_ == "docx":
            return word_lines(data, self.file, self.where, self.depth + 1)
        if format_ == "html":
            return page_lines(data, self.file, self.where)
        if format_ == "mhtml":
            return archived_lines(data, self.file, self.where)
        if format_ in ("text", "csv"):
            return text_lines(decode(data, self.where), self.file), []
        raise GoufuError(
            f"它是 {format_} 文件，请另存后单独读取。", f"It is a {format_} file; save and read it by itself."
        )

    def inside(self, name: str, place: Place | None) -> Place:
        """A place in an embedded document as one in the document that holds it."""
        inner = "" if place is None else replace(place, file="").text().strip()
        return Place(self.file, cell=f"{name} {inner}".strip())


def _unseen(cell: Any, table: Any, first: bool) -> str:
    """The first text of a cell, or of a paragraph outside tables, that has the colour of what is behind it, "" where there is none.

    In the `first` row of a table with a style of its own that style may have set the ground.
    """
    if first and table is not None and table.find(f"{_W}tblPr/{_W}tblStyle") is not None:
        return ""
    for run in cell.iter(f"{_W}r"):
        if table is None and any(_local(ancestor) in _DRAWN for ancestor in run.iterancestors()):
            continue  # a box may have a ground of its own
        properties = run.find(f"{_W}rPr")
        ink = properties.find(f"{_W}color") if properties is not None else None
        if ink is None or (ink.get(f"{_W}val") or "auto").lower() == "auto":
            continue
        text = "".join(node.text or "" for node in run.iter(f"{_W}t")).strip()
        behind = [properties, *(a.find(name) for a in run.iterancestors() for name in _PROPERTIES)]
        shades = [_shade(node) for node in behind if node is not None]
        ground = next((shade for shade in shades if shade), "ffffff")
        if text and (ink.get(f"{_W}val") or "").lower() == ground:
            return text
    return ""


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _shade(properties: Any) -> str:
    """The colour that properties set behind a text, "" where they set none."""
    highlight, shade = properties.find(f"{_W}highlight"), properties.find(f"{_W}shd")
    if highlight is not None and highlight.get(f"{_W}val") != "none":
        return "ffffff" if highlight.get(f"{_W}val") == "white" else "highlight"
    fill = (shade.get(f"{_W}fill") or "auto").lower() if shade is not None else "auto"
    if shade is not None and (shade.get(f"{_W}val") or "clear") not in ("clear", "nil"):
        return "pattern"
    return "" if fill == "auto" else fill


def _own(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row, also where content controls or insertions stand between."""
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _HOLDERS:
            yield from _own(child, tag)


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


def _number(properties: Any, name: str, default: int) -> int:
    """A count that the properties of a row or cell give: columns spanned or left out."""
    found = properties.find(f"{_W}{name}") if properties is not None else None
    value = (found.get(f"{_W}val") or "") if found is not None else ""
    if not (value.isascii() and value.isdecimal()):
        return default
    return min(max(int(value[:9]), default), MAX_SPAN)  # thousands of digits are no number of columns
