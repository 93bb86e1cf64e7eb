"""The hidden sheet: for every item the choices of its drop-down, and what its decision comes to.

After the choices come: whether the item was judged a purchased service, the number of its list of codes, and the
formulas for the code, the name and yes or no that the filing table shows. Words for "no purchased service" and the
codes that departments may use are further right. Formulas name cells only, never a department's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from goufu.cli.render.judgements import NATURES
from goufu.cli.render.workbook.columns import CANDIDATES, WORKLIST, Hidden, letter, letter_of
from goufu.cli.render.workbook.layout import Report, new_formula_sheet
from goufu.cli.render.workbook.words import bought, candidates_name, choices, worklist_name
from goufu.cli.shared.output import say

if TYPE_CHECKING:
    from goufu.matcher.model import Assessment
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True)
class _Lists:
    """The lists on the hidden sheet as formulas name them, and the number of each list of codes by (sections, day)."""

    no_service: str
    unlisted: str
    codes: str
    groups: Mapping[tuple[tuple[str, ...], date], str]

    def of(self, a: Assessment) -> str:
        """The number of the list that an item's codes come from."""
        return self.groups[a.sections, a.reference_date]


def write_candidates(report: Report) -> None:
    """Write the sheet and hide it."""
    sheet = new_formula_sheet(report, candidates_name())
    lists = _lists(report, sheet)
    words = choices()
    for row, a in enumerate(report.assessments, 1):
        offered = (*(f"{c.code} {c.name}" for c in a.codes[:CANDIDATES]), words.unlisted, words.none)
        for number, choice in enumerate(offered):
            sheet.write_string(row, number, choice)
        sheet.write_string(row, Hidden.JUDGED, bought(a))
        sheet.write_string(row, Hidden.LIST, lists.of(a))
        for at, formula, value in _formulas(a, row + 1, lists):
            sheet.write_formula(row, at, formula, None, value)
    sheet.hide()


def _formulas(a: Assessment, line: int, lists: _Lists) -> tuple[tuple[Hidden, str, str], ...]:
    """The formulas of a row (its `line` as the spreadsheet numbers it), each with its column and its value so far."""
    words, doubt = choices(), say("待核对", "to check")

    def work(key: str) -> str:
        return f"'{worklist_name()}'!${letter_of(WORKLIST, key)}{line}"

    said, first, rest, judged, group = (
        f"{letter(at)}{line}"
        for at in (Hidden.WRITTEN, Hidden.WRITTEN_CODE, Hidden.WRITTEN_NAME, Hidden.JUDGED, Hidden.LIST)
    )
    is_no = f"SUMPRODUCT(--({lists.no_service}={said}))>0"
    is_free = f"SUMPRODUCT(--({lists.unlisted}={said}))>0"
    key = f'IF(LEFT({first},1)="B","B",{group})&"|"&{first}'
    name = f"VLOOKUP({key},{lists.codes},2,FALSE)"
    cut = f'IFERROR(FIND(" ",{said})-1,LEN({said}))'
    coded = a.coded
    return (
        # what was written; its code in capitals; a name behind it
        (Hidden.WRITTEN, f"=TRIM({work('decided')})", ""),
        (Hidden.WRITTEN_CODE, f"=UPPER(LEFT({said},{cut}))", ""),
        (Hidden.WRITTEN_NAME, f"=TRIM(MID({said},{cut}+1,200))", ""),
        # code, name, yes or no
        (
            Hidden.CODE,
            f'=IF({said}="",{work("code")}&"",IF(OR({is_no},{is_free}),"",{first}))',
            coded.code if coded else "",
        ),
        (
            Hidden.NAME,
            f'=IF({said}="",{work("name")}&"",IF(OR({is_no},{is_free}),"",'
            f'IFERROR({name},"{say("（目录中没有这个代码）", "(no such code)")}")))',
            coded.name if coded else "",
        ),
        (
            Hidden.BOUGHT,
            f'=IF({said}="",{judged},IF({is_no},"{words.no}",IF({is_free},"{words.yes}",IF(ISNA({name}),'
            f'"{doubt}",IF(AND({rest}<>"",{rest}<>{name}),"{doubt}","{words.yes}")))))',
            bought(a),
        ),
    )


def _lists(report: Report, sheet: Worksheet) -> _Lists:
    """Write the words for "no purchased service" and for "not listed", and the codes that the items may have."""
    from goufu.matcher.decisions.choice import named_natures, unlisted_words

    words = choices()
    no_service = dict.fromkeys(
        (words.none, words.no, *named_natures(), *(say(*NATURES[n]) for n in NATURES if n != "service"))
    )
    unlisted = dict.fromkeys((words.unlisted, *unlisted_words()))
    for at, some in ((Hidden.NO_SERVICE_WORDS, no_service), (Hidden.UNLISTED_WORDS, unlisted)):
        for row, word in enumerate(some, 1):
            sheet.write_string(row, at, word)
    groups, codes = _codes(report)
    for row, (code, name) in enumerate(codes.items(), 1):
        sheet.write_string(row, Hidden.LISTED_CODES, code)
        sheet.write_string(row, Hidden.LISTED_NAMES, name)
    return _Lists(
        _range(Hidden.NO_SERVICE_WORDS, Hidden.NO_SERVICE_WORDS, len(no_service)),
        _range(Hidden.UNLISTED_WORDS, Hidden.UNLISTED_WORDS, len(unlisted)),
        _range(Hidden.LISTED_CODES, Hidden.LISTED_NAMES, max(len(codes), 1)),
        groups,
    )


def _range(first: int, last: int, rows: int) -> str:
    """So many rows below the headings, as a formula names them: `$S$2:$T$40`."""
    return f"${letter(first)}$2:${letter(last)}${rows + 1}"


def _codes(report: Report) -> tuple[dict[tuple[tuple[str, ...], date], str], dict[str, str]]:
    """The number of each list, and the codes that the items may have: `list number|code` and name, class B under `B`."""
    from goufu.catalog.load import load_catalogs
    from goufu.catalog.validity import applicable

    versions = load_catalogs()
    groups: dict[tuple[tuple[str, ...], date], str] = {}
    rows: dict[str, str] = {}
    for a in report.assessments:
        key = (a.sections, a.reference_date)
        if key in groups:
            continue
        groups[key] = str(len(groups) + 1)
        for section in (*a.sections, "B"):
            applied = applicable(versions, section, a.reference_date)
            version = applied.consulted
            if version is None:
                continue
            prefix, deepest = ("B", 3) if section == "B" else (groups[key], version.levels)
            for entry in version.in_section(section):
                if entry.level == deepest:
                    rows.setdefault(f"{prefix}|{entry.code}", entry.name)
    return groups, rows
