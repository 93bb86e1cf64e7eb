"""The facts of a catalog as frozen records. Nothing here reads a file or decides anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple, overload

from goufu.catalog.codes import ancestors, level

Coverage = Literal["complete", "partial", "absent"]
ReadingDecision = Literal["settled", "open", "erratum", "undecided"]
ReadingKind = Literal[
    "name", "code", "section", "row", "heading", "missing heading", "numbering", "wording", "contents"
]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a transcription prints something: the witness's id and a line of its file, counted from 1."""

    witness: str
    line: int

    def __str__(self) -> str:
        return f"{self.witness}:{self.line}"


class Entry(NamedTuple):
    """One code with its name in one section of one version.

    `code` is the code that the entry's place implies; `printed_code` is what the document prints there, and
    differs from `code` only for an official misprint. `section` is the department section, or "B" for class B,
    or "" for the provincial frame. `source` names every line that attests the entry: "004:3299 002:2117".

    A named tuple rather than a dataclass because a version holds thousands and they are made on every start.
    """

    version: str
    section: str
    code: str
    name: str
    printed_code: str
    source: str

    @property
    def level(self) -> int:
        """1 to 4."""
        return level(self.code)

    @property
    def sources(self) -> tuple[Source, ...]:
        """`source`, taken apart."""
        pairs = (text.rpartition(":") for text in self.source.split())
        return tuple(Source(witness, int(line)) for witness, _, line in pairs)


class Section(NamedTuple):
    """One department's part of a version, in printed order.

    `coverage` says how much of it is held; `evidence` says how that is known where it is not plain.
    """

    name: str
    coverage: Coverage
    page: int | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """One transcription of a version: `file` and the first and last line of the catalog in it."""

    id: str
    file: str
    lines: tuple[int, int]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One place of the apparatus: what each witness has there, what the edition has, and why.

    `witnesses` are pairs of a witness and its reading: ("004", "城市管理应急抢险服务"). Where the place is a single
    row rather than an entry (`kind` code, section or row), the witness is given with its line: ("004:4037", "A040102").

    `kind` is what is in question: the wording of an entry ("name"), the code of a row that contradicts its place
    ("code"), the department of a page without a heading ("section"), a row that is no part of the catalog ("row");
    or a fact of the document: a heading other than the frame's ("heading"), one that is not printed ("missing
    heading"), numbers left out ("numbering"), doubtful words ("wording"), its table of contents ("contents").

    `decision` is "settled" where evidence decides, "open" where both readings may be right, "erratum" where the
    document itself is at fault and nothing was changed; "undecided" only in a draft.
    """

    section: str
    code: str
    kind: ReadingKind
    witnesses: tuple[tuple[str, str], ...]
    chosen: str
    decision: ReadingDecision
    why: str


@dataclass(frozen=True, eq=False)
class CatalogVersion:
    """One official document: its number, dates, standing, sections, entries and apparatus.

    A container of its entries in printed order: `len(version)`, `for entry in version`, `version["水利"]` (the entries
    of a section), `version["水利", "A1103"]` (one entry), and `in` for an entry or such a pair.

    `in_force` is the first day it holds; `repealed` the first day it no longer does (None: still in force), and
    `repealed_by` the id of the document that repealed it. `classes` are the classes it prints, `governs` those
    whose entries budget items are still coded by while it is in force. `folder` is where it was read from, with
    its apparatus beside it and what belongs to it around (`goufu.catalog.load.readings_of`); None for one that was made.
    """

    id: str
    number: str
    title: str
    classes: tuple[str, ...]
    levels: int
    printed: date | None
    in_force: date | None
    repealed: date | None
    repealed_by: str
    repeals: tuple[str, ...]
    revises: tuple[str, ...]
    cites: tuple[str, ...]
    note: str
    witnesses: tuple[Witness, ...]
    sections: Mapping[str, Section]
    entries: tuple[Entry, ...]
    folder: Path | None = None

    def __len__(self) -> int:
        """How many entries it has."""
        return len(self.entries)

    def __bool__(self) -> bool:
        """Always true: a version of which no entry is held is still a version."""
        return True

    def __iter__(self) -> Iterator[Entry]:
        """The entries in printed order."""
        return iter(self.entries)

    def __contains__(self, what: object) -> bool:
        """Whether it has this entry, or an entry at this (section, code)."""
        if isinstance(what, Entry):
            return self.by_key.get((what.section, what.code)) == what
        return what in self.by_key

    @overload
    def __getitem__(self, key: str) -> tuple[Entry, ...]: ...

    @overload
    def __getitem__(self, key: tuple[str, str]) -> Entry: ...

    def __getitem__(self, key: str | tuple[str, str]) -> tuple[Entry, ...] | Entry:
        """The entries of a section, or the entry at (section, code). Raises KeyError where there is none."""
        return self.by_section[key] if isinstance(key, str) else self.by_key[key]

    @cached_property
    def by_section(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of every section that has any, in printed order."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.section, []).append(entry)
        return {section: tuple(some) for section, some in found.items()}

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], Entry]:
        """Every entry by (section, code)."""
        return {(e.section, e.code): e for e in self.entries}

    @cached_property
    def by_printed(self) -> Mapping[tuple[str, str], Entry]:
        """The entries whose printed code is not the one their place implies, by (section, printed code)."""
        return {(e.section, e.printed_code): e for e in self.entries if e.printed_code != e.code}

    def find(self, section: str, code: str) -> Entry | None:
        """The entry at `code` of `section`, by the code its place implies or by the printed one."""
        return self.by_key.get((section, code)) or self.by_printed.get((section, code))

    def in_section(self, section: str) -> tuple[Entry, ...]:
        """The entries of `section` in printed order, none where it has none."""
        return self.by_section.get(section, ())

    def path(self, entry: Entry) -> tuple[Entry, ...]:
        """The headings above `entry` that the section prints, from level 1 down (a missing one is left out)."""
        found = (self.by_key.get((entry.section, code)) for code in ancestors(entry.code))
        return tuple(e for e in found if e is not None)

    def leaves(self) -> tuple[Entry, ...]:
        """The entries an item can be coded to: those of the version's deepest level."""
        return tuple(e for e in self.entries if e.level == self.levels)
