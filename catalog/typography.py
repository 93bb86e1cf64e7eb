"""One consistent dress for the names in the catalogs, stated once.

The documents are printed with full-width brackets and Chinese punctuation; transcriptions mix widths and
break names with spaces. `tidy_name` undoes exactly that and nothing else: no character of the wording is
added, dropped or replaced, except the marks listed here.

- every space goes, but a single one is kept between two Latin words, and none between digits and Chinese;
- brackets, colon, semicolon, comma, question and exclamation mark become full width where they stand in a
  Chinese name, quotation marks become “ ”;
- an enumeration comma printed as `、` stays `、`; a comma stays a comma (which one the document meant is a
  matter of reading, not of typography);
- the radio-box marks `√ ✓ ☑ ■ □ ●` that readers of scans leave behind are dropped, as are HTML tags.
"""

from __future__ import annotations

import re

_WIDE = str.maketrans({"(": "（", ")": "）", ":": "：", ";": "；", ",": "，", "?": "？", "!": "！"})
_STRAY = re.compile(r"[√✓☑■□●]|</?[a-zA-Z][^<>]{0,40}>")
_LATIN_GAP = re.compile(r"(?<=[A-Za-z])\s+(?=[A-Za-z])")
_STRAIGHT = re.compile(r'"([^"]*)"')


def tidy_name(text: str) -> str:
    """`text` in the typography of the editions; idempotent."""
    text = _STRAY.sub("", text)
    text = _LATIN_GAP.sub("\0", text)
    text = re.sub(r"\s+", "", text).replace("\0", " ")
    return _STRAIGHT.sub(r"“\1”", text.translate(_WIDE)).strip()


def document_number(text: str) -> str:
    """A document number in its printed dress: `晋财综[2024]37号` → `晋财综〔2024〕37号`.

    All kinds of brackets around the year, spaces, and full-width digits are dress; a text that is no document
    number comes back only without its spaces.
    """
    text = re.sub(r"\s+", "", text).translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    return re.sub(r"[\[［〔【(（〈<{]((?:19|20)\d\d)[\]］〕】)）〉>}]", r"〔\1〕", text)
