"""A text with one item a line and no header, as officers paste it, as a grid of title and amount."""

from __future__ import annotations

import re

from goufu.catalog.characters import narrow
from goufu.disclosure.amounts import money_unit, parse_amount, unit_of
from goufu.disclosure.lines import clean_cell, squeeze

_BULLET = re.compile(r"\A\s*(?:\d{1,4}\s*[.、．)）]\s*(?!\d)|[(（]\s*\d{1,4}\s*[)）]\s*|[-*•·●]\s+|[①-⑳]\s*)")
_PRICED = re.compile(
    r"\A(?P<title>.*?[^\d\s,，:：;；.])(?:\s{2,}|\t|\s*[,，:：;；]\s*|\s+|(?=(?:人民币|¥)?\d[\d,.]*(?:万|亿|千|百|十)*元))(?P<amount>(?:人民币|¥)?\d[\d,]*(?:\.\d+)?\s*(?:(?:亿|千万|百万|十万|万|千|百)元?|元)?整?)\Z"
)
_SENTENCE = re.compile(r"[。！？!?；]|预算公开|部门预算|第[一二三四五六七八九]部分|目录\Z")
_HEADED = re.compile(r"(?:清单|一览表|项目表|明细表?|汇总表?|计划表?|列表)(?:[(（].*[)）])?\s*[:：]?\Z")
_OFFICE = re.compile(r"\A[\u4e00-\u9fff]{2,20}(?:局|委|委员会|办公室|中心|厅)\Z")


def plain_list(text: str) -> tuple[list[tuple[int, tuple[str, ...]]], int]:
    """A text with one item a line as a table of title and amount, and the index of its header; empty where it is none.

    Bullets and numbers before a line are dropped, a figure at its end is the amount.
    """
    rows: list[tuple[int, tuple[str, ...]]] = []
    priced = False
    lines = [(n, line) for n, line in enumerate(re.split(r"\r\n|\n|\r", text), 1) if line.strip()]
    if not lines or len(lines) > 5000:
        return [], 0
    items = 0
    for number, line in lines:
        bare = _BULLET.sub("", line).strip()
        if _SENTENCE.search(bare) or len(bare) > 60 or not re.search(r"[\u3400-\u9fff]", bare):
            return [], 0
        if (
            (_HEADED.search(bare) and not rows)
            or _OFFICE.match(squeeze(bare))
            or money_unit(bare) is not None
        ):
            rows.append((number, (clean_cell(bare),)))
            continue
        items += 1
        match = _PRICED.match(narrow(bare).strip())
        if (
            match
            and parse_amount(match["amount"]) is not None
            and (
                unit_of(match["amount"])
                or re.search(r"[\s,:;]", narrow(bare)[match.end("title") : match.start("amount")])
            )
        ):
            title = (
                bare[: match.end("title")].strip()
                if len(narrow(bare)) == len(bare)
                else match["title"].strip()
            )
            rows.append((number, (clean_cell(title), match["amount"])))
            priced = True
        else:
            rows.append((number, (clean_cell(bare), "")))
    if not items:
        return [], 0
    head = ("项目名称", "金额") if priced else ("项目名称",)
    first = next(n for n, (_, cells) in enumerate(rows) if len(cells) == 2)
    above, body = rows[:first], rows[first:]
    return [*above, (body[0][0], head), *[(n, cells[: len(head)]) for n, cells in body]], first
