"""What is wrong with a transcription as a whole, before any row is put in its place.

Its contents against its pages, the pages' own numbers, pages that stand twice, rows that cannot be read, an end
that is not there. Each check looks at one witness and takes nothing on trust; where rows are set aside, it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from goufu.catalog.edition.alignment import Line
from goufu.catalog.edition.collation import Decisions, Problem, ProblemKind
from goufu.catalog.edition.transcription import Document, Row
from goufu.catalog.errors import CatalogError
from goufu.catalog.model import Reading, ReadingDecision

#: a table with more unreadable rows than this, and more than entries, is no catalog
MOST_UNREAD = 200


def inspect(
    witness: str, document: Document, rows: Sequence[Row], contents: Mapping[str, int], decisions: Decisions
) -> list[Problem]:
    """The problems of one witness. `contents` are the sections of the catalog with their pages, if it has any.

    Raises CatalogError where most of the table cannot be read.
    """
    return [
        *_unread(witness, rows, decisions),
        *_strayed(witness, rows),
        *_page_numbers(witness, rows),
        *_page_counts(witness, rows, contents),
        *_truncated(witness, document, rows),
    ]


def without_repeated_pages(witness: str, rows: Sequence[Row]) -> tuple[tuple[Row, ...], list[Problem]]:
    """`rows` without pages that come a second time with the very same rows, and a problem for each such page."""
    pages: list[list[Row]] = [[]]
    for row in rows:
        if row.kind == "header":
            pages.append([])
        pages[-1].append(row)
    kept: list[Row] = []
    problems: list[Problem] = []
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for page in filter(None, pages):
        says = tuple((row.code, row.name) for row in page if row.kind in ("entry", "section"))
        if len(says) > 2 and says in seen:
            text = f"第 {page[0].line}–{page[-1].line} 行与第 {seen[says]} 行起的一页完全相同，只留一页"
            english = (
                f"lines {page[0].line} to {page[-1].line} repeat the page from line {seen[says]}; one is kept"
            )
            problems.append(_problem("repeated page", witness, page[0], text, english))
            continue
        seen.setdefault(says, page[0].line)
        kept += page
    return tuple(kept), problems


def lacking(lines: Sequence[Line], witnesses: Iterable[str]) -> list[Problem]:
    """A problem for each run of lines that a witness has not while another has."""
    problems: list[Problem] = []
    for witness in witnesses:
        run: list[Line] = []
        for line in [*lines, None]:
            if line is not None and witness not in line.rows:
                run.append(line)
            elif run:
                first, last = run[0].lead, run[-1].lead
                span = f"{first.code}{first.name}" + (f" 至 {last.code}{last.name}" if len(run) > 1 else "")
                text = f"{witness} 缺 {len(run)} 行：{span}"
                english = f"{witness} lacks {len(run)} rows from {first.code or first.name}"
                problems.append(Problem("lacks", str(run[0].sources[0]), text, english, code=first.code))
                run = []
    return problems


def compare_contents(
    contents: Mapping[str, Mapping[str, int]], headings: Iterable[str], decided: Mapping[str, str]
) -> tuple[dict[str, int], list[Problem]]:
    """One table of contents (section → page) from those of the witnesses, and where they differ.

    Where two witnesses name a section differently at the same place, the name that `headings` of the pages bear is
    taken, or else the one `decided` (by the name that the first has).
    """
    listed = {witness: table for witness, table in contents.items() if table}
    if not listed:
        return {}, []
    known = set(headings)
    base = next(iter(listed))
    same_length = {w: list(table.items()) for w, table in listed.items() if len(table) == len(listed[base])}
    table: dict[str, int] = {}
    problems: list[Problem] = []
    for at, (name, page) in enumerate(listed[base].items()):
        readings = {w: items[at] for w, items in same_length.items()}
        names = dict.fromkeys(n for n, _ in readings.values())
        borne = [n for n in names if n in known]
        chosen = borne[0] if len(borne) == 1 else name
        table[decided.get(chosen, chosen)] = page
        if len(names) > 1:
            why = "总目录各底本不同" + (f"；正文标题作“{chosen}”" if len(borne) == 1 else "")
            witnesses = tuple((w, n) for w, (n, _) in readings.items())
            decision: ReadingDecision = "settled" if len(borne) == 1 else "undecided"
            reading = Reading(chosen, "", "contents", witnesses, chosen, decision, why)
            english = f"the witnesses' contents differ: {' / '.join(names)}"
            problems.append(
                Problem(
                    "contents", f"{base}:目录", f"{' / '.join(names)}：{why}", english, chosen, "", reading
                )
            )
        pages = {p for _, p in readings.values()}
        if len(pages) > 1:
            text = f"“{chosen}”的页码各底本不同：{'、'.join(map(str, sorted(pages)))}"
            problems.append(Problem("contents", f"{base}:目录", text, f"pages of {chosen} differ", chosen))
    for witness in listed.keys() - same_length.keys():
        text = f"{witness} 的总目录有 {len(listed[witness])} 个部门，{base} 有 {len(listed[base])} 个"
        english = f"{witness} lists {len(listed[witness])} sections, {base} {len(listed[base])}"
        problems.append(Problem("contents", f"{witness}:目录", text, english))
    return table, problems


def against_contents(sections: Sequence[str], contents: Mapping[str, int]) -> list[Problem]:
    """Sections of the contents that the pages have not, and sections out of their order."""
    problems = [
        Problem(
            "not held",
            "目录",
            f"总目录第 {page} 页的“{name}”不在正文",
            f"{name} (page {page}) is not in the pages",
            name,
        )
        for name, page in contents.items()
        if name not in sections
    ]
    expected = [name for name in contents if name in sections]
    found = [name for name in sections if name in contents]
    for name, other in zip(expected, found, strict=True):
        if name != other:
            text = f"部门次序与总目录不符：应为“{name}”，实为“{other}”"
            problems.append(Problem("order", "目录", text, f"expected section {name}, found {other}", other))
            break
    return problems


def _problem(kind: ProblemKind, witness: str, row: Row, text: str, english: str) -> Problem:
    return Problem(kind, f"{witness}:{row.line}", text, english, code=row.code)


def _unread(witness: str, rows: Sequence[Row], decisions: Decisions) -> list[Problem]:
    unread = [
        row
        for row in rows
        if row.kind == "other" and row.levels and f"{witness}:{row.line}" not in decisions.left_out
    ]
    entries = sum(row.kind == "entry" for row in rows)
    if len(unread) > max(MOST_UNREAD, entries):
        raise CatalogError(
            f"表中 {len(unread)} 行无法识别，条目只有 {entries} 行，不是目录的文字稿",
            f"{len(unread)} rows of the table cannot be read and only {entries} are entries: no transcription",
            f"{witness}:{unread[0].line}",
        )
    problems = []
    for row in unread:
        reading = Reading("", "", "row", ((f"{witness}:{row.line}", row.name),), "", "undecided", "无法识别")
        text, english = f"无法识别的一行：“{row.name[:40]}”", f"a row that cannot be read: '{row.name[:40]}'"
        problems.append(Problem("row", f"{witness}:{row.line}", text, english, reading=reading))
    return problems


def _strayed(witness: str, rows: Sequence[Row]) -> list[Problem]:
    """Runs of rows whose code does not stand in the first cell, and rows with more than one name."""
    problems: list[Problem] = []
    run: list[Row] = []
    for row in [*(r for r in rows if r.kind == "entry"), None]:
        if row is not None and row.strayed:
            run.append(row)
            continue
        if run:
            text = f"第 {run[0].line}–{run[-1].line} 行共 {len(run)} 条代码不在首列"
            english = (
                f"{len(run)} codes from line {run[0].line} to {run[-1].line} do not stand in the first column"
            )
            problems.append(_problem("stray column", witness, run[0], text, english))
            run = []
        if row is not None and row.names != 1:
            text = f"{row.code} 一行有 {row.names} 格名称：“{row.name}”"
            problems.append(
                _problem("stray column", witness, row, text, f"{row.code} has {row.names} cells with names")
            )
    return problems


def _page_numbers(witness: str, rows: Sequence[Row]) -> list[Problem]:
    """Page numbers printed at the foot that leap over more pages than there are page headers between them."""
    problems: list[Problem] = []
    previous, headers = None, 0
    for row in rows:
        if row.kind == "header":
            headers += 1
        elif row.kind == "page" and row.page is not None and row.levels:
            turned = headers or row.page != previous  # a number may stand at the head and at the foot
            if previous is not None and turned and row.page - previous != headers:
                lost = row.page - previous - headers
                what = f"缺 {lost} 页" if lost > 0 else "有重页或错页"
                text = f"页码由 {previous} 到 {row.page}，其间只有 {headers} 页，{what}"
                english = f"page numbers go from {previous} to {row.page} over {headers} pages"
                problems.append(_problem("missing page", witness, row, text, english))
            previous, headers = row.page, 0
    return problems


def _page_counts(witness: str, rows: Sequence[Row], contents: Mapping[str, int]) -> list[Problem]:
    """Sections that begin on another page than the contents say, counted in page headers from the section before."""
    problems: list[Problem] = []
    before, headers = "", 0
    for row in rows:
        if row.kind == "header":
            headers += 1
        elif row.kind == "section" and row.name in contents:
            if before:
                pages = contents[row.name] - contents[before]
                if pages != headers:
                    what = f"缺 {pages - headers} 页" if pages > headers else f"多 {headers - pages} 页"
                    text = f"总目录“{before}”在第 {contents[before]} 页、“{row.name}”在第 {contents[row.name]} 页，其间{what}"
                    english = f"{pages} pages from {before} to {row.name} in the contents, {headers} here"
                    where = f"{witness}:{row.line}"
                    problems.append(Problem("missing page", where, text, english, section=before))
            before, headers = row.name, 0
    return problems


def _truncated(witness: str, document: Document, rows: Sequence[Row]) -> list[Problem]:
    if document.closed or not rows:
        return []
    last = rows[-1]
    text = f"目录止于第 {last.line} 行 {last.code}{last.name}，其后没有结尾，文件可能不全"
    english = (
        f"the catalog stops at line {last.line} with {last.code}; nothing closes it, the file may be cut off"
    )
    return [_problem("truncated", witness, last, text, english)]
