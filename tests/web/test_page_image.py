"""The page of a PDF beside a line: the row of the line is tinted and its title framed, and no other row."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from goufu.catalog.errors import GoufuError
from goufu.web.page_image import marks, page_image

pytest.importorskip("pypdfium2")
Image = pytest.importorskip("PIL.Image")

#: the rows of the page: title, amount, distance from the top in points
ROWS = (
    ("道路清扫保洁", "120.50", 100), ("污泥处置费用", "846.80", 200), ("污泥处置费用", "1,150.00", 300),
    ("城市照明设施维护", "9.00", 400),
)  # fmt: skip
FRAME = bytes((194, 65, 12))


def made(path: Path, turn: int = 0) -> Path:
    """A PDF of one page, 600 points square, with the rows."""
    pytest.importorskip("reportlab")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=(600, 600))
    canvas.setPageRotation(turn)
    canvas.setFont("STSong-Light", 12)
    for title, amount, down in ROWS:
        for n, part in enumerate((title[:4], title[4:])):  # the cell is narrow: the title wraps
            canvas.drawString(60, 600 - down - 14 * n, part)
        canvas.drawString(400, 600 - down, amount)
    canvas.save()
    return path


def found(path: Path, title: str, amount: str) -> tuple[list[int], list[int]]:
    """Where the image has the frame's colour: its rows and columns, in points."""
    image = Image.open(io.BytesIO(page_image(path, 1, marks(title, Decimal(amount))))).convert("RGB")
    scale = image.width / 600
    raw = image.tobytes()
    at = [n for n in range(image.width * image.height) if raw[3 * n : 3 * n + 3] == FRAME]
    return sorted({round(n // image.width / scale) for n in at}), sorted(
        {round(n % image.width / scale) for n in at}
    )


@pytest.mark.parametrize(("title", "amount", "down"), [("道路清扫保洁", "120.50", 100), ("污泥处置费用", "846.80", 200), ("污泥处置费用", "1150.00", 300)])  # fmt: skip
def test_the_row_of_the_line_is_marked(tmp_path: Path, title: str, amount: str, down: int) -> None:
    """A title that stands on the page twice is told apart by the amount of its row."""
    rows, columns = found(made(tmp_path / "a.pdf"), title, amount)
    assert rows and down - 20 <= rows[0] < rows[-1] <= down + 24
    assert 50 <= columns[0] < columns[-1] <= 125


def test_a_page_that_is_shown_turned(tmp_path: Path) -> None:
    """On a page turned by 90° the row is a column, 100 points from the right."""
    rows, columns = found(made(tmp_path / "a.pdf", 90), "道路清扫保洁", "120.50")
    assert columns and 600 - 124 <= columns[0] < columns[-1] <= 600 - 80
    assert 50 <= rows[0] < rows[-1] <= 125


def test_an_amount_in_yuan_and_half_a_title(tmp_path: Path) -> None:
    """Documents print 元 as well as 万元; of a title that is cut off on the page, its beginning is enough."""
    assert marks("甲", Decimal("84.68")) == ("甲", "84.68", "846800.00", "846800")
    assert marks("甲", None) == ("甲",)
    rows, _ = found(made(tmp_path / "a.pdf"), "城市照明设施维护及更新", "9")
    assert rows and 380 <= rows[0] < rows[-1] <= 424


def test_nothing_is_marked_that_is_not_there(tmp_path: Path) -> None:
    assert found(made(tmp_path / "a.pdf"), "会议费", "846.80") == ([], [])


def test_what_is_no_pdf_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(GoufuError, match="这一页画不出来"):
        page_image(tmp_path / "b.pdf", 1)
