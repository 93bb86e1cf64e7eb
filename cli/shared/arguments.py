"""What an officer means by words given: a code, a department's sections, the versions of a day, two versions to compare.

Commands and pages ask here, so that the same words mean the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from goufu.catalog.codes import is_code, tidy
from goufu.cli.shared.options import day

if TYPE_CHECKING:
    from goufu.catalog.concordance.changes import Archive
    from goufu.catalog.model import CatalogVersion
    from goufu.cli.render.changes import Comparison


def code_meant(query: str) -> str:
    """The code that is meant, `A` put before bare digits; "" where the query is words."""
    code = tidy(query)
    if is_code(code) or (code[:1] in ("A", "B") and code[1:].isdigit()):
        return code
    return "A" + code if code.isdigit() and len(code) in (2, 4, 6) else ""


def sections_meant(department: str | None) -> tuple[str, ...]:
    """The sections of a department, or a whole class ("A", "B"); () for none. Raises UnknownNameError."""
    if department is None:
        return ()
    if department in ("A", "B"):
        return (department,)
    from goufu.matcher.departments import section_named

    return section_named(department)


def chosen_sections(
    department: str | None, version: str | None, on: str | None
) -> tuple[Sequence[tuple[CatalogVersion, str]], tuple[str, ...] | None, list[CatalogVersion]]:
    """What is shown: versions with the sections of them, the sections asked for (None: all), the versions asked.

    The version named, or else those in force on the day `on`. Raises UnknownNameError.
    """
    from goufu.catalog.load import load_catalogs, version_named

    versions = load_catalogs()
    chosen = [version_named(versions, version)] if version else _in_force(versions, on)
    wanted = sections_meant(department) if department is not None else None
    return [(v, s) for v in chosen for s in v.sections if wanted is None or s in wanted], wanted, chosen


def _in_force(versions: tuple[CatalogVersion, ...], on: str | None) -> list[CatalogVersion]:
    from goufu.catalog.validity import applicable

    applied = applicable(versions, "", day(on))
    return list(dict.fromkeys(v for v in (applied.class_a, applied.class_b) if v is not None and v.entries))


def compared(
    archive: Archive, old: str, new: str, sections: Sequence[str] = (), everything: bool = False
) -> Comparison:
    """Two versions of the archive, of `sections` alone where there are any; `everything` shows what is silent too.

    Raises UnknownNameError.
    """
    from goufu.catalog.concordance.changes import between, compare
    from goufu.catalog.concordance.decided import SILENT
    from goufu.catalog.load import version_named
    from goufu.cli.render.changes import Comparison

    before, after = version_named(archive.versions, old), version_named(archive.versions, new)
    via = between(archive.versions, before, after)
    changes = compare(before, after, archive.decisions, readings=archive.readings, via=via)
    if sections:
        changes = tuple(c for c in changes if c.section in sections)
    return Comparison(before, after, [c for c in changes if everything or c.kind not in SILENT], changes)
