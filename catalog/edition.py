"""From transcriptions to an edition: collating witnesses, naming what is wrong, following decisions.

`draft` lays the witnesses of one document side by side and gives its entries, its apparatus and its problems. What
no rule decides is marked "undecided" in the apparatus; a person decides it there (the readings may be changed to
"settled" or "open", a page given its department, a row its code or left out) and `draft` follows those readings the
next time, if the witnesses still say the same. A draft with nothing undecided is an edition. The same sources and
the same decisions always give the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.alignment import align
from catalog.codes import level
from catalog.collation import Decisions, Place, Placing, Problem, place
from catalog.errors import CatalogError
from catalog.inspection import against_contents, compare_contents, inspect, lacking, without_repeated_pages
from catalog.load import ENTRY_COLUMNS, READING_COLUMNS
from catalog.model import CatalogVersion, Coverage, Entry, Reading, ReadingKind, Section, Witness
from catalog.transcription import Document, Row, documents, read_transcription, rows

#: readings that stand at a row, not at an entry, and are known by its line
_BY_LINE: tuple[ReadingKind, ...] = ("code", "section", "row")
_ORDER: tuple[ReadingKind, ...] = (
    "contents", "section", "row", "missing heading", "name", "code", "numbering", "heading", "wording",
)  # fmt: skip


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
    found = tuple(
        Transcription(identity, path.name, document, rows(text, document.first, document.last))
        for document in documents(text)
    )
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
    decided = tuple(decided)
    decisions = _decisions(decided)
    problems: list[Problem] = []
    kept: dict[str, tuple[Row, ...]] = {}
    for each in witnesses:
        kept[each.witness], repeated = without_repeated_pages(each.witness, each.rows)
        problems += repeated
    headings = [row.name for table in kept.values() for row in table if row.kind == "section"]
    tables = {w: {r.name: r.page or 0 for r in table if r.kind == "contents"} for w, table in kept.items()}
    contents, differing = compare_contents(tables, headings)
    problems += differing
    for each in witnesses:
        problems += inspect(each.witness, each.document, kept[each.witness], contents, decisions)
    lines = align(kept)
    levels = max((line.lead.levels for line in lines), default=0)
    placing = place(lines, levels, tuple(contents), decisions)
    identity = version_id(next((t.document.number for t in witnesses if t.document.number), ""))
    others = [version for version in known if version.id != identity]
    problems += _with_guesses(placing.problems, placing.places, others)
    problems += against_contents(tuple(placing.sections), contents) if contents else []
    problems += lacking(lines, kept) if len(kept) > 1 else []
    problems += _differing_names(placing.places, others)
    problems, used = _followed(problems, decided)
    places = {(at.section, at.code): at for at in placing.places}
    rest = [r for at, r in enumerate(decided) if at not in used and r.kind not in ("heading",)]
    problems += _emended(rest, places, kept)
    names = {key: at.name for key, at in places.items()}
    names |= {(p.section, p.code): p.reading.chosen for p in problems if p.reading and p.kind == "name"}
    headings_of = [r for r in decided if r.kind == "heading"]
    departing, seen = _followed(_departing_headings(placing.places, names, others), headings_of)
    problems += departing
    problems += [_stale(r) for at, r in enumerate(headings_of) if at not in seen]
    doubted = {(p.section, p.code) for p in problems if p.reading and p.kind in ("name", "wording")}
    problems += [
        p for p in _suspicious_names(placing.places, names, others) if (p.section, p.code) not in doubted
    ]
    version = _version(witnesses, levels, placing, contents, names, problems)
    readings = _in_order((p.reading for p in problems if p.reading), placing.places)
    return Draft(version, readings, tuple(problems))


def _decisions(decided: Iterable[Reading]) -> Decisions:
    pages: dict[str, str] = {}
    codes: dict[str, str] = {}
    left_out: set[str] = set()
    for reading in decided:
        if reading.decision == "undecided":
            continue
        where = [line for line, _ in reading.witnesses]
        if reading.kind == "section":
            pages.update(dict.fromkeys(where, reading.chosen))
        elif reading.kind == "code":
            codes.update(dict.fromkeys(where, reading.code))
        elif reading.kind == "row":
            left_out.update(where)
    return Decisions(pages, codes, frozenset(left_out))


def _followed(problems: Iterable[Problem], decided: Sequence[Reading]) -> tuple[list[Problem], set[int]]:
    """`problems` with the decisions that were made on them, and which of `decided` (by place) have been used.

    A decision holds as long as every witness still says there what the decision records; a further witness may
    have joined. Otherwise the place is undecided again, and its reason says so.
    """
    by_key = {key: at for at, reading in enumerate(decided) for key in _keys(reading)}
    found: list[Problem] = []
    used: set[int] = set()
    for problem in problems:
        mine = problem.reading
        at = next((by_key[key] for key in _keys(mine) if key in by_key), None) if mine else None
        if mine is None or at is None:
            found.append(problem)
            continue
        used.add(at)
        theirs = decided[at]
        if not set(theirs.witnesses) <= set(mine.witnesses):
            why = f"底本与原校勘记不合，须重定（原作 {_witnesses_cell(theirs)}）；{mine.why}"
            mine = replace(mine, decision="undecided", why=why)
        elif theirs.decision != "undecided":
            mine = replace(theirs, witnesses=mine.witnesses)
        found.append(replace(problem, reading=mine))
    return found, used


def _keys(reading: Reading | None) -> list[tuple[str, ...]]:
    """What a reading is known by: its lines, or its section and code."""
    if reading is None:
        return []
    if reading.kind in _BY_LINE:
        return [(reading.kind, where) for where, _ in reading.witnesses]
    return [(reading.kind, reading.section, reading.code)]


def _stale(reading: Reading) -> Problem:
    """A decision on something that is not there (any more)."""
    where = reading.witnesses[0][0] if reading.witnesses else ""
    why = f"校勘记所记与底本不合：{_witnesses_cell(reading)}；{reading.why}"
    text = f"{reading.section} {reading.code}：{why}"
    english = f"a decision ({reading.kind}) on {reading.section} {reading.code} finds no such place in the witnesses"
    undecided = replace(reading, decision="undecided", why=why)
    return Problem("stale", where, text, english, reading.section, reading.code, undecided)


def _emended(
    decided: Iterable[Reading], places: Mapping[tuple[str, str], Place], kept: Mapping[str, Sequence[Row]]
) -> list[Problem]:
    """Decisions on places where the witnesses are at one and no rule sees a problem: names put right, words doubted,
    rows left out. A decision that finds something else there, or of another kind, is stale."""
    lines = {f"{w}:{row.line}": row for w, table in kept.items() for row in table}
    found: list[Problem] = []
    for reading in decided:
        at = places.get((reading.section, reading.code))
        if reading.kind in ("name", "wording") and at is not None:
            sound = set(reading.witnesses) <= set(at.names.items())
        else:
            sound = reading.kind == "row" and all(
                where in lines and text == lines[where].code + lines[where].name
                for where, text in reading.witnesses
            )
        if not sound:
            found.append(_stale(reading))
            continue
        where = str(at.sources[0]) if at else reading.witnesses[0][0]
        said = _witnesses_cell(reading)
        found.append(
            Problem(
                reading.kind,
                where,
                f"{said}：{reading.why}",
                f"{reading.kind}: {said}",
                reading.section,
                reading.code,
                reading,
            )
        )
    return found


def _differing_names(places: Iterable[Place], others: Sequence[CatalogVersion]) -> list[Problem]:
    """An undecided reading for each place where the witnesses have different names, with what speaks for each."""
    places = tuple(places)
    elsewhere: dict[str, Counter[str]] = defaultdict(Counter)
    for at in places:
        if level(at.code) < 4 and len(set(at.names.values())) == 1:
            elsewhere[at.code][at.name] += 1
    problems: list[Problem] = []
    for at in places:
        if len(set(at.names.values())) < 2:
            continue
        evidence: list[str] = []
        for name in dict.fromkeys(at.names.values()):
            for version in others:
                section = at.section if version.levels == 4 else at.code[0]
                same = version.find(section, at.code)
                if same is not None and same.name == name:
                    evidence.append(f"{version.id} 作“{name}”")
            if elsewhere[at.code][name]:
                evidence.append(f"其他部门 {elsewhere[at.code][name]} 处两底本均作“{name}”")
        why = "；".join(evidence) or "无旁证"
        reading = Reading(at.section, at.code, "name", tuple(at.names.items()), at.name, "undecided", why)
        text = f"{at.code} 异文：{_witnesses_cell(reading)}（{why}）"
        english = f"the witnesses read {at.code} differently: {' / '.join(dict.fromkeys(at.names.values()))}"
        problems.append(Problem("name", str(at.sources[0]), text, english, at.section, at.code, reading))
    return problems


def _suspicious_names(
    places: Iterable[Place], names: Mapping[tuple[str, str], str], others: Iterable[CatalogVersion]
) -> list[Problem]:
    """Names that look damaged: too short, without a Chinese character, with a question mark, or stuttering.

    A name that another version has too is not suspected.
    """
    known = {entry.name for version in others for entry in version.entries}
    problems: list[Problem] = []
    for at in places:
        name = names[at.section, at.code]
        odd = len(name) < 3 or re.search(r"[?？�]|的$|([一-鿿]{2,})\1|([、，的])\2", name)
        if name in known or not (odd or not re.search(r"[一-鿿]", name)):
            continue
        text, english = f"{at.code} 名称可疑：“{name}”", f"suspicious name of {at.code}: '{name}'"
        problems.append(Problem("wording", str(at.sources[0]), text, english, at.section, at.code))
    return problems


def _departing_headings(
    places: Sequence[Place], names: Mapping[tuple[str, str], str], others: Sequence[CatalogVersion]
) -> list[Problem]:
    """Headings of departments that differ from the provincial frame, or where the frame is not held from most others."""
    frames = [version for version in others if version.levels == 3 and "A" in version.classes]
    frame = {e.code: e.name for version in frames[-1:] for e in version.entries}
    usual: dict[str, Counter[str]] = defaultdict(Counter)
    for at in places:
        if level(at.code) in (2, 3):
            usual[at.code][names[at.section, at.code]] += 1
    problems: list[Problem] = []
    for at in places:
        if at.code not in usual or at.section in ("A", "B"):
            continue
        name = names[at.section, at.code]
        most, count = usual[at.code].most_common(1)[0]
        if at.code in frame and name != frame[at.code]:
            why = f"省目录 {frames[-1].id} 的 {at.code} 为“{frame[at.code]}”"
        elif at.code not in frame and usual[at.code][name] < count:
            why = f"其他部门的 {at.code} 作“{most}”" + ("（省目录该页未存）" if frame else "")
        else:
            continue
        reading = Reading(at.section, at.code, "heading", tuple(at.names.items()), name, "erratum", why)
        english = f"{at.code} is '{name}' here, '{frame.get(at.code, most)}' in the frame or elsewhere"
        problems.append(
            Problem(
                "heading",
                str(at.sources[0]),
                f"{at.code} 作“{name}”，{why}",
                english,
                at.section,
                at.code,
                reading,
            )
        )
    return problems


def _with_guesses(
    problems: Iterable[Problem], places: Sequence[Place], others: Sequence[CatalogVersion]
) -> list[Problem]:
    """`problems`, those of pages without a heading with the department of another version that they resemble most."""
    parts: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for at in places:
        parts[at.section].add((at.code, at.name))
    held = {
        (v.id, s): {(e.code, e.name) for e in v.in_section(s)}
        for v in others
        if v.levels == 4
        for s in v.sections
    }
    found: list[Problem] = []
    for problem in problems:
        reading, mine = problem.reading, parts.get(problem.section)
        if problem.kind == "section" and problem.undecided and reading is not None and mine and held:
            (version, section), theirs = max(held.items(), key=lambda item: len(item[1] & mine))
            shared = len(theirs & mine)
            if 2 * shared > len(mine):
                guess = f"本页 {len(mine)} 行中 {shared} 行与 {version}“{section}”同码同名"
                reading = replace(reading, chosen=section, why=f"{reading.why}；{guess}")
                problem = replace(problem, text=f"{problem.text}；{guess}", reading=reading)
        found.append(problem)
    return found


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


def _in_order(readings: Iterable[Reading], places: Sequence[Place]) -> tuple[Reading, ...]:
    """Readings by the place of their entry; those of a whole section before its entries."""
    at = {(p.section, p.code): number for number, p in enumerate(places, 1)}
    first: dict[str, int] = {}
    for number, p in enumerate(places, 1):
        first.setdefault(p.section, number)
    key = lambda r: (at.get((r.section, r.code), first.get(r.section, 0) - 0.5), _ORDER.index(r.kind))  # noqa: E731
    return tuple(sorted(readings, key=key))


def entries_table(entries: Iterable[Entry]) -> str:
    """The text of `entries.tsv`, `printed_code` only where it differs."""
    lines = ["\t".join(ENTRY_COLUMNS)]
    for e in entries:
        printed = e.printed_code if e.printed_code != e.code else ""
        lines.append("\t".join((e.section, e.code, printed, e.name, e.source)))
    return "\n".join(lines) + "\n"


def _witnesses_cell(reading: Reading) -> str:
    return " ¦ ".join(f"{witness}={text}" for witness, text in reading.witnesses)


def readings_table(readings: Iterable[Reading]) -> str:
    """The text of `readings.tsv`."""
    lines = ["\t".join(READING_COLUMNS)]
    for r in readings:
        lines.append("\t".join((r.section, r.code, r.kind, _witnesses_cell(r), r.chosen, r.decision, r.why)))
    return "\n".join(lines) + "\n"


def catalog_table(version: CatalogVersion, undecided: int) -> str:
    """The text of a drafted `catalog.toml`; what a person must still see to is said in comments.

    A draft with undecided places says so (`draft = true`), and is refused by `catalog.load`.
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


def _toml(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "[" + ", ".join(map(_toml, value)) + "]"
