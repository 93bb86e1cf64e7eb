"""Services that offices buy often and that the catalogs lack, with the reason why each counts as unlisted.

`data/unlisted.toml` lists them. A gap is found by its words in a title; where the words stand at the title's end, they
name what is bought. It weighs against being listed (see TRUST in `goufu.matcher.rank`) and is told to the officer where the
line is judged unlisted; it never decides alone, as a department's own section may list just that.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory
from goufu.catalog.model import CatalogVersion
from goufu.catalog.text import NOTHING, Text
from goufu.matcher.text import by_start, pairs, said, spotted

_BRACKETS = re.compile(r"[(（][^()（）]*[)）]?")


class Gap(NamedTuple):
    """A kind of service that the catalogs lack, and why."""

    name: str
    why: Text


@lru_cache(maxsize=2)
def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _about() -> frozenset[str]:
    """The numbers of the documents that the reasons speak of."""
    return frozenset(_table(data_directory() / "unlisted.toml")["catalogs"])


@lru_cache(maxsize=1)
def _behind() -> re.Pattern[str]:
    """What may follow the word that names what is bought."""
    words = "|".join(map(re.escape, _table(data_directory() / "unlisted.toml")["behind"]))
    return re.compile(rf"^(?:{words}|[\W\d_])*$")


def reason_of(gap: Gap | None, plainly: float, versions: Sequence[CatalogVersion]) -> Text:
    """Why `versions` lack the service that a title names; nothing where it names none plainly, or of other catalogs."""
    if gap is None or plainly < 1 or not any(v.number in _about() for v in versions):
        return NOTHING
    return Text(f"{gap.name}：{gap.why.zh}", f"'{gap.name}': {gap.why.en}")


@lru_cache(maxsize=2)
def load_gaps(path: Path | None = None) -> Mapping[str, Gap]:
    """The gap that each word means, from `unlisted.toml`. Raises CatalogError where the file is malformed."""
    path = path or data_directory() / "unlisted.toml"
    try:
        tables = _table(path)["gap"]
        return {term: Gap(t["name"], Text(t["why"], t["english"])) for t in tables for term in t["terms"]}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise CatalogError(f"目录缺项表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


@lru_cache(maxsize=1)
def _starts() -> Mapping[str, tuple[str, ...]]:
    return by_start(load_gaps())


@lru_cache(maxsize=2048)
def gap_of(title: str, summary: str = "") -> tuple[Gap | None, float]:
    """The gap that a title speaks of, and how plainly: 1 where its words end the title, 0.4 where they are inside.

    The summary changes nothing; with it the line is read only once (`goufu.matcher.text.said`).
    """
    item = said(title, summary)
    text, there = item.head, item.head_pairs
    if "(" in text:
        text = _BRACKETS.sub(" ", text)
        there = pairs(text)
    found = spotted(_starts(), text, there)
    best: tuple[Gap | None, float] = (None, 0.0)
    for term in sorted(found, key=lambda term: (-len(term), term)):
        ends = _behind().match(text[text.rindex(term) + len(term) :]) is not None
        if ends:
            return load_gaps()[term], 1.0
        if not best[1]:
            best = load_gaps()[term], 0.4
    return best
