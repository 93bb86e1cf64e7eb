"""The Excel workbook of audits: a worklist to decide in, the findings, a summary, the filing table, the sources.

Ready to use when it opens: frozen headings, filters, widths, A4 landscape. Everything that comes from a document is
written as text, so that nothing a department wrote can become a formula; codes stay text. The filing table follows
what the officer decides in the worklist (核定代码): its formulas name cells only, never a department's words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goufu.catalog.severity import SEVERITY_NAMES, gravity
from goufu.catalog.text import quoted
from goufu.cli.render.verdicts import DOUBTS, NATURES, STATUSES, number_of, spent_on
from goufu.cli.shared.output import say

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Assessment
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Excel refuses longer texts
_LONGEST = 32_000
#: candidates in a drop-down; two fixed choices follow them
_CANDIDATES = 5
#: bars of a chart; what is left is one bar more, drawn from cells right of the printed page
_BARS, _DRAWN = 14, 12
_FONT = "微软雅黑"
_SEVERITY_COLOURS = {"error": "#F8D7DA", "warning": "#FFF0CC", "notice": "#E8EEF7"}


#: columns of the hidden sheet that the filing table shows (code, name, yes or no), and where its word lists begin
_CODE, _NAME, _BOUGHT, _WORDS = "M", "N", "O", 16


@dataclass(frozen=True)
class _Listed:
    """The lists of codes on the hidden sheet: the number of each (sections, day), and the rows that all take."""

    groups: Mapping[tuple[tuple[str, ...], Any], str]
    rows: int

    def of(self, a: Assessment) -> str:
        """The number of the list that an item's codes come from."""
        return self.groups[a.sections, a.reference_date]


@dataclass(frozen=True)
class Head:
    """One column: its heading in Chinese and English, its width in characters, and the name of its format."""

    zh: str
    en: str
    width: float
    form: str = "text"


#: what is printed comes first and fits an A4 page across in its own type; the rest is for the screen
WORKLIST = (
    Head("序号", "no.", 5, "whole"),
    Head("单位", "unit", 12),
    Head("项目", "item", 24),
    Head("金额\n（万元）", "amount\n(10k CNY)", 10.5, "money"),
    Head("认定", "judged", 7.5, "centre"),
    Head("代码", "code", 9, "code"),
    Head("目录名称", "entry", 18),
    Head("把握", "conf.", 6.5, "percent"),
    Head("处理", "decision", 7, "centre"),
    Head("问题", "findings", 27),
    Head("核定代码", "code decided", 16, "input"),
    Head("备注", "note", 12, "input"),
    Head("其他候选", "alternatives", 44),
    Head("理由", "why", 70),
    Head("上级目录", "path", 50),
)
_SURE, _WHY_NOT, _DECIDED, _PRINTED = 7, 9, 10, 12  # 把握, 问题, 核定代码; columns on paper

FINDINGS = (
    Head("级别", "severity", 6.5, "centre"),
    Head("规则", "rule", 7.5, "centre"),
    Head("含义", "meaning", 14),
    Head("部门", "department", 13),
    Head("项目", "item", 20),
    Head("金额\n（万元）", "amount\n(10k CNY)", 10.5, "money"),
    Head("说明", "message", 30),
    Head("证据", "evidence", 32),
    Head("依据", "basis", 17),
    Head("处理办法", "how to resolve", 36),
    Head("豁免理由", "silenced because", 20),
)

FILING = (
    Head("预算单位", "budget unit", 17),
    Head("项目名称", "project", 23),
    Head("是否政府购买服务", "purchased service", 8.5, "centre"),
    Head("政府购买服务分类", "class", 14),
    Head("政府购买服务指导性目录代码", "catalog code", 10.5, "code"),
    Head("政府购买服务指导性目录名称", "catalog name", 18),
    Head("购买服务内容", "content", 40),
    Head("预算金额\n（万元）", "amount\n(10k CNY)", 11, "money"),
    Head("预算年度", "year", 6.5, "whole"),
)
_FILED = 3  # rows above the first line of the filing table: title, unit, headings

SOURCES = (
    Head("文件", "file", 30),
    Head("事项", "what", 18),
    Head("内容", "content", 94),
    Head("位置", "place", 18),
)


def write_workbook(path: Path, audits: Sequence[Audit]) -> None:
    """Write the workbook of `audits` to `path`: five sheets, and a hidden one with the candidates."""
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    try:
        Sheets(book, audits).write()
    finally:
        book.close()


class Sheets:
    """One workbook while it is written: its formats, its sheets in their order, the items in theirs."""

    def __init__(self, book: Workbook, audits: Sequence[Audit]) -> None:
        self.book = book
        self.audits = audits
        self.assessments = [a for one in audits for a in one.assessments]
        self.departments = list(dict.fromkeys(a.item.department for a in self.assessments))
        self.forms = _formats(book)
        title = "、".join(self.departments[:2]) + ("…" if len(self.departments) > 2 else "")
        years = sorted({a.item.year for a in self.assessments if a.item.year})
        self.title = f"{title} {'、'.join(map(str, years))}".strip()

    def write(self) -> None:
        """All sheets."""
        self._worklist()
        self._findings()
        self._summary()
        self._filing()
        self._sources()
        self._candidates()
        self.book.worksheets()[0].activate()

    # ------------------------------------------------------------------------------------------- sheets

    def _worklist(self) -> None:
        sheet = self._sheet(say("项目清单", "worklist"), WORKLIST, freeze=(1, 3))
        for row, a in enumerate(self.assessments, 1):
            self._row(sheet, row, WORKLIST, _worklist_cells(row, a, len(self.departments) > 1))
        last = max(len(self.assessments), 1)
        hidden = say("候选", "candidates")
        sheet.data_validation(
            1,
            _DECIDED,
            last,
            _DECIDED,
            {
                "validate": "list",
                "source": f"='{hidden}'!$A2:${_letter(_CANDIDATES + 1)}2",
                "input_title": say("核定代码", "code decided"),
                "input_message": say(
                    "从候选中选定，或直接填写其他代码", "choose a candidate, or write another code"
                ),
                "error_type": "information",
                "error_title": say("不在候选之中", "not among the candidates"),
                "error_message": say(
                    "所填不在候选中，请确认代码和名称。", "This is no candidate; please check code and name."
                ),
            },
        )
        self._shade(sheet, last)
        self._finish(sheet, WORKLIST, last, printed=_PRINTED)

    def _shade(self, sheet: Worksheet, last: int) -> None:
        """Colour the confidence of lines to be reviewed, and grey what is no purchased service."""
        grey = self.book.add_format({"font_color": "#777777"})
        review = self.book.add_format({"font_color": "#9C5700", "bold": True})
        sheet.conditional_format(
            1,
            _SURE,
            last,
            _SURE + 1,
            {
                "type": "formula",
                "criteria": f'=LEFT(${_letter(_SURE + 1)}2,{len(say("复核", "review"))})="{say("复核", "review")}"',
                "format": review,
            },
        )
        services = (say(*NATURES["service"]), say(*NATURES["mixed"]))
        sheet.conditional_format(
            1,
            0,
            last,
            _WHY_NOT,
            {
                "type": "formula",
                "criteria": f'=AND(LEFT($E2,{len(services[0])})<>"{services[0]}",LEFT($E2,{len(services[1])})<>"{services[1]}",${_letter(_WHY_NOT)}2="")',
                "format": grey,
            },
        )

    def _findings(self) -> None:
        from goufu.matcher.findings import load_rules

        sheet = self._sheet(say("问题", "findings"), FINDINGS, freeze=(1, 0))
        rules = load_rules()
        found = [(one, a, f) for one in self.audits for a, f in one.all_findings]
        found.sort(key=lambda x: (bool(x[2].silenced), gravity(x[2].severity)))
        for row, (one, a, f) in enumerate(found, 1):
            rule = rules[f.rule]
            cells = (
                say(*SEVERITY_NAMES[f.severity]),
                f.rule,
                say(rule.zh, rule.en),
                a.item.department if a else one.disclosure.department,
                a.item.title if a else say("（整个文件）", "(the document)"),
                a.item.amount_wan if a else None,
                say(*f.message),
                say(*f.evidence),
                say(rule.basis, rule.basis_en),
                say(rule.resolve_zh, rule.resolve_en),
                f.silenced,
            )
            self._row(sheet, row, FINDINGS, cells)
        if not found:
            sheet.write_string(1, 0, say("没有发现问题。", "Nothing was found."), self.forms["text"])
        last = max(len(found), 1)
        for severity, colour in _SEVERITY_COLOURS.items():
            mark = self.book.add_format({"bg_color": colour})
            sheet.conditional_format(
                1,
                0,
                last,
                1,
                {"type": "formula", "criteria": f'=$A2="{say(*SEVERITY_NAMES[severity])}"', "format": mark},
            )
        self._finish(sheet, FINDINGS, last, printed=9)

    def _summary(self) -> None:
        sheet = self.book.add_worksheet(say("汇总", "summary"))
        sheet.hide_gridlines(2)
        for column, width in enumerate((44, 8, 13, 8, 2, 14, 14, 14, 14, 14)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, self.title or say("汇总", "summary"), self.forms["title"])
        sheet.write_string(1, 0, say("金额单位：万元", "amounts in 10k CNY"), self.forms["small"])
        row = 3
        blocks: tuple[tuple[str, list[tuple[str, int, Decimal]], str], ...] = (
            (say("按性质", "by nature"), _by(self.assessments, spent_on), "bar"),
            (
                say("按列入情况", "by status"),
                _by(self.assessments, lambda a: say(*STATUSES[a.status])),
                "column",
            ),
            (say("按目录代码", "by code"), _by_code(self.assessments), "bar"),
        )
        if len(self.departments) > 1:
            by_department = _by(self.assessments, lambda a: a.item.department or say("（未知）", "(unknown)"))
            blocks = ((say("按部门", "by department"), by_department, "bar"), *blocks)
        chart_row = 3
        for head, rows, kind in blocks:
            first = row + 1
            row = self._block(sheet, row, head, rows)
            chart_row = self._chart(sheet, chart_row, kind, head, rows, first)
        row = self._finding_counts(sheet, row)
        self._paper(sheet)
        sheet.fit_to_pages(1, 1 if max(row, chart_row) <= 70 else 0)
        sheet.print_area(0, 0, max(row, chart_row), 9)

    def _block(self, sheet: Worksheet, row: int, head: str, rows: Sequence[tuple[str, int, Decimal]]) -> int:
        """One table of the summary: heading, lines, total. Returns the row for the next one."""
        names = (head, say("项数", "items"), say("金额（万元）", "amount (10k)"), say("占比", "share"))
        for column, name in enumerate(names):
            sheet.write_string(row, column, name, self.forms["head"])
        total = sum((amount for _, _, amount in rows), Decimal(0))
        for name, count, amount in rows:
            row += 1
            sheet.set_row(row, _height(_lines(name, 44)))
            sheet.write_string(row, 0, name[:_LONGEST], self.forms["text"])
            sheet.write_number(row, 1, count, self.forms["count"])
            sheet.write_number(row, 2, float(amount), self.forms["money"])
            sheet.write_number(row, 3, float(amount / total) if total else 0.0, self.forms["percent"])
        row += 1
        sheet.write_string(row, 0, say("合计", "total"), self.forms["sum"])
        sheet.write_number(row, 1, sum(count for _, count, _ in rows), self.forms["sum count"])
        sheet.write_number(row, 2, float(total), self.forms["sum money"])
        sheet.write_number(row, 3, 1.0 if total else 0.0, self.forms["sum percent"])
        return row + 2

    def _chart(
        self,
        sheet: Worksheet,
        row: int,
        kind: str,
        head: str,
        rows: Sequence[tuple[str, int, Decimal]],
        first: int,
    ) -> int:
        """A chart that Excel draws from a block's lines, the smallest of many as one bar; returns the row below it."""
        if not rows:
            return row
        last = first + len(rows) - 1
        name, labels, values = sheet.get_name(), 0, 2
        if len(rows) > _BARS + 1:
            # what is drawn stands beside the printed page: the largest, and the rest together
            left = sum((amount for _, _, amount in rows[_BARS:]), Decimal(0))
            drawn = [(label, amount) for label, _, amount in rows[:_BARS]]
            drawn.append((say(f"其余 {len(rows) - _BARS} 类", f"{len(rows) - _BARS} others"), left))
            labels, values, last = _DRAWN, _DRAWN + 1, first + _BARS
            for line, (label, amount) in enumerate(drawn, first):
                sheet.write_string(line, labels, label, self.forms["small"])
                sheet.write_number(line, values, float(amount), self.forms["small"])
        chart = self.book.add_chart({"type": kind})
        series: dict[str, Any] = {
            "name": head,
            "categories": [name, first, labels, last, labels],
            "values": [name, first, values, last, values],
            "data_labels": {"value": True, "num_format": "#,##0", "font": {"name": _FONT, "size": 9}},
            "fill": {"color": "#2F6690"},
            "gap": 60,
        }
        chart.add_series(series)
        chart.set_title({"name": head, "name_font": {"size": 11, "name": _FONT}})
        chart.set_legend({"none": True})
        names = {"num_font": {"name": _FONT, "size": 9}, "reverse": kind == "bar"}
        amounts = {
            "num_font": {"name": _FONT, "size": 9},
            "num_format": "#,##0",
            "major_gridlines": {"visible": False},
            "visible": False,
        }
        # XlsxWriter calls the upright axis y in bar charts too, where it is the one of the categories
        chart.set_x_axis(amounts if kind == "bar" else names)
        chart.set_y_axis(names if kind == "bar" else amounts)
        height = 230 if kind != "bar" else 24 * (last - first + 1) + 80
        chart.set_size({"width": 505, "height": height})
        sheet.insert_chart(row, 5, chart)
        return row + height // 20 + 2

    def _finding_counts(self, sheet: Worksheet, row: int) -> int:
        from goufu.matcher.findings import load_rules

        counts = Counter(f.rule for one in self.audits for _, f in one.all_findings if not f.silenced)
        heads = (say("问题", "findings"), say("处数", "places"))
        for column, name in enumerate(heads):
            sheet.write_string(row, column, name, self.forms["head"])
        for rule, meaning in load_rules().items():
            if counts[rule]:
                row += 1
                sheet.write_string(row, 0, f"{rule} {say(meaning.zh, meaning.en)}", self.forms["text"])
                sheet.write_number(row, 1, counts[rule], self.forms["count"])
        return row + 1

    def _filing(self) -> None:
        """The filing table: title, unit, one row for every line (those that are no purchased service filtered out), total.

        What an officer decides in the worklist changes it: the hidden sheet works out code, name and yes or no for
        each row, and here only they are shown. The total follows the decisions, not the filter.
        """
        name = say("政府购买服务汇总表", "filing table")
        sheet = self.book.add_worksheet(name, _worksheet_of_old_functions())
        hidden = say("候选", "candidates")
        _, _, yes, no = _choices()
        for column, head in enumerate(FILING):
            sheet.set_column(column, column, head.width)
            sheet.write_string(_FILED - 1, column, say(head.zh, head.en), self.forms["head"])
        last_column = len(FILING) - 1
        sheet.set_row(0, 30)
        heading = say(f"{self.title} 政府购买服务汇总表", f"Purchased services of {self.title}")
        sheet.merge_range(0, 0, 0, last_column, heading, self.forms["table title"])
        sheet.write_string(1, last_column - 1, say("单位：万元", "in 10k CNY"), self.forms["right"])
        sheet.set_row(_FILED - 1, 42)
        first, last = _FILED, _FILED + max(len(self.assessments), 1) - 1
        for row, a in enumerate(self.assessments, first):
            self._filed(sheet, row, a, f"'{hidden}'!${{}}{row - first + 2}")
        self._filed_total(sheet, first, last, yes)
        sheet.autofilter(_FILED - 1, 0, last, last_column)
        sheet.filter_column_list(2, [yes])
        for row, a in enumerate(self.assessments, first):
            if a.gov_service is not True:
                sheet.set_row(row, None, None, {"hidden": True})
        sheet.freeze_panes(_FILED, 2)
        self._paper(sheet)
        sheet.repeat_rows(_FILED - 1)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last + 1, last_column)

    def _filed(self, sheet: Worksheet, row: int, a: Assessment, cell: str) -> None:
        """One row of the filing table; `cell` names the row of the hidden sheet, its column to be filled in."""
        item, coded = a.item, a.coded
        code, name = (coded.code, coded.name) if coded else ("", "")
        content = item.summary or item.title
        lines = max(
            _lines(content, FILING[6].width),
            _lines(name, FILING[5].width),
            _lines(item.title, FILING[1].width),
        )
        texts: tuple[Any, ...] = (item.unit or item.department, item.title, None, None, None, None)
        self._row(sheet, row, FILING[:6], texts, lines)
        formulas = (
            (2, f"={cell.format(_BOUGHT)}", _bought(a)),
            (
                3,
                f'=IF(LEFT(E{row + 1},1)="A","{_class_name("A")}",IF(LEFT(E{row + 1},1)="B","{_class_name("B")}",""))',
                _class_name(code),
            ),
            (4, f'={cell.format(_CODE)}&""', code),
            (5, f'={cell.format(_NAME)}&""', name),
        )
        for column, formula, value in formulas:
            sheet.write_formula(row, column, formula, self.forms[FILING[column].form], value)
        sheet.write_string(row, 6, content[:_LONGEST], self.forms["text"])
        if item.amount_wan is None:
            sheet.write_blank(row, 7, None, self.forms["money"])
        else:
            sheet.write_number(row, 7, float(item.amount_wan), self.forms["money"])
        if item.year:
            sheet.write_number(row, 8, item.year, self.forms["whole"])
        else:
            sheet.write_blank(row, 8, None, self.forms["whole"])

    def _filed_total(self, sheet: Worksheet, first: int, last: int, yes: str) -> None:
        """The total of what is a purchased service, and what to do where decisions changed what the filter shows."""
        flags, amounts = f"C{first + 1}:C{last + 1}", f"H{first + 1}:H{last + 1}"
        bought = [a.item.amount_wan or Decimal(0) for a in self.assessments if a.gov_service]
        row = last + 1
        for column in range(len(FILING)):
            sheet.write_blank(row, column, None, self.forms["sum"])
        sheet.write_string(row, 0, say("合计", "total"), self.forms["sum"])
        count = say(f'=COUNTIF({flags},"{yes}")&" 项"', f'=COUNTIF({flags},"{yes}")&" items"')
        sheet.write_formula(
            row, 1, count, self.forms["sum"], say(f"{len(bought)} 项", f"{len(bought)} items")
        )
        total = f'=SUMIF({flags},"{yes}",{amounts})'
        sheet.write_formula(row, 7, total, self.forms["sum money"], float(sum(bought, Decimal(0))))
        shown = f'SUMPRODUCT(({flags}="{yes}")*SUBTOTAL(103,OFFSET(C{first + 1},ROW({flags})-{first + 1},0)))'
        seen = f"SUBTOTAL(103,{flags})"
        again = say(
            "认定有变动：请点“数据 › 重新应用”（或重新筛选“是”），使所列与合计一致。",
            "Decisions changed: reapply the filter (Data, Reapply) so that the rows agree with the total.",
        )
        open_ = sum(a.gov_service is None for a in self.assessments)
        rest = say(
            f"另有 {open_} 项待定（服务与货物或工程打包），未计入；定后在“项目清单”填核定代码。",
            f"{open_} more are open (bundled with goods or works) and not counted; decide them in the worklist.",
        )
        changed = (
            f'=IF(AND({shown}=COUNTIF({flags},"{yes}"),{seen}={shown}),"{rest if open_ else ""}","{again}")'
        )
        sheet.merge_range(1, 0, 1, len(FILING) - 3, "", self.forms["note"])
        sheet.write_formula(1, 0, changed, self.forms["note"], rest if open_ else "")

    def _sources(self) -> None:
        sheet = self._sheet(say("来源", "sources"), SOURCES, freeze=(1, 0))
        row = 0
        for one in self.audits:
            for what, content, place in _facts(one):
                row += 1
                where = place.removeprefix(one.disclosure.file).strip()
                self._row(sheet, row, SOURCES, (one.disclosure.file, what, content, where))
        self._finish(sheet, SOURCES, max(row, 1))

    def _candidates(self) -> None:
        """The hidden sheet: for every item the choices of its drop-down, and what its decision comes to.

        After the choices stand: whether the item was judged a purchased service, the number of its list of codes, and
        the formulas for the code, the name and yes or no that the filing table shows. Words for "no purchased service"
        and the codes that departments may use stand further right.
        """
        sheet = self.book.add_worksheet(say("候选", "candidates"), _worksheet_of_old_functions())
        work = say("项目清单", "worklist")
        none, unlisted, yes, no = _choices()
        doubt = say("待核对", "to check")
        words, listed = self._words(sheet), self._codes(sheet)
        no_words = f"${_letter(_WORDS)}$2:${_letter(_WORDS)}${words[0] + 1}"
        free_words = f"${_letter(_WORDS + 1)}$2:${_letter(_WORDS + 1)}${words[1] + 1}"
        keys = f"${_letter(_WORDS + 2)}$2:${_letter(_WORDS + 3)}${listed.rows + 1}"
        for row, a in enumerate(self.assessments, 1):
            choices = [f"{c.code} {c.name}" for c in a.codes[:_CANDIDATES]]
            for column, choice in enumerate([*choices, unlisted, none]):
                sheet.write_string(row, column, choice)
            line = row + 1
            at = _CANDIDATES + 2
            sheet.write_string(row, at, _bought(a))
            sheet.write_string(row, at + 1, listed.of(a))
            decided = f"TRIM('{work}'!${_letter(_DECIDED)}{line})"
            said, first, rest = (f"{_letter(at + n)}{line}" for n in (2, 3, 4))
            judged, group = f"{_letter(at)}{line}", f"{_letter(at + 1)}{line}"
            is_no = f"SUMPRODUCT(--({no_words}={said}))>0"
            is_free = f"SUMPRODUCT(--({free_words}={said}))>0"
            key = f'IF(LEFT({first},1)="B","B",{group})&"|"&{first}'
            cut = f'IFERROR(FIND(" ",{said})-1,LEN({said}))'
            coded = a.coded
            formulas = (
                # what was written; its code in capitals; a name behind it
                (at + 2, f"={decided}", ""),
                (at + 3, f"=UPPER(LEFT({said},{cut}))", ""),
                (at + 4, f"=TRIM(MID({said},{cut}+1,200))", ""),
                # code, name, yes or no
                (
                    at + 5,
                    f'=IF({said}="",\'{work}\'!$F{line}&"",IF(OR({is_no},{is_free}),"",{first}))',
                    coded.code if coded else "",
                ),
                (
                    at + 6,
                    f'=IF({said}="",\'{work}\'!$G{line}&"",IF(OR({is_no},{is_free}),"",'
                    f'IFERROR(VLOOKUP({key},{keys},2,FALSE),"{say("（目录中没有这个代码）", "(no such code)")}")))',
                    coded.name if coded else "",
                ),
                (
                    at + 7,
                    f'=IF({said}="",{judged},IF({is_no},"{no}",IF({is_free},"{yes}",IF(ISNA(VLOOKUP({key},{keys},2,FALSE)),'
                    f'"{doubt}",IF(AND({rest}<>"",{rest}<>VLOOKUP({key},{keys},2,FALSE)),"{doubt}","{yes}")))))',
                    _bought(a),
                ),
            )
            for column, formula, value in formulas:
                sheet.write_formula(row, column, formula, None, value)
        sheet.hide()

    def _words(self, sheet: Worksheet) -> tuple[int, int]:
        """Write the words for "no purchased service" and for "not listed"; how many there are of each."""
        from goufu.store.decisions import named_natures, unlisted_words

        none, unlisted, _, no = _choices()
        columns = (
            dict.fromkeys(
                (none, no, *named_natures(), *(say(*NATURES[n]) for n in NATURES if n != "service"))
            ),
            dict.fromkeys((unlisted, *unlisted_words())),
        )
        for column, some in enumerate(columns, _WORDS):
            for row, word in enumerate(some, 1):
                sheet.write_string(row, column, word)
        return len(columns[0]), len(columns[1])

    def _codes(self, sheet: Worksheet) -> _Listed:
        """Write the codes that the items may have, `list number|code` and name, class B under `B`."""
        from goufu.catalog.load import load_catalogs
        from goufu.catalog.validity import applicable

        versions = load_catalogs()
        groups: dict[tuple[tuple[str, ...], Any], str] = {}
        rows: dict[str, str] = {}
        for a in self.assessments:
            key = (a.sections, a.reference_date)
            if key in groups:
                continue
            groups[key] = str(len(groups) + 1)
            for section in (*a.sections, "B"):
                law = applicable(versions, section, a.reference_date)
                version = law.consulted
                for entry in version.in_section(section) if version else ():
                    if entry.level == (3 if section == "B" else version.levels if version else 0):
                        prefix = "B" if section == "B" else groups[key]
                        rows.setdefault(f"{prefix}|{entry.code}", entry.name)
        for row, (code, name) in enumerate(rows.items(), 1):
            sheet.write_string(row, _WORDS + 2, code)
            sheet.write_string(row, _WORDS + 3, name)
        return _Listed(groups, max(len(rows), 1))

    # ------------------------------------------------------------------------------------------- parts

    def _sheet(self, name: str, heads: Sequence[Head], freeze: tuple[int, int]) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        for column, head in enumerate(heads):
            sheet.set_column(column, column, head.width)
            sheet.write_string(0, column, say(head.zh, head.en), self.forms["head"])
        sheet.set_row(0, 32)
        sheet.freeze_panes(*freeze)
        return sheet

    def _row(
        self, sheet: Worksheet, row: int, heads: Sequence[Head], cells: Sequence[Any], lines: int = 1
    ) -> None:
        """Write the cells of a row, and make it as high as its longest one, but at least `lines` lines."""
        sheet.set_row(row, _height(max(lines, *map(_lines, cells, (h.width for h in heads)))))
        for column, (head, value) in enumerate(zip(heads, cells, strict=True)):
            form = self.forms[head.form]
            if value is None or value == "":
                sheet.write_blank(row, column, None, form)
            elif isinstance(value, float | int | Decimal):
                sheet.write_number(row, column, float(value), form)
            else:
                sheet.write_string(row, column, str(value)[:_LONGEST], form)

    def _finish(self, sheet: Worksheet, heads: Sequence[Head], last: int, printed: int = 0) -> None:
        """Filters and paper; `printed` is the number of columns that go on paper, where not all do."""
        sheet.autofilter(0, 0, last, len(heads) - 1)
        self._paper(sheet)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last, (printed or len(heads)) - 1)

    def _paper(self, sheet: Worksheet) -> None:
        """A4 landscape with the title above and the page below."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        title = self.title.replace("&", "&&")[:120]
        sheet.set_header(f"&L&9{title}&R&9&A")
        sheet.set_footer(
            f"&L&8{say('由购服（goufu）生成，须经人员核定', 'made by goufu; to be confirmed by a person')}&R&8&P / &N"
        )


def _worksheet_of_old_functions() -> type[Worksheet]:
    """A worksheet whose formulas are written as they are given.

    XlsxWriter looks in every formula for each of a hundred functions that came after Excel 2007, which takes most of
    the time of a long list; the formulas of the filing table and of the candidates have none of these.
    """
    from xlsxwriter.worksheet import Worksheet

    class OldFunctions(Worksheet):
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return OldFunctions


def _formats(book: Workbook) -> dict[str, Format]:
    base = {"font_name": _FONT, "font_size": 9, "valign": "top", "border": 1, "border_color": "#D5D9E0"}
    wrap = {**base, "text_wrap": True}
    total = {"bold": True, "bg_color": "#EEF2F7"}
    makes: dict[str, dict[str, Any]] = {
        "text": {**wrap, "num_format": "@"},
        "code": {**base, "num_format": "@", "font_name": "Consolas"},
        "centre": {**wrap, "align": "center", "num_format": "@"},
        "money": {**base, "num_format": "#,##0.00"},
        "percent": {**base, "num_format": "0%", "align": "center"},
        "count": {**base, "num_format": "#,##0"},
        "whole": {**base, "num_format": "0", "align": "center"},
        "input": {**wrap, "num_format": "@", "bg_color": "#FFFBE6"},
        "head": {
            **wrap,
            "bold": True,
            "bg_color": "#1F4E79",
            "font_color": "#FFFFFF",
            "align": "center",
            "valign": "vcenter",
        },
        "title": {"font_name": _FONT, "font_size": 14, "bold": True},
        "table title": {
            "font_name": _FONT,
            "font_size": 16,
            "bold": True,
            "align": "center",
            "valign": "vcenter",
        },
        "right": {"font_name": _FONT, "font_size": 9, "align": "right"},
        "note": {
            "font_name": _FONT,
            "font_size": 9,
            "font_color": "#9C5700",
            "text_wrap": True,
            "valign": "top",
        },
        "small": {"font_name": _FONT, "font_size": 9, "font_color": "#666666"},
        "sum": {**wrap, **total},
        "sum count": {**base, **total, "num_format": "#,##0"},
        "sum money": {**base, **total, "num_format": "#,##0.00"},
        "sum percent": {**base, **total, "num_format": "0%", "align": "center"},
    }
    return {name: book.add_format(facts) for name, facts in makes.items()}


def _choices() -> tuple[str, str, str, str]:
    """What a drop-down offers besides the candidates, and yes and no."""
    return (
        say("非购买服务", "not a purchased service"),
        say("未列入目录", "not listed"),
        say("是", "yes"),
        say("否", "no"),
    )


def _letter(column: int) -> str:
    """The letter of a column from 0 (A) to 25 (Z)."""
    return chr(ord("A") + column)


def _bought(a: Assessment) -> str:
    """Whether an item is a purchased service, in words."""
    _, _, yes, no = _choices()
    return {True: yes, False: no, None: say("待定", "open")}[a.gov_service]


def _class_name(code: str) -> str:
    if not code:
        return ""
    return (
        say("A 公共服务", "A public services")
        if code[0] == "A"
        else say("B 政府履职辅助性服务", "B support services")
    )


def _worklist_cells(row: int, a: Assessment, many: bool) -> tuple[Any, ...]:
    from goufu.cli.render.verdicts import finding_line

    item, coded = a.item, a.coded
    of = "\n".join(
        dict.fromkeys(t for t in (item.department if many else "", item.unit or item.department) if t)
    )
    judged = say(*NATURES[a.nature])
    if a.status != "not_applicable":
        judged += "\n" + say(*STATUSES[a.status])
    elif a.barred:
        judged += "\n" + say("不得购买", "barred")
    asked = a.status != "not_applicable" and a.decision == "review"
    others = (a.codes[1:4] if coded else a.codes[:3]) if asked else ()
    elsewhere = a.elsewhere[:2] if a.status == "unlisted" else ()
    why = coded.why[:3] if coded else (a.precedent or quoted(a.nature_words),)
    number = number_of(a)
    return (
        int(number) if number.isdecimal() and not many else row,
        of,
        item.title,
        item.amount_wan,
        judged,
        coded.code if coded else None,
        coded.name
        + (say("（退用 ", " (fallback ") + coded.version + say("）", ")") if coded.fallback else "")
        if coded
        else None,
        a.certainty,
        say("复核", "review") + "\n" + say(*DOUBTS[a.doubt]) if a.doubt else say("采用", "auto"),
        "\n".join(finding_line(f) for f in a.findings),
        None,
        None,
        "\n".join(
            [
                *(f"{c.code} {c.name}" for c in others),
                *(f"{say('（他部门）', '(elsewhere) ')}{c.section} {c.code} {c.name}" for c in elsewhere),
            ]
        ),
        "\n".join(say(*reason) for reason in why),
        " › ".join(coded.path[1:]) if coded else None,
    )


def _by(assessments: Sequence[Assessment], key: Any) -> list[tuple[str, int, Decimal]]:
    """(name, items, 万元) by `key`, the largest amounts first."""
    counts: Counter[str] = Counter()
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for a in assessments:
        counts[key(a)] += 1
        amounts[key(a)] += a.item.amount_wan or Decimal(0)
    return sorted(((name, n, amounts[name]) for name, n in counts.items()), key=lambda x: (-x[2], x[0]))


def _by_code(assessments: Sequence[Assessment]) -> list[tuple[str, int, Decimal]]:
    """The same by the entry that listed items are coded to. A code names its section where there are several."""
    coded = [a for a in assessments if a.coded]
    sections = {a.coded.section for a in coded if a.coded and a.coded.section != "B"}

    def name(a: Assessment) -> str:
        c = a.coded
        if c is None:
            return ""
        of = f"（{c.section}）" if len(sections) > 1 and c.section != "B" else ""
        return f"{c.code} {c.name}{of}"

    return _by(coded, name)


def _facts(one: Audit) -> Iterator[tuple[str, str, str]]:
    """What was read, from where, and by which law it was judged: (what, content, place)."""
    d = one.disclosure
    first = one.assessments[0] if one.assessments else None
    yield say("部门", "department"), d.department or say("（未写明）", "(not given)"), ""
    yield say("预算年度", "budget year"), str(d.year or ""), ""
    if first:
        yield say("基准日", "reference date"), first.reference_date.isoformat(), ""
        yield (
            say("目录部门", "sections"),
            "、".join(dict.fromkeys(s for a in one.assessments for s in a.sections)),
            "",
        )
        yield (
            say("适用目录", "catalogs"),
            "、".join(dict.fromkeys(v for a in one.assessments for v in a.versions)),
            "",
        )
    total = sum((i.amount_wan or Decimal(0) for i in d.items), Decimal(0))
    yield (
        say("项目", "items"),
        say(f"{len(d.items)} 项，{total:,.2f} 万元", f"{len(d.items)} items, {total:,.2f}"),
        "",
    )
    if d.forms:
        linked = sum(1 for i in d.items if i.form)
        yield (
            say("绩效目标表", "project forms"),
            say(
                f"{len(d.forms)} 张，其中 {linked} 张与项目对应",
                f"{len(d.forms)}, of which {linked} belong to a project",
            ),
            "",
        )
    if d.procurement:
        p = d.procurement
        kinds = [
            f"{name} {amount:,.2f}"
            for name, amount in (
                (say("合计", "total"), p.total_wan),
                (say("货物", "goods"), p.goods_wan),
                (say("工程", "works"), p.works_wan),
                (say("服务", "services"), p.services_wan),
            )
            if amount is not None
        ]
        yield say("政府采购预算", "procurement"), "，".join(kinds), p.place.text() if p.place else ""
    if d.statement:
        place = d.statement_place.text() if d.statement_place else ""
        yield say("目录说明", "on the catalog"), _short(d.statement, 500), place
    for attachment in d.attachments:
        yield (
            say("所附目录", "catalog attached"),
            f"{attachment.number} {attachment.title}",
            attachment.place.text(),
        )
    for check in d.checks:
        agrees = say("相符", "agrees") if check.agrees else say("不符", "differs")
        text = f"{check.what}：{check.printed:,} / {check.summed:,}　{agrees}"
        yield say("核对", "check"), text, check.place.text() if check.place else ""
    for remark in d.remarks:
        yield (
            say("读取说明", "remark"),
            say(remark.text, remark.english),
            remark.place.text() if remark.place else "",
        )
    for a, f in one.all_findings:
        if f.silenced:
            title = a.item.title if a else say("（整个文件）", "(the document)")
            yield say("豁免", "silenced"), f"{f.rule} {title}：{f.silenced}", ""


def _lines(value: Any, width: float) -> int:
    """The lines that a cell takes in a column of so many characters: Chinese is 12 pixels wide, the rest about 6."""
    if not isinstance(value, str):
        return 1
    room = max(width * 7 - 4, 12)
    pixels = (sum(12 if ord(c) > 0x2000 else 6.4 for c in part) for part in value.split("\n"))
    return sum(max(1, -int(-length // room)) for length in pixels)


def _height(lines: int) -> float:
    """The height of a row in points; Excel knows none above 409."""
    return min(409.0, 4 + 12.5 * lines)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
