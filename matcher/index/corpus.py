"""Everything matching needs for one reference date, opened once: targets, their terms, the index.

The index is built from the data files and kept in the user's cache folder under a name made of its whole content,
so that a changed catalog or term gives a new file and an old one is never taken for it. Where nothing can be
written, it is built anew each time.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from goufu.catalog.model import CatalogVersion
from goufu.catalog.validity import Applicable
from goufu.matcher.index import grams as arrays
from goufu.matcher.index.grams import Index
from goufu.matcher.index.targets import follow, targets_on
from goufu.matcher.index.terms import EntryTerms, load_terms, term_files
from goufu.matcher.wording import Wording, load_wording


class Remembered(OrderedDict[Hashable, Any]):
    """What was found under each key, as long as there is room.

    Once it is full, only what is met a second time is taken in, in the place of what was asked for longest ago: the lines
    that every county has stay, however many others lie between. Threads may share it: each step is one of the
    dictionary's or the set's own.
    """

    _MOST = 2048
    #: keys that are known to have been met, by their hashes; twice as many at most
    _MET = 16_384

    def __init__(self) -> None:
        super().__init__()
        self._met: set[int] = set()
        self._met_before: set[int] = set()

    def recalled(self, key: Hashable) -> Any:
        """What is remembered of `key`; None where nothing is."""
        found = self.get(key)
        if found is not None:
            with contextlib.suppress(KeyError):  # another thread made room meanwhile
                self.move_to_end(key)
        return found

    def keep(self, key: Hashable, found: Any) -> None:
        """Remember `found`, which is not None, if there is room or `key` was met before."""
        if len(self) >= self._MOST:
            if not self._is_met_again(key):
                return
            self.popitem(last=False)
        self[key] = found

    def _is_met_again(self, key: Hashable) -> bool:
        mark = hash(key)
        if mark in self._met or mark in self._met_before:
            return True
        if len(self._met) >= self._MET:
            self._met, self._met_before = set(), self._met
        self._met.add(mark)
        return False


@dataclass(frozen=True)
class Corpus:
    """The index of a date and what applies to each section on it; `cache` is the folder where files are kept.

    `judged` is what was found of lines that were met before.
    """

    on: date
    index: Index
    applicable: Mapping[str, Applicable]
    cache: Path | None = None
    judged: Remembered = field(default_factory=Remembered, repr=False, compare=False)

    @cached_property
    def wording(self) -> Wording:
        """The fitted n-grams, read when they are first wanted."""
        return load_wording(None, self.cache)


@lru_cache(maxsize=8)
def open_corpus(versions: tuple[CatalogVersion, ...], on: date, cache: Path | None = None) -> Corpus:
    """The corpus of the day `on`; `cache` is a folder for index files (None: do not keep any)."""
    scope = targets_on(versions, on)
    held = [v for v in versions if v.levels == 4 and v.entries] or [v for v in versions if v.entries]
    newest = max(held, key=lambda v: v.in_force or date.min, default=None)
    files = term_files(newest) if newest else []

    def terms() -> Mapping[tuple[str, str], EntryTerms]:
        return follow(load_terms(files), newest, scope.targets) if newest else {}

    sources = [_named(newest), *(path.read_bytes() for path in files)] if newest and cache else []
    return Corpus(on, _index(scope.targets, sources, terms, cache), scope.applicable, cache)


def _named(version: CatalogVersion) -> bytes:
    """What of a version decides which terms follow to which targets."""
    return "\n".join(f"{e.section}\t{e.code}\t{e.name}" for e in version.entries).encode("utf-8")


def _index(
    targets: Sequence[arrays.Target],
    sources: Sequence[bytes],
    terms: Callable[[], Mapping[tuple[str, str], EntryTerms]],
    cache: Path | None,
) -> Index:
    """The index of `targets`: the one kept under the name of its `sources`, else built with `terms` and kept."""
    path = cache / f"index-{arrays.content_key(targets, *sources)}.idx" if cache else None
    if path and path.exists():
        try:
            return arrays.read(path, targets)
        except (OSError, ValueError, KeyError, MemoryError):
            pass  # damaged: built anew below
    index = arrays.build(targets, terms())
    if path:
        with contextlib.suppress(OSError):  # a read-only home folder only costs time
            arrays.save(index, path)
    return index
