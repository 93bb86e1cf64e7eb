"""PDFs written by hand: a project table in any font, encoding, turn and way of setting it. For tests only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: what the table says, and what should be read
ROWS = (
    ("项目名称", "合计"),
    ("甲县乙局", "11.80"),
    ("协同办公系统维护费", "9.80"),
    ("路灯维护服务", "2.00"),
)
ITEMS = [("协同办公系统维护费", "9.80"), ("路灯维护服务", "2.00")]
TITLE = "2026年项目支出预算表（本年预算）"


@dataclass(frozen=True)
class Font:
    """A Chinese font that a PDF names: how its strings are encoded, and what the file tells of it."""

    name: str
    encoding: str
    bytes_of: Callable[[str], bytes]
    ordering: str = "GB1"
    described: bool = True
    #: the font file itself, where it is embedded
    program: bytes = b""


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


SIMSUN = Font("SimSun", "GBK-EUC-H", lambda text: text.encode("gbk"))
#: named and not brought along, as office programs write them
NAMED = {
    "宋体 GBK": SIMSUN,
    "宋体 GBK, nothing told of it": Font("SimSun", "GBK-EUC-H", SIMSUN.bytes_of, described=False),
    "华文宋体 UCS2": Font("STSong-Light", "UniGB-UCS2-H", _utf16),
    "黑体 UTF16": Font("SimHei,Bold", "UniGB-UTF16-H", _utf16),
}
VERTICAL = Font("SimSun", "UniGB-UCS2-V", _utf16)


def without_meaning(program: bytes = b"") -> Font:
    """A font whose codes are numbers of glyphs, with nothing that says which characters these are.

    Of the `program` that is embedded every character is glyph 1.
    """

    def codes(text: str) -> bytes:
        return b"".join((1 if program else ord(c) % 20_000 + 1_000).to_bytes(2, "big") for c in text)

    return Font("ABCDEF+SimSun", "Identity-H", codes, ordering="Identity", program=program)


def shown(
    font: Font, text: str, x: float, y: float, size: float = 12, lone: bool = False, step: float = 0
) -> bytes:
    """Drawing `text` at (x, y) with `step` em between characters; `lone`: each character is an object of its own."""
    if not lone and not step:
        return b"BT /F1 %g Tf 1 0 0 1 %g %g Tm <%s> Tj ET\n" % (
            size,
            x,
            y,
            font.bytes_of(text).hex().encode(),
        )
    drawn, at = b"", x
    for character in text:
        drawn += b"BT /F1 1 Tf %g 0 0 %g %g %g Tm <%s> Tj ET\n" % (
            size, size, at, y, font.bytes_of(character).hex().encode(),
        )  # fmt: skip
        # half-width characters are as wide as the others here: the file gives one width for all
        at += size * (1 + step)
    return drawn


def table(font: Font, lone: bool = False, step: float = 0, rows: Sequence[tuple[str, str]] = ROWS) -> bytes:
    """The drawing of a ruled table with its title, around the point (0, 0)."""
    drawn = shown(font, TITLE, -250, 150, lone=lone)
    for n, row in enumerate(rows):
        y = 100 - 30 * n
        drawn += shown(font, row[0], -240, y, lone=lone, step=step if n else 0)
        drawn += shown(font, row[1], 110, y, lone=lone)
    top, bottom = 120, 120 - 30 * len(rows)
    for n in range(len(rows) + 1):
        drawn += b"-250 %g m 250 %g l S\n" % (top - 30 * n, top - 30 * n)
    for x in (-250, 100, 250):
        drawn += b"%g %g m %g %g l S\n" % (x, bottom, x, top)
    return drawn


def pdf(font: Font, drawing: bytes, turn: float = 0, rotate: int = 0) -> bytes:
    """A page of 600 by 600 with `drawing` turned about its middle, and the page's own /Rotate.

    F1 is `font`, F2 is SIMSUN, F3 Helvetica.
    """
    cos, sin = round(math.cos(math.radians(turn)), 6), round(math.sin(math.radians(turn)), 6)
    content = b"q %g %g %g %g 300 300 cm\n%sQ" % (cos, sin, -sin, cos, drawing)
    descriptor = b"/FontDescriptor 7 0 R " if font.described else b""
    name = font.name.encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 600] /Rotate %d /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R /F2 9 0 R /F3 11 0 R >> >> >>" % rotate,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /%s /DescendantFonts [6 0 R] >>"
        % (name, font.encoding.encode()),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (%s) /Supplement 2 >> /DW 1000 %s>>" % (name, font.ordering.encode(), descriptor),
        b"<< /Type /FontDescriptor /FontName /%s /Flags 6 /FontBBox [0 -140 1000 860] /ItalicAngle 0 /Ascent 859 "
        b"/Descent -141 /CapHeight 859 /StemV 93 %s>>" % (name, b"/FontFile2 8 0 R " if font.program else b""),
        b"<< /Length %d /Length1 %d >>\nstream\n%s\nendstream"
        % (len(font.program), len(font.program), font.program),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /GBK-EUC-H /DescendantFonts [10 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (GB1) /Supplement 2 >> /DW 1000 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
