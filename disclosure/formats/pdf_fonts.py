"""One font for every font that a PDF names and does not bring: pdfium never looks for the machine's own.

Most Chinese office PDFs name 宋体 and leave it to the machine. pdfium then draws with whatever it finds, and its
text layer drops characters that have no ink in the font it found: what a file says would depend on the fonts of
the machine that reads it. Here every such font is the same one, a few hundred bytes built below, in which each
character is two specks at opposite corners of its square: never empty, and all but invisible in a picture of the
page. Places and widths of characters come from the file in any case (see `goufu.disclosure.formats.pdf_page`).

The mapper of fonts belongs to the process, as pdfium does: other users of pypdfium2 in the same process get
this font for fonts that are not embedded too.
"""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from typing import Any

#: units of the square of a character, and how far it reaches below the line
_EM, _BELOW = 1000, -120

#: anything but null; pdfium only hands it back
_HANDLE = 1


@cache
def no_system_fonts() -> None:
    """From now on pdfium uses the stand-in for fonts that are not embedded, on every machine alike."""
    import pypdfium2.raw as raw

    font = stand_in_font()

    def font_data(_: Any, __: Any, table: int, buffer: Any, size: int) -> int:
        if table:
            return 0  # no table alone is asked for of a font that is no collection
        if buffer and size >= len(font):
            ctypes.memmove(buffer, font, len(font))
        return len(font)

    def font_for(*request: Any) -> int:
        face = ctypes.string_at(request[5])  # of: info, weight, italic, charset, pitch, face, exact
        # the fonts that every reader has: their widths need not be in the file, and pdfium has them built in
        return 0 if face.startswith((b"Arial", b"Courier", b"Helvetica", b"Times")) else _HANDLE

    info = raw.FPDF_SYSFONTINFO(version=1)
    kinds = dict(raw.FPDF_SYSFONTINFO._fields_)
    answers: dict[str, Any] = {
        "Release": lambda _: None,
        "EnumFonts": lambda _, __: None,
        "MapFont": font_for,
        "GetFont": lambda _, __: 0,
        "GetFontData": font_data,
        "GetFaceName": lambda *_: 0,
        "GetFontCharset": lambda _, __: 0,
        "DeleteFont": lambda _, __: None,
    }
    for name, answer in answers.items():
        setattr(info, name, kinds[name](answer))
    _kept.append(info)  # pdfium calls it until the process ends
    raw.FPDF_SetSystemFontInfo(info)


_kept: list[Any] = []


def stand_in_font() -> bytes:
    """A TrueType font whose only glyph is drawn for every character: two specks that span its square."""
    top = _EM + _BELOW
    specks = [(0, _BELOW), (0, _BELOW + 1), (1, _BELOW), (_EM, top), (_EM, top - 1), (_EM - 1, top)]
    glyph = struct.pack(">hhhhh", 2, 0, _BELOW, _EM, top)
    glyph += struct.pack(">HHH", 2, 5, 0)  # the last point of each contour; no instructions
    glyph += bytes([1] * len(specks))  # every point is on the outline, its steps are words
    for axis in (0, 1):
        at = 0
        for point in specks:
            glyph += struct.pack(">h", point[axis] - at)
            at = point[axis]
    glyph += bytes(-len(glyph) % 4)
    # both glyphs are the same: what a font lacks (0), and what every character is (1)
    tables = {
        b"cmap": _every_character(),
        b"glyf": glyph * 2,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh",
            0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, 0, _BELOW, _EM, top, 0, 8, 2, 1, 0,
        ),
        b"hhea": struct.pack(">Ihhh", 0x10000, top, _BELOW, 0) + struct.pack(">H11hH", _EM, *[0] * 11, 1),
        b"hmtx": struct.pack(">Hhh", _EM, 0, 0),
        b"loca": struct.pack(">III", 0, len(glyph), 2 * len(glyph)),
        b"maxp": struct.pack(">I14H", 0x10000, 2, len(specks), 2, *[0] * 11),
        b"name": struct.pack(">HHH", 0, 0, 6),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }  # fmt: skip
    head, body = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 16), b""
    for tag, table in tables.items():
        head += struct.pack(">4sIII", tag, 0, 12 + 16 * len(tables) + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return head + body


def _every_character() -> bytes:
    """A table of characters in which each of the first 65,536 is glyph 1."""
    # 256 stretches of 256 characters, all of which look into the same list of 256 ones
    count = 256
    ends = [block * 256 + 255 for block in range(count)]
    starts = [block * 256 for block in range(count)]
    offsets = [2 * (count - block) for block in range(count)]
    table = struct.pack(">HHHH", 2 * count, 2 * count, 8, 0)
    table += struct.pack(f">{count}HH", *ends, 0) + struct.pack(f">{count}H", *starts)
    table += bytes(2 * count) + struct.pack(f">{count}H", *offsets) + struct.pack(">256H", *[1] * 256)
    table = struct.pack(">HHH", 4, 6 + len(table), 0) + table
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table
