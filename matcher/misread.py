"""Characters that scanning or typing took for others: 末成年人 for 未成年人, 己 for 已.

A character is read as another only where the text makes no sense as it stands and plain sense otherwise: of the three
characters around it a pair is unknown to the index, and read the other way all three stand together in the name of an
entry or in a term. What a department wrote is never changed; the reading serves
comparison, and is told beside the result.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory, read_columns
from goufu.matcher.text import pairs

if TYPE_CHECKING:
    from goufu.matcher.index.grams import Index


class Misreading(NamedTuple):
    """Three characters of a text, and what they are read as."""

    written: str
    read: str


@lru_cache(maxsize=2)
def confusable(path: Path | None = None) -> Mapping[str, str]:
    """For each character those it may be mistaken for, from `data/misread.tsv`.

    Raises CatalogError where a line is not two or more different characters.
    """
    path = path or data_directory() / "misread.tsv"
    (groups,) = read_columns(path, ("characters",))
    others: dict[str, str] = {}
    for line, group in enumerate(groups, 2):
        if len(group) < 2 or len(set(group)) < len(group):
            raise CatalogError(
                f"“{group}”不是两个以上不同的字", f"'{group}' is not two or more characters", f"{path}:{line}"
            )
        for character in group:
            others[character] = others.get(character, "") + group.replace(character, "")
    return others


class Doubtful(dict[str, tuple[int, ...]]):
    """For pairs of characters which of the two (0, 1), read as another, would make of an unknown pair a known one.

    Found as pairs are asked for, and kept: few pairs make up most of what is written.
    """

    _MOST = 25_000

    def __init__(self, known: Container[str]) -> None:
        self._known = known

    def __missing__(self, pair: str) -> tuple[int, ...]:
        if len(self) >= self._MOST:
            self.clear()
        self[pair] = places = () if pair in self._known else self._places(*pair)
        return places

    def _places(self, first: str, second: str) -> tuple[int, ...]:
        others, known = confusable(), self._known
        as_known = (
            any(other + second in known for other in others.get(first, "")),
            any(first + other in known for other in others.get(second, "")),
        )
        return tuple(place for place in (0, 1) if as_known[place])


def read_as(text: str, index: Index, there: set[str] | None = None) -> tuple[str, tuple[Misreading, ...]]:
    """`text` as it was meant, as far as the index knows, and what was read otherwise than it is written.

    `there` are the pairs of characters of `text`, where they are at hand.
    """
    if len(text) < 3:
        return text, ()
    places = index.doubtful
    doubtful = list(filter(places.__getitem__, pairs(text) if there is None else there))
    if not doubtful:
        return text, ()
    others, known = confusable(), index.known
    suspect = {text.find(pair) + place for pair in doubtful for place in places[pair]}
    found: list[Misreading] = []
    for at in sorted(suspect):
        first = max(0, min(at - 1, len(text) - 3))
        around, place = text[first : first + 3], at - first
        for other in others[text[at]]:
            read = around[:place] + other + around[place + 1 :]
            if read[:2] in known and read[1:] in known and _stands(read, index.phrases):
                found.append(Misreading(around, read))
                text = text[:at] + other + text[at + 1 :]
                break
    return text, tuple(found)


@lru_cache(maxsize=16384)
def _stands(phrase: str, phrases: str) -> bool:
    return phrase in phrases
