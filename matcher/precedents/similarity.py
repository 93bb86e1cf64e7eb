"""When two budget lines are the same line: in another year, another wording, another county.

A title is reduced to the characters that tell it from others (no years, document numbers, ordinals of a series,
own names, empty words); two titles with the same characters in any order have the same key. Keys are exact and can
be looked up by an index. Beyond that, likeness is a share of common grams, 0 to 1. What the likeness is good for is
not decided here, see `goufu.matcher.precedents.apply`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory
from goufu.matcher.text import pairs

#: change when the rules below give other keys
_FORMAT = 1
#: a key with fewer characters names no purchase (业务, 残保金): only with the summary does it say something
TELLING_LENGTH = 4
_LONGEST = 100
#: the words of a summary that tell what is bought stand at its beginning
_SUMMARY_LENGTH = 160
#: a summary that adds fewer characters than this to its title adds nothing
_SUMMARY_LEAST = 6
#: one that is longer than its title by this much adds something whatever it says
_SUMMARY_LONGER = 12

_RANGE = r"[-—–~至/]"
_YEARS = re.compile(
    rf"(?<!\d)(?:19|20)\d\d(?:{_RANGE}(?:(?:19|20)\d\d|\d\d))?(?!\d)(?:年度?)?"
    rf"|(?<!\d)\d\d(?:{_RANGE}\d\d)?年度?|^\d\d{_RANGE}\d\d(?!\d)"
)
_SERIES = re.compile(r"第[一二三四五六七八九十百\d]+[届期次批轮]")
_NUMBERS = re.compile(r"\d")
_NO_WORD = re.compile(r"[\W_]+")
_NO_TEXT = re.compile(r"[\W\d_]+")
_PLACE = re.compile(r"([一-鿿]{2,4}?)(县|市|区)")


class _Lists(NamedTuple):
    """The word lists ready for use: patterns, the group of each kind word, a digest of what makes the keys."""

    empty_words: re.Pattern[str]
    document: re.Pattern[str]
    kinds: Mapping[str, int]
    digest: str


@lru_cache(maxsize=1)
def _lists(path: Path | None = None) -> _Lists:
    """The lists of `data/same_line_words.toml`. Raises CatalogError where the file is malformed."""
    path = path or data_directory() / "same_line_words.toml"
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
        words = sorted((*table["empty_words"], *table["joints"]), key=len, reverse=True)
        letters = re.escape(table["document_letters"])
        kinds = {word: number for number, group in enumerate(table["kinds"]) for word in group}
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"先例词表无法读取：{error}", f"cannot be read: {error}", str(path)) from None
    document = rf"[(\[【《〔]?[{letters}]{{2,8}}[(\[【〔<]?20\d\d[)\]】〕>]?\d{{1,4}}号[)\]】》〕]?"
    digest = hashlib.sha256(repr((words, letters)).encode()).hexdigest()[:8]
    return _Lists(re.compile("|".join(map(re.escape, words))), re.compile(document), kinds, digest)


def key_format() -> str:
    """A name for exactly the rules that `title_key` follows now; keys made by others are not comparable."""
    return f"{_FORMAT}-{_lists().digest}"


@lru_cache(maxsize=16384)
def _own_names(department: str) -> tuple[str, ...]:
    """The department's name and the county or city it begins with, with and without its rank (孝义市, 孝义)."""
    department = _plain(department)
    names = [department] if len(department) > 3 else []
    place = _PLACE.match(department)
    if place:
        names += [place[0]] if place[2] == "区" else [place[0], place[1]]
    return tuple(names)


def _plain(text: str) -> str:
    """Width and case folded, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


@lru_cache(maxsize=65536)
def telling(title: str, department: str = "") -> str:
    """The characters of `title` that distinguish it from other lines, in their order; "" where nothing does."""
    lists = _lists()
    text = _plain(title)
    if "号" in text:
        text = lists.document.sub("", text)
    if _NUMBERS.search(text):
        text = _YEARS.sub("", text)
    if "第" in text:
        text = _SERIES.sub("", text)
    for name in _own_names(department):
        text = text.replace(name, "")
    return _NO_WORD.sub("", lists.empty_words.sub("", text))


def title_key(title: str, department: str = "") -> str:
    """The key under which equal titles meet: the telling characters, sorted. At most 100 characters, never empty.

    A title that says nothing of its own (专项工作经费) is its own key, marked by "=".
    """
    text = telling(title, department)
    if not text:
        text = "=" + _NO_WORD.sub("", _plain(title))
        return text if len(text) <= _LONGEST else "#" + hashlib.sha256(text.encode()).hexdigest()
    key = "".join(sorted(text))
    return key if len(key) <= _LONGEST else "#" + hashlib.sha256(key.encode()).hexdigest()


def is_telling(key: str) -> bool:
    """Whether a key says what is bought, or only that something is (业务, 专项工作经费)."""
    return len(key) >= TELLING_LENGTH and key[0] != "="


def kinds_of(title: str, department: str = "") -> frozenset[int]:
    """Which kinds of purchase the words of a title name, as numbers of their groups."""
    text = telling(title, department)
    return frozenset(number for word, number in _lists().kinds.items() if word in text)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0


@lru_cache(maxsize=65536)
def _title_grams(title: str, department: str) -> frozenset[str]:
    text = telling(title, department)
    return frozenset(text) | pairs(text)


def title_likeness(one: str, other: str, department: str = "", other_department: str = "") -> float:
    """Share of characters and pairs of characters that two titles have in common (Dice), 0 to 1."""
    return _dice(_title_grams(one, department), _title_grams(other, other_department or department))


@lru_cache(maxsize=16384)
def _summary_text(summary: str, title: str, department: str) -> str:
    """The letters of a summary without its numbers; "" where it adds nothing to the title."""
    summary = summary[:_SUMMARY_LENGTH]
    if len(summary) < len(title) + _SUMMARY_LONGER:
        bare, head = telling(summary, department), telling(title, department)
        if len(bare) < _SUMMARY_LEAST or bare in head or sorted(bare) == sorted(head):
            return ""
    return _NO_TEXT.sub("", unicodedata.normalize("NFKC", summary).lower())


def adds(summary: str, title: str, department: str = "") -> bool:
    """Whether a summary says anything that its title does not."""
    return bool(_summary_text(summary, title, department))


def summary_likeness(one: tuple[str, str, str], other: tuple[str, str, str]) -> float | None:
    """How much of two summaries is the same text in the same order (2 · longest common subsequence / both lengths).

    Each side is (summary, title, department). None where either side has no summary that adds to its title.
    """
    from rapidfuzz.distance import Indel

    a, b = _summary_text(*one), _summary_text(*other)
    return Indel.normalized_similarity(a, b) if a and b else None
