"""One page of a PDF as an image, drawn by a process of its own: a damaged file costs that process and nothing else."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from goufu.catalog.errors import GoufuError

#: pixels of the image's width, and seconds that drawing may take
WIDTH, SECONDS = 1100, 20
_DRAW = """
import sys
import pypdfium2
page = pypdfium2.PdfDocument(sys.argv[1])[int(sys.argv[2]) - 1]
scale = min(int(sys.argv[3]) / max(page.get_width(), 1), 3000 / max(page.get_height(), 1))
page.render(scale=scale).to_pil().convert("L").save(sys.stdout.buffer, "PNG", optimize=False)
"""


@lru_cache(maxsize=24)
def page_image(path: Path, page: int) -> bytes:
    """The PNG of page `page` (from 1) of the file at `path`. Raises GoufuError where it cannot be drawn."""
    command = [sys.executable, "-I", "-c", _DRAW, str(path), str(page), str(WIDTH)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        raise GoufuError("这一页画不出来。", "This page cannot be drawn.") from None
    return done.stdout
