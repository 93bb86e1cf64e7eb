"""One page of a PDF as an image with the place of a line marked, drawn by a process of its own: a damaged file costs that process and nothing else."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from goufu.catalog.errors import GoufuError

#: pixels of the image's width, and seconds that drawing may take
WIDTH, SECONDS = 1100, 20
#: Draws the page. The title is looked for among the page's characters, blanks aside, whole or at least its first half;
#: where it stands there more than once, the rows that also hold one of the amounts are the place.
_DRAW = """
import ctypes, sys, unicodedata
import pypdfium2
from PIL import Image, ImageChops, ImageDraw
from pypdfium2 import raw

path, number, width, title, *amounts = sys.argv[1:]
page = pypdfium2.PdfDocument(path)[int(number) - 1]
scale = min(int(width) / max(page.get_width(), 1), 3000 / max(page.get_height(), 1))
image = page.render(scale=scale).to_pil().convert("L")
text = page.get_textpage()

def plain(words):
    return "".join(c for c in unicodedata.normalize("NFKC", words) if c.isprintable() and not c.isspace() and c != ",")

def pixels(x, y):
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, *image.size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value

def boxed(places):
    corners = []
    for place in places:
        left, bottom, right, top = text.get_charbox(place, loose=True)  # by the file, whatever fonts are here
        corners += [pixels(left, bottom), pixels(right, top)]
    xs, ys = zip(*corners)
    return min(xs), min(ys), max(xs), max(ys)

letters, places = [], []
for n in range(text.count_chars()):
    for c in plain(chr(raw.FPDFText_GetUnicode(text, n))):
        letters.append(c)
        places.append(n)
letters, title = "".join(letters), plain(title)
found = []
for much in range(len(title), max(2, len(title) // 2) - 1, -1):
    at = letters.find(title[:much])
    while at >= 0:
        found.append(boxed(places[at : at + much]))
        at = letters.find(title[:much], at + much)
    if found:
        break
if len(found) > 1:
    boxes = [boxed([n]) for n in places]
    def row(box):
        return "".join(c for c, b in zip(letters, boxes) if box[1] <= (b[1] + b[3]) / 2 <= box[3])
    found = [box for box in found if any(amount in row(box) for amount in amounts)] or found
if found:
    tint = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(tint)
    for left, top, right, bottom in found:
        draw.rectangle((0, top - 4, image.width, bottom + 4), fill="#fff3c4")
        draw.rectangle((left - 6, top - 6, right + 6, bottom + 6), outline="#c2410c", width=3)
    image = ImageChops.multiply(image.convert("RGB"), tint)
image.save(sys.stdout.buffer, "PNG", optimize=False)
"""


def marks(title: str, amount_wan: Decimal | None) -> tuple[str, ...]:
    """What a line is recognised by on its page: its title, and its amount as printed in 万元 or 元."""
    if amount_wan is None:
        return (title,)
    printed = (f"{amount_wan * unit:.2f}" for unit in (1, 10_000))
    return (title, *(text for one in printed for text in dict.fromkeys((one, one.rstrip("0").rstrip(".")))))


@lru_cache(maxsize=24)
def page_image(path: Path, page: int, marked: tuple[str, ...] = ("",)) -> bytes:
    """The PNG of page `page` (from 1) of the file at `path`, with what `marks` gave marked where the page has it as text.

    Raises GoufuError where it cannot be drawn.
    """
    words = [text.replace("\0", "") for text in marked]
    command = [sys.executable, "-I", "-c", _DRAW, str(path), str(page), str(WIDTH), *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        raise GoufuError("这一页画不出来。", "This page cannot be drawn.") from None
    return done.stdout
