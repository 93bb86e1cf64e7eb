"""The index of terms: the phrases that officers use for an entry, as statistical offices keep them.

One file per section, `data/index/<section>.tsv`, written for the version in force; through the concordance a term
follows its entry to other versions. A term of kind `not` looks close to an entry and belongs elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, get_args

from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory, read_columns
from goufu.catalog.model import CatalogVersion
from goufu.matcher.text import by_start, normal, pairs

TermKind = Literal["synonym", "abbreviation", "activity", "object", "instance", "programme", "wording", "not"]
COLUMNS = ("section", "code", "term", "kind")
_KINDS = frozenset(get_args(TermKind))


@dataclass(frozen=True)
class EntryTerms:
    """The terms of one entry: `positive` speak for it, `negative` against it; `known_forms` as `normal_forms`, if known."""

    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    known_forms: tuple[str, ...] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def normal_forms(self) -> tuple[str, ...]:
        """The positive terms in normal form, each once."""
        if self.known_forms is not None:
            return self.known_forms
        return tuple(dict.fromkeys(map(normal, self.positive)))

    @cached_property
    def by_start(self) -> Mapping[str, tuple[str, ...]]:
        """The positive terms in normal form by their first two characters."""
        return by_start(self.normal_forms)

    @cached_property
    def by_pair(self) -> Mapping[str, tuple[tuple[str, float], ...]]:
        """The positive terms of four or more characters by each of their pairs, and which part of the term it is."""
        found: dict[str, list[tuple[str, float]]] = {}
        for term in self.normal_forms:
            if len(term) >= 4:
                own = pairs(term)
                for pair in own:
                    found.setdefault(pair, []).append((term, 1 / len(own)))
        return {pair: tuple(terms) for pair, terms in found.items()}


class KeptTerms(Mapping[tuple[str, str], EntryTerms]):
    """The terms by (section, code) as an index keeps them: one text, of which an entry is read when it is asked for.

    A line is an entry: section, code, how many terms speak for it, these, how many normal forms they have, these (none
    where they are the same), and the terms that speak against it, with tabs between. Raises ValueError where a line is none.
    """

    def __init__(self, text: str) -> None:
        self._unread: dict[tuple[str, str], str] = {}
        for line in text.split("\n") if text else ():
            section, code, rest = line.split("\t", 2)
            if not rest.partition("\t")[0].isdecimal():
                raise ValueError("the kept terms cannot be read")
            self._unread[section, code] = rest
        self._read: dict[tuple[str, str], EntryTerms] = {}

    @staticmethod
    def written(terms: Mapping[tuple[str, str], EntryTerms]) -> str:
        """The text that `terms` are kept as."""
        return "\n".join(
            "\t".join(
                (section, code, *_counted(words.positive), *_counted(_other_forms(words)), *words.negative)
            )
            for (section, code), words in terms.items()
        )

    def __getitem__(self, key: tuple[str, str]) -> EntryTerms:
        known = self._read.get(key)
        if known is None:
            known = self._read[key] = _kept(self._unread[key])
        return known

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._unread)

    def __len__(self) -> int:
        return len(self._unread)


@lru_cache(maxsize=8192)
def _kept(text: str) -> EntryTerms:
    """The terms that `KeptTerms` keeps as `text`; the indexes of several dates share those that are the same."""
    words = text.split("\t")
    behind = int(words[0]) + 1
    after = behind + 1 + int(words[behind])
    positive, forms = tuple(words[1:behind]), tuple(words[behind + 1 : after])
    return EntryTerms(positive, tuple(words[after:]), forms or positive)


def _counted(words: Sequence[str]) -> tuple[str, ...]:
    return (str(len(words)), *words)


def _other_forms(words: EntryTerms) -> tuple[str, ...]:
    """The normal forms of terms that speak for an entry, where they are not these terms."""
    return () if words.normal_forms == words.positive else words.normal_forms


def index_directory(data: Path | None = None) -> Path:
    """Where the index files are."""
    return (data or data_directory()) / "index"


def read_terms(path: Path) -> Mapping[tuple[str, str], EntryTerms]:
    """The terms of one index file by (section, code).

    Raises CatalogError with the line where a kind is unknown, a term empty, or one is given twice for an entry.
    """
    positive: dict[tuple[str, str], dict[str, None]] = {}
    negative: dict[tuple[str, str], dict[str, None]] = {}
    for line, (section, code, term, kind) in enumerate(zip(*read_columns(path, COLUMNS), strict=True), 2):
        key = (section, code)
        if kind not in _KINDS or not term.strip():
            raise CatalogError(
                f"种类“{kind}”或索引词“{term}”无效；种类应为 {'、'.join(sorted(_KINDS))}",
                f"kind '{kind}' or term '{term}' is not valid; kinds are {', '.join(sorted(_KINDS))}",
                f"{path}:{line}",
            )
        bag = (negative if kind == "not" else positive).setdefault(key, {})
        if term in bag:
            raise CatalogError(
                f"索引词“{term}”在 {code} 下重复", f"'{term}' stands twice for {code}", f"{path}:{line}"
            )
        bag[term] = None
    return {
        key: EntryTerms(tuple(positive.get(key, ())), tuple(negative.get(key, ())))
        for key in dict.fromkeys((*positive, *negative))
    }


def term_files(version: CatalogVersion) -> list[Path]:
    """The files of the terms written for the catalogs that `version` was read with; none for one not read from a folder.

    A term is given by section and code, and in another catalog the same code means another service.
    """
    if version.folder is None:
        return []
    return sorted(index_directory(version.folder.parents[1]).glob("*.tsv"))


def load_terms(paths: Iterable[Path] | None = None) -> dict[tuple[str, str], EntryTerms]:
    """The terms of all index files by (section, code)."""
    found: dict[tuple[str, str], EntryTerms] = {}
    for path in sorted(index_directory().glob("*.tsv")) if paths is None else paths:
        found.update(read_terms(path))
    return found
