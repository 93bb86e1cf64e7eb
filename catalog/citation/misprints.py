"""What the document itself prints wrongly at an entry, so that a code written as printed is understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from goufu.catalog.citation.model import Fact
from goufu.catalog.codes import parent
from goufu.catalog.concordance.changes import Archive
from goufu.catalog.concordance.similarity import core
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.text import Text
from goufu.catalog.validity import applicable
from rapidfuzz.distance import Indel


def printed_so(archive: Archive, section: str, on: date, code: str) -> Entry | None:
    """The entry whose code the version in force (or else the one consulted) misprints exactly as `code`."""
    what = applicable(archive.versions, section, on)
    for version in (what.governing, what.consulted):
        if version is not None and (section, code) in version.by_printed:
            return version.by_printed[section, code]
    return None


def misprints_at(archive: Archive, version: CatalogVersion, entry: Entry) -> Iterable[Fact]:
    """What the document itself prints wrongly at `entry`, or at the third-level heading above it."""
    if entry.printed_code != entry.code:
        zh = f"{version.number} 把 {entry.code} 印作 {entry.printed_code}，两者指同一条目"
        en = f"{version.id} prints {entry.code} as {entry.printed_code}; both mean this entry"
        yield Fact("GF116", "misprint", Text(zh, en), (version.id, entry.source))
    elif entry in archive.misprints:
        why = archive.misprints[entry]
        yield Fact(
            "GF116",
            "misprint",
            Text(
                f"{version.number} 的 {entry.code} 照录有误：{why}",
                f"{version.id} misprints {entry.code}: {why}",
            ),
            (version.id, entry.source),
        )
    heading = version.by_key.get((entry.section, parent(entry.code)))
    if heading is not None and heading in archive.misprints and heading.level == 3:
        usual = next((u for u in _frame_names(archive, heading.code)), None)
        if usual is not None and Indel.normalized_similarity(core(usual.name), core(heading.name)) < 0.6:
            yield Fact(
                "GF116",
                "misprinted heading",
                Text(
                    f"其上的 {heading.code} 在“{entry.section}”印作“{heading.name}”，省目录为“{usual.name}”",
                    f"its heading {heading.code} is printed '{heading.name}', in the provincial frame '{usual.name}'",
                ),
                (version.id, usual.version),
            )


def _frame_names(archive: Archive, code: str) -> Iterator[Entry]:
    for version in archive.versions:
        if version.levels == 3:
            entry = version.by_key.get(("A", code))
            if entry is not None:
                yield entry
