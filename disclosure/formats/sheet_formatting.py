"""How a workbook displays its values: hidden rows and columns, number formats that scale, struck text, error values.

A cell with 74000 under the format `0!.0,` shows 7.4, and that is what the officer sees and means. Values come from
`goufu.disclosure.formats.spreadsheet`; this module reads the formatting of an .xlsx or .ods and nothing else, that of old .xls
files is read in `goufu.disclosure.formats.old_formatting`. Conditional formats are told and not evaluated.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.formats.old_workbook import MARK
from goufu.disclosure.lines import is_reference, label

_HINTS = re.compile(
    rb'<strike\b|"superscript"|\shidden="(?:1|true)"|\s(?:ht|width)="0(?:\.0)?"|\st="e"|\soutlineLevel="[1-9]'
)
#: parts of all of them, looked for first: that takes a hundredth of the time
_IN_HINTS = (b"<strike", b'"superscript"', b'hidden="', b'ht="0', b'width="0', b't="e"', b'outlineLevel="')
_SECTION = re.compile(r'((?:"[^"]*"|\\.|!.|\[[^\]]*\]|[^;])*)(?:;|\Z)')
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|(\[[^\]]*\])|([0#?]+)|([.,%])|(.)', re.DOTALL)
#: other money than the yuan, in a number format
_FOREIGN = re.compile(
    r"US\$|HK\$|[$€£₩]|USD|EUR|GBP|HKD|JPY|KRW|TWD|MOP|(?:美|欧|日|韩|港|澳|加|新台)元|美金|港币|欧元|英镑|卢布"
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d+)\Z")
#: what a row is made of and kept until it ends
_CELL_PARTS = frozenset({"c", "v", "f", "is", "t", "r", "rPr", "strike", "vertAlign", "formula"})
#: bytes of a sheet that is too long to look for bold letters alone
_MANY = 1 << 22
#: how deep rows may be in an outline
_LEVELS = frozenset("12345678")
#: rows and columns that may be listed; a format for "the rest of the sheet" covers a million
_FAR = 20_000


@dataclass
class SheetFormatting:
    """What the values of one sheet do not contain; rows are numbered from 1, columns from 0.

    `texts` has the cells that show something else than their value, by (row, column); `struck` those with a line
    through all or part of their text, `indented` those whose text is set in from the left, `unseen` those that a number format
    (`;;;`) or the colour of their background hides. `codes` has number formats that are still to be applied to the values,
    `conditional` the ranges in which a conditional format lets text not be seen; `levels` how deep rows are in the outline, `bold` the
    cells in bold letters (of an .xlsx only).
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    struck: set[tuple[int, int]] = field(default_factory=set)
    indented: set[tuple[int, int]] = field(default_factory=set)
    unseen: set[tuple[int, int]] = field(default_factory=set)
    codes: dict[tuple[int, int], str] = field(default_factory=dict)
    conditional: list[str] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)
    bold: set[tuple[int, int]] = field(default_factory=set)


def workbook_formatting(data: bytes) -> Mapping[str, SheetFormatting]:
    """The formatting of every sheet of a workbook by the sheet's name; empty for formats that are not known."""
    if data.startswith(MARK):
        from goufu.disclosure.formats.old_formatting import old_formatting

        return old_formatting(data)
    if not data.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "content.xml" in names:
                return dict(_ods(archive))
            if "xl/workbook.xml" in names:
                return dict(_xlsx(archive, names))
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, SyntaxError, ArithmeticError):
        pass  # the reader of the values says what is wrong with the file
    return {}


def _local(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _attribute(node: Any, name: str) -> str:
    """An attribute in whatever namespace it stands."""
    return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def sheet_parts(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """The part of an .xlsx that holds each sheet, by the sheet's name (`xl/worksheets/sheet1.xml`)."""
    from lxml import etree

    book = etree.fromstring(archive.read("xl/workbook.xml"), _parser())
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _parser())
    targets = {node.get("Id"): node.get("Target", "") for node in relations}
    found = {}
    for node in book.iter("{*}sheet"):
        target = targets.get(_attribute(node, "id"), "")
        found[node.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _xlsx(archive: zipfile.ZipFile, names: set[str]) -> Iterator[tuple[str, SheetFormatting]]:
    styles = _styles(archive) if "xl/styles.xml" in names else _Styles()
    says = replace(styles, bold=frozenset()) != _Styles()
    marked = _marked_strings(archive) if "xl/sharedStrings.xml" in names else {}
    for name, part in sheet_parts(archive).items():
        if part in names:
            data = archive.read(part)
            few = styles.bold and len(data) < _MANY  # a long list has no groups in bold
            if says or few or marked or _hinted(data):
                yield name, _sheet(data, styles, marked)


def _hinted(data: bytes) -> bool:
    """Whether a sheet has rows, columns or cells that do not show what their values are."""
    return any(part in data for part in _IN_HINTS) and _HINTS.search(data) is not None


def _marked_strings(archive: zipfile.ZipFile) -> Mapping[str, tuple[str, bool]]:
    """The shared texts of which a part is struck out or the mark of a note, as they read without it, by number."""
    from lxml import etree

    data = archive.read("xl/sharedStrings.xml")
    if not re.search(rb'<strike\b|"superscript"', data):
        return {}
    found = {}
    for number, node in enumerate(etree.fromstring(data, _parser()).iter("{*}si")):
        if (text := _unmarked(node)) is not None:
            found[str(number)] = text
    return found


def _unmarked(node: Any) -> tuple[str, bool] | None:
    """A text in runs without what is struck out and the marks of notes, and whether anything was struck out.

    None where it has neither.
    """
    parts: list[str] = []
    marked = struck = False
    for run in node.iter("{*}r"):
        text = "".join(t.text or "" for t in run.iter("{*}t"))
        through = next(run.iter("{*}strike"), None)
        if through is not None and through.get("val", "1") not in ("0", "false"):
            marked = struck = True
        elif next((v.get("val") for v in run.iter("{*}vertAlign")), "") == "superscript" and is_reference(
            "".join(parts), text
        ):
            marked = True
        else:
            parts.append(text)
    return ("".join(parts), struck) if marked else None


@dataclass(frozen=True)
class _Styles:
    """The cell formats of a workbook that say something, by their numbers: number formats that show something else than
    the value, and those that strike their text out, set it in from the left or let it not be seen; and the formats that only
    hold under a condition and let text not be seen."""

    codes: Mapping[str, str] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()
    indented: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    unseen_conditionally: frozenset[str] = frozenset()
    bold: frozenset[str] = frozenset()


def _styles(archive: zipfile.ZipFile) -> _Styles:
    from lxml import etree

    styles = etree.fromstring(archive.read("xl/styles.xml"), _parser())
    codes = {node.get("numFmtId"): node.get("formatCode", "") for node in styles.iter("{*}numFmt")}
    codes |= {"9": "0%", "10": "0.00%"}
    found = {}
    fonts = [font for block in styles.iter("{*}fonts") for font in block if _local(font) == "font"]
    through = {
        str(n)
        for n, font in enumerate(fonts)
        if any(node.get("val", "1") not in ("0", "false") for node in font.iter("{*}strike"))
    }
    heavy = {
        str(n)
        for n, font in enumerate(fonts)
        if any(node.get("val", "1") not in ("0", "false") for node in font.iter("{*}b"))
    }
    inks = [_colour(next(font.iter("{*}color"), None), "black") for font in fonts]
    grounds = [_ground(fill) for block in styles.iter("{*}fills") for fill in block]
    struck = set()
    bold = set()
    indented = set()
    unseen = set()
    for block in styles.iter("{*}cellXfs"):
        for number, xf in enumerate(node for node in block if _local(node) == "xf"):
            if xf.get("fontId") in through:
                struck.add(str(number))
            if xf.get("fontId") in heavy:
                bold.add(str(number))
            if any(node.get("indent", "0") != "0" for node in xf.iter("{*}alignment")):
                indented.add(str(number))
            ink, ground = _at(inks, xf.get("fontId"), "black"), _at(grounds, xf.get("fillId"), "white")
            if ink == ground or shows_nothing(codes.get(xf.get("numFmtId"), "")):
                unseen.add(str(number))
            code = codes.get(xf.get("numFmtId"), "")
            if code and changes_figures(code):
                found[str(number)] = code
    conditional = frozenset(
        str(number)
        for block in styles.iter("{*}dxfs")
        for number, dxf in enumerate(node for node in block if _local(node) == "dxf")
        if _hides(dxf)
    )
    return _Styles(
        found, frozenset(struck), frozenset(indented), frozenset(unseen), conditional, frozenset(bold)
    )


def _hides(dxf: Any) -> bool:
    """Whether a format that holds under a condition lets text not be seen: letters in the colour of the ground, or `;;;`.

    Where it sets no ground that of the sheet is behind, which is white.
    """
    code = next((node.get("formatCode", "") for node in dxf.iter("{*}numFmt")), "")
    ink = next((node for font in dxf.iter("{*}font") for node in font.iter("{*}color")), None)
    if ink is None:
        return shows_nothing(code)
    fill = next(dxf.iter("{*}fill"), None)
    back = next(fill.iter("{*}bgColor"), None) if fill is not None else None  # of a plain ground, here
    return _colour(ink, "black") == _colour(back, "white") or shows_nothing(code)


def _at(colours: Sequence[str], number: str | None, usual: str) -> str:
    n = int(number) if number and number.isdecimal() else 0
    return colours[n] if n < len(colours) else usual


def _colour(node: Any, usual: str) -> str:
    """A colour of a workbook: white, black, or as it is written there; `usual` where none is given."""
    if node is None or node.get("auto"):
        return usual
    rgb, theme, index = (node.get(name) for name in ("rgb", "theme", "indexed"))
    if float(node.get("tint") or 0):
        return f"{rgb or theme or index} {node.get('tint')}"
    if (rgb or "").upper()[-6:] == "FFFFFF" or theme == "0" or index in ("1", "9"):
        return "white"
    if (rgb or "").upper()[-6:] == "000000" or theme == "1" or index in ("0", "8", "64"):
        return "black"
    return f"rgb {rgb.upper()[-6:]}" if rgb else f"theme {theme}" if theme else f"indexed {index}"


def _ground(fill: Any) -> str:
    """The colour behind a cell; one that is not plain is like no other."""
    pattern = next(fill.iter("{*}patternFill"), None)
    if pattern is None or pattern.get("patternType") not in ("solid", "none", None):
        return "mixed"
    if pattern.get("patternType") != "solid":
        return "white"
    return _colour(next(pattern.iter("{*}fgColor"), None), "black")


def shows_nothing(code: str) -> bool:
    """Whether a number format shows nothing of a figure: `;;;`."""
    return ";" in code and not code.replace(";", "").strip()


def _sheet(data: bytes, styles: _Styles, marked: Mapping[str, tuple[str, bool]]) -> SheetFormatting:
    from lxml import etree

    formatting = SheetFormatting()
    row = 0
    for _, node in etree.iterparse(
        io.BytesIO(data), events=("end",), resolve_entities=False, no_network=True
    ):
        kind = _local(node)
        if kind == "cfRule" and node.get("dxfId") in styles.unseen_conditionally:
            ranges = node.getparent().get("sqref", "")
            if ranges and ranges not in formatting.conditional and not _is_of_nothing(node):
                formatting.conditional.append(ranges)
        if kind == "col" and (node.get("hidden") in ("1", "true") or node.get("width") in ("0", "0.0")):
            first, last = int(node.get("min", 1)), int(node.get("max", 1))
            formatting.hidden_columns |= set(range(first - 1, min(last, first + 300)))
        elif kind == "row":
            row = int(node.get("r") or row + 1)
            if node.get("hidden") in ("1", "true") or node.get("ht") in ("0", "0.0"):
                formatting.hidden_rows.add(row)
            if (level := node.get("outlineLevel", "0")) in _LEVELS:
                formatting.levels[row] = int(level)
            for column, cell in enumerate(node):
                _cell(cell, row, column, styles.codes, formatting)
                _marks(cell, row, column, styles, marked, formatting)
        if kind not in _CELL_PARTS:  # a tree of the whole sheet would take gigabytes
            node.clear()
            while (before := node.getprevious()) is not None and _local(before) not in _CELL_PARTS:
                node.getparent().remove(before)
    return formatting


def _is_of_nothing(rule: Any) -> bool:
    """Whether a condition holds for cells that are 0 or blank alone, which say nothing."""
    formula = next((node.text or "" for node in rule.iter("{*}formula")), "")
    return rule.get("type") == "containsBlanks" or (
        rule.get("type") == "cellIs" and rule.get("operator") == "equal" and formula.strip() in ("0", '""')
    )


def _cell(cell: Any, row: int, column: int, formats: Mapping[str, str], formatting: SheetFormatting) -> None:
    kind = cell.get("t", "n")
    code = formats.get(cell.get("s", "0"))
    if kind != "e" and not (code and kind == "n"):
        return
    value = next((node.text or "" for node in cell if _local(node) == "v"), "")
    if match := _ADDRESS.match(cell.get("r", "")):
        column = column_number(match[1])
    if kind == "e":
        formatting.texts[row, column] = value or "#N/A"
    elif code and value and (text := displayed_number(value, code)) is not None:
        formatting.texts[row, column] = text


def _marks(
    cell: Any,
    row: int,
    column: int,
    styles: _Styles,
    marked: Mapping[str, tuple[str, bool]],
    formatting: SheetFormatting,
) -> None:
    """What is struck out in a cell, set in from the left, or only the mark of a note."""
    kind = cell.get("t", "n")
    if match := _ADDRESS.match(cell.get("r", "")):
        column = column_number(match[1])
    value = next((node.text or "" for node in cell if _local(node) == "v"), "")
    if cell.get("s") in styles.bold and (value or kind == "inlineStr"):
        formatting.bold.add((row, column))
    if cell.get("s") in styles.indented:
        formatting.indented.add((row, column))
    if cell.get("s") in styles.unseen and (value or kind == "inlineStr"):
        formatting.unseen.add((row, column))
    if cell.get("s") in styles.struck and (value or kind == "inlineStr"):
        formatting.struck.add((row, column))
    rest = marked.get(value) if kind == "s" else _unmarked(cell) if kind == "inlineStr" else None
    if rest is not None:
        formatting.texts[row, column] = rest[0].strip()
        if rest[1]:
            formatting.struck.add((row, column))


def column_number(letters: str) -> int:
    """The index of a column: A → 0, AB → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _ods(archive: zipfile.ZipFile) -> Iterator[tuple[str, SheetFormatting]]:
    from lxml import etree

    root = etree.fromstring(
        archive.read("content.xml"), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )
    roots = [root]
    if "styles.xml" in archive.namelist():
        roots.insert(0, etree.fromstring(archive.read("styles.xml"), _parser()))
    styles = _ods_unseen(roots)
    for table in root.iter("{*}table"):
        if _attribute(table, "name") == "" or not table.tag.endswith("}table"):
            continue
        formatting = SheetFormatting()
        formatting.conditional += _ods_conditional(table, styles)
        column = 0
        usual: list[tuple[int, str]] = []
        for node in table.iter("{*}table-column"):
            many = int(_attribute(node, "number-columns-repeated") or 1)
            if _attribute(node, "visibility") in ("collapse", "filter") and many < 300:
                formatting.hidden_columns |= set(range(column, column + many))
            column += many
            usual.append((column, _attribute(node, "default-cell-style-name")))
        row = 1
        for node in table.iter("{*}table-row"):
            many = int(_attribute(node, "number-rows-repeated") or 1)
            if many < _FAR:
                if _attribute(node, "visibility") in ("collapse", "filter"):
                    formatting.hidden_rows |= set(range(row, row + many))
                if level := sum(1 for one in node.iterancestors() if _local(one) == "table-row-group"):
                    formatting.levels |= dict.fromkeys(range(row, row + many), level)
                _ods_row(node, row, formatting, styles, usual)
            row += many
        yield _attribute(table, "name"), formatting


def _ods_unseen(roots: Sequence[Any]) -> frozenset[str]:
    """The names of the cell styles of an .ods in which text has the colour of its ground."""
    own: dict[str, tuple[str, str, str]] = {}
    for root in roots:
        for style in root.iter("{*}style"):
            if _attribute(style, "family") != "table-cell":
                continue
            ink = next((_attribute(node, "color") for node in style if _local(node) == "text-properties"), "")
            ground = next(
                (
                    _attribute(node, "background-color")
                    for node in style
                    if _local(node) == "table-cell-properties"
                ),
                "",
            )
            own[_attribute(style, "name")] = (
                _attribute(style, "parent-style-name"),
                ink.lower(),
                ground.lower(),
            )

    def of(name: str, part: int, usual: str, depth: int = 0) -> str:
        parent, *said = own.get(name, ("", "", ""))
        if said[part]:
            return usual if said[part] == "transparent" else said[part]
        return of(parent, part, usual, depth + 1) if parent and depth < 20 else usual

    return frozenset(name for name in own if of(name, 0, "#000000") == of(name, 1, "#ffffff"))


def _ods_conditional(table: Any, unseen: frozenset[str]) -> list[str]:
    """The ranges of a sheet in which a conditional format lets text not be seen."""
    names = {name.replace("_20_", " ") for name in unseen} | unseen
    return [
        re.sub(r"[^ .:]*\.", "", _attribute(node, "target-range-address")).replace("$", "")
        for node in table.iter("{*}conditional-format")
        if any(
            _attribute(one, "apply-style-name") in names and _attribute(one, "value") not in ("=0", '=""')
            for one in node
        )
    ]


def _ods_row(
    node: Any, row: int, formatting: SheetFormatting, unseen: frozenset[str], usual: Sequence[tuple[int, str]]
) -> None:
    """Take in a row; `unseen` are the styles that hide text, `usual` those of columns, each up to before the one it gives."""
    column = 0
    of_row = _attribute(node, "default-cell-style-name")
    for cell in node:
        if _local(cell) not in ("table-cell", "covered-table-cell"):
            continue
        many = int(_attribute(cell, "number-columns-repeated") or 1)
        high, wide = (
            int(_attribute(cell, "number-rows-spanned") or 1),
            int(_attribute(cell, "number-columns-spanned") or 1),
        )
        if (high > 1 or wide > 1) and many == 1:
            formatting.merged.append((row, column, row + high - 1, column + wide - 1))
        text = "".join("".join(p.itertext()) for p in cell if _local(p) == "p")
        value = _attribute(cell, "value")
        style = _attribute(cell, "style-name") or of_row
        if text and unseen and (style or next((name for end, name in usual if column < end), "")) in unseen:
            formatting.unseen |= {(row, n) for n in range(column, column + min(many, 300))}
        if text.startswith(("#", "Err:")) or (
            value
            and _attribute(cell, "value-type") in ("float", "currency")
            and many == 1
            and _is_scaled(value, text)
        ):
            formatting.texts[row, column] = text
        column += many


def _is_scaled(value: str, text: str) -> bool:
    """Whether a figure is shown in another size than it has; rounding does not count."""
    figure = parse_amount(text)
    if figure is None or not figure:
        return False
    return not Decimal("0.2") < abs(Decimal(value) / figure) < Decimal(5)


def _printed_symbols(code: str) -> str:
    """A number format with what its brackets print: `[$€-407]` prints €, `[Red]` and `[$-804]` nothing."""
    return re.sub(r"\[\$([^\]-]*)[^\]]*\]", r"\1", re.sub(r"\[[^$][^\]]*\]|\[\$-[^\]]*\]", "", code))


def changes_figures(code: str) -> bool:
    """Whether a number format may scale, or print a unit of money."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|!.', "", code)
    if re.search(r"[yYdDhHsS]|(?<![a-zA-Z])m{1,4}(?![a-zA-Z])", bare):
        return False  # a date
    return bool(
        "%" in bare
        or re.search(r"[0#?],+(?![0#?,])", bare)
        or re.search(r'[0#?](?:[!\\]\.|"\.")[0#?]', code)
        or re.search(r"万|千|亿|百|元|%", code)
        or _FOREIGN.search(_printed_symbols(code))
    )


@lru_cache(maxsize=1 << 12)
def displayed_number(value: str, code: str) -> str | None:
    """What `value` shows under the number format `code` where that scales it or adds a unit of money; else None.

    Trailing commas divide by a thousand each, `%` multiplies by a hundred, and a dot that is only printed (`!.`,
    `\\.`) moves the digits behind it: `0!.0,` shows 74000 as 7.4.
    """
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    section = _section_for(number, code)
    if section is None:
        return None
    if foreign := _FOREIGN.search(_printed_symbols(section)):
        return f"{foreign[0]} {number:f}"  # money of another country, which nobody converts here
    pattern = _pattern(section)
    money = re.sub(r"[^十百千万亿元%]", "", label(pattern.unit))
    if not (pattern.scale or pattern.printed_dot or money):
        return None
    moved = number.scaleb(-pattern.scale)
    if pattern.printed_dot:
        moved = moved.quantize(Decimal(1)).scaleb(-pattern.printed_dot)
    elif pattern.scale:
        moved = round(moved, pattern.places)
    return f"{moved:f}{money}"


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What one section of a number format does: decimal `places`, powers of ten it divides by, digits behind a dot that
    is only printed, and the text printed with the figure."""

    places: int
    scale: int
    printed_dot: int
    unit: str


def _pattern(section: str) -> _Pattern:
    places = scale = digits = commas = 0
    printed_dot: int | None = None
    whole = True
    unit = ""
    for match in _TOKEN.finditer(section):
        literal = match[1] if match[1] is not None else match[2]
        if match[4]:
            digits += len(match[4])
            places += 0 if whole else len(match[4])
            commas = 0  # between digits they only set thousands apart
            printed_dot = printed_dot + len(match[4]) if printed_dot is not None else None
            continue
        if match[5] == ",":
            commas += 1 if digits else 0
            continue
        scale, commas = scale + 3 * commas, 0
        if match[5] == ".":
            whole = False
        elif match[5] == "%":
            scale -= 2
            unit += "%"
        elif literal == "." and digits:
            printed_dot = 0
        elif literal or (match[6] and not match[6].isspace()):
            unit += literal or match[6] or ""
    return _Pattern(places, scale + 3 * commas, printed_dot or 0, unit)


def _section_for(number: Decimal, code: str) -> str | None:
    """The section of a format that holds for a number: by its condition, else by its sign."""
    sections = [match[1] for match in _SECTION.finditer(code)]
    if sections and not sections[-1]:
        sections.pop()  # the end of the last one
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _meets(number, condition[1], Decimal(condition[2])):
                return section
        return None
    if len(sections) >= 2 and number < 0:
        return sections[1]
    if len(sections) >= 3 and number == 0:
        return sections[2]
    return sections[0] if sections else None


def _meets(number: Decimal, sign: str, limit: Decimal) -> bool:
    return {
        "<": number < limit,
        ">": number > limit,
        "<=": number <= limit,
        ">=": number >= limit,
        "=": number == limit,
        "<>": number != limit,
    }[sign]
