"""How a change between two versions reads: its words, its records, the characters that differ, the summaries.

Tables, pages and workbooks of changes are made from this; nothing here compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from goufu.cli.shared.output import bracketed, clauses, language, say

if TYPE_CHECKING:
    from goufu.catalog.concordance.changes import Change
    from goufu.catalog.concordance.similarity import Piece
    from goufu.catalog.model import CatalogVersion, Entry
    from rich.text import Text

#: every kind in the order in which an officer wants to know of it
WORDS: Mapping[str, tuple[str, str]] = {
    "removed": ("删除", "removed"),
    "reused": ("代码改指", "code reused"),
    "renumbered": ("改码", "renumbered"),
    "split": ("拆分", "split"),
    "merged": ("合并", "merged"),
    "renamed": ("改名", "renamed"),
    "added": ("新增", "added"),
    "editorial": ("文字订正", "editorial"),
    "unchanged": ("不变", "unchanged"),
    "not_comparable": ("无从比较", "not comparable"),
}
FLAT_KEYS = (
    "from",
    "to",
    "section",
    "change",
    "old_code",
    "old_name",
    "new_code",
    "new_name",
    "confidence",
    "close",
    "evidence",
)


class Comparison(NamedTuple):
    """What is shown of two versions: the changes chosen, and all of them for the counts."""

    before: CatalogVersion
    after: CatalogVersion
    shown: Sequence[Change]
    changes: Sequence[Change]


def word(kind: str) -> str:
    """The kind of change in the language chosen."""
    return say(*WORDS[kind])


def section_word(section: str) -> str:
    """A section as a heading: classes A and B of the provincial catalog are no departments."""
    if section == "A":
        return say("A 类（省级框架）", "class A (provincial frame)")
    return say("B 类", "class B") if section == "B" else section


def record(change: Change) -> dict[str, Any]:
    """The JSON object of a change: from, to, section, change, old, new, confidence, evidence."""
    return {
        "from": change.from_version,
        "to": change.to_version,
        "section": change.section,
        "change": change.kind,
        "old": [{"code": e.code, "name": e.name} for e in change.old],
        "new": [{"code": e.code, "name": e.name} for e in change.new],
        "confidence": change.confidence,
        "evidence": evidence(change),
    }


def flat(change: Change) -> dict[str, Any]:
    """The same for a spreadsheet: one line, several codes separated by spaces, several names by ；."""
    return {
        "from": change.from_version,
        "to": change.to_version,
        "section": change.section,
        "change": change.kind,
        "old_code": " ".join(e.code for e in change.old),
        "old_name": clauses(e.name for e in change.old),
        "new_code": " ".join(e.code for e in change.new),
        "new_name": clauses(e.name for e in change.new),
        "confidence": change.confidence,
        "close": say("须核对", "to be checked") if change.close else "",
        "evidence": clauses(evidence(change)),
    }


def evidence(change: Change) -> list[str]:
    """The evidence in the language chosen; a close call begins by saying that it is one."""
    first = [say("两可，须人工核对", "close call, to be checked by a person")] if change.close else []
    return first + [e.text.in_lang(language()) for e in change.evidence]


class Marked(NamedTuple):
    """One entry of a change with its name cut into runs, those that the other side lacks marked."""

    entry: Entry
    pieces: tuple[Piece, ...]


def marked(change: Change) -> tuple[tuple[Marked, ...], tuple[Marked, ...]]:
    """The old and the new entries of a change, with what differs in their names marked "old" or "new".

    Of a split the parts are marked against the whole, of a merger the other way round. Where two services only
    share a code, nothing is marked, as nothing corresponds.
    """
    from goufu.catalog.concordance.similarity import Piece, differences

    def plain(entries: Sequence[Entry]) -> tuple[Marked, ...]:
        return tuple(Marked(e, (Piece("same", e.name),)) for e in entries)

    def against(entry: Entry, old: Entry, new: Entry, side: str) -> Marked:
        return Marked(entry, tuple(p for p in differences(old.name, new.name) if p.side in ("same", side)))

    olds, news = change.old, change.new
    if not olds or not news or change.kind in ("reused", "unchanged"):
        return plain(olds), plain(news)
    if len(olds) == len(news) == 1:
        return (against(olds[0], *olds, *news, "old"),), (against(news[0], *olds, *news, "new"),)
    if len(olds) == 1:
        return plain(olds), tuple(against(n, olds[0], n, "new") for n in news)
    if len(news) == 1:
        return tuple(against(o, o, news[0], "old") for o in olds), plain(news)
    return plain(olds), plain(news)


def cell(entries: Sequence[Marked]) -> Text:
    """Entries for a table on a terminal: code and name, what was taken out struck through, what came in underlined."""
    from rich.text import Text

    styles = {"same": "", "old": "red strike", "new": "green underline"}
    text = Text()
    for number, (entry, pieces) in enumerate(entries):
        text.append("\n" if number else "")
        text.append(entry.code, "bold").append(" ")
        for piece in pieces:
            text.append(piece.text, styles[piece.side])
    return text


def by_section(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by section, in their order."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.section, []).append(change)
    return found


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """How many changes there are of each kind that occurs, in the order of `WORDS`."""
    found = Counter(c.kind for c in changes)
    return {kind: found[kind] for kind in WORDS if found[kind]}  # type: ignore[index]


def counted(changes: Sequence[Change]) -> str:
    """A summary in one line: 删除 3，新增 14；不变 94。"""
    from goufu.catalog.concordance.decided import SILENT

    number = counts(changes)
    acted = [f"{word(k)} {n}" for k, n in number.items() if k not in SILENT]
    silent = [f"{word(k)} {n}" for k, n in number.items() if k in SILENT]
    close = sum(c.close for c in changes)
    if close:
        acted.append(say(f"其中须核对 {close}", f"{close} to be checked"))
    if not acted:
        acted = [say("没有变化", "no change")]
    comma, semicolon = say("，", ", "), say("；", "; ")
    return semicolon.join(comma.join(part) for part in (acted, silent) if part)


def without_counterpart(changes: Mapping[str, Sequence[Change]]) -> list[str]:
    """The sections of which nothing can be compared."""
    return [s for s, some in changes.items() if all(c.kind == "not_comparable" for c in some)]


def heading(old: CatalogVersion, new: CatalogVersion) -> str:
    """Which versions are compared, with their numbers."""
    return f"{old.number}{bracketed(old.id)} → {new.number}{bracketed(new.id)}"
