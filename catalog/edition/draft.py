"""From transcriptions to an edition: collating witnesses, naming what is wrong, following decisions.

`draft` lays the witnesses of one document side by side and gives its entries, its apparatus and its problems. What
no rule decides is marked "undecided" in the apparatus; a person decides it there (the readings may be changed to
"settled" or "open", a page given its department, a row its code or left out) and `draft` follows those readings the
next time, if the witnesses still say the same. A draft with nothing undecided is an edition. The same sources and
the same decisions always give the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goufu.catalog.edition.alignment import align
from goufu.catalog.edition.apparatus import (
    decisions_in,
    departing_headings,
    differing_names,
    emended,
    followed,
    in_order,
    relocated,
    stale,
    suspicious_names,
    with_guesses,
    witnesses_cell,
)
from goufu.catalog.edition.collation import Placing, Problem, place
from goufu.catalog.edition.inspection import (
    against_contents,
    compare_contents,
    inspect,
    lacking,
    without_repeated_pages,
)
from goufu.catalog.edition.transcription import Document, Row, documents, read_transcription, rows
from goufu.catalog.entries_fast import ENTRY_COLUMNS
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import READING_COLUMNS
from goufu.catalog.model import CatalogVersion, Coverage, Entry, Reading, Section, Witness


@dataclass(frozen=True)
class Transcription:
    """One catalog in one file, read: the witness's id, the file's name, the document it lies in, its rows."""

    witness: str
    file: str
    document: Document
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Draft:
    """What the witnesses of one document give: the edition's three files as records, and the problems.

    `version` has the entries with every name chosen; where nothing is decided, what the first witness reads.
    """

    version: CatalogVersion
    readings: tuple[Reading, ...]
    problems: tuple[Problem, ...]

    @property
    def undecided(self) -> int:
        """How many places wait for a decision; an edition has none."""
        return sum(reading.decision == "undecided" for reading in self.readings)


def transcriptions(path: Path, witness: str = "") -> tuple[Transcription, ...]:
    """Every catalog in the file at `path`; `witness` is the id to give it, else the start of its name (004_… → 004).

    Raises CatalogError where the file cannot be read or holds no catalog.
    """
    text = read_transcription(path)
    identity = witness or re.split(r"[_.\s]", path.name)[0] or path.stem
    try:
        found = tuple(
            Transcription(identity, path.name, document, rows(text, document.first, document.last))
            for document in documents(text)
        )
    except CatalogError as error:
        raise CatalogError(error.message, error.english, str(path)) from None
    if not found:
        raise CatalogError(
            "没有找到目录：应有以“代码<Tab>一级目录<Tab>…”开头的表",
            "no catalog found: expected a table that starts with '代码<Tab>一级目录<Tab>…'",
            str(path),
        )
    return found


def version_id(number: str) -> str:
    """The id of a document: `晋财综〔2025〕28号` → `2025-28`; "draft" where it has no number."""
    found = re.search(r"〔([0-9]{4})〕([0-9]{1,3})号", number)
    return f"{found[1]}-{found[2]}" if found else "draft"


def draft(
    witnesses: Sequence[Transcription],
    known: Sequence[CatalogVersion] = (),
    decided: Iterable[Reading] = (),
) -> Draft:
    """The draft of the document that all `witnesses` transcribe, the first being the base.

    `known` are other versions: the provincial frame says which headings depart from it, the others are evidence.
    `decided` is the apparatus of an earlier draft. Raises CatalogError where the witnesses are not of one document
    or one of them is no catalog.
    """
    tables, problems = _tables(witnesses)
    decided = relocated(decided, tables)
    decisions = decisions_in(decided, tables)
    headings = [row.name for table in tables.values() for row in table if row.kind == "section"]
    listed = {w: {r.name: r.page or 0 for r in table if r.kind == "contents"} for w, table in tables.items()}
    contents, differing = compare_contents(listed, headings, decisions.contents)
    problems += differing
    for each in witnesses:
        problems += inspect(each.witness, each.document, tables[each.witness], contents, decisions)
    lines = align(tables)
    levels = max((line.lead.levels for line in lines), default=0)
    placing = place(lines, levels, tuple(contents), decisions)
    others = [version for version in known if version.id != _identity(witnesses)]
    problems += with_guesses(placing.problems, placing.places, others)
    problems += against_contents(tuple(placing.sections), contents) if contents else []
    problems += lacking(lines, tables) if len(tables) > 1 else []
    problems += differing_names(placing.places, others)
    problems, names = _decided(problems, placing, tables, others, decided)
    version = _version(witnesses, levels, placing, contents, names, problems)
    readings = in_order((p.reading for p in problems if p.reading), placing.places)
    return Draft(version, readings, tuple(problems))


def _identity(witnesses: Iterable[Transcription]) -> str:
    return version_id(next((t.document.number for t in witnesses if t.document.number), ""))


def _tables(witnesses: Iterable[Transcription]) -> tuple[dict[str, tuple[Row, ...]], list[Problem]]:
    """The rows of each witness without pages that stand twice."""
    tables: dict[str, tuple[Row, ...]] = {}
    problems: list[Problem] = []
    for each in witnesses:
        if each.witness in tables:
            raise CatalogError(
                f"两个文件的底本号都是“{each.witness}”；请改文件名，使下划线前的部分各不相同",
                f"two files make witness '{each.witness}'; rename one so that the part before the underscore differs",
                each.file,
            )
        tables[each.witness], repeated = without_repeated_pages(each.witness, each.rows)
        problems += repeated
    return tables, problems


def _decided(
    problems: Iterable[Problem],
    placing: Placing,
    tables: Mapping[str, Sequence[Row]],
    others: Sequence[CatalogVersion],
    decided: Sequence[Reading],
) -> tuple[list[Problem], dict[tuple[str, str], str]]:
    """All problems with the decisions on them, and the name that each place has, by section and code."""
    found, used = followed(problems, [r for r in decided if r.kind != "heading"])
    rest = [r for at, r in enumerate(r for r in decided if r.kind != "heading") if at not in used]
    places = {(at.section, at.code): at for at in placing.places}
    found += emended(rest, places, tables)
    names = {key: at.name for key, at in places.items()}
    names |= {(p.section, p.code): p.reading.chosen for p in found if p.reading and p.kind == "name"}
    on_headings = [r for r in decided if r.kind == "heading"]
    departing, used = followed(departing_headings(placing.places, names, others), on_headings)
    found += departing
    found += [stale(r) for at, r in enumerate(on_headings) if at not in used]
    noted = {(p.section, p.code) for p in found if p.reading and p.kind in ("name", "wording")}
    suspicious = suspicious_names(placing.places, names, others)
    return found + [p for p in suspicious if (p.section, p.code) not in noted], names


def _version(
    witnesses: Sequence[Transcription],
    levels: int,
    placing: Placing,
    contents: Mapping[str, int],
    names: Mapping[tuple[str, str], str],
    problems: Iterable[Problem],
) -> CatalogVersion:
    document = next((t.document for t in witnesses if t.document.number), witnesses[0].document)
    identity = version_id(document.number)
    entries = tuple(
        Entry(
            identity,
            at.section,
            at.code,
            names[at.section, at.code],
            at.printed,
            " ".join(map(str, at.sources)),
        )
        for at in placing.places
    )
    cut_off = all(not t.document.closed for t in witnesses)
    torn = Counter(
        section
        for section, _ in {
            (p.section, p.where.partition(":")[0]) for p in problems if p.kind == "missing page"
        }
    )
    sections: dict[str, Section] = {}
    for name, whole in placing.sections.items():
        last = name == list(placing.sections)[-1]
        held: Coverage = (
            "complete" if whole and torn[name] < len(witnesses) and not (cut_off and last) else "partial"
        )
        sections[name] = Section(name, held, contents.get(name))
    sections |= {
        name: Section(name, "absent", page) for name, page in contents.items() if name not in sections
    }
    return CatalogVersion(
        id=identity,
        number=document.number,
        title=document.title,
        classes=tuple(sorted({e.code[0] for e in entries})),
        levels=levels,
        printed=document.printed,
        in_force=document.printed,
        repealed=None,
        repealed_by="",
        repeals=tuple(map(version_id, document.repeals)),
        revises=(),
        cites=tuple(map(version_id, document.cites)),
        note="",
        witnesses=tuple(Witness(t.witness, t.file, (t.document.first, t.document.last)) for t in witnesses),
        sections=sections,
        entries=entries,
    )


def entries_table(entries: Iterable[Entry]) -> str:
    """The text of `entries.tsv`, `printed_code` only where it differs."""
    lines = ["\t".join(ENTRY_COLUMNS)]
    for e in entries:
        printed = e.printed_code if e.printed_code != e.code else ""
        lines.append("\t".join((e.section, e.code, printed, e.name, e.source)))
    return "\n".join(lines) + "\n"


def readings_table(readings: Iterable[Reading]) -> str:
    """The text of `readings.tsv`."""
    lines = ["\t".join(READING_COLUMNS)]
    for r in readings:
        lines.append("\t".join((r.section, r.code, r.kind, witnesses_cell(r), r.chosen, r.decision, r.why)))
    return "\n".join(lines) + "\n"


def catalog_table(version: CatalogVersion, undecided: int) -> str:
    """The text of a drafted `catalog.toml`; what a person must still see to is said in comments.

    A draft with undecided places says so (`draft = true`), and is refused by `goufu.catalog.load`.
    """
    text = (
        [f"draft = true   # 尚有 {undecided} 处未定（readings.tsv 中标 undecided），定后删去此行"]
        if undecided
        else []
    )
    text += [
        f"id = {_toml(version.id)}",
        f"number = {_toml(version.number)}" + ("" if version.number else "   # 文字稿中没有文号，请填"),
        f"title = {_toml(version.title)}",
        f"classes = {_toml(version.classes)}",
        f"levels = {version.levels}",
        f"printed = {version.printed}"
        if version.printed
        else "# printed = 2000-01-01   # 未见印发日期，请填",
        f"in_force = {version.in_force}   # 取印发之日，请与通知核对"
        if version.in_force
        else "# in_force = 2000-01-01   # 请填",
        f"repeals = {_toml(version.repeals)}",
        f"revises = {_toml(version.revises)}   # 只修订一类的，写作 2021-34 B",
        f"cites = {_toml(version.cites)}",
        f"note = {_toml(version.note)}",
        "",
        "# 部门（A、B 为类）<Tab> 存否 <Tab> 页码 <Tab> 依据",
        "sections = '''",
        *(
            "\t".join((s.name, s.coverage, str(s.page or ""), s.evidence)).rstrip("\t")
            for s in version.sections.values()
        ),
        "'''",
    ]
    for witness in version.witnesses:
        text += ["", "[[witness]]", f"id = {_toml(witness.id)}", f"file = {_toml(witness.file)}"]
        text += [f"lines = [{witness.lines[0]}, {witness.lines[1]}]", f"note = {_toml(witness.note)}"]
    return "\n".join(text) + "\n"


def with_facts(version: CatalogVersion, table: Mapping[str, Any]) -> CatalogVersion:
    """`version` with what a person has entered in its drafted catalog.toml, read as `table`.

    Taken over are the document's title, dates, references and note, and the notes on witnesses and sections; what
    the transcriptions say themselves (sections, coverage, lines) stays.
    """
    named = ("number", "title", "printed", "in_force", "note")
    listed = ("repeals", "revises", "cites")
    facts = {key: table[key] for key in named if key in table}
    facts |= {key: tuple(table[key]) for key in listed if key in table}
    noted = {w.get("file"): w.get("note", "") for w in table.get("witness", ())}
    evidence = {}
    for line in table.get("sections", "").strip("\n").split("\n"):
        name, _, _, why = (*line.split("\t"), "", "", "")[:4]
        evidence[name] = why
    return replace(
        version,
        **facts,
        witnesses=tuple(replace(w, note=noted.get(w.file, w.note)) for w in version.witnesses),
        sections={n: s._replace(evidence=evidence.get(n, s.evidence)) for n, s in version.sections.items()},
    )


def _toml(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "[" + ", ".join(map(_toml, value)) + "]"
