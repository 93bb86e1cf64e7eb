"""The page of a document beside a line: the row of the line is framed and no other, in text as in scans, whichever way up."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import example_formats
import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.scan import available
from goufu.disclosure.model import BudgetItem
from goufu.disclosure.read import read_document
from goufu.web.page_image import WIDTH, page_image

pytest.importorskip("pypdfium2")
Image = pytest.importorskip("PIL.Image")

#: the table of the page: two services of one name, a title that wraps
ROWS = (
    ("项目名称", "金额（万元）"), ("道路清扫保洁", "120.50"), ("污泥处置费用", "846.80"), ("污泥处置费用", "1150.00"),
    ("城市照明设施维护及更新改造和亮化工程电费支出", "9.00"),
)  # fmt: skip
#: points: the page, where the table begins, the height of a row, where its lines across stand
PAGE, TOP, HIGH, ACROSS = 600, 120, 50, (60, 320, 540)
FRAME = (194, 65, 12)
needs_ocr = pytest.mark.skipif(
    not available() or example_formats.font() is None,
    reason="needs the extra goufu[ocr] and a Chinese font (zhplot, of the extra dev)",
)


def made(path: Path, font: str = "", turn: int = 0) -> Path:
    """A PDF of one page with the table, which viewers are told to show turned; in the font file, where one is given."""
    pytest.importorskip("reportlab")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("printed", font) if font else UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=(PAGE, PAGE))
    canvas.setPageRotation(turn)
    canvas.setFont("printed" if font else "STSong-Light", 14)
    for n in range(len(ROWS) + 1):
        canvas.line(ACROSS[0], PAGE - TOP - HIGH * n, ACROSS[-1], PAGE - TOP - HIGH * n)
    for x in ACROSS:
        canvas.line(x, PAGE - TOP, x, PAGE - TOP - HIGH * len(ROWS))
    for n, (title, amount) in enumerate(ROWS):
        down = TOP + HIGH * n + (20 if len(title) > 16 else 30)
        for k, part in enumerate(filter(None, (title[:16], title[16:]))):
            canvas.drawString(ACROSS[0] + 8, PAGE - down - 18 * k, part)
        canvas.drawString(ACROSS[1] + 8, PAGE - TOP - HIGH * n - 30, amount)
    canvas.save()
    return path


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page in a font that pictures can be made of."""
    return made(tmp_path_factory.mktemp("printed") / "a.pdf", str(example_formats.font()))


def framed(path: Path, item: BudgetItem) -> tuple[int, int, int, int]:
    """The box of the frame in the image, in points of the page as it is read: left, top, right, bottom."""
    assert item.place and item.place.page
    image = Image.open(io.BytesIO(page_image(path, item.place.page, item.place.corners))).convert("RGB")
    assert image.width == WIDTH
    raw = image.tobytes()
    at = [n for n in range(image.width * image.height) if tuple(raw[3 * n : 3 * n + 3]) == FRAME]
    xs, ys = [n % image.width for n in at], [n // image.width for n in at]
    return tuple(round(n * PAGE / WIDTH) for n in (min(xs), min(ys), max(xs), max(ys)))


def each_row_is_framed(path: Path, off: int) -> None:
    """The frame of every line lies around its printed row, to `off` points."""
    items = read_document(path).items
    assert [item.amount_wan and f"{item.amount_wan}" for item in items] == [amount for _, amount in ROWS[1:]]
    for n, item in enumerate(items, 1):
        printed = (ACROSS[0], TOP + HIGH * n, ACROSS[-1], TOP + HIGH * (n + 1))
        box = framed(path, item)
        assert all(abs(a - b) <= off for a, b in zip(box, printed, strict=True)), (item.title, box, printed)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_row_of_the_line_is_framed(tmp_path: Path, turn: int) -> None:
    """The page is shown so that the row can be read, whatever turn the file prescribes."""
    each_row_is_framed(made(tmp_path / "a.pdf", turn=turn), 4)


def as_picture(printed: Path, turn: float) -> Any:
    """The page as a scanner gives it, turned anticlockwise by degrees."""
    import pypdfium2

    picture = pypdfium2.PdfDocument(str(printed))[0].render(scale=200 / 72).to_pil().convert("L")
    return picture.rotate(turn, resample=Image.Resampling.BICUBIC, expand=turn % 90 == 0, fillcolor=255)


@needs_ocr
@pytest.mark.parametrize("turn", [0.8, *(pytest.param(turn, marks=pytest.mark.scans) for turn in (90, 180))])
def test_the_row_of_a_scan_is_framed(tmp_path: Path, printed: Path, turn: float) -> None:
    """A PDF of pictures: what was straightened or turned to be read is framed where it stands."""
    path = tmp_path / "scan.pdf"
    as_picture(printed, turn).save(path, "PDF", resolution=200)
    each_row_is_framed(path, 8)


@needs_ocr
@pytest.mark.parametrize("turn", [270, pytest.param(0, marks=pytest.mark.scans)])
def test_the_row_of_a_photograph_is_framed(tmp_path: Path, printed: Path, turn: float) -> None:
    """A photograph says in its EXIF data how it was held."""
    path = tmp_path / "photo.jpg"
    picture = as_picture(printed, turn)
    exif = Image.Exif()
    exif[0x0112] = 3  # held upside down
    picture.rotate(180).save(path, quality=80, exif=exif)
    each_row_is_framed(path, 4)


def test_a_page_without_a_place_is_drawn_plain(tmp_path: Path) -> None:
    image = Image.open(io.BytesIO(page_image(made(tmp_path / "a.pdf"), 1)))
    assert image.mode == "L" and image.width == WIDTH


def test_a_later_page_of_a_picture(tmp_path: Path) -> None:
    """A TIFF has pages."""
    first, second = Image.new("L", (300, 300), 255), Image.new("L", (300, 600), 0)
    first.save(tmp_path / "a.tif", save_all=True, append_images=[second])
    image = Image.open(io.BytesIO(page_image(tmp_path / "a.tif", 2)))
    assert (image.size, image.getextrema()) == ((WIDTH, 2 * WIDTH), (0, 0))


def test_what_is_no_page_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(GoufuError, match="这一页画不出来"):
        page_image(tmp_path / "b.pdf", 1)
