"""What a disclosure says outside its tables: whose it is, for which year, what it procures, which catalog it names.

Everything is found by the headings and set phrases of the prescribed form of 部门预算公开. Catalog documents are
recognised by their numbers alone (晋财综〔2025〕28号); what is in them is not this room's business.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from goufu.catalog.characters import is_han
from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.lines import Line, squeeze
from goufu.disclosure.model import Attachment, Place, Procurement
from goufu.disclosure.tables.around_tables import is_misread_for, owner_of

_COVER = re.compile(r"\A((?:19|20)\d\d)年?度?(?:部门|单位)预算(?:公开|信息公开|说明|草案)?\Z")
_COVER_NAMED = re.compile(
    r"\A(?P<name>[^0-9]{4,30}?)(?P<year>(?:19|20)\d\d)年?度?(?:部门|单位)?(?:预算|项目支出)|"
    r"\A(?P<year2>(?:19|20)\d\d)年?度?(?P<name2>.{4,30}?)(?:部门|单位)预算"
)
#: a department that stands alone above its table
_ALONE = re.compile(r"[\u4e00-\u9fff]{2,20}(?:局|委员会|办公室)\Z")
_YEAR = re.compile(r"((?:19|20)\d\d)年(?:度)?")
#: lines that a sentence may be broken into by pages and columns
RUN_ON = 5
_NUMBER = r"([\d,]+(?:\.\d+)?)万元"
_PROCUREMENT = re.compile(r"政府采购预算(?:总额|合计)?(?:为|共)?" + _NUMBER)
_KINDS = {
    kind: re.compile(rf"政府采购{name}预算(?:为)?" + _NUMBER)
    for kind, name in (("goods", "货物"), ("works", "工程"), ("services", "服务"))
}
_STATEMENT = re.compile(
    r"\A(?:\(?[一二三四五六七八九十\d]+[)、.]*)?政府购买服务(?:指导性)?目录(?:情况|说明)?[:：]?\Z"
)
_NEXT = re.compile(r"\A(?:\(?[一二三四五六七八九十]+[)、]|第[一二三四五六]部分)")
_DOCUMENT = re.compile(r"\A(\w{2,8})[\[(【〔〈]((?:19|20)\d\d)[\])】〕〉](?:第)?(\d{1,4})号\Z")
_CODE = re.compile(r"(?:[AB](?:\d\d){0,3}|(?:\d\d){1,3})\Z")
_CATALOG_TITLE = re.compile(r"购买服务.{0,6}目\s*录")


class Narrative(NamedTuple):
    """What the text of a disclosure says; "" and None where it does not."""

    department: str = ""
    year: int | None = None
    procurement: Procurement | None = None
    statement: str = ""
    statement_place: Place | None = None
    attachments: tuple[Attachment, ...] = ()


def narrative(lines: Sequence[Line]) -> Narrative:
    """The narrative facts of the document whose lines are given."""
    statement, place, after = _statement(lines)
    return Narrative(
        department=_department(lines),
        year=_year(lines),
        procurement=_procurement(lines),
        statement=statement,
        statement_place=place,
        attachments=_attachments(lines, after),
    )


def _department(lines: Sequence[Line]) -> str:
    """The name most often given as 部门名称 (单位名称), else the line above the title of the cover, else one that is alone in a
    line above all tables."""
    owners = Counter(found for line in lines if len(line.text) <= 200 and (found := _owner(line.text)))
    if owners:
        names = [name for name, _ in owners.most_common()]
        return next((name for name in names if is_misread_for(names[0], name)), names[0])
    for i, line in enumerate(lines[:40]):
        text = squeeze(line.text)
        if _COVER.match(text) and i:
            return lines[i - 1].text
        if match := _named_on_cover(text):
            return match["name"] or match["name2"]
    above = takewhile(lambda line: line.is_paragraph, lines[:40])
    return next((name for line in above if _ALONE.match(name := squeeze(line.text))), "")


def _named_on_cover(text: str) -> re.Match[str] | None:
    """The name and year in the title of a cover; the name is Chinese characters only."""
    match = _COVER_NAMED.search(text)
    return match if match and is_han(match["name"] or match["name2"]) else None


def _document(text: str) -> re.Match[str] | None:
    """The parts of a line that is the number of a document and nothing else."""
    match = _DOCUMENT.match(text) if text.endswith("号") else None
    return match if match and is_han(match[1]) else None


def _owner(text: str) -> str:
    """The department that a line says a table belongs to."""
    found = owner_of(text) if "：" in text or ":" in text else None
    return found[0] if found else ""


def _year(lines: Sequence[Line]) -> int | None:
    """The year of the cover, else the one the tables' titles name most often."""
    for line in lines[:40]:
        if not line.is_paragraph:
            continue  # a heading of a table: 项目名称 | 2025年预算
        text = squeeze(line.text)
        if match := _COVER.match(text):
            return int(match[1])
        if match := _named_on_cover(text):
            return int(match["year"] or match["year2"])
    titles = Counter(
        int(match[1])
        for line in lines
        if len(line.text) < 60
        and line.is_paragraph
        and ("预算" in line.text or "绩效" in line.text)
        and (match := _YEAR.search(squeeze(line.text)))
    )
    return titles.most_common(1)[0][0] if titles else None


def _procurement(lines: Sequence[Line]) -> Procurement | None:
    """The sentence under 政府采购情况; it may run over a page break, so two lines are read together."""
    for i, line in enumerate(lines):
        if not line.is_paragraph or "政府采购" not in line.text:
            continue
        text = squeeze("".join(part.text for part in lines[i : i + RUN_ON] if part.is_paragraph))
        total = _PROCUREMENT.search(text)
        if total is None:
            continue
        kinds = {kind: pattern.search(text) for kind, pattern in _KINDS.items()}
        return Procurement(
            total_wan=_amount(total),
            goods_wan=_amount(kinds["goods"]),
            works_wan=_amount(kinds["works"]),
            services_wan=_amount(kinds["services"]),
            place=line.place,
        )
    return None


def _amount(match: re.Match[str] | None) -> Decimal | None:
    return parse_amount(match[1]) if match else None


def _statement(lines: Sequence[Line]) -> tuple[str, Place | None, int]:
    """The text under 政府购买服务指导性目录, its place, and the index of the line after it.

    The heading stands in the contents too, but there with a page number, which `_STATEMENT` does not allow.
    """
    for i, line in enumerate(lines):
        if not line.is_paragraph or not _STATEMENT.match(squeeze(line.text)):
            continue
        below = lines[i + 1 : i + 30]
        said = list(takewhile(_still_the_statement, below))
        if said:
            return " ".join(line.text for line in said), line.place, i + 1 + len(said)
    return "", None, 0


def _still_the_statement(line: Line) -> bool:
    text = squeeze(line.text)
    return line.is_paragraph and not _NEXT.match(text) and _document(text) is None


def _attachments(lines: Sequence[Line], after: int) -> tuple[Attachment, ...]:
    """Documents printed in full: a line that is nothing but a document number, and a title about the catalog below."""
    heads: list[tuple[int, str, str]] = []
    for i, line in enumerate(lines[after:], after):
        if not line.is_paragraph:
            continue
        match = _document(squeeze(line.text))
        if match is None:
            continue
        title = " ".join(part.text for part in lines[i + 1 : i + 4] if part.is_paragraph)
        if not _CATALOG_TITLE.search(title):
            continue
        first = next((part.text for part in lines[i + 1 : i + 4] if _CATALOG_TITLE.search(part.text)), title)
        heads.append((i, f"{match[1]}〔{match[2]}〕{match[3]}号", first))
    ends = [i for i, _, _ in heads[1:]] + [len(lines)]
    return tuple(
        Attachment(number, title, lines[i].place, tuple(_codes(lines[i:end])))
        for (i, number, title), end in zip(heads, ends, strict=False)
    )


def _codes(lines: Sequence[Line]) -> Iterator[str]:
    """The first cells of table rows that are catalog codes (a misprinted one may lack its letter) beside a name."""
    for line in lines:
        if line.is_row and not line.is_paragraph and _CODE.match(code := squeeze(line.cells[0])):
            yield code
