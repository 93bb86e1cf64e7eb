"""Characters that stand for another, or for nothing: the one rule by which text is cleaned before it is read.

Files carry characters nobody sees (byte order marks, zero-width spaces, marks of direction), radicals in place of
the characters they look like (a habit of PDF fonts), traditional forms, and letters of other alphabets in codes.
Three steps, each taking in the one before: `visible` is what a printed title may be given, `narrow` is for labels
and figures, `simplified` for whatever is looked up by name. No step changes the wording.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

#: what shows nothing: controls but white space, soft hyphen, joiners, fillers, zero widths, marks of direction,
#: byte order marks, variation selectors and tags
_INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
#: radicals and compatibility ideographs: one drawing, two numbers
_DOUBLES = r"\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f"
_ODD = re.compile(f"[{_INVISIBLE}{_DOUBLES}\ud800-\udfff]")
_HIDDEN = re.compile(f"[{_INVISIBLE}]+")
_DOUBLE = re.compile(f"[{_DOUBLES}]")

#: Chinese characters and the punctuation between them, by the first and last of each range
_SET_CLOSE = (
    ("\u3400", "\u9fff"),
    ("\U00020000", "\U000323af"),
    ("\u3001", "\u3003"),
    ("\u3008", "\u3011"),
    ("\u3014", "\u301f"),
    *((mark, mark) for mark in "（），：；“”"),
)
_SPREAD = re.compile(r"\S(?:\s+\S){3,}")


@lru_cache(maxsize=1)
def _stands_for() -> Mapping[str, Mapping[str, str]]:
    """For each kind in `data/characters.tsv` ("radical", "han", "latin"): what is printed, and what it means."""
    from goufu.catalog.load import data_directory

    found: dict[str, dict[str, str]] = {}
    for line in (data_directory() / "characters.tsv").read_text(encoding="utf-8").splitlines():
        printed, *rest = line.split("\t")
        if len(rest) == 2 and len(printed) == 1:
            found.setdefault(rest[1], {})[printed] = rest[0]
    return found


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[int, str], dict[int, str]]:
    kinds = _stands_for()
    return str.maketrans(dict(kinds["han"])), str.maketrans(dict(kinds["latin"]))


@lru_cache(maxsize=1)
def _look_alikes() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(re.escape, _stands_for()['han']))}]")


def _plain(match: re.Match[str]) -> str:
    return _stands_for()["radical"].get(match[0]) or unicodedata.normalize("NFKC", match[0])


def sound(text: str) -> str:
    """`text` as valid Unicode: half of a surrogate pair, from JSON or a file name that is no UTF-8, as its number.

    Two names that differ stay apart: \\udcb9 and \\udcba. Idempotent.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def visible(text: str) -> str:
    """`text` as valid Unicode, without what shows nothing, its radicals and compatibility ideographs as the characters they show.

    Nothing a reader of the page could see is changed: widths, brackets, ℃ and traditional forms stay. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return text
    if not _ODD.search(text):
        return text
    text = sound(text)
    return _DOUBLE.sub(_plain, _HIDDEN.sub("", text))


def narrow(text: str) -> str:
    """`visible` in one width (NFKC); for labels and figures. Idempotent."""
    if text.isascii() and text.isprintable():
        return text
    seen = visible(text)
    flat = unicodedata.normalize("NFKC", seen)
    return seen if flat == seen else visible(flat)


@lru_cache(maxsize=1 << 12)
def simplified(text: str) -> str:
    """`narrow` with traditional characters and look-alikes (巿 for 市) as simplified ones; for names looked up."""
    text = narrow(text)
    if text.isascii():
        return text
    if _look_alikes().search(text):
        text = text.translate(_tables()[0])
    try:
        text.encode("gb2312")  # holds all simplified characters in common use: the quick way out
    except UnicodeEncodeError:
        if any(map(_is_unusual, text)):
            return str(_simplifier().convert(text))
    return text


def latin(text: str) -> str:
    """`narrow` with the letters of other alphabets that look like Latin ones as these (А150401 in Cyrillic); for codes."""
    text = narrow(text)
    return text if text.isascii() else text.translate(_tables()[1])


def joined(text: str) -> str:
    """`text` without the spaces that only spread it out: 城 区 道 路, 城区道路　清扫　保洁服务; others become single ones.

    Chinese is written without spaces, so none between two Chinese characters means anything; where every
    character is set apart (2 0 2 6 年 预 算), digits and letters are closed up as well.
    """
    text = text.strip()
    if not text.isascii() and _SPREAD.fullmatch(text):
        return "".join(text.split())
    closed: list[str] = []
    for word in text.split():
        if closed and not (_is_set_close(closed[-1][-1]) and _is_set_close(word[0])):
            closed.append(" ")
        closed.append(word)
    return "".join(closed)


def _is_set_close(character: str) -> bool:
    """Whether a character is one beside which Chinese has no space."""
    return any(first <= character <= last for first, last in _SET_CLOSE)


def is_han(text: str) -> bool:
    """Whether `text` is one or more of the common Chinese characters (U+4E00 to U+9FFF) and nothing else.

    A pattern with a range so wide takes Python a millisecond to compile, at each start.
    """
    return bool(text) and min(text) >= "\u4e00" and max(text) <= "\u9fff"


@lru_cache(maxsize=4096)
def _is_unusual(character: str) -> bool:
    """Whether a character is Chinese and not among the common simplified ones."""
    return "㐀" <= character <= "鿿" and not character.encode("gb2312", "ignore")


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


#: what a spreadsheet program takes for the beginning of a formula, with the full-width forms that some accept
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def guarded(cell: str) -> str:
    """A cell of text that no spreadsheet program takes for a formula: an apostrophe before one that begins like one."""
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that `guarded` put before it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA_STARTS) else cell
