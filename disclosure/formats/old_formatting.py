"""How an old workbook (.xls, .et) displays its values: hidden rows and columns, letters that cannot be seen, number formats.

The records of MS-XLS are read, of Excel 97 and later (BIFF8) only; text with several fonts is not. Conditional formats are
told and not evaluated.
A record that is cut short ends what is known of its sheet: the reader of the values says what is wrong with the file.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import Meter
from goufu.disclosure.formats.old_workbook import SHEET, records_in, workbook_streams
from goufu.disclosure.formats.sheet_formatting import SheetFormatting, changes_figures, shows_nothing
from goufu.disclosure.lines import column_letters

_BEGINNING, _FONT, _FORMAT, _XF, _PALETTE = 0x809, 0x31, 0x41E, 0xE0, 0x92
_ROW, _COLUMNS, _SEVERAL_FIGURES = 0x208, 0x7D, 0xBD
#: ranges with conditions, and one of the formats that hold under them
_CONDITIONS, _CONDITION = 0x1B0, 0x1B1
#: in a format under a condition: the blocks that follow (number format, font, alignment, border, ground), with their bytes
_NUMBER, _LETTERS, _ALIGNED, _FRAME, _GROUND = 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29
#: of the ground, that its pattern, or its colour, is not said
_NO_PATTERN, _NO_GROUND = 1 << 16, 1 << 18
#: conditions that hold for cells that are 0, or blank, alone
_OF_NOTHING = (b"\x1e\0\0", b"\x17\0\0")
#: records of one cell: formula, text, figure, truth value, figure in short
_CELLS = frozenset({0x06, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E})
_BIFF8 = 0x600
#: colours by number: those of the window, and the first eight of the palette, which are there twice
_BLACK, _WHITE = frozenset({0, 8, 64, 0x7FFF}), frozenset({1, 9, 65})


@dataclass
class _Book:
    """The fonts' colours, the number formats, the cell formats (font, number format, ground) and the sheets of a workbook."""

    inks: list[int] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=lambda: {9: "0%", 10: "0.00%"})
    formats: list[tuple[int, int, int, int]] = field(default_factory=list)
    palette: dict[int, str] = field(default_factory=dict)
    sheets: list[tuple[str, int]] = field(default_factory=list)

    def colour(self, number: int) -> str:
        """A colour by its number: white, black, or as the palette has it."""
        number = number + 8 if number < 8 else number
        named = self.palette.get(number, "")
        if named:
            return {"ffffff": "white", "000000": "black"}.get(named, named)
        return "black" if number in _BLACK else "white" if number in _WHITE else f"colour {number}"

    def unseen(self) -> frozenset[int]:
        """The numbers of the cell formats that let text not be seen."""
        return frozenset(n for n, one in enumerate(self.formats) if self._hides(*one))

    def _hides(self, font: int, code: int, pattern: int, colour: int) -> bool:
        font -= font > 4  # there is no font with the number 4
        ink = self.colour(self.inks[font]) if font < len(self.inks) else "black"
        ground = "white" if pattern == 0 else self.colour(colour) if pattern == 1 else "mixed"
        return ink == ground or shows_nothing(self.codes.get(code, ""))

    def scaling(self) -> dict[int, str]:
        """The number formats that show another figure than the value, by the number of the cell format."""
        return {
            n: self.codes[code]
            for n, (_, code, _, _) in enumerate(self.formats)
            if code in self.codes and changes_figures(self.codes[code])
        }


def old_formatting(data: bytes) -> Mapping[str, SheetFormatting]:
    """The formatting of every sheet of an old workbook by the sheet's name."""
    found: dict[str, SheetFormatting] = {}
    try:
        for stream in workbook_streams(data, ""):
            book = _book(stream)
            for name, at in book.sheets:
                found[name] = _sheet(stream, at, book)
    except (GoufuError, struct.error, IndexError, ValueError):
        pass
    return found


def _book(stream: bytes) -> _Book:
    book = _Book()
    for at, kind, length in records_in(stream, 0, Meter("cells")):
        if kind == _BEGINNING and struct.unpack_from("<H", stream, at)[0] != _BIFF8:
            return book
        if kind == _FONT:
            book.inks.append(struct.unpack_from("<H", stream, at + 4)[0])
        elif kind == _FORMAT:
            number, count = struct.unpack_from("<HH", stream, at)
            book.codes[number] = _text(stream, at + 4, count)
        elif kind == _XF and length >= 20:
            font, code = struct.unpack_from("<HH", stream, at)
            pattern, colours = struct.unpack_from("<IH", stream, at + 14)
            book.formats.append((font, code, pattern >> 26, colours & 0x7F))
        elif kind == _PALETTE:
            count = struct.unpack_from("<H", stream, at)[0]
            for n in range(min(count, 56)):
                book.palette[8 + n] = stream[at + 2 + 4 * n : at + 5 + 4 * n].hex()
        elif kind == SHEET:
            place = struct.unpack_from("<I", stream, at)[0]
            book.sheets.append((_text(stream, at + 7, stream[at + 6]), place))
    return book


def _text(stream: bytes, at: int, count: int) -> str:
    """A text of so many characters behind the byte that says whether they take one byte or two."""
    wide = stream[at] & 1
    return stream[at + 1 : at + 1 + count * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _ranges(stream: bytes, at: int, length: int) -> str:
    """The ranges to which conditions apply, as addresses with spaces between."""
    count = struct.unpack_from("<H", stream, at + 12)[0]
    found = []
    for n in range(min(count, (length - 14) // 8)):
        top, bottom, left, right = struct.unpack_from("<HHHH", stream, at + 14 + 8 * n)
        first, last = f"{column_letters(left)}{top + 1}", f"{column_letters(right)}{bottom + 1}"
        found.append(first if first == last else f"{first}:{last}")
    return " ".join(found)


def _hides_conditionally(stream: bytes, at: int, length: int, book: _Book) -> bool:
    """Whether a format that holds under a condition lets text not be seen, and not only that of cells that say nothing."""
    kind, operator, first, second, flags, more = struct.unpack_from("<BBHHIH", stream, at)
    end = at + length - second
    if kind == 1 and operator == 3 and stream[end - first : end] in _OF_NOTHING:
        return False
    at += 12
    code, ink, ground = "", "", "white"
    if flags & _NUMBER:
        if more & 1:
            size = struct.unpack_from("<H", stream, at)[0]
            code = _text(stream, at + 4, struct.unpack_from("<H", stream, at + 2)[0])
            at += max(size, 2)
        else:
            code = book.codes.get(stream[at + 1], "")
            at += 2
    if flags & _LETTERS:
        number = struct.unpack_from("<i", stream, at + 80)[0]
        ink = book.colour(number) if number >= 0 else ""
        at += 118
    at += 8 * bool(flags & _ALIGNED) + 8 * bool(flags & _FRAME)
    if flags & _GROUND and not flags & _NO_GROUND:
        pattern, colours = struct.unpack_from("<HH", stream, at)
        plain = flags & _NO_PATTERN or pattern >> 10 in (0, 1)
        ground = book.colour(colours >> 7 & 0x7F) if plain else "mixed"
    return shows_nothing(code) or (bool(ink) and ink == ground)


def _sheet(stream: bytes, at: int, book: _Book) -> SheetFormatting:
    formatting = SheetFormatting()
    unseen, scaling = book.unseen(), book.scaling()
    ranges = ""
    for start, kind, length in records_in(stream, at, Meter("cells")):
        if kind in (_ROW, _COLUMNS):
            _row_or_columns(formatting, stream, start, kind, length)
        elif kind == _CONDITIONS and length >= 14:
            ranges = _ranges(stream, start, length)
        elif kind == _CONDITION and length >= 12:
            if (
                ranges
                and ranges not in formatting.conditional
                and _hides_conditionally(stream, start, length, book)
            ):
                formatting.conditional.append(ranges)
        elif kind in _CELLS and length >= 6:
            row, column, style = struct.unpack_from("<HHH", stream, start)
            _cell(formatting, (row + 1, column), style, unseen, scaling)
        elif kind == _SEVERAL_FIGURES and length >= 6:
            row, column = struct.unpack_from("<HH", stream, start)
            for n in range((length - 6) // 6):
                style = struct.unpack_from("<H", stream, start + 4 + 6 * n)[0]
                _cell(formatting, (row + 1, column + n), style, unseen, scaling)
    return formatting


def _row_or_columns(formatting: SheetFormatting, stream: bytes, at: int, kind: int, length: int) -> None:
    """Take in whether a row, or columns, are hidden, and how deep a row is in the outline."""
    if kind == _ROW and length >= 16:
        row, flags = struct.unpack_from("<H10xH", stream, at)
        if flags & 0x20:
            formatting.hidden_rows.add(row + 1)
        if level := flags & 7:
            formatting.levels[row + 1] = level
    elif kind == _COLUMNS and length >= 10:
        first, last, width, _, flags = struct.unpack_from("<HHHHH", stream, at)
        if flags & 1 or not width:
            formatting.hidden_columns |= set(range(first, min(last, first + 300) + 1))


def _cell(
    formatting: SheetFormatting,
    place: tuple[int, int],
    style: int,
    unseen: frozenset[int],
    scaling: Mapping[int, str],
) -> None:
    if style in unseen:
        formatting.unseen.add(place)
    if style in scaling:
        formatting.codes[place] = scaling[style]
