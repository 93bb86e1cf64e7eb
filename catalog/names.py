"""One consistent typography for the names in the catalogs, stated once.

The documents are printed with full-width brackets and Chinese punctuation; transcriptions mix widths and
break names with spaces. `tidy_name` undoes exactly that and nothing else: no character of the wording is
added, dropped or replaced, except the marks listed here.

- every space goes, but a single one is kept between two Latin words, and none between digits and Chinese;
- brackets, colon, semicolon, comma, question and exclamation mark become full width where they stand in a
  Chinese name, quotation marks become “ ”, Latin letters and digits half width;
- an enumeration comma printed as `、` stays `、`; a comma stays a comma (which one the document meant is a
  matter of reading, not of typography);
- the radio-box marks `√ ✓ ☑ ■ □ ●` that readers of scans leave behind are dropped, as are HTML tags and
  characters that show nothing (zero width, byte order mark).
"""

from __future__ import annotations

import re

_WIDE = str.maketrans({"(": "（", ")": "）", ":": "：", ";": "；", ",": "，", "?": "？", "!": "！"})
_NARROW = {
    wide: wide - 0xFEE0
    for first, last in ("０９", "ＡＺ", "ａｚ")
    for wide in range(ord(first), ord(last) + 1)
}
_STRAY = re.compile(r"[√✓☑■□●\x00-\x08\x0e-\x1b\x7f\u200b-\u200f\u2060\ufeff]|</?[a-zA-Z][^<>]{0,40}>")
_SPACE = re.compile(r"(?<=[A-Za-z])(\s+)(?=[A-Za-z])|\s+")
_STRAIGHT = re.compile(r'"([^"]*)"')


def tidy_name(text: str) -> str:
    """`text` in the typography of the editions; idempotent."""
    while (tidier := _tidied(text)) != text:  # what a removed mark leaves behind may be a mark
        text = tidier
    return text


def _tidied(text: str) -> str:
    bare = _STRAY.sub("", text).translate(_NARROW)
    closed = _SPACE.sub(lambda gap: " " if gap[1] else "", bare)
    return _STRAIGHT.sub(r"“\1”", closed.translate(_WIDE)).strip()


def document_number(text: str) -> str:
    """A document number as it is printed: `晋财综[2024]37号` → `晋财综〔2024〕37号`.

    Kinds of brackets around the year, spaces and full-width digits are typography; a text that is no document
    number comes back only without its spaces.
    """
    text = re.sub(r"\s+", "", text).translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    return re.sub(r"[\[［〔【(（〈<{]((?:19|20)[0-9]{2})[\]］〕】)）〉>}]", r"〔\1〕", text)
