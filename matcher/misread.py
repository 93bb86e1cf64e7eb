"""Characters that scanning or typing took for others: 末成年人 for 未成年人, 己 for 已.

A character is read as another only where the text makes no sense as it stands and plain sense otherwise: of the three
characters around it a pair is unknown to the index, and read the other way all three stand together in the name of an
entry or in a term. What a department wrote is never changed; the reading serves
comparison, and is told beside the result.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from catalog.errors import CatalogError
from catalog.load import data_directory, read_columns
from matcher.index import Index


class Misreading(NamedTuple):
    """Three characters of a text, and what they are read as."""

    written: str
    read: str


@lru_cache(maxsize=2)
def confusable(path: Path | None = None) -> tuple[dict[str, str], re.Pattern[str]]:
    """For each character those it may be mistaken for, and what finds them, from `data/misread.tsv`.

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
    return others, re.compile(f"[{''.join(others)}]")


def read_as(text: str, index: Index) -> tuple[str, tuple[Misreading, ...]]:
    """`text` as it was meant, as far as the index can tell, and what was read otherwise than it is written."""
    others, likely = confusable()
    known = index.vocabulary
    found: list[Misreading] = []
    for hit in likely.finditer(text):
        at = hit.start()
        first = max(0, min(at - 1, len(text) - 3))
        around = text[first : first + 3]
        place = at - first
        if len(around) < 3 or not all(map(_is_chinese, around)):
            continue
        if around[:2] in known and around[1:] in known:
            continue
        for other in others[hit[0]]:
            read = around[:place] + other + around[place + 1 :]
            if read[:2] in known and read[1:] in known and read in index.phrases:
                found.append(Misreading(around, read))
                text = text[:at] + other + text[at + 1 :]
                break
    return text, tuple(found)


def _is_chinese(character: str) -> bool:
    return "㐀" <= character <= "鿿"
