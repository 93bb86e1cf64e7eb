"""Turning what people write into what can be compared: one normal form, and the character n-grams of it.

Chinese budget lines have no spaces and few fixed words, so grams of one and two characters carry the comparison;
Latin words and numbers stay whole. What says nothing about the purchase (years, document numbers, the
department's own name, boiler-plate) is dropped first.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from operator import add
from pathlib import Path

from goufu.catalog.characters import is_han, simplified
from goufu.catalog.load import data_directory

#: characters of a summary that are read for words; the rest is often praise and law
SAID_LENGTH = 200

#: what is a gram as a whole, beside runs of Chinese characters
OTHER_WORDS = re.compile(r"[a-z]+[0-9]*|[0-9]{3,}")
_RUN = rf"[㐀-鿿]+|{OTHER_WORDS.pattern}"
_PLACE = re.compile(r"(\w{2,4}?)(?:县|市|区)")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*[-—~至]\s*(?:19|20)?\d\d)?年?(?:度)?")
_DOCUMENT = r"[（(《]?[一-鿿]{1,6}[〔\[【(（]\s*20\d\d\s*[〕\]】)）]\s*\d{1,4}\s*号[》）)]?|[一-鿿]{1,5}(?:20\d\d)\d{1,4}号"


@lru_cache(maxsize=4)
def load_words(path: Path | None = None) -> dict[str, tuple[str, ...]]:
    """The word lists of `data/words.toml` by their names."""
    text = (path or data_directory() / "words.toml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text).items()}


@lru_cache(maxsize=1)
def _boilerplate() -> re.Pattern[str]:
    words = sorted(load_words()["boilerplate"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def normal(text: str) -> str:
    """`text` in one form: width, case, compatibility and traditional characters folded, nothing invisible; idempotent."""
    return simplified(text).lower()


@lru_cache(maxsize=4096)
def own_names(department: str) -> tuple[str, ...]:
    """The department's name, and the place that it starts with, with and without its rank (孝义市, 孝义); longest first."""
    department = normal(department)
    whole = [department] if len(department) > 3 else []
    place = _PLACE.match(department)
    return (*whole, place[0], place[1]) if place and is_han(place[1]) else tuple(whole)


def without_own_name(text: str, department: str) -> str:
    """`text` with a space where it names the department itself, or the place that the department's name begins with."""
    for name in own_names(department):
        if name in text:
            text = text.replace(name, " ")
    return text


def content(text: str, department: str = "") -> str:
    """What `text` says about the purchase: without document numbers, years, the own name and boiler-plate."""
    return content_of(normal(text), department)


def content_of(text: str, department: str = "") -> str:
    """The same for a text that is in normal form already."""
    if "号" in text and "20" in text:
        text = re.sub(_DOCUMENT, " ", text)  # compiled when it is first needed
    if "20" in text or "19" in text:
        text = _YEAR.sub(" ", text)
    text = without_own_name(text, department)
    return _boilerplate().sub(" ", text)


def grams(text: str) -> list[str]:
    """The grams of a normal text: single characters and pairs of each Chinese run, Latin words and numbers whole."""
    found: list[str] = []
    for run in re.findall(_RUN, text):
        if run[0] < "㐀":
            found.append(run)
        else:
            found.extend(run)
            found.extend(map(add, run, run[1:]))
    return found


def pairs(text: str) -> set[str]:
    """Every two characters that are side by side in `text`."""
    return set(map(add, text, text[1:]))  # no frozenset: a dict's keys meet a set faster


def by_start(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """`words` of two or more characters by their first two, so that `spotted` finds them at once."""
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(word[:2], []).append(word)
    return {start: tuple(some) for start, some in found.items()}


def spotted(starts: Mapping[str, tuple[str, ...]], text: str, there: Set[str]) -> list[str]:
    """The words of `starts` (see `by_start`) that occur in `text`, whose pairs are `there`; in no certain order."""
    return [word for start in starts.keys() & there for word in starts[start] if word in text]


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What an item says, ready to be compared (not with another): title and the beginning of the summary in normal form, with their pairs."""

    head: str
    body: str
    head_pairs: set[str]
    body_pairs: set[str]
    pairs: set[str]


def read_texts(title: str, summary: str) -> tuple[str, str]:
    """What is read of title and summary, in normal form; the words of a summary that can say what is bought are at its beginning."""
    return normal(title), normal(summary[:SAID_LENGTH])


@lru_cache(maxsize=512)
def said(title: str, summary: str = "") -> Said:
    """What title and summary say; kept for the lines that are judged together."""
    head, body = read_texts(title, summary)
    in_head, in_body = pairs(head), pairs(body)
    return Said(head, body, in_head, in_body, in_head | in_body)
