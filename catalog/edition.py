"""From transcriptions to an edition: collating witnesses, naming what is wrong, applying decisions.

`collate` lays the witnesses of one document side by side and gives every place of the catalog once, in printed
order. `problems` lists what a careful reader must look at. `apply` puts the committed decisions (the apparatus,
`readings.tsv`) on the collation. `entries_table` is the `entries.tsv` that results. The same sources and the
same decisions always give the same bytes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from catalog.codes import is_code, level, parent
from catalog.errors import CatalogError
from catalog.load import ENTRY_COLUMNS
from catalog.model import Entry, Reading, Source
from catalog.transcription import Row

#: a page whose department is not known yet: a heading on a page that is not held
UNPLACED = "〔待定〕"


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the catalog as the witnesses have it: where, under which code, and what each one reads."""

    section: str
    code: str
    printed: str
    names: Mapping[str, str]
    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        """What the first witness reads."""
        return next(iter(self.names.values()))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person must look at before the draft becomes an edition. `kind` is stable, `text` is for people."""

    kind: str
    where: str
    text: str
    english: str
    section: str = ""
    code: str = ""


@dataclass(frozen=True)
class Draft:
    """A collation: its places in printed order, the sections in order with their pages, and its problems."""

    places: tuple[Place, ...]
    sections: Mapping[str, int | None]
    problems: tuple[Problem, ...] = ()
    contents: Mapping[str, int] = field(default_factory=dict)


def _implied(code: str, heading: str, taken: set[str]) -> str:
    """The code that a row's place implies: under `heading`, with the two digits it prints, if those are free."""
    if is_code(code) and (not heading or code.startswith(heading) or level(code) < 4):
        return code
    if not heading:
        return "A" + code if is_code("A" + code) else code
    implied = heading + code[-2:]
    return implied if implied not in taken and level(implied) == 4 else code


def place_rows(witness: str, rows: Iterable[Row]) -> tuple[list[Place], list[Problem]]:
    """The rows of one witness with their section and the code their place implies, and what is odd about them.

    A new page whose first row cannot continue the section (its heading is not there, or codes run backwards)
    opens an unplaced section, named after its first line: the page between is missing.
    """
    places: list[Place] = []
    problems: list[Problem] = []
    section, heading, previous = "", "", ""
    taken: set[str] = set()
    fresh_page, placed = False, False

    def note(kind: str, row: Row, text: str, english: str) -> None:
        problems.append(Problem(kind, f"{witness}:{row.line}", text, english, section, row.code))

    for row in rows:
        if row.kind == "header":
            fresh_page = True
        elif row.kind == "section":
            if placed and previous and level(previous) < 4 and section not in ("A", "B"):
                note("empty", row, f"“{section}”末尾的 {previous} 之下没有条目", f"nothing under {previous}")
            section, heading, previous, placed = row.name, "", "", True
            taken, fresh_page = set(), False
        elif row.kind == "entry":
            code, name = row.code, row.name
            if code in ("A", "B") and not placed:
                section, heading, taken = code, "", set()
            frame = section in ("A", "B")
            if not section:
                section, taken = f"{UNPLACED}{witness}:{row.line}", set()
                note(
                    "unplaced",
                    row,
                    f"首行 {code}{name} 之前没有部门标题",
                    f"{code} {name} stands before any section",
                )
            well_formed = is_code(code)
            deep = well_formed and level(code) == 4
            if fresh_page and previous and page_missing(code, previous, heading, taken, frame):
                if not frame:
                    section, taken, heading = f"{UNPLACED}{witness}:{row.line}", set(), ""
                note(
                    "missing page",
                    row,
                    f"本页首行 {code}{name} 接不上前页的 {previous}，其间缺页",
                    f"this page starts with {code} {name}, which cannot follow {previous}: a page is missing",
                )
            fresh_page = False
            if deep and heading and not code.startswith(heading) or not well_formed:
                implied = _implied(code, heading, taken)
                note(
                    "contradiction",
                    row,
                    f"印刷代码 {code} 与所在标题 {heading or '（无）'} 不符，按位置应为 {implied}",
                    f"printed code {code} contradicts its heading {heading or '(none)'}; its place implies {implied}",
                )
                code = implied
                if not is_code(code):
                    continue
            elif deep and not heading:
                note(
                    "orphan",
                    row,
                    f"{code}{name} 之上没有三级标题",
                    f"{code} {name} has no third-level heading",
                )
            if level(code) in (2, 3) and parent(code) not in taken:
                note(
                    "gap",
                    row,
                    f"{code}{name} 之上缺标题 {parent(code)}",
                    f"heading {parent(code)} is missing",
                )
            if code in taken:
                note(
                    "duplicate",
                    row,
                    f"代码 {code} 在“{section}”中重复",
                    f"{code} stands twice in '{section}'",
                )
                continue
            if level(code) < 4:
                heading = code if level(code) == 3 else ""
            if len(name) < 3 or "?" in name or "�" in name:
                note("name", row, f"名称可疑：“{name}”", f"suspicious name: '{name}'")
            taken.add(code)
            previous = code
            places.append(Place(section, code, row.code, {witness: name}, (Source(witness, row.line),)))
    return places, problems


def page_missing(code: str, previous: str, heading: str, taken: set[str], frame: bool) -> bool:
    """Whether a page that starts with `code` cannot continue one that ended with `previous` under `heading`.

    In the provincial frame (`frame`) second-level headings follow each other without a gap; in a department's
    section codes never run backwards and a third-level heading has entries under it.
    """
    if not is_code(code):
        return False
    if frame:
        return level(code) == 2 and code[0] == previous[0] and int(code[1:3]) - int(previous[1:3] or 0) > 1
    if code < previous or code in taken:
        return True
    if level(code) == 4:
        return not code.startswith(heading or "-") and parent(code) not in taken
    return level(previous) == 3 and level(code) == 2


def collate(witnesses: Mapping[str, Sequence[Row]]) -> Draft:
    """The places of all `witnesses` (id → rows), the first being the base whose order and sections lead.

    The others are aligned to it row by row (longest common runs of code and name), so that rows which a missing
    page hung under a wrong department come back to their own. A row that only another witness has is put in
    where it stands there, and reported.
    """
    base, *others = witnesses
    places, problems = place_rows(base, witnesses[base])
    for witness in others:
        rows, theirs = place_rows(witness, witnesses[witness])
        places, more = _align(places, rows, witness)
        problems += [p for p in theirs if p.kind != "contradiction"] + more
    contents = {r.name: r.page or 0 for w in witnesses.values() for r in w if r.kind == "toc" and r.name}
    sections = dict.fromkeys((p.section for p in places), None) | {}
    draft = Draft(tuple(places), {s: contents.get(s) for s in sections}, contents=contents)
    return replace(draft, problems=tuple(problems + _contents_problems(draft) + _heading_problems(draft)))


def _align(places: list[Place], rows: list[Place], witness: str) -> tuple[list[Place], list[Problem]]:
    problems: list[Problem] = []
    matcher = SequenceMatcher(
        None, [(p.printed, p.name) for p in places], [(r.printed, r.name) for r in rows], autojunk=False
    )
    merged: list[Place] = []

    def both(mine: Place, their: Place) -> Place:
        if their.printed != mine.printed:
            text = f"代码 {mine.printed} 在 {witness} 作 {their.printed}"
            problems.append(
                Problem("code differs", str(their.sources[0]), text, text, mine.section, mine.code)
            )
        return replace(mine, names={**mine.names, **their.names}, sources=mine.sources + their.sources)

    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            merged += [both(a, b) for a, b in zip(places[i:j], rows[k:m], strict=True)]
            continue
        waiting = {r.code: r for r in rows[k:m]}
        for mine in places[i:j]:
            their = waiting.pop(mine.code, None)
            merged.append(both(mine, their) if their else mine)
        section = places[i - 1].section if i else (places[j].section if j < len(places) else "")
        for extra in waiting.values():
            merged.append(replace(extra, section=section))
            text = f"{extra.printed}{extra.name} 只见于 {witness}"
            problems.append(
                Problem("only here", str(extra.sources[0]), text, f"only in {witness}", section, extra.code)
            )
        if j - i > 3 and not waiting and m == k:
            text = f"{witness} 缺 {len(places[i:j])} 行（自 {places[i].section} {places[i].code} 起）"
            problems.append(
                Problem(
                    "lacks",
                    witness,
                    text,
                    f"{witness} lacks {j - i} rows from {places[i].code}",
                    places[i].section,
                )
            )
    return merged, problems


def _contents_problems(draft: Draft) -> list[Problem]:
    """Sections that the table of contents has and the pages have not, and sections out of its order."""
    if not draft.contents:
        return []
    problems = []
    held = list(draft.sections)
    for name, page in draft.contents.items():
        if name not in draft.sections:
            text = f"总目录第 {page} 页的“{name}”不在正文"
            problems.append(
                Problem("not held", "目录", text, f"'{name}' (page {page}) is not in the pages", name)
            )
    order = [name for name in draft.contents if name in draft.sections]
    listed = [name for name in held if name in draft.contents]
    for expected, found in zip(order, listed, strict=True):
        if expected != found:
            text = f"部门次序与总目录不符：应为“{expected}”，实为“{found}”"
            problems.append(
                Problem("order", "目录", text, f"expected section '{expected}', found '{found}'", found)
            )
            break
    for name in held:
        if name not in draft.contents and not name.startswith(UNPLACED):
            text = f"“{name}”不在总目录"
            problems.append(
                Problem("unlisted section", "目录", text, f"'{name}' is not in the contents", name)
            )
    return problems


def _heading_problems(draft: Draft) -> list[Problem]:
    """Headings whose name most other sections print otherwise, and headings under which nothing stands."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for p in draft.places:
        if level(p.code) in (2, 3):
            names[p.code][p.name] += 1
    problems = []
    for p in draft.places:
        usual, count = names[p.code].most_common(1)[0] if p.code in names else (p.name, 1)
        if p.name != usual and names[p.code][p.name] < count:
            text = f"{p.code} 作“{p.name}”，多数部门作“{usual}”"
            problems.append(
                Problem(
                    "heading", str(p.sources[0]), text, f"most sections print '{usual}'", p.section, p.code
                )
            )
    return problems


def disagreements(draft: Draft) -> tuple[Place, ...]:
    """The places where the witnesses read different names."""
    return tuple(p for p in draft.places if len(set(p.names.values())) > 1)


def apply(draft: Draft, readings: Iterable[Reading], version: str) -> tuple[Entry, ...]:
    """The entries of `version`: the draft with every decision of the apparatus on it.

    A reading of kind `section` places an unplaced page (its code is the page's first); `name` chooses a name.
    Raises CatalogError where a place is undecided: witnesses that disagree, or a page without a department.
    """
    pages = {r.code: r.chosen for r in readings if r.kind == "section"}
    names = {(r.section, r.code): r.chosen for r in readings if r.kind == "name"}
    placed: dict[str, str] = {}
    entries = []
    for place in draft.places:
        section = place.section
        if section.startswith(UNPLACED):
            section = placed.setdefault(section, pages.get(place.printed, section))
            if section.startswith(UNPLACED):
                raise CatalogError(
                    f"{place.sources[0]} 起的一页属于哪个部门尚未决定",
                    f"the page from {place.sources[0]} has no department yet",
                )
        name = names.get((section, place.code))
        if name is None:
            if len(set(place.names.values())) > 1:
                raise CatalogError(
                    f"{section} {place.code} 的异文尚未决定：{' / '.join(place.names.values())}",
                    f"{section} {place.code}: the witnesses disagree and no decision is made",
                    str(place.sources[0]),
                )
            name = place.name
        source = " ".join(map(str, place.sources))
        entries.append(Entry(version, section, place.code, name, place.printed, source))
    return tuple(entries)


def entries_table(entries: Iterable[Entry]) -> str:
    """The text of `entries.tsv`, `printed_code` only where it differs."""
    lines = ["\t".join(ENTRY_COLUMNS)]
    for e in entries:
        printed = e.printed_code if e.printed_code != e.code else ""
        lines.append("\t".join((e.section, e.code, printed, e.name, e.source)))
    return "\n".join(lines) + "\n"
