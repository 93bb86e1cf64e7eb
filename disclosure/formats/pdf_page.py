"""The characters and ruled lines of one page of a PDF, as they lie on it.

Their places and widths come from the file, never from the font that happens to be there.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as raw
from goufu.disclosure.formats import pdfium_calls as pdfium
from goufu.disclosure.formats.layout import Glyph, Rule, on_page
from goufu.disclosure.model import Corners

#: characters of one page; more is no printed page
MAX_GLYPHS = 60_000
#: drawn paths looked at on one page; more is a map or a drawing
MAX_PATHS = 20_000
#: points; a filled rectangle thinner than this is a ruled line
THIN = 2.5
#: what stands for a character that the file gives no meaning to
UNKNOWN = "\ufffd"
#: how far a character reaches below its line, as a share of its size
BELOW = 0.12
_BLANK = frozenset({0xA0, 0x3000, 0xFFFE, 0xFFFF, 0xFEFF})
Point = tuple[float, float]


def page_glyphs(page: pypdfium2.PdfPage) -> tuple[list[Glyph], int]:
    """The characters of a page as if most of them stood upright, y running down, and the turn this took.

    What counts is how the characters lie on the page, whatever turn the file prescribes for looking at it.
    A box runs from the origin of the character as far as the width that the file gives; its height is the size
    of the type. What a character looks like in the font that happens to be there plays no part.

    Radicals and compatibility forms that some fonts are mapped to (⼈ for 人) become the usual characters; what
    the file gives no meaning to is UNKNOWN.
    """
    characters, types = _characters(page)
    lies: Counter[int] = Counter()
    for type_ in types:
        if type_.characters:
            lies[round(type_.angle)] += type_.characters
    rotation = round(lies.most_common(1)[0][0] / 90) * 90 % 360 if lies else 0
    turn = _turner(page, rotation)
    # one that lies otherwise is part of a watermark across the page
    upright = {id(type_) for type_ in types if abs((type_.angle - rotation + 180) % 360 - 180) < 12}
    return [
        Glyph(text, *turn(*box), vertical)
        for type_, text, vertical, *box in characters
        if id(type_) in upright
    ], rotation


class _Shape(NamedTuple):
    """A character as one type sets it: the text it is, its box as seen from its origin, whether the next one is below.

    `sum` is that of all its numbers: finite where they all are.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    vertical: bool
    sum: float


@dataclass(slots=True, eq=False)
class _Type:
    """How characters are set: what 1 em to the right and 1 em up are on the page, and the angle anticlockwise in degrees.

    `shapes` are the characters met so far by their codes, `boxes` their boxes by width, `characters` counts all of them.
    """

    right: Point
    up: Point
    angle: float
    font: int
    shapes: dict[int, _Shape] = field(default_factory=dict)
    boxes: dict[float, tuple[float, float, float, float]] = field(default_factory=dict)
    characters: int = 0


#: a character as it lies on the page: its type, text, whether the next is below, its box (left, bottom, right, top)
_Character = tuple[_Type, str, bool, float, float, float, float]


def _characters(page: pypdfium2.PdfPage) -> tuple[list[_Character], list[_Type]]:
    """The printed characters of a page, in the order of the file, and the types they are set in."""
    types: dict[tuple[float, ...], _Type] = {}
    type_of: dict[int, _Type] = {}
    widths: dict[tuple[int, int], float] = {}
    textpage = page.get_textpage()
    of = pdfium.handle(textpage)
    x, y = ctypes.c_double(), ctypes.c_double()
    at_x, at_y = ctypes.addressof(x), ctypes.addressof(y)
    unicode_of, text_object_of = pdfium.unicode_of, pdfium.text_object_of
    origin_of, without_meaning = pdfium.origin_of, pdfium.without_meaning
    found: list[_Character] = []
    try:
        for i in range(min(textpage.count_chars(), MAX_GLYPHS)):
            code = unicode_of(of, i)
            if code == 2 or (code == 0xFFFE and raw.FPDFText_IsHyphen(textpage, i) == 1):
                code = 0x2D  # a hyphen at the end of a line, which pdfium takes for a soft one
            text_object = text_object_of(of, i)
            if not text_object or not origin_of(of, i, at_x, at_y):
                continue  # a space or an end of line that pdfium adds
            # a code without a meaning is handed on as a character; where that is one of a script that is
            # written to the left, pdfium forgets to say so, and none such is expected here
            unknown = without_meaning(of, i) == 1 or 0x590 <= code <= 0x8FF
            if not unknown and (code <= 32 or code in _BLANK):
                continue
            type_ = type_of.get(text_object)
            if type_ is None:
                key = _set_as(of, i, text_object)
                type_ = types.get(key)
                if type_ is None:
                    type_ = types[key] = _type(key)
                type_of[text_object] = type_
            shape = type_.shapes.get(-1 - code if unknown else code)
            if shape is None:
                advance = widths.get((type_.font, code))
                if advance is None:
                    advance = widths[type_.font, code] = _advance(type_.font, code)
                shape = type_.shapes[-1 - code if unknown else code] = _shape(type_, code, unknown, advance)
            text, left, bottom, right, top, vertical, numbers = shape
            x0, y0 = x.value, y.value
            if not math.isfinite(x0 + y0 + numbers):
                continue  # set with numbers that no page has
            type_.characters += 1
            found.append((type_, text, vertical, x0 + left, y0 + bottom, x0 + right, y0 + top))
    finally:
        textpage.close()
    return found, list(types.values())


def _set_as(of: int, i: int, text_object: int) -> tuple[float, ...]:
    """How the text object of character `i` is set: four numbers of its matrix, the size of the type, the font."""
    matrix = raw.FS_MATRIX()
    pdfium.matrix_of(of, i, ctypes.addressof(matrix))
    return (
        *(matrix.a, matrix.b, matrix.c, matrix.d),
        pdfium.font_size_of(of, i),
        pdfium.font_of(text_object) or 0,
    )


def _type(how: tuple[float, ...]) -> _Type:
    a, b, c, d, size, font = how
    numbers = (a * size, b * size, c * size, d * size)
    return _Type(
        numbers[:2],
        numbers[2:],
        math.degrees(math.atan2(b * size, a * size)),
        int(font),
    )


def _advance(font: int, code: int) -> float:
    """How far a character takes the next one, in em; 0 where the file does not say."""
    width = ctypes.c_float()
    known = pdfium.glyph_width(font, code, 1.0, ctypes.addressof(width))
    return width.value if known else 0.0


def _shape(type_: _Type, code: int, unknown: bool, advance: float) -> _Shape:
    text = UNKNOWN if unknown else chr(code)
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        text = unicodedata.normalize("NFKC", text)
    # a negative width is the way down in vertical writing
    wide = advance if advance > 0 else (1.0 if advance < 0 or code > 0x2E7F else 0.5)
    box = type_.boxes.get(wide)
    if box is None:
        box = type_.boxes[wide] = _box(type_.right, type_.up, wide)
    return _Shape(text, *box, advance < 0, sum(box) + type_.angle)


def _box(right: Point, up: Point, wide: float) -> tuple[float, float, float, float]:
    """The box (left, bottom, right, top) of a character `wide` em wide, seen from its origin."""
    (ax, ay), (ux, uy) = right, up
    em = math.hypot(ax, ay) or 1.0
    # straight up, also where the letters of a slanted face lean
    height = (ax * uy - ay * ux) / em
    x, y = -ay / em * height, ax / em * height
    corners = [
        (ax * along + x * above, ay * along + y * above)
        for along in (0, wide)
        for above in (-BELOW, 1 - BELOW)
    ]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(xs), min(ys), max(xs), max(ys)


def unseen_texts(page: pypdfium2.PdfPage) -> int:
    """How many pieces of text of a page nobody sees: white or not drawn at all, with no picture and no colour behind."""
    unseen = []
    for found, forms in islice(pdfium.objects(page, raw.FPDF_PAGEOBJ_TEXT), MAX_GLYPHS):
        mode = pdfium.render_mode(found)
        if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE or (
            mode == raw.FPDF_TEXTRENDERMODE_FILL and _colour(found)[:3] == (255, 255, 255)
        ):
            unseen.append(None if forms else _bounds(found))
    boxes = [box for box in unseen if box is not None and box[2] > box[0]]
    if not boxes:
        return 0
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    everywhere = (-math.inf, -math.inf, math.inf, math.inf)  # where a form lies is not asked
    behind = [
        everywhere if forms else _bounds(found)
        for found, forms in pdfium.objects(page, raw.FPDF_PAGEOBJ_IMAGE)
    ]
    for path, forms in islice(pdfium.objects(page, raw.FPDF_PAGEOBJ_PATH), MAX_PATHS):
        pdfium.draw_mode(path, ctypes.addressof(fill), ctypes.addressof(stroke))
        if fill.value and _colour(path)[:3] != (255, 255, 255):
            behind.append(everywhere if forms else _bounds(path))
    return sum(1 for box in boxes if not any(_meet(box, other) for other in behind))


def _colour(of: int) -> tuple[int, ...]:
    parts = [ctypes.c_uint() for _ in range(4)]
    known = pdfium.fill_colour(of, *map(ctypes.addressof, parts))
    return tuple(part.value for part in parts) if known else ()


def _bounds(of: int) -> tuple[float, ...]:
    parts = [ctypes.c_float() for _ in range(4)]
    pdfium.bounds_of(of, *map(ctypes.addressof, parts))
    return tuple(part.value for part in parts)


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def page_rules(page: pypdfium2.PdfPage, rotation: int = 0) -> list[Rule]:
    """The straight ruled lines of a page turned by `rotation` degrees.

    These are stroked lines and rectangles, and filled rectangles as thin as a line.
    """
    turn = _turner(page, rotation)
    rules: list[Rule] = []
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    for path, forms in islice(pdfium.objects(page, raw.FPDF_PAGEOBJ_PATH), MAX_PATHS):
        pdfium.draw_mode(path, ctypes.addressof(fill), ctypes.addressof(stroke))
        points = _points(path, forms)
        if stroke.value:
            for start, end in points:
                x0, y0, x1, y1 = turn(*_ordered(start, end))
                if abs(y1 - y0) < 1 and abs(x1 - x0) > 1:
                    rules.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
                elif abs(x1 - x0) < 1 and abs(y1 - y0) > 1:
                    rules.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
        elif fill.value and points:
            x0, y0, x1, y1 = turn(*_ordered(*(point for pair in points for point in pair)))
            if y1 - y0 <= THIN < x1 - x0:
                rules.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
            elif x1 - x0 <= THIN < y1 - y0:
                rules.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
    return rules


def _ordered(*points: Point) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _points(path: int, forms: Sequence[int]) -> list[tuple[Point, Point]]:
    """The straight pieces of a path in page coordinates; curves are left out."""
    a, b, c, d, e, f = _matrix(path)
    for form in forms:
        oa, ob, oc, od, oe, of = _matrix(form)
        a, b, c, d = a * oa + b * oc, a * ob + b * od, c * oa + d * oc, c * ob + d * od
        e, f = e * oa + f * oc + oe, e * ob + f * od + of
    x, y = ctypes.c_float(), ctypes.c_float()
    at_x, at_y = ctypes.addressof(x), ctypes.addressof(y)
    pieces: list[tuple[Point, Point]] = []
    first = last = (0.0, 0.0)
    for i in range(min(pdfium.segment_count(path), 2_000)):
        segment = pdfium.segment_of(path, i)
        pdfium.segment_point(segment, at_x, at_y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = pdfium.segment_kind(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            pieces.append((last, point))
        last = point
        if pdfium.segment_closes(segment):
            pieces.append((point, first))
            last = first
    return pieces


def _matrix(of: int) -> tuple[float, float, float, float, float, float]:
    matrix = raw.FS_MATRIX()
    if not pdfium.object_matrix(of, ctypes.addressof(matrix)):
        raise pypdfium2.PdfiumError("an object of a page has no matrix")
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def shown_at(page: pypdfium2.PdfPage, rotation: int) -> Callable[[float, float, float, float], Corners]:
    """A function from a box on the page turned by `rotation` degrees to its corners on the page as viewers show it."""
    left, bottom, right, top = page.get_cropbox()
    # the turned page, and then the page as shown, are so many quarters clockwise from the page as it is written
    quarters = (page.get_rotation() - rotation) // 90 % 4
    across, down = (right - left or 1.0, top - bottom or 1.0)[:: -1 if rotation % 180 else 1]

    def shown(x0: float, y0: float, x1: float, y1: float) -> Corners:
        corners = [(x / across, y / down) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
        for _ in range(quarters):
            corners = [(1 - y, x) for x, y in corners]
        return on_page(corners)

    return shown


def _turner(
    page: pypdfium2.PdfPage, rotation: int
) -> Callable[[float, float, float, float], tuple[float, float, float, float]]:
    """A function from page coordinates (left, bottom, right, top) to the turned page (x0, y0, x1, y1), y down.

    Left is below right and bottom below top; so are x0 and x1, y0 and y1.
    """
    left, bottom, right, top = page.get_cropbox()

    def turn(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        if rotation == 90:
            corners = (y0 - bottom, x0 - left, y1 - bottom, x1 - left)
        elif rotation == 180:
            corners = (right - x1, y0 - bottom, right - x0, y1 - bottom)
        elif rotation == 270:
            corners = (top - y1, right - x1, top - y0, right - x0)
        else:
            corners = (x0 - left, top - y1, x1 - left, top - y0)
        return corners

    return turn
