"""Scans and photographs into rows: the picture is set upright, its ruled lines are found, its characters read.

The characters come from RapidOCR (ONNX models that ship inside the package, so nothing is fetched and nothing
leaves the machine); it is the optional extra `ocr`. What is read from a picture is never certain: every
document read this way says so in a remark.
"""

from __future__ import annotations

import importlib.util
import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.layout import Glyph, PageRow, Rule, on_page, page_rows
from goufu.disclosure.lines import Line, Progress, clean_cell
from goufu.disclosure.model import Corners, Place, Remark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[Any]

#: dots of one picture; a page of A3 at 300 dots per inch has 17 million
MAX_DOTS = 60_000_000
#: pages of one picture file (TIFF)
MAX_FRAMES = 500
#: the longer side a picture is brought to before it is read: smaller ones are enlarged, larger ones reduced
LONG_SIDE = (1_600, 3_600)
#: degrees; a picture askew by more is not a scan of a page
MAX_SKEW = 6.0
#: confidence below which what was read is dropped
MIN_SCORE = 0.5
#: confidence of a whole page below which it is tried upside down
DOUBTFUL = 0.8


def available() -> bool:
    """Whether the extra `ocr` is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))


def no_ocr(where: str) -> GoufuError:
    """The sentence for a scan where the reader of scans is not installed."""
    return GoufuError(
        '这是扫描件（没有文字层），需要文字识别：请先运行 pip install "goufu[ocr]" 再试。',
        'This is a scan (it has no text layer) and needs OCR: run pip install "goufu[ocr]" first.',
        where,
    )


def image_lines(
    data: bytes, file: str, where: str, progress: Progress | None = None
) -> tuple[list[Line], list[Remark]]:
    """The lines of a picture file, page by page. Raises GoufuError where it cannot be opened or OCR is missing."""
    if not available():
        raise no_ocr(where)
    import numpy
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = MAX_DOTS
    lines: list[Line] = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            frames = min(getattr(image, "n_frames", 1), MAX_FRAMES)
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > frames:
                    break
                picture = numpy.asarray(ImageOps.exif_transpose(frame).convert("RGB"))
                lines += (
                    Line(tuple(map(clean_cell, cells)), Place(file, page=number, corners=corners))
                    for cells, corners in picture_rows(picture)
                )
                if progress is not None:
                    progress(number, frames)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise GoufuError(
            "图片打不开或尺寸过大，请重新扫描或另存为 PDF、PNG、JPEG。",
            f"The picture cannot be opened or is too large ({error}); scan it again or save it as PDF, PNG or JPEG.",
            where,
        ) from error
    return lines, [recognised(Place(file, page=1))]


def recognised(place: Place) -> Remark:
    """The remark every document gets that was read from pictures."""
    return Remark(
        "file",
        "notice",
        "内容由扫描图片识别得出，名称和金额可能有误，请对照原件。",
        "The content was recognised from pictures; names and amounts may be wrong, compare them with the original.",
        place,
    )


class _View(NamedTuple):
    """A picture brought into another position, and the matrix (3 × 3) from points of the one before to points of this."""

    picture: Picture
    matrix: Picture


def picture_rows(picture: Picture) -> list[tuple[tuple[str, ...], Corners]]:
    """The printed lines and table rows of a picture, an array of height × width (× 1, 3 or 4) bytes, with their corners.

    A picture on its side or on its head reads badly; it is then read the other ways round and the best is kept.
    The corners are those in the picture as it is given.
    """
    import numpy

    picture = _sized(_three_channels(picture))
    size = picture.shape[1::-1]
    view = _straight(_View(picture, numpy.eye(3)))
    found, upright = _read(view.picture)
    if not upright or _confidence(found) < DOUBTFUL:
        ways = [_straight(_turned_over(view, k)) for k in ((2,) if upright else (1, 3))]
        readings = [(_read(way.picture)[0], way) for way in ways] + ([(found, view)] if upright else [])
        found, view = max(readings, key=lambda reading: _confidence(reading[0]))
    glyphs = [glyph for text, score, box in found if score >= MIN_SCORE for glyph in _glyphs(text, box)]
    rows = page_rows(glyphs, _rules(view.picture, glyphs))
    back = numpy.linalg.inv(view.matrix)
    return [(row.cells, _corners(row, back, size)) for row in rows]


def _corners(row: PageRow, back: Picture, size: tuple[int, ...]) -> Corners:
    """The corners of a row in the picture of `size` (width, height) that the matrix `back` leads to."""
    corners = ((row.x0, row.y0), (row.x1, row.y0), (row.x1, row.y1), (row.x0, row.y1))
    points = ((back @ (x, y, 1.0))[:2] / size for x, y in corners)
    return on_page((float(x), float(y)) for x, y in points)


def _confidence(found: list[Piece]) -> float:
    """How sure the reader is of a page on the whole, 0 to 1."""
    return sum(score * len(text) for text, score, _ in found) / max(sum(len(text) for text, _, _ in found), 1)


#: a piece of text with its score and its box (x0, y0, x1, y1)
Piece = tuple[str, float, tuple[float, float, float, float]]


@lru_cache(maxsize=1)
def _engine() -> Any:
    import logging

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})


def _read(picture: Picture) -> tuple[list[Piece], bool]:
    """Everything written in the picture, in pieces as small as the reader gives them, and whether it stands upright."""
    result = _engine()(picture, use_cls=False, return_word_box=True)
    if result is None or result.txts is None:
        return [], True
    pieces: list[Piece] = []
    wide = tall = 0
    for text, score, box, words in zip(
        result.txts, result.scores, result.boxes, result.word_results or [()] * len(result.txts), strict=False
    ):
        left, right = min(float(p[0]) for p in box), max(float(p[0]) for p in box)
        top, bottom = min(float(p[1]) for p in box), max(float(p[1]) for p in box)
        if len(text) > 2:
            tall += len(text) * (bottom - top > 1.5 * (right - left))
            wide += len(text) * (right - left > 1.5 * (bottom - top))
        parts = [(word[0], word[2]) for word in words if word[0].strip()] if words else []
        if "".join(part for part, _ in parts).replace(" ", "") != text.replace(" ", ""):
            parts = [(text, box)]
        for part, corners in parts:
            start, end = min(float(p[0]) for p in corners), max(float(p[0]) for p in corners)
            pieces.append((part, float(score), (start, top, end, bottom)))
    return pieces, tall <= wide


def _glyphs(text: str, box: tuple[float, float, float, float]) -> list[Glyph]:
    """A piece as single characters, its width shared out: wide characters count double."""
    x0, y0, x1, y1 = box
    weights = [1.0 if ord(character) < 0x2E80 else 2.0 for character in text]
    unit = (x1 - x0) / max(sum(weights), 1)
    glyphs = []
    for character, weight in zip(text, weights, strict=True):
        glyphs.append(Glyph(character, x0, y0, x0 + unit * weight, y1))
        x0 += unit * weight
    return [glyph for glyph in glyphs if glyph.text.strip()]


def _three_channels(picture: Picture) -> Picture:
    import numpy

    if picture.ndim == 2:
        picture = picture[:, :, None]
    if picture.shape[2] == 1:
        return numpy.repeat(picture, 3, axis=2)
    return numpy.ascontiguousarray(picture[:, :, :3])


def _sized(picture: Picture) -> Picture:
    import cv2

    long = max(picture.shape[:2])
    scale = LONG_SIDE[0] / long if long < LONG_SIDE[0] else min(1.0, LONG_SIDE[1] / long)
    if scale == 1.0:
        return picture
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized: Picture = cv2.resize(picture, None, fx=min(scale, 4.0), fy=min(scale, 4.0), interpolation=how)
    return resized


def _ink(picture: Picture) -> Picture:
    """The picture as ink (255) on nothing (0), whatever the light."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    ink: Picture = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    return ink


def _straight(view: _View) -> _View:
    """The picture with its ruled lines level."""
    angle = _skew(view.picture)
    return _turned(view, angle) if abs(angle) > 0.05 else view


def _turned_over(view: _View, quarters: int) -> _View:
    """The picture turned anticlockwise by quarters of a turn."""
    import numpy

    picture, matrix = view
    for _ in range(quarters):
        quarter = numpy.array(((0, 1, 0), (-1, 0, picture.shape[1]), (0, 0, 1)))
        picture, matrix = numpy.rot90(picture), quarter @ matrix
    return _View(picture.copy(), matrix)


def _skew(picture: Picture) -> float:
    """Degrees by which the ruled lines of the picture fall to the right; 0 where there are none."""
    import cv2
    import numpy

    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (41, 1))
    lines = cv2.morphologyEx(_ink(picture), cv2.MORPH_OPEN, kernel)
    lines = cv2.dilate(lines, cv2.getStructuringElement(cv2.MORPH_RECT, (41, 3)))
    contours, _ = cv2.findContours(lines, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    angles, weights = [], []
    for contour in contours:
        x, _, width, height = cv2.boundingRect(contour)
        if width < picture.shape[1] * 0.15 or height > width * 0.2:
            continue
        points = contour[:, 0, :].astype(numpy.float64)
        slope = numpy.polyfit(points[:, 0] - x, points[:, 1], 1)[0]
        angles.append(float(numpy.degrees(numpy.arctan(slope))))
        weights.append(width)
    if not angles:
        return 0.0
    order = numpy.argsort(angles)
    half = numpy.cumsum(numpy.array(weights)[order])
    angle = angles[int(order[int(numpy.searchsorted(half, half[-1] / 2))])]
    return angle if abs(angle) <= MAX_SKEW else 0.0


def _turned(view: _View, angle: float) -> _View:
    import cv2
    import numpy

    height, width = view.picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(
        view.picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return _View(turned, numpy.vstack((matrix, (0, 0, 1))) @ view.matrix)


def _rules(picture: Picture, glyphs: list[Glyph]) -> list[Rule]:
    """The ruled lines of the picture: straight ink much longer than any stroke of a character."""
    import cv2

    ink = _ink(picture)
    size = sorted(glyph.y1 - glyph.y0 for glyph in glyphs)[len(glyphs) // 2] if glyphs else 30.0
    rules: list[Rule] = []
    for horizontal in (True, False):
        length = int(max(size * 2.0, 40)) if horizontal else int(max(size * 1.25, 28))
        shape = (length, 1) if horizontal else (1, length)
        # close small gaps of a poor copy, then keep only what is long
        gap = max(int(size * 0.15), 3)
        bridge = (gap * 2, 3) if horizontal else (3, gap)
        closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, bridge))
        lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        contours, _ = cv2.findContours(lines, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            x, y, width, height = cv2.boundingRect(contour)
            if horizontal and height < size * 0.6:
                rules.append(Rule(x, y + height / 2, x + width, y + height / 2))
            elif not horizontal and width < size * 0.6:
                rules.append(Rule(x + width / 2, y, x + width / 2, y + height))
    return _held(rules, size)


def _held(rules: list[Rule], size: float) -> list[Rule]:
    """The rules without verticals that hang in the air: those are strokes of characters that stand in a column."""
    across = [rule for rule in rules if rule.y0 == rule.y1]
    near = size * 0.5

    def ends(x: float, y: float) -> bool:
        return any(abs(rule.y0 - y) <= near and rule.x0 - near <= x <= rule.x1 + near for rule in across)

    return across + [
        rule for rule in rules if rule.x0 == rule.x1 and ends(rule.x0, rule.y0) and ends(rule.x0, rule.y1)
    ]
