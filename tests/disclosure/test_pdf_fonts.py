"""A PDF says the same on every machine: whatever fonts it names, brings or lacks, and whatever fonts are there."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import example_formats
import example_pdf
import pypdfium2
import pytest
from example_pdf import ITEMS, NAMED, SIMSUN, VERTICAL, pdf, shown, table, without_meaning
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.pdf import pdf_lines
from goufu.disclosure.formats.pdf_fonts import no_system_fonts, stand_in_font
from goufu.disclosure.formats.pdf_page import page_glyphs
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_document


def read(path: Path, data: bytes) -> Disclosure:
    path.write_bytes(data)
    return read_document(path)


def items(disclosure: Disclosure) -> list[tuple[str, str]]:
    return [(item.title, str(item.amount_wan)) for item in disclosure.items]


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [line.cells for line in pdf_lines(data, "a.pdf", "a.pdf")[0]]


@pytest.mark.parametrize("lone", [False, True], ids=["strings", "one by one"])
@pytest.mark.parametrize("kind", NAMED)
def test_a_font_that_is_only_named(tmp_path: Path, kind: str, lone: bool) -> None:
    disclosure = read(tmp_path / "a.pdf", pdf(NAMED[kind], table(NAMED[kind], lone)))
    assert items(disclosure) == ITEMS
    assert [(s.name, str(s.amount_wan)) for s in disclosure.subtotals] == [("甲县乙局", "11.80")]


@pytest.mark.parametrize("lone", [False, True], ids=["strings", "one by one"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_whose_font_is_only_named(tmp_path: Path, turn: int, rotate: int, lone: bool) -> None:
    assert items(read(tmp_path / "a.pdf", pdf(SIMSUN, table(SIMSUN, lone), turn, rotate))) == ITEMS


@pytest.mark.parametrize("turn", [0, 90])
def test_a_font_that_is_embedded(tmp_path: Path, turn: int) -> None:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table

    if example_formats.font() is None:
        pytest.skip("needs a Chinese font to embed (zhplot, of the extra dev)")
    example_formats.as_pdf(example_formats.STEMS[0], embed=True, limit=1)  # registers the font
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 600))
    canvas.translate(300, 300)
    canvas.rotate(turn)
    canvas.setFont("scan", 10)
    canvas.drawString(-200, 150, example_pdf.TITLE)
    drawn = Table(
        example_pdf.ROWS,
        [200, 100],
        style=[("GRID", (0, 0), (-1, -1), 1, "black"), ("FONT", (0, 0), (-1, -1), "scan")],
    )
    drawn.wrapOn(canvas, 500, 500)
    drawn.drawOn(canvas, -200, 0)
    canvas.save()
    assert items(read_document(tmp_path / "a.pdf")) == ITEMS


@pytest.mark.parametrize(
    "setting",
    [
        b"BT /F1 12 Tf 1 0 0 1 %d 0 Tm %s Tj ET",
        b"BT /F1 1 Tf 12 0 0 12 %d 0 Tm %s Tj ET",
        b"BT /F1 -12 Tf -1 0 0 -1 %d 0 Tm %s Tj ET",
        b"BT /F1 12 Tf 1 0 0.3 1 %d 0 Tm %s Tj ET",
        b"q 1 0 0 -1 0 0 cm BT /F1 12 Tf 1 0 0 -1 %d 0 Tm %s Tj ET Q",
        b"BT /F1 24 Tf 50 Tz 1 0 0 0.5 %d 0 Tm %s Tj ET",
    ],
    ids=["plain", "by the matrix", "negative size", "slanted", "mirrored twice", "half as wide"],
)
def test_a_character_lies_where_the_file_says_however_it_is_set(setting: bytes) -> None:
    """Two characters of 12 points at 40 and 52 right of the middle, in a page of 600 points."""
    no_system_fonts()
    code = b"<" + SIMSUN.bytes_of("清运").hex().encode() + b">"
    page = pypdfium2.PdfDocument(pdf(SIMSUN, setting % (40, code)))[0]
    glyphs, _ = page_glyphs(page)
    assert [(g.text, round(g.x0), round(g.x1)) for g in glyphs] == [("清", 340, 352), ("运", 352, 364)]
    assert all(280 < g.y0 < 292 and 300 < g.y1 < 304 for g in glyphs)  # stands on the line at 300


def test_numbers_that_no_page_has_are_passed_over() -> None:
    wild = b"BT /F1 12 Tf %s 0 0 %s 0 0 Tm %s Tj ET\n"
    huge, code = b"9" * 38, b"<" + SIMSUN.bytes_of("清").hex().encode() + b">"
    drawing = wild % (huge, huge, code) + wild % (b"0", b"0", code) + shown(SIMSUN, "运", 0, 0)
    assert "运" in "".join(text for row in cells(pdf(SIMSUN, drawing)) for text in row)


def test_the_fonts_that_every_reader_has_keep_their_widths() -> None:
    """Helvetica is named without widths: its digits are 0.556 em wide."""
    no_system_fonts()
    data = pdf(SIMSUN, b"BT /F3 10 Tf 1 0 0 1 0 0 Tm (123) Tj ET")
    glyphs, _ = page_glyphs(pypdfium2.PdfDocument(data)[0])
    assert [round(g.x0, 1) for g in glyphs] == [300, 305.6, 311.1]


@pytest.mark.parametrize("step", [0.4, 1, 2.5])
@pytest.mark.parametrize("turn", [0, 90])
def test_titles_spread_over_their_cells(tmp_path: Path, step: float, turn: int) -> None:
    rows = (("项目名称", "合计"), ("路灯维护服务", "3.00"), ("测绘", "5.00"))
    disclosure = read(tmp_path / "a.pdf", pdf(SIMSUN, table(SIMSUN, step=step, rows=rows), turn))
    assert items(disclosure) == [("路灯维护服务", "3.00"), ("测绘", "5.00")]


def test_two_words_keep_their_space() -> None:
    drawing = shown(SIMSUN, "道路清扫", 0, 0) + shown(SIMSUN, "绿化养护", 64, 0)
    assert cells(pdf(SIMSUN, drawing)) == [("道路清扫 绿化养护",)]


@pytest.mark.parametrize("turn", [0, 90])
@pytest.mark.parametrize("lone", [False, True], ids=["strings", "one by one"])
def test_vertical_writing_goes_down_and_to_the_left(turn: int, lone: bool) -> None:
    def column(text: str, x: float) -> bytes:
        if not lone:
            return shown(VERTICAL, text, x, 40)
        return b"".join(shown(VERTICAL, c, x, 40 - 12 * n) for n, c in enumerate(text))

    frame = b"-50 50 100 -100 re S 0 50 m 0 -50 l S\n"
    drawing = frame + column("项目支", -10) + column("出情况", -30) + column("收入", 30)
    assert cells(pdf(VERTICAL, drawing, turn)) == [("项目支出情况", "收入")]


@pytest.mark.parametrize("turn", [0, 90])
def test_codes_without_characters_are_refused_with_what_to_do(tmp_path: Path, turn: int) -> None:
    font = without_meaning()
    with pytest.raises(GoufuError) as error:
        read(tmp_path / "a.pdf", pdf(font, table(font), turn))
    assert "ToUnicode" in error.value.message and "另存为 PDF" in error.value.message
    assert "Save the document as PDF again" in error.value.english


def test_shapes_without_characters_are_read_as_a_picture_where_that_can_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    font = without_meaning(stand_in_font())
    data = pdf(font, table(font))
    monkeypatch.setattr("goufu.disclosure.formats.pdf._scan_reader", lambda: False)
    with pytest.raises(GoufuError, match="ToUnicode"):
        read(tmp_path / "a.pdf", data)
    monkeypatch.setattr(
        "goufu.disclosure.formats.pdf._scan_reader",
        lambda: lambda picture: [(cells, ()) for cells in example_pdf.ROWS],
    )
    lines, remarks = pdf_lines(data, "a.pdf", "a.pdf")
    assert tuple(line.cells for line in lines) == example_pdf.ROWS
    assert any("扫描" in remark.text for remark in remarks)


def test_one_page_without_meaning_is_told_and_the_others_are_read() -> None:
    whole = pypdfium2.PdfDocument.new()
    for font in (SIMSUN, without_meaning()):
        whole.import_pages(pypdfium2.PdfDocument(pdf(font, table(font))))
    buffer = io.BytesIO()
    whole.save(buffer)
    lines, remarks = pdf_lines(buffer.getvalue(), "a.pdf", "a.pdf")
    assert {line.place.page for line in lines} == {1}
    assert [(r.place.page, "第 2 页" in r.text) for r in remarks if r.place] == [(2, True)]


def test_a_few_characters_without_meaning_are_told_and_never_left_out(tmp_path: Path) -> None:
    font = without_meaning(stand_in_font())
    figure = shown(font, "7", 98 + 12, 40)  # ahead of 9.80, which is moved to the right
    moved = b"1 0 0 1 110 40 Tm <" + SIMSUN.bytes_of("9.80").hex().encode()
    drawing = table(SIMSUN)
    assert moved in drawing
    drawing = drawing.replace(moved, moved.replace(b"110", b"122")).replace(b"/F1", b"/F2") + figure
    disclosure = read(tmp_path / "a.pdf", pdf(font, drawing))
    assert items(disclosure)[-1] == ITEMS[-1]
    assert "9.80" not in dict(items(disclosure)).values()  # 79.80, 29.80 … nobody knows
    assert [r.place.page for r in disclosure.remarks if "ToUnicode" in r.text and r.place] == [1]


# ------------------------------------------------------------------ with the fonts of a machine, and with none

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts")

#: reads the PDFs named, and what pdfium by itself finds in the first one
READER = """
import dataclasses, json, sys
from pathlib import Path
import pypdfium2
alone = pypdfium2.PdfDocument(sys.argv[1])[0].get_textpage().count_chars()
from goufu.disclosure.read import read_document
print(json.dumps({"alone": alone, "read": [repr(read_document(Path(p))) for p in sys.argv[1:]]}))
"""


def seen_with(fonts: Path | None, paths: list[Path]) -> dict[str, object]:
    """What is read where the folders of fonts hold `fonts`, or nothing, in a name space of mounts of its own."""
    places = [folder for folder in FOLDERS if Path(folder).is_dir()]
    mounts = [f"mount -t tmpfs none {folder}" for folder in places]
    if fonts is not None:
        mounts.append(f"mount --bind {fonts} {places[0]}")
    command = " && ".join([*mounts, 'exec "$@"'])
    flags = ["-m"] if os.geteuid() == 0 else ["-r", "-m"]
    done = subprocess.run(
        ["unshare", *flags, "sh", "-c", command, "sh", sys.executable, "-c", READER, *map(str, paths)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    if done.returncode and "Traceback" not in done.stderr:
        pytest.skip(f"fonts cannot be hidden here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("unshare") or not Path("/usr/share/fonts").is_dir(),
    reason="needs Linux with unshare and a folder of fonts to hide",
)
def test_the_same_with_and_without_the_fonts_of_the_machine(tmp_path: Path) -> None:
    font = example_formats.font()
    if font is None:
        pytest.skip("needs a Chinese font to show (zhplot, of the extra dev)")
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    shutil.copy(font, fonts)
    kinds = {
        f"{n}-{turn}.pdf": pdf(f, table(f, lone=True), turn)
        for n, f in enumerate(NAMED.values())
        for turn in (0, 90)
    }
    kinds |= {f"{stem}.pdf": example_formats.as_pdf(stem) for stem in example_formats.STEMS[:1]}
    paths = []
    for name, data in kinds.items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    without, with_ = seen_with(None, paths), seen_with(fonts, paths)
    # the fonts were really hidden and shown: by itself, pdfium reads lone characters only where a font has them
    assert without["alone"] != with_["alone"]
    assert without["read"] == with_["read"]
