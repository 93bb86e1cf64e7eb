"""What is found out about a citation: its verdict, the facts behind it, what took the place of what was cited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goufu.catalog.model import Entry
from goufu.catalog.text import Text
from goufu.catalog.validity import Applicable

Verdict = Literal[
    "stands",  # code, name and document are those in force
    "document",  # the entry stands; only the document cited does not
    "renamed",  # the code stands under another name
    "renumbered",  # the service stands under another code
    "split",
    "merged",
    "reused",  # the code now means another service
    "removed",  # the service is not listed any more
    "early",  # the entry comes from a version that is not in force yet
    "heading",  # a heading, not an entry that items are coded to
    "mismatch",  # code and name belong to different entries
    "elsewhere",  # only another department's section has it
    "absent",  # no such code or name
    "malformed",  # no code at all
    "not_held",  # the place in the version in force is not held
    "nothing",  # nothing was cited
]
BEST_FIRST: tuple[Verdict, ...] = (
    "stands",
    "document",
    "renamed",
    "renumbered",
    "split",
    "merged",
    "reused",
    "early",
    "removed",
    "heading",
    "not_held",
    "mismatch",
    "malformed",
    "elsewhere",
    "absent",
    "nothing",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so about a citation. `rule` is the finding it is evidence for, "" where it is only worth
    knowing; `kind` is stable; `evidence` names documents and places.
    """

    rule: str
    kind: str
    text: Text
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Successor:
    """An entry in force that takes the place of what was cited.

    `relation` is the kind of change that leads to it, or "same code", "same name", "nearest": then it is a
    suggestion (`certain` False) and not what the documents say. `confidence` is 0 to 1.
    """

    entry: Entry
    relation: str
    confidence: float
    certain: bool


@dataclass(frozen=True)
class Standing:
    """What became of a citation: the verdict, the entry it means, the entry in force, successors and facts.

    `section` is the one of those asked about that fits best ("B" for class B). `code` and `name` are as they were
    read, `documents` the ids of known versions cited. `stands` is None where it cannot be known. `cited` is the
    entry that is meant, of whatever version; `current` the entry in force that an item so cited is coded to,
    None where there is none or more than one. `elsewhere` are entries of other sections.
    """

    verdict: Verdict
    on: date
    section: str
    code: str
    name: str
    documents: tuple[str, ...]
    stands: bool | None
    cited: Entry | None
    current: Entry | None
    successors: tuple[Successor, ...]
    elsewhere: tuple[Entry, ...]
    facts: tuple[Fact, ...]
    applicable: Applicable

    @property
    def rules(self) -> tuple[str, ...]:
        """The findings that the facts are evidence for, each once, in order of their numbers."""
        return tuple(sorted({f.rule for f in self.facts if f.rule}))

    @property
    def superseded(self) -> bool:
        """Whether a code, name or document is cited that is no longer in force, or changed its meaning."""
        return any(f.rule in ("GF111", "GF112", "GF113") and f.kind != "early document" for f in self.facts)
