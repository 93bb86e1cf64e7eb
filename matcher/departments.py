"""Which sections of the department catalog a department or unit has.

County departments carry many names; `data/departments.toml` lists the words that tell them apart. A name found
whole decides; only where none is found does similarity of characters propose one, with a lower confidence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from catalog.characters import simplified
from catalog.errors import CatalogError, UnknownNameError
from catalog.load import data_directory
from catalog.typography import tidy_name

#: below this similarity a department is not recognised at all
FUZZY_FLOOR = 0.75

_PLACE = re.compile(r"^(?:山西省)?(?:[一-鿿]{2,4}?(?:市|地区))?(?:[一-鿿]{1,4}?(?:县|区|市))?")
_TAIL = re.compile(r"(?:委员会|办公室|管理局|服务中心|中心|分局|支队|大队|局|厅|委|办|处|站|所)$")


@dataclass(frozen=True, slots=True)
class SectionMatch:
    """The sections of a department, most specific first, how sure that is (0 to 1), and the words that decided."""

    sections: tuple[str, ...]
    confidence: float
    words: tuple[str, ...]


@lru_cache(maxsize=4)
def load_departments(path: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """The words of each section, from `departments.toml`. Raises CatalogError where the file is malformed."""
    path = path or data_directory() / "departments.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["section"]
        return {table["name"]: tuple(table["names"]) for table in tables}
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"部门表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


@lru_cache(maxsize=4)
def _patterns(path: Path | None) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """One pattern that finds the longest word at each position, and the sections that each word means."""
    means: dict[str, tuple[str, ...]] = {}
    for section, words in load_departments(path).items():
        for word in (section, *words):
            means[word] = (*means.get(word, ()), section)
    longest_first = sorted(means, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), means


@lru_cache(maxsize=4096)
def sections_of(name: str, path: Path | None = None) -> SectionMatch:
    """The sections that the department or unit `name` has; none (confidence 0) where nothing is like it.

    A section's own name, or a department's name with a place before it, gives confidence 1; a word inside the
    name 0.95; similarity of characters its own value below that.
    """
    name = tidy_name(simplified(name))
    if not name:
        return SectionMatch((), 0.0, ())
    pattern, means = _patterns(path)
    if name in load_departments(path):
        return SectionMatch((name,), 1.0, (name,))
    words = pattern.findall(name)
    if words:
        sections = dict.fromkeys(s for word in reversed(words) for s in means[word])
        return SectionMatch(tuple(sections), 0.95, tuple(words))
    return _similar(name, means)


def _similar(name: str, means: Mapping[str, tuple[str, ...]]) -> SectionMatch:
    from rapidfuzz import fuzz, process

    core = _TAIL.sub("", _PLACE.sub("", name)) or name
    best = process.extractOne(core, [w for w in means if len(w) >= 3], scorer=fuzz.ratio)
    if best is None or best[1] / 100 < FUZZY_FLOOR:
        return SectionMatch((), 0.0, ())
    return SectionMatch(means[best[0]], round(best[1] / 100, 2), (best[0],))


def item_sections(department: str, unit: str = "", path: Path | None = None) -> SectionMatch:
    """The sections of an item: those of its unit first (医疗保险服务中心 → 医疗保障), then those of its department."""
    of_unit, of_department = sections_of(unit, path), sections_of(department, path)
    if not of_unit.sections or of_unit.sections == of_department.sections:
        return of_department if of_department.sections else of_unit
    merged = tuple(dict.fromkeys((*of_unit.sections, *of_department.sections)))
    return SectionMatch(merged, max(of_unit.confidence, of_department.confidence), of_unit.words)


def section_named(name: str, path: Path | None = None) -> tuple[str, ...]:
    """The sections an officer means by `name` on the command line. Raises UnknownNameError with the nearest ones."""
    found = sections_of(name, path)
    if found.sections:
        return found.sections
    from rapidfuzz import fuzz, process

    _, means = _patterns(path)
    near = dict.fromkeys(
        s for w, _, _ in process.extract(name, list(means), scorer=fuzz.WRatio, limit=6) for s in means[w]
    )
    nearest = "、".join(list(near)[:3])
    raise UnknownNameError(
        f"不认识部门“{name}”；相近的有：{nearest}", f"no department '{name}'; the nearest are: {nearest}"
    )
