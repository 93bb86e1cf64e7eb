"""Putting the lines of a catalog in their places: which department, under which heading, by which code.

The place of a row is told by what stands above it. Where the row's own code contradicts its place (an official
misprint or a misreading), the code that the place implies is taken and the printed one kept; where a page is
missing, the rows after it are not hung under the department before it but wait for a decision, unless the table
of contents leaves only one. Everything that a careful reader must look at becomes a `Problem`; nothing is passed
over. Decisions already made are followed; what they are is said in `goufu.catalog.edition.draft`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from goufu.catalog.codes import is_code, level, number, parent
from goufu.catalog.edition.alignment import Line
from goufu.catalog.model import Reading, ReadingDecision, Source

#: a page whose department is not known: its heading is on a page that is not held
UNPLACED = "〔待定〕"

ProblemKind = Literal[
    "code", "contents", "duplicate", "empty heading", "heading", "lacks", "missing heading", "missing page", "name",
    "not held", "numbering", "order", "repeated page", "row", "section", "stale", "stray column", "truncated", "wording",
]  # fmt: skip

_LOOKALIKE = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """One row of the catalog in its place.

    `code` is the code that the place implies, `printed` what the document prints there; `names` is what each
    witness that has the row reads, by witness id.
    """

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
    """Something a person must look at. `kind` is stable, `where` a witness and line, the sentences are for people.

    `reading` is the row of the apparatus that records it; while its decision is "undecided" the draft is no edition.
    """

    kind: ProblemKind
    where: str
    text: str
    english: str
    section: str = ""
    code: str = ""
    reading: Reading | None = None

    @property
    def undecided(self) -> bool:
        """Whether a person must decide before the draft is an edition."""
        return self.reading is not None and self.reading.decision == "undecided"


@dataclass(frozen=True)
class Decisions:
    """What has been decided on single rows, by where they are ("004:4037").

    `pages`: the department of a page that starts there, or of a heading that is there. `codes`: the code that the row's place has. `left_out`:
    rows that are no part of the catalog. `contents`: names of sections in the table of contents, by what the base
    has there.
    """

    pages: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    contents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Placing:
    """The result: places in printed order, the sections in order, each with whether it looks whole, and problems."""

    places: tuple[PlacedRow, ...]
    sections: Mapping[str, bool]
    problems: tuple[Problem, ...]


@dataclass
class _Part:
    """A section while it is read.

    `heading` is the third-level heading above, `previous` the code just read, `last` the number last read under
    each heading. `torn` is the deepest level whose headings may stand on a missing page (0: none is missing);
    `unheaded` are headings whose lack has been noted.
    """

    name: str
    taken: dict[str, PlacedRow] = field(default_factory=dict)
    heading: str = ""
    previous: str = ""
    last: dict[str, int] = field(default_factory=dict)
    torn: int = 0
    whole: bool = True
    unheaded: set[str] = field(default_factory=set)

    def tear(self) -> None:
        """Forget what stood above: a page is missing here."""
        self.heading = self.previous = ""
        self.last.clear()
        self.torn, self.whole = 3, False


@dataclass
class _Work:
    """Everything collected so far. `part` is None before the first section."""

    levels: int
    contents: Sequence[str]
    decisions: Decisions
    parts: dict[str, _Part] = field(default_factory=dict)
    part: _Part | None = None
    places: list[PlacedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def open(self, name: str) -> _Part:
        """Go on in section `name`, a new one or one that was left before."""
        self.part = self.parts.setdefault(name, _Part(name))
        return self.part


def place(
    lines: Sequence[Line], levels: int, contents: Sequence[str] = (), decisions: Decisions | None = None
) -> Placing:
    """The places of `lines` in a catalog of `levels` levels: 3, the provincial frame or class B, whose sections
    are the letters of its classes; or 4, department sections under their headings, in the order of `contents`.
    """
    work = _Work(levels, contents, decisions or Decisions())
    following = _next_sections(lines)
    for line, later in zip(lines, following, strict=True):
        if line.lead.kind == "section":
            _open_section(work, line)
        elif not any(str(source) in work.decisions.left_out for source in line.sources):
            _enter(work, line, later)
    for part in work.parts.values():
        _note_empty_headings(work, part)
    return Placing(
        tuple(work.places), {p.name: p.whole for p in work.parts.values() if p.taken}, tuple(work.problems)
    )


def _next_sections(lines: Sequence[Line]) -> list[str]:
    """For each line the name of the next section heading after it, "" if there is none."""
    names: list[str] = []
    name = ""
    for line in reversed(lines):
        names.append(name)
        if line.lead.kind == "section":
            name = line.lead.name
    return names[::-1]


def _open_section(work: _Work, line: Line) -> None:
    """Begin a section under the name that its heading has, or say that the heading is in doubt."""
    names = list(dict.fromkeys(row.name for row in line.rows.values()))
    decided = next((d for s in line.sources if (d := work.decisions.pages.get(str(s)))), "")
    listed = [name for name in names if name in work.contents]
    name = decided or (listed[0] if len(listed) == 1 else names[0])
    if len(names) > 1 or (work.contents and not listed):
        _note_heading(work, line, name, bool(decided) or len(listed) == 1)
    if name in work.parts and work.parts[name] is not work.part:
        _note(work, "order", line, f"部门“{name}”再次出现", f"section {name} stands here a second time", name)
    work.open(name).previous = ""


def _note_heading(work: _Work, line: Line, name: str, settled: bool) -> None:
    """A section heading that the witnesses read differently, or that the contents have not."""
    readings = tuple((f"{w}:{row.line}", row.name) for w, row in line.rows.items())
    shown = " / ".join(dict.fromkeys(text for _, text in readings))
    if name in work.contents:
        why, close = f"总目录作“{name}”", []
    else:
        why = "不在总目录" if work.contents else "各底本不同"
        unused = [section for section in work.contents if section not in work.parts]
        close = get_close_matches(name, unused, 1, 0.5)
    if close and not settled:
        why += f"，与“{close[0]}”相近"
    chosen = name if settled or not close else close[0]
    decision: ReadingDecision = "settled" if settled else "undecided"
    reading = Reading(name, "", "section", readings, chosen, decision, why)
    english = f"the heading '{shown}' is in doubt: the witnesses differ or the contents have it not"
    _note(work, "section", line, f"部门标题“{shown}”：{why}", english, name, reading=reading)


def _enter(work: _Work, line: Line, later: str) -> None:
    """Put one entry in its place, or say why it has none."""
    row = line.lead
    if row.levels != work.levels or (work.levels == 4 and row.code[:1] == "B"):
        _note_row(work, line, "不属于这份目录", "belongs to another catalog")
        return
    part = _part_of(work, line, later)
    printed = _printed(part, line)
    code = _decided_code(work, line) or _implied(work, part, printed)
    if not code:
        _note_code(work, part, line, printed, "", "undecided", "与所在标题不符，由位置也推不出代码")
        return
    if code in part.taken:
        _note_duplicate(work, part, line, code, printed)
        return
    if len({r.code for r in line.rows.values()}) > 1:
        fits = sum(_fits(part, r.code) for r in line.rows.values()) == 1
        why = f"各底本代码不同；只有 {code} 合于位置" if fits else "各底本代码不同，由位置不能决定"
        _note_code(work, part, line, printed, code, "settled" if fits else "undecided", why)
    elif code != printed:
        why = f"印刷代码与其上标题 {parent(code)} 不符；按位置应为 {code}"
        _note_code(work, part, line, printed, code, "erratum", why)
    _check(work, part, line, code)
    names = {witness: r.name for witness, r in line.rows.items()}
    placed = PlacedRow(part.name, code, printed, names, line.sources)
    part.taken[code] = placed
    part.previous = code
    if level(code) < 4:
        part.heading = code if level(code) == 3 else ""
        part.last[code] = 0
        part.torn = min(part.torn, level(code) - 1) if level(code) > 1 else 0
    part.last[parent(code)] = number(code)
    work.places.append(placed)


def _part_of(work: _Work, line: Line, later: str) -> _Part:
    """The section that `line` belongs to, noting where a page or a heading is missing before it."""
    row, part = line.lead, work.part
    code = row.code
    if work.levels == 3:
        name = code[0] if code[:1] in ("A", "B") else (part.name if part else "A")
        if part is None or part.name != name:
            part = work.open(name)
            if line.opens_page and not part.taken and code != name:
                _note_missing_page(work, line, part)
                part.tear()
        if line.opens_page and part.previous and not _continues_frame(part, code):
            _note_missing_page(work, line, part)
            part.tear()
        return part
    if part is None:
        return _unplaced(work, line, None, later)
    if part.previous and is_code(code):
        if line.opens_page and not _continues(part, code):
            _note_missing_page(work, line, part)
            return _unplaced(work, line, part, later)
        if level(code) < 3 and code != part.previous and (code in part.taken or code < part.previous):
            _note(work, "missing heading", line, f"{code} 接不上 {part.previous}，其间似缺部门标题",
                  f"{code} cannot follow {part.previous}: a section heading seems to be missing")  # fmt: skip
            return _unplaced(work, line, part, later)
    return part


def _continues_frame(part: _Part, code: str) -> bool:
    """Whether a page that starts with `code` can follow: second-level headings of the frame leave no gap."""
    if not is_code(code) or code in part.taken or code < part.previous:
        return not is_code(code)
    if level(code) == 2:
        return number(code) - part.last.get(parent(code), number(part.previous[:3])) == 1
    return parent(code) in part.taken


def _continues(part: _Part, code: str) -> bool:
    """Whether a page that starts with `code` can follow: codes of a department do not run backwards, entries and
    third-level headings stand under their own heading, and a heading has something under it."""
    if code in part.taken or code < part.previous:
        return False
    if level(code) == 4:
        return code.startswith(part.heading or "-")
    if level(code) == 3 and parent(code) not in part.taken:
        return False
    return level(part.previous) == 4 or level(code) > level(part.previous)


def _unplaced(work: _Work, line: Line, before: _Part | None, later: str) -> _Part:
    """The section of a page whose heading is not there: as decided, or the only one that the contents leave."""
    decided = next((d for s in line.sources if (d := work.decisions.pages.get(str(s)))), "")
    left = _candidates(work.contents, before.name if before else "", later)
    if before is not None:
        before.whole = False
    name = decided or (left[0] if len(left) == 1 else f"{UNPLACED}{line.sources[0]}")
    part = work.open(name)
    part.tear()
    if decided or len(left) != 1:
        row = line.lead
        guess = f"；按总目录为{'、'.join(left)}之一" if left else ""
        reading = Reading(
            section=decided or name,
            code=row.code,
            kind="section",
            witnesses=tuple((f"{w}:{r.line}", f"{r.code}{r.name}") for w, r in line.rows.items()),
            chosen=decided,
            decision="settled" if decided else "undecided",
            why=f"首行之前没有部门标题{guess}",
        )
        text = f"自 {row.code}{row.name} 起属于哪个部门不明{guess}"
        english = f"no heading tells which section {row.code} and the rows after it belong to"
        work.problems.append(
            Problem("section", str(line.sources[0]), text, english, part.name, row.code, reading)
        )
    return part


def _candidates(contents: Sequence[str], before: str, later: str) -> list[str]:
    """The sections of the contents from `before` (included) to `later` (not included); none if not known."""
    if before not in contents or (later and later not in contents):
        return []
    first = list(contents).index(before)
    return list(contents)[first : list(contents).index(later) if later else None]


def _fits(part: _Part, code: str) -> bool:
    """Whether `code` can stand here: well-formed, not yet taken, rising, a fourth-level one under its heading."""
    if not is_code(code) or code in part.taken or code < part.previous:
        return False
    return level(code) < 4 or not part.heading or code.startswith(part.heading)


def _printed(part: _Part, line: Line) -> str:
    """The code that the document prints: where witnesses differ, the one that fits, else the base's."""
    fitting = [row.code for row in line.rows.values() if _fits(part, row.code)]
    return fitting[0] if fitting else line.lead.code


def _implied(work: _Work, part: _Part, printed: str) -> str:
    """The code that a row's place implies; "" where it implies none."""
    code = printed if is_code(printed) else printed.translate(_LOOKALIKE)
    if code.isdecimal():
        code = f"{(part.heading or part.previous or 'A')[0]}{code}"
    if not is_code(code) or level(code) > work.levels:
        return ""
    if level(code) < 4 or not part.heading or code.startswith(part.heading):
        return code
    implied = part.heading + code[-2:]
    return "" if implied in part.taken else implied


def _decided_code(work: _Work, line: Line) -> str:
    return next((code for s in line.sources if (code := work.decisions.codes.get(str(s)))), "")


def _check(work: _Work, part: _Part, line: Line, code: str) -> None:
    """Note a heading that is missing above `code` and numbers that are skipped before it."""
    above = parent(code)
    if above and above not in part.taken and part.torn < level(above):
        if above not in part.unheaded:
            part.unheaded.add(above)
            why = f"{code} 之上未印标题 {above}"
            reading = Reading(
                part.name, above, "missing heading", tuple((w, "") for w in line.rows), "", "erratum", why
            )
            _note(
                work,
                "missing heading",
                line,
                why,
                f"{code} has no heading {above} above it",
                part.name,
                above,
                reading,
            )
        if level(above) == 3:
            part.heading = above
    deep = level(code) == 4 or work.levels == 3
    if deep and above in part.last:
        for skipped in range(part.last[above] + 1, number(code)):
            unused = f"{above}{skipped:02d}"
            before = f"标题 {above}" if part.previous == above else part.previous
            why = f"{above} 之下无 {skipped:02d}：{before} 之后即为 {code}"
            reading = Reading(
                part.name, unused, "numbering", tuple((w, "") for w in line.rows), "", "erratum", why
            )
            english = f"no {skipped:02d} under {above}: {code} follows {part.previous}"
            _note(work, "numbering", line, why, english, part.name, unused, reading)
        if number(code) < part.last[above]:
            _note(
                work,
                "order",
                line,
                f"{code} 排在 {part.previous} 之后",
                f"{code} stands after {part.previous}",
                part.name,
                code,
            )


def _note_empty_headings(work: _Work, part: _Part) -> None:
    headed = {parent(code) for code in part.taken}
    for code, placed in part.taken.items():
        if level(code) < work.levels and code not in headed:
            where = str(placed.sources[0])
            text, english = (
                f"标题 {code}{placed.name} 之下没有条目",
                f"nothing stands under the heading {code}",
            )
            work.problems.append(Problem("empty heading", where, text, english, part.name, code))


def _note(
    work: _Work, kind: ProblemKind, line: Line, text: str, english: str, section: str = "", code: str = "",
    reading: Reading | None = None,
) -> None:  # fmt: skip
    work.problems.append(Problem(kind, str(line.sources[0]), text, english, section, code, reading))


def _note_missing_page(work: _Work, line: Line, part: _Part) -> None:
    row = line.lead
    part.whole = False
    if part.previous:
        text = f"本页首行 {row.code}{row.name} 接不上前页的 {part.previous}，其间缺页"
        english = f"this page starts with {row.code}, which cannot follow {part.previous}: a page is missing"
    else:
        text = f"本页首行 {row.code}{row.name} 之前缺页"
        english = f"this page starts with {row.code}: a page before it is missing"
    _note(work, "missing page", line, text, english, part.name, row.code)


def _note_row(work: _Work, line: Line, zh: str, en: str) -> None:
    """A row that has no place in this catalog: to be left out, or to be put right in the transcription."""
    section = work.part.name if work.part else ""
    witnesses = tuple((f"{w}:{r.line}", f"{r.code}{r.name}") for w, r in line.rows.items())
    reading = Reading(section, "", "row", witnesses, "", "undecided", zh)
    row = line.lead
    _note(work, "row", line, f"{row.code}{row.name} {zh}", f"{row.code} {en}", section, row.code, reading)


def _note_code(
    work: _Work, part: _Part, line: Line, printed: str, code: str, decision: ReadingDecision, why: str
) -> None:
    witnesses = tuple((f"{w}:{r.line}", r.code) for w, r in line.rows.items())
    reading = Reading(part.name, code, "code", witnesses, printed, decision, why)
    english = f"printed code {printed} does not fit its place" + (f", which implies {code}" if code else "")
    _note(
        work, "code", line, f"{printed}{line.lead.name}：{why}", english, part.name, code or printed, reading
    )


def _note_duplicate(work: _Work, part: _Part, line: Line, code: str, printed: str) -> None:
    row, first = line.lead, part.taken[code]
    if row.name == first.name:
        text = f"{code}{row.name} 与 {first.sources[0]} 重复，只留一处"
        english = f"{code} repeats {first.sources[0]}; only one is kept"
        _note(work, "duplicate", line, text, english, part.name, code)
        return
    _note_code(
        work, part, line, printed, "", "undecided", f"代码 {code} 已用于 {first.sources[0]} 的“{first.name}”"
    )
