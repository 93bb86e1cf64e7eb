"""PDF files into lines, page by page: the text layer where there is one, else a picture for the reader of scans.

Only characters, their places and straight ruled lines are taken from a page. Pages come one at a time, so a file
of two thousand pages needs no more memory than one of two. Files that are locked or broken are refused with a
sentence; a broken page is reported and the others are read.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats import scan
from goufu.disclosure.formats.layout import Glyph, Rule, page_rows
from goufu.disclosure.formats.pdf_fonts import no_system_fonts
from goufu.disclosure.lines import Line, Progress, clean_cell
from goufu.disclosure.model import Place, Remark

if TYPE_CHECKING:
    import pypdfium2

#: pages; a disclosure has a hundred or two
MAX_PAGES = 3_000
#: characters of one page; more is no printed page
MAX_GLYPHS = 60_000
#: drawn paths looked at on one page; more is a map or a drawing
MAX_PATHS = 20_000
#: a page with fewer characters than this and a picture on it is a scan
FEW_GLYPHS = 12
#: points; a filled rectangle thinner than this is a ruled line
THIN = 2.5
#: dots per inch at which a page is drawn for the reader of scans
SCAN_DPI = 200

_BLANK = frozenset({0xA0, 0x3000, 0xFFFE, 0xFFFF, 0xFEFF})

#: share of characters without a meaning beyond which a page counts as unreadable
MEANINGLESS = 0.3
#: what stands for a character that the file gives no meaning to
UNKNOWN = "\ufffd"
#: how far a character reaches below its line, as a share of its size
BELOW = 0.12

Point = tuple[float, float]


def pdf_lines(
    data: bytes, file: str, where: str, progress: Progress | None = None
) -> tuple[list[Line], list[Remark]]:
    """The lines of the PDF `data` and what could not be read of it. `progress` is called with (pages done, pages).

    Raises GoufuError where the file is locked, broken, too long, or a scan that cannot be read here.
    """
    import pypdfium2

    no_system_fonts()  # before the file is opened: its fonts are found once
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _unopened(str(error), where) from error
    try:
        pages = len(document)
        if pages == 0:
            raise _unopened("no pages", where)
        if pages > MAX_PAGES:
            raise GoufuError(
                f"PDF 有 {pages} 页，超过 {MAX_PAGES} 页，请只留下预算公开的部分。",
                f"The PDF has {pages} pages, more than {MAX_PAGES}; keep only the budget disclosure.",
                where,
            )
        return _pages(document, pages, file, where, progress)
    finally:
        document.close()


@dataclass
class _PageCount:
    """The numbers of the pages that were read as pictures, that could not be, and whose characters have no meaning."""

    pictures: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    meaningless: list[int] = field(default_factory=list)


def _pages(
    document: pypdfium2.PdfDocument, pages: int, file: str, where: str, progress: Progress | None
) -> tuple[list[Line], list[Remark]]:
    import pypdfium2

    lines: list[Line] = []
    remarks: list[Remark] = []
    count = _PageCount()
    for index in range(pages):
        number = index + 1
        place = Place(file, page=number)
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            remarks.append(
                _remark(f"第 {number} 页已损坏，未读", f"page {number} is broken and was not read", place)
            )
            continue
        try:
            rows = _page(page, place, count, remarks)
            lines += (Line(tuple(clean_cell(cell) for cell in row), place) for row in rows)
        except pypdfium2.PdfiumError:
            remarks.append(_remark(f"第 {number} 页读不出来", f"page {number} could not be read", place))
        finally:
            page.close()
        if progress is not None:
            progress(number, pages)
    return lines, [*remarks, *_page_remarks(count, pages, bool(lines), file, where)]


def _page(
    page: pypdfium2.PdfPage, place: Place, count: _PageCount, remarks: list[Remark]
) -> list[tuple[str, ...]]:
    """The rows of a page: its text, or what is recognised in a picture of it; none where neither can be read."""
    number = place.page or 0
    glyphs, rotation = page_glyphs(page)
    share, drawn = _without_meaning(page, glyphs)
    scanned = len(glyphs) < FEW_GLYPHS and _has_picture(page)
    if not scanned and share <= MEANINGLESS:
        rows = page_rows(glyphs, page_rules(page, rotation))
        if share:
            remarks.append(_some_without_meaning(number, place))
        return rows
    reader = _scan_reader() if scanned or drawn else None
    if reader:
        count.pictures.append(number)
        found: list[tuple[str, ...]] = reader(page.render(scale=_scale(page), rev_byteorder=True).to_numpy())
        return found
    (count.unread if scanned else count.meaningless).append(number)
    return []


def _page_remarks(count: _PageCount, pages: int, any_lines: bool, file: str, where: str) -> Iterator[Remark]:
    """What is to be said of pages without a text layer. Raises GoufuError where nothing of the file could be read."""
    if count.pictures:
        yield scan.recognised(Place(file, page=count.pictures[0]))
    if count.unread:
        if len(count.unread) == pages or not any_lines:
            raise scan.no_ocr(where)
        shown = _some_pages(count.unread)
        yield _remark(
            f"第 {shown} 页是扫描图片，未读；安装 goufu[ocr] 后可读",
            f"pages {shown} are scans and were not read; install goufu[ocr] to read them",
            Place(file, page=count.unread[0]),
        )
    if count.meaningless:
        chinese, english = _no_meaning(count.meaningless)
        if not any_lines:
            raise GoufuError(chinese, english, where)
        yield Remark("file", "warning", chinese, english, Place(file, page=count.meaningless[0]))


def _some_pages(pages: list[int]) -> str:
    return "、".join(map(str, pages[:8])) + ("…" if len(pages) > 8 else "")


def _no_meaning(pages: list[int]) -> tuple[str, str]:
    """The sentence, in Chinese and English, for pages whose characters can be looked at but not read."""
    shown = _some_pages(pages)
    return (
        f"第 {shown} 页的文字只能看、取不出来：所用字体没有文字对照表（ToUnicode），未读。请用原来的软件（Word、WPS 等）"
        "重新“另存为 PDF”；也可以打印后扫描，装上 goufu[ocr] 再读。",
        f"The text of pages {shown} can be seen but not read: its font comes without a table of characters "
        "(ToUnicode). Save the document as PDF again from the program it was written in (Word, WPS …), or print "
        "and scan it and install goufu[ocr].",
    )


def _some_without_meaning(number: int, place: Place) -> Remark:
    return _remark(
        f"第 {number} 页有的字所用字体没有文字对照表（ToUnicode），读出来是“{UNKNOWN}”，请对照原件",
        f"some characters of page {number} are in a font without a table of characters (ToUnicode) and read as "
        f"{UNKNOWN}; compare with the original",
        place,
    )


def _without_meaning(page: pypdfium2.PdfPage, glyphs: Sequence[Glyph]) -> tuple[float, bool]:
    """The share of a page's characters that the file gives no meaning to, and whether it brings their shapes.

    A character of a private area of Unicode (E000–F8FF) has no meaning either; as a bullet it is common, so it
    counts only towards a page that is full of them.
    """
    unknown = sum(glyph.text == UNKNOWN for glyph in glyphs)
    private = sum("\ue000" <= glyph.text <= "\uf8ff" for glyph in glyphs)
    if glyphs and not unknown and private <= MEANINGLESS * len(glyphs):
        return 0.0, False
    import pypdfium2.raw as raw

    drawn, lost = True, 0
    textpage = page.get_textpage()
    try:
        for n, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=4)):
            if n > MAX_PATHS:
                break
            if raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(found)) != 1:
                # in the stand-in every character has ink, so that pdfium only leaves out what has no meaning
                lost += raw.FPDFTextObj_GetText(found, textpage, None, 0) <= 2
                drawn = False
    finally:
        textpage.close()
    count = len(glyphs) + lost
    return (unknown + private + lost) / count if count else 0.0, drawn


def _scan_reader() -> Any:
    """The function that reads a picture, or False where the extra is not installed."""
    return scan.picture_rows if scan.available() else False


def _scale(page: pypdfium2.PdfPage) -> float:
    """Scale at which a page is drawn: SCAN_DPI, but never a picture of more than about 20 million dots."""
    width, height = page.get_size()
    limit: float = (20_000_000 / max(width * height, 1)) ** 0.5
    return min(SCAN_DPI / 72, limit)


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    import pypdfium2.raw as raw

    for n, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)):
        left, bottom, right, top = found.get_bounds()
        width, height = page.get_size()
        if (right - left) * (top - bottom) > 0.2 * width * height:
            return True
        if n > 200:
            return True  # a page pieced together from strips
    return False


def page_glyphs(page: pypdfium2.PdfPage) -> tuple[list[Glyph], int]:
    """The characters of a page as if most of them stood upright, y running down, and the turn this took.

    What counts is how the characters lie on the page, whatever turn the file prescribes for looking at it.
    A box runs from the origin of the character as far as the width that the file gives; its height is the size
    of the type. What a character looks like in the font that happens to be there plays no part.

    Radicals and compatibility forms that some fonts are mapped to (⼈ for 人) become the usual characters; what
    the file gives no meaning to is UNKNOWN.
    """
    characters = _characters(page)
    lies = Counter(round(character.angle) for character in characters)
    rotation = round(lies.most_common(1)[0][0] / 90) * 90 % 360 if lies else 0
    turn = _turner(page, rotation)
    return [
        Glyph(character.text, *turn(*character.box), vertical=character.vertical)
        for character in characters
        # one that lies otherwise is part of a watermark across the page
        if abs((character.angle - rotation + 180) % 360 - 180) < 12
    ], rotation


@dataclass(frozen=True, slots=True)
class _Type:
    """How the characters of one text object are set: what 1 em to the right and 1 em up are on the page."""

    right: Point
    up: Point
    angle: float
    font: Any
    key: int


@dataclass(frozen=True, slots=True)
class _Character:
    """A character as it lies on the page: its angle anticlockwise in degrees, its box (left, bottom, right, top)."""

    text: str
    angle: float
    box: tuple[float, float, float, float]
    vertical: bool


def _characters(page: pypdfium2.PdfPage) -> list[_Character]:
    """The printed characters of a page, in the order of the file."""
    import pypdfium2.raw as raw

    types: dict[int, _Type] = {}
    widths: dict[tuple[int, int], float] = {}
    textpage = page.get_textpage()
    x, y, width = ctypes.c_double(), ctypes.c_double(), ctypes.c_float()
    found = []
    try:
        for i in range(min(textpage.count_chars(), MAX_GLYPHS)):
            code = raw.FPDFText_GetUnicode(textpage, i)
            if code == 2 or (code == 0xFFFE and raw.FPDFText_IsHyphen(textpage, i) == 1):
                code = 0x2D  # a hyphen at the end of a line, which pdfium takes for a soft one
            text_object = raw.FPDFText_GetTextObject(textpage, i)
            if not text_object or not raw.FPDFText_GetCharOrigin(textpage, i, x, y):
                continue  # a space or an end of line that pdfium adds
            # a code without a meaning is handed on as a character; where that is one of a script that is
            # written to the left, pdfium forgets to say so, and none such is expected here
            unknown = raw.FPDFText_HasUnicodeMapError(textpage, i) == 1 or 0x590 <= code <= 0x8FF
            if not unknown and (code <= 32 or code in _BLANK):
                continue
            key = ctypes.addressof(text_object.contents)
            if key not in types:
                types[key] = _type(textpage, i, text_object)
            type_ = types[key]
            if (type_.key, code) not in widths:
                known = raw.FPDFFont_GetGlyphWidth(type_.font, code, 1.0, width)
                widths[type_.key, code] = width.value if known else 0.0
            advance = widths[type_.key, code]
            text = UNKNOWN if unknown else chr(code)
            if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
                text = unicodedata.normalize("NFKC", text)
            # a negative width is the way down in vertical writing
            wide = advance if advance > 0 else (1.0 if advance < 0 or code > 0x2E7F else 0.5)
            left, bottom, right, top = _box(type_.right, type_.up, wide)
            at_x, at_y = x.value, y.value
            box = (at_x + left, at_y + bottom, at_x + right, at_y + top)
            if not math.isfinite(sum(box) + type_.angle):
                continue  # set with numbers that no page has
            found.append(_Character(text, type_.angle, box, advance < 0))
    finally:
        textpage.close()
    return found


def _type(textpage: pypdfium2.PdfTextPage, i: int, text_object: Any) -> _Type:
    import pypdfium2.raw as raw

    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, i, matrix)
    size = raw.FPDFText_GetFontSize(textpage, i)
    font = raw.FPDFTextObj_GetFont(text_object)
    return _Type(
        (matrix.a * size, matrix.b * size),
        (matrix.c * size, matrix.d * size),
        math.degrees(math.atan2(matrix.b * size, matrix.a * size)),
        font,
        ctypes.addressof(font.contents),
    )


@lru_cache(maxsize=4096)
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


def page_rules(page: pypdfium2.PdfPage, rotation: int = 0) -> list[Rule]:
    """The straight ruled lines of a page turned by `rotation` degrees.

    These are stroked lines and rectangles, and filled rectangles as thin as a line.
    """
    import pypdfium2.raw as raw

    turn = _turner(page, rotation)
    rules: list[Rule] = []
    for n, path in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)):
        if n >= MAX_PATHS:
            break
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(path, fill, stroke)
        points = _points(path)
        if stroke.value:
            for start, end in points:
                x0, y0, x1, y1 = turn(start[0], start[1], end[0], end[1])
                if abs(y1 - y0) < 1 and abs(x1 - x0) > 1:
                    rules.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
                elif abs(x1 - x0) < 1 and abs(y1 - y0) > 1:
                    rules.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
        elif fill.value and points:
            xs = [x for pair in points for x, _ in pair]
            ys = [y for pair in points for _, y in pair]
            x0, y0, x1, y1 = turn(min(xs), min(ys), max(xs), max(ys))
            if y1 - y0 <= THIN < x1 - x0:
                rules.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
            elif x1 - x0 <= THIN < y1 - y0:
                rules.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
    return rules


def _points(path: Any) -> list[tuple[Point, Point]]:
    """The straight pieces of a path in page coordinates; curves are left out."""
    import pypdfium2.raw as raw

    matrix = path.get_matrix()
    outer = path.container
    while outer is not None:
        matrix = matrix.multiply(outer.get_matrix())
        outer = outer.container
    x, y = ctypes.c_float(), ctypes.c_float()
    pieces: list[tuple[Point, Point]] = []
    first = last = (0.0, 0.0)
    for i in range(min(raw.FPDFPath_CountSegments(path), 2_000)):
        segment = raw.FPDFPath_GetPathSegment(path, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            pieces.append((last, point))
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            pieces.append((point, first))
            last = first
    return pieces


def _turner(
    page: pypdfium2.PdfPage, rotation: int
) -> Callable[[float, float, float, float], tuple[float, float, float, float]]:
    """A function from page coordinates (left, bottom, right, top) to the turned page (x0, y0, x1, y1), y down."""
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
        a, b, c, d = corners
        return min(a, c), min(b, d), max(a, c), max(b, d)

    return turn


def _remark(text: str, english: str, place: Place) -> Remark:
    return Remark("file", "warning", f"{text}。", f"{english[:1].upper()}{english[1:]}.", place)


def _unopened(reason: str, where: str) -> GoufuError:
    if "assword" in reason or "ecurity" in reason:
        return GoufuError(
            "PDF 有密码保护，请用密码打开后另存为不加密的 PDF 再试。",
            "The PDF is protected by a password; open it and save it without one.",
            where,
        )
    return GoufuError(
        "PDF 已损坏或不完整，打不开，请重新下载或重新导出。",
        f"The PDF is damaged or incomplete and cannot be opened ({reason}); download or export it again.",
        where,
    )
