"""One page of a PDF or a picture as an image with the row of a line framed, drawn by a process of its own.

A damaged file costs that process and nothing else. Where the row stands was found when the document was read.
"""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from goufu.catalog.errors import GoufuError
from goufu.disclosure.model import Corners

#: pixels of the image's width, and seconds that drawing may take
WIDTH, SECONDS = 1100, 20
#: Draws the page, turned so that the row can be read where it stands on its side or on its head.
_DRAW = """
import math, sys
from PIL import Image, ImageChops, ImageDraw, ImageOps

path, number, width, *shares = sys.argv[1:]
shares = [float(share) for share in shares]
corners = list(zip(shares[::2], shares[1::2]))
quarters = 0
if corners:
    (x0, y0), (x1, y1) = corners[:2]
    quarters = round(math.atan2(y1 - y0, x1 - x0) / (math.pi / 2)) % 4

def scale(size):
    wide, high = size[::-1] if quarters % 2 else size
    return min(int(width) / max(wide, 1), 3000 / max(high, 1))

with open(path, "rb") as file:
    is_pdf = b"%PDF-" in file.read(1024)
if is_pdf:
    import pypdfium2

    page = pypdfium2.PdfDocument(path)[int(number) - 1]
    image = page.render(scale=scale(page.get_size())).to_pil().convert("L")
else:
    image = Image.open(path)
    image.seek(int(number) - 1)
    image = ImageOps.exif_transpose(image).convert("RGB").convert("L")
    image = ImageOps.scale(image, scale(image.size), Image.Resampling.LANCZOS)

points = [(x * image.width, y * image.height) for x, y in corners]
if points:
    (ax, ay), (bx, by), _, (dx, dy) = points
    along, down = math.dist((ax, ay), (bx, by)), math.dist((ax, ay), (dx, dy))
    if along and down:
        u, v = ((bx - ax) / along * 4, (by - ay) / along * 4), ((dx - ax) / down * 4, (dy - ay) / down * 4)
        around = [
            (x + p * u[0] + q * v[0], y + p * u[1] + q * v[1])
            for (x, y), (p, q) in zip(points, ((-1, -1), (1, -1), (1, 1), (-1, 1)))
        ]
        tint = Image.new("RGB", image.size, "white")
        ImageDraw.Draw(tint).polygon(around, fill="#fff3c4", outline="#c2410c", width=3)
        image = ImageChops.multiply(image.convert("RGB"), tint)
image.rotate(90 * quarters, expand=True).save(sys.stdout.buffer, "PNG", optimize=False)
"""


@lru_cache(maxsize=24)
def page_image(path: Path, page: int, corners: Corners = ()) -> bytes:
    """The PNG of page `page` (from 1) of the file at `path`, the row with these corners framed.

    Raises GoufuError where it cannot be drawn.
    """
    shares = [str(share) for corner in corners for share in corner]
    command = [sys.executable, "-I", "-c", _DRAW, str(path), str(page), str(WIDTH), *shares]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        raise GoufuError("这一页画不出来。", "This page cannot be drawn.") from None
    return done.stdout
