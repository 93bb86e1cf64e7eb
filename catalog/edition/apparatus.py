"""The apparatus of an edition: what it must record, and how decisions in it are followed.

Where witnesses differ, where a heading departs from the provincial frame, where a name looks damaged: each becomes a
`Problem`, with a reading for the apparatus where there is something to record. Decisions that a person has made in an
apparatus are put in place of what was found, as long as the witnesses still say what the decision rests on; nothing is
decided here, evidence is only named.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from goufu.catalog.codes import level
from goufu.catalog.edition.collation import Decisions, PlacedRow, Problem
from goufu.catalog.edition.transcription import Row
from goufu.catalog.model import CatalogVersion, Reading, ReadingKind

#: readings that stand at a row, not at an entry, and are known by its line
_BY_LINE: tuple[ReadingKind, ...] = ("code", "section", "row")
_ORDER: tuple[ReadingKind, ...] = (
    "contents", "section", "row", "missing heading", "name", "code", "numbering", "heading", "wording",
)  # fmt: skip


def relocated(decided: Iterable[Reading], tables: Mapping[str, Sequence[Row]]) -> tuple[Reading, ...]:
    """`decided` with the lines of its rows as they are in `tables` (witness id → rows).

    A reading given for a row keeps its line where the row there says what it records. Where lines have shifted
    it moves to the only row that says so; that of a page's department to the nearest, since it counts only where a
    department is in doubt. Where there is none it stays as it is, and will be stale.
    """
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    for witness, table in tables.items():
        for row in table:
            for text in {row.code, row.code + row.name}:
                said[witness, text].append(row.line)

    def moved(where: str, text: str, kind: ReadingKind) -> str:
        witness, _, line = where.partition(":")
        lines = said[witness, text]
        if not line.isdecimal() or int(line) in lines or not lines or (len(lines) > 1 and kind != "section"):
            return where
        return f"{witness}:{min(lines, key=lambda other: abs(other - int(line)))}"

    return tuple(
        replace(r, witnesses=tuple((moved(where, text, r.kind), text) for where, text in r.witnesses))
        if r.kind in _BY_LINE
        else r
        for r in decided
    )


def decisions_in(decided: Iterable[Reading], tables: Mapping[str, Sequence[Row]]) -> Decisions:
    """What `decided` says of single rows and of the table of contents.

    Only decisions count whose rows say in `tables` what the decision records.
    """
    at = {f"{witness}:{row.line}": row for witness, table in tables.items() for row in table}
    pages: dict[str, str] = {}
    codes: dict[str, str] = {}
    contents: dict[str, str] = {}
    left_out: set[str] = set()
    for reading in decided:
        if reading.decision == "undecided":
            continue
        where = [
            line for line, text in reading.witnesses if line in at and _says(at[line], reading.kind) == text
        ]
        if reading.kind == "section":
            pages.update(dict.fromkeys(where, reading.chosen))
        elif reading.kind == "code":
            codes.update(dict.fromkeys(where, reading.code))
        elif reading.kind == "row":
            left_out.update(where)
        elif reading.kind == "contents":
            contents[reading.section] = reading.chosen
    return Decisions(pages, codes, frozenset(left_out), contents)


def _says(row: Row, kind: ReadingKind) -> str:
    """What a reading of this kind records of a row."""
    return row.code if kind == "code" else row.code + row.name


def followed(problems: Iterable[Problem], decided: Sequence[Reading]) -> tuple[list[Problem], set[int]]:
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
        if not _said(theirs) <= _said(mine):
            why = f"底本与原校勘记不合，须重定（原作 {witnesses_cell(theirs)}）；{mine.why}"
            mine = replace(mine, decision="undecided", why=why)
        elif theirs.decision != "undecided":
            mine = replace(theirs, witnesses=mine.witnesses)
        found.append(replace(problem, reading=mine))
    return found, used


def _keys(reading: Reading | None) -> list[tuple[str, ...]]:
    """What a reading is known by: its lines, if it stands at a row, and its section and code, if it has one."""
    if reading is None:
        return []
    keys: list[tuple[str, ...]] = []
    if reading.kind in _BY_LINE:
        keys += [(reading.kind, where) for where, _ in reading.witnesses]
    if reading.kind not in ("section", "row") and (reading.code or reading.kind != "code"):
        keys.append((reading.kind, reading.section, reading.code))
    return keys


def _said(reading: Reading) -> set[tuple[str, str]]:
    """What each witness has, without the line."""
    return {(witness.partition(":")[0], text) for witness, text in reading.witnesses}


def stale(reading: Reading) -> Problem:
    """A decision on something that is not there (any more)."""
    where = reading.witnesses[0][0] if reading.witnesses else ""
    why = f"校勘记所记与底本不合：{witnesses_cell(reading)}；{reading.why}"
    text = f"{reading.section} {reading.code}：{why}"
    english = f"a decision ({reading.kind}) on {reading.section} {reading.code} finds no such place in the witnesses"
    undecided = replace(reading, decision="undecided", why=why)
    return Problem("stale", where, text, english, reading.section, reading.code, undecided)


def emended(
    decided: Iterable[Reading], places: Mapping[tuple[str, str], PlacedRow], kept: Mapping[str, Sequence[Row]]
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
                where in lines and text == _says(lines[where], "row") for where, text in reading.witnesses
            )
        if not sound:
            found.append(stale(reading))
            continue
        where = str(at.sources[0]) if at else reading.witnesses[0][0]
        said = witnesses_cell(reading)
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


def differing_names(places: Iterable[PlacedRow], others: Sequence[CatalogVersion]) -> list[Problem]:
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
        text = f"{at.code} 异文：{witnesses_cell(reading)}（{why}）"
        english = f"the witnesses read {at.code} differently: {' / '.join(dict.fromkeys(at.names.values()))}"
        problems.append(Problem("name", str(at.sources[0]), text, english, at.section, at.code, reading))
    return problems


def suspicious_names(
    places: Iterable[PlacedRow], names: Mapping[tuple[str, str], str], others: Iterable[CatalogVersion]
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


def departing_headings(
    places: Sequence[PlacedRow], names: Mapping[tuple[str, str], str], others: Sequence[CatalogVersion]
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


def with_guesses(
    problems: Iterable[Problem], places: Sequence[PlacedRow], others: Sequence[CatalogVersion]
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


def in_order(readings: Iterable[Reading], places: Sequence[PlacedRow]) -> tuple[Reading, ...]:
    """Readings by the place of their entry; one without an entry goes where its code would."""
    at = {(place.section, place.code): number for number, place in enumerate(places)}
    codes: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (section, code), number in at.items():
        codes[section].append((code, number))

    def position(reading: Reading) -> tuple[float, int]:
        number: float | None = at.get((reading.section, reading.code))
        if number is None:
            later = (n for code, n in codes[reading.section] if code > reading.code)
            number = next(later, len(places)) - 0.5
        return number, _ORDER.index(reading.kind)

    return tuple(sorted(readings, key=position))


def witnesses_cell(reading: Reading) -> str:
    """The readings of the witnesses as a cell of `readings.tsv`: `004=养老保险 ¦ 002=养老`."""
    return " ¦ ".join(f"{witness}={text}" for witness, text in reading.witnesses)
