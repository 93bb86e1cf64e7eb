"""`goufu lookup`: an entry by its code, with its path and its life in every version; or entries by words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.cli.render.records import found_records
from goufu.cli.shared.arguments import code_meant, sections_meant
from goufu.cli.shared.options import (
    DepartmentOption,
    FormatOption,
    HeadingsOption,
    OnOption,
    VersionOption,
    checked,
    complete_codes,
    day,
)
from goufu.cli.shared.output import Column, emit, listed, note, print_line, say, set_headings

if TYPE_CHECKING:
    from goufu.catalog.card import EntryCard
    from goufu.matcher.model import Candidate
    from goufu.matcher.search import Found

WORD_COLUMNS = (
    Column("score", "把握", "conf.", right=True),
    Column("code", "代码", "code"),
    Column("name", "条目", "entry", ratio=3),
    Column("section", "部门", "section", ratio=2),
    Column("why", "理由", "why", ratio=4),
)


def lookup(
    query: Annotated[str, typer.Argument(metavar="代码或词语", autocompletion=complete_codes)],
    department: DepartmentOption = None,
    version: VersionOption = None,
    on: OnOption = None,
    form: FormatOption = "table",
    headings: HeadingsOption = "en",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="按词语查询时最多列出几条")] = 10,
) -> None:
    """按代码查条目及其沿革，或按词语查可能的条目。"""
    from goufu.catalog.load import load_catalogs, version_named

    checked(form)
    set_headings(headings)
    versions = load_catalogs()
    named = version_named(versions, version) if version else None
    sections = sections_meant(department)
    code = code_meant(query)
    if code:
        from goufu.catalog.card import cards

        found = cards(code, versions, day(on), sections, named)
        if form == "table":
            _print(found)
        else:
            emit([card.record() for card in found], (), form)
        return
    from goufu.matcher.search import look_up

    from goufu.cache import default_cache

    hits = look_up(query, versions, day(on), sections, named, default_cache(), limit)
    if form == "table":
        _print_words(hits, department)
    else:
        emit(found_records(hits), (), form)
        _tell(hits, department)
    if not (hits.entries or hits.elsewhere or hits.notices):
        note(f"没有与“{query}”相近的条目；请换一种说法", f"nothing is near '{query}'; try other words")
        raise typer.Exit(2)


def _print(cards: Sequence[EntryCard]) -> None:
    states = {"absent": say("无此代码", "no such code"), "not held": say("未存", "not held")}
    for number, card in enumerate(cards):
        if number:
            print()
        e = card.entry
        misprint = (
            say(f"（文件印作 {e.printed_code}）", f" (printed {e.printed_code})")
            if e.printed_code != e.code
            else ""
        )
        print(f"{e.code} {e.name}{misprint}")
        print(f"  {say('部门', 'section')}　{_section(e.section)}　　{say('版本', 'version')} {e.version}")
        if card.path:
            print(f"  {say('上级', 'path')}　" + " › ".join(f"{p.code} {p.name}" for p in card.path))
        if card.also:
            print(f"  {say('异文', 'also read')}　" + "；".join(card.also))
        if card.children:
            print(f"  {say('下级', 'below')}　" + "、".join(f"{c.code} {c.name}" for c in card.children))
        life = [f"{h.version} {h.name or states[h.state]}" for h in card.history]
        print(f"  {say('沿革', 'history')}　" + say("；", "; ").join(life))
        told = [
            say(f"底本 {s.witness} 第 {s.line} 行", f"transcription {s.witness}, line {s.line}")
            for s in e.sources
        ]
        print(f"  {say('来源', 'source')}　" + say("；", "; ").join(told))


def _section(name: str) -> str:
    return {"A": say("省目录", "provincial frame"), "B": say("B 类", "class B")}.get(name, name)


def _scope(found: Found, department: str | None) -> str:
    """Where the words were looked for: the sections that were assumed, the versions, the day."""
    applied = listed(found.versions)
    if found.sections:
        named = listed(found.sections)
        whose = "" if department in found.sections else say(f"“{department}”按", f"'{department}' taken as ")
        where = whose + say(f"“{named}”一节和 B 类", f"section {named} and class B")
    elif department in ("A", "B"):
        where = say(f"{department} 类", f"class {department}")
    else:
        where = say(
            "未指定部门（-d），在各部门目录和 B 类中一起",
            "no department given (-d): all sections and class B",
        )
    return say(f"{where}查；依据 {applied}，以 {found.on} 为准", f"{where}; by {applied}, on {found.on}")


def _remarks(found: Found) -> list[str]:
    """The notices, and that the answer is not sure."""
    lines = []
    for f in found.notices:
        rule = say(f"（{f.rule}，{f.basis.zh}）", f" ({f.rule})") if f.rule else ""
        lines.append(f"{say(*f.message)}{rule}")
    if found.judgement and found.judgement.gap and not found.sure:
        lines.append(
            say(
                f"目录没有列的：{found.judgement.gap.zh}",
                f"not in the catalog: {found.judgement.gap.en}",
            )
        )
    if found.entries and not found.sure:
        lines.append(
            say(
                "没有把握：目录中没有一条确能对上，下面只是相近的条目",
                "not sure: no entry certainly answers to these words; the nearest are",
            )
        )
    elif found.elsewhere:
        lines.append(
            say(
                "没有把握：所查范围内没有相近的条目，其他部门的目录中有",
                "not sure: nothing is near in this scope; other sections have",
            )
        )
    return lines


def _print_words(found: Found, department: str | None) -> None:
    print_line(_scope(found, department))
    for line in _remarks(found):
        print_line(line)
    if found.entries or found.elsewhere:
        emit([_row(c) for c in found.entries], WORD_COLUMNS, "table")
    if found.elsewhere:
        emit(
            [_row(c) for c in found.elsewhere],
            WORD_COLUMNS,
            "table",
            say("其他部门的目录中相近的（本部门不能直接用）", "near in other departments' sections"),
        )


def _row(c: Candidate) -> dict[str, Any]:
    return {
        "score": f"{c.score * 100:.0f}%",
        "code": c.code,
        "name": c.name,
        "section": _section(c.section),
        "why": say("；", "; ").join(say(*reason) for reason in c.why),
    }


def _tell(found: Found, department: str | None) -> None:
    """For a program's reader: what the table says beside the entries, on stderr."""
    for line in (_scope(found, department), *_remarks(found)):
        note(line, line)
