"""Amounts of money as budgets print them, and the units they are printed in: `1,047.69`, `（5.00）`, `3.2万元`, 单位：元.

Inside goufu every amount is a Decimal. What is not plainly an amount is None, never a guess: `1O.0O`, `≥95%`,
`约3万` are not amounts. The one rule for units: where none is printed, `money_unit` and `heading_unit` give None,
and `unit_by_size` may judge; where one is printed that is not understood (单位：美元), they give a `MoneyUnit`
without a name, and no figure under it may be taken for 万元 or anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from goufu.catalog.characters import narrow, simplified
from goufu.disclosure.lines import label
from goufu.disclosure.model import Place, Remark

CENT = Decimal("0.01")
#: 万元; more than the yearly expenditure of the whole country is a misreading, not a budget line
ABSURD_WAN = Decimal(3_000_000_000)

#: figures with a currency sign of this size and more are in 元: in 万元 they would be 100 million yuan
_SIGNED_YUAN = 10_000
_SIGN = re.compile("[¥￥]|RMB|CNY", re.IGNORECASE)

#: how many 万元 each unit is
UNITS: Mapping[str, Decimal] = {
    "元": Decimal("0.0001"),
    "百元": Decimal("0.01"),
    "千元": Decimal("0.1"),
    "万元": Decimal(1),
    "十万元": Decimal(10),
    "百万元": Decimal(100),
    "千万元": Decimal(1000),
    "亿元": Decimal(10_000),
}

_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY)?[:]?(?:\+|(?P<sign>[-−(]))?[¥￥]?(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,15})(?P<frac>\.\d{0,20})?(?P<exp>E[+-]\d{1,2})?\)?"
    r"(?P<unit>(?:亿|千万|百万|十万|万|千|百)元?|元)?整?\Z",
    re.IGNORECASE,
)
#: digits that number notes and lists (¹ ① ⑴ ⒈), and such marks right behind a figure
_MARK_DIGIT = re.compile(
    r"[\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]"
)
_MARK_BEHIND = rf"(?<=[0-9０-９])\s?{_MARK_DIGIT.pattern}{{1,2}}(?=\s*(?:[亿万千百]|元|\Z))"
#: what a spreadsheet marks a figure kept as text with, and what a figure refers to a note with
_TEXT_MARKS, _NOTE_MARKS = "'‘’`", "*＊※"
_DIGITS_APART = re.compile(r"\d\s+\d")
#: 1 0 4 7 . 6 9, as characters are set apart in a heading
_SPREAD = re.compile(r"\S(?:\s+\S){2,}")
_IN_THOUSANDS = re.compile(r"[^\d.,]*[1-9]\d{0,2}(?:\s+\d{3})+(?:\s*\.\s*\d*)?[^\d.,]*")
#: what people put where there is no amount
_NONE = re.compile(
    r"(?:[-−–—―─_ー一\\/／*×.。…]{1,8}|无|没有|不涉及|暂无|空|null|none|nil|nan|n/?a|不适用)\Z", re.IGNORECASE
)

_SPELT_DIGITS = {
    c: n for row in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖") for n, c in enumerate(row)
} | {"两": 2}
_SPELT_TIMES = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1000,
    "仟": 1000,
    "万": 10_000,
    "亿": 100_000_000,
}
#: what an amount that is written out begins with
_SPELT_FIRST = frozenset(_SPELT_DIGITS) - {"零", "〇"} | frozenset("貳參陸兩")
_SPELT_LAST = tuple("元圆角分整正万亿")
_DIGIT = f"[{''.join(c for c, n in _SPELT_DIGITS.items() if n)}]"
_TENS = rf"{_DIGIT}[十拾]{_DIGIT}?"
_HUNDREDS = rf"{_DIGIT}[百佰](?:[零〇]{_DIGIT}|{_TENS})?"
_THOUSANDS = rf"{_DIGIT}[千仟](?:{_HUNDREDS}|[零〇](?:{_TENS}|{_DIGIT}))?"
_SECTION = rf"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS}|{_DIGIT})"
#: strictly as figures are written out: 二〇二六 is a year, 一百五万 may mean 150 or 105
_SPELT_OUT = (
    rf"(?P<whole>(?:{_SECTION}亿[零〇]?)?(?:{_SECTION}万)?"
    rf"(?:(?<=[亿万])[零〇](?:{_HUNDREDS}|{_TENS}|{_DIGIT})|(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS})|(?<![亿万零〇]){_DIGIT})?)"
    rf"(?:[元圆](?:(?P<jiao>{_DIGIT})角)?(?:(?P<fen>{_DIGIT})分)?[整正]?|(?<=[万亿])整?)\Z"
)
_TIMES = r"(?:亿|千万|百万|十万|万|仟|千|佰|百|k|w|10k|10000|1000)"
_CURRENCY = r"(?:人民币|rmb|cny|¥)"
#: a unit and nothing else, as `label` leaves it: 人民币万元, rmb元, 千元, 万
_UNIT = re.compile(rf"{_CURRENCY}?[:/]?(?P<times>{_TIMES})?(?P<yuan>元|圆|块|yuan|cny|rmb)?{_CURRENCY}?\Z")
_SPELT = {"仟": "千", "佰": "百", "k": "千", "1000": "千", "w": "万", "10k": "万", "10000": "万"}
#: money all the same, but not one of `UNITS`
_FOREIGN = re.compile(r"元|圆|币|[$€£]|usd|eur|hkd|jpy|美金|欧分|角|cent")
#: words that end in 元 and are no money; this and other texts of patterns are compiled where they are first needed
_NO_MONEY = r"(?:单|多|公|纪|状|一|二|三|开|改)元\Z"
_SPLIT = re.compile(r"[、,，;；/|和及]")
_SAYS_UNIT = re.compile(
    r"(?P<money>金\s*额|货\s*币|币\s*种|人\s*民\s*币|资\s*金|计\s*价)?\s*(?:的|计\s*量)?\s*(?<!部门)(?<!预算)单\s*位\s*(?:[:=;∶]|\.\.|为|是|(?=[(])|(?=\s+\S{1,8}\s*\Z))\s*|\bunit\s*:\s*",
    re.IGNORECASE,
)
#: in all that states a unit of money
_MAY_SAY_UNIT = re.compile(r"[元圆单]|unit", re.IGNORECASE)
#: the same before characters are simplified and brought into one width
_MAY_SAY_UNIT_AS_PRINTED = re.compile(r"[元圆圓单單uUｕＵ]")
_SAYS_IN = re.compile(rf"(?:以|按|均为)\s*({_CURRENCY}?{_TIMES}?元)\s*(?:为\s*单\s*位|计|填|列)")
_VALUE_END = re.compile(r"[,，;；。()（）|\s]")
_OWNER = (
    r"(?:局|委|会|办|中心|队|院|校|学|园|站|馆|所|处|厅|部|社|台|团|场|公司|乡|镇|街道|府|盖章|签章)\)?\Z"
)
_LAST_BRACKET = re.compile(r"\(([^()]*)\)\Z")
_MARKED = re.compile(r"\(([^()]*)\)")
_TRAILING = re.compile(
    rf"(?P<name>.*?)[/:,\-_·]?(?P<unit>{_CURRENCY}?[:]?(?:{_TIMES}?(?:元|圆)|(?<=[额费款价算数计金资])(?:万|亿|百万)))\Z"
)
_FOREIGN_END = r"(?:美|欧|日|韩|港|澳|台|加|新|英)元?\Z|美金\Z"


class MoneyUnit(NamedTuple):
    """A unit of money where a document prints one.

    `name` is one of `UNITS`, or "" where what is `printed` is not understood.
    """

    printed: str
    name: str

    @property
    def is_money(self) -> bool:
        """Whether it is money at all, also where it is not understood; 单位：个 says what things are counted in."""
        return bool(self.name or _FOREIGN.search(label(self.printed)))


@lru_cache(maxsize=1 << 12)
def parse_amount(text: str) -> Decimal | None:
    """The figure `text` states, in the unit it is printed in, or None where it is not one.

    Full-width digits, thousands set apart by commas or spaces, and brackets for negatives are understood; 12 15 are two figures.
    A unit printed with the figure is accepted and dropped; use `unit_of` to know it. An amount written out (壹佰万元整) is
    in 元.
    """
    match = _match(text)
    if match is None:
        return _spelt_out(text)
    value = Decimal(
        match["digits"].replace(",", "") + (match["frac"] or "").rstrip(".") + (match["exp"] or "")
    )
    return -value if match["sign"] else value


def unit_of(text: str) -> str:
    """The unit (of `UNITS`) where `text` is an amount printed with one (`12万`, `3.5亿元`), "" otherwise."""
    match = _match(text)
    if match is None:
        return "元" if _spelt_out(text) is not None else ""
    printed = match["unit"] or ""
    return printed if not printed or printed.endswith("元") else f"{printed}元"


def has_currency_sign(text: str) -> bool:
    """Whether `text` is a figure with a currency sign and no unit: ¥120,000, RMB 5."""
    if not _SIGN.search(text):
        return False
    match = _match(text)
    return match is not None and not match["unit"]


def looks_like_yuan(text: str, unit: str) -> bool:
    """Whether `text` is a figure with a currency sign that cannot well be in the `unit` of its column: `¥120,000` under 万元
    would be 1.2 billion yuan and is 12 万元."""
    if UNITS.get(unit, Decimal(0)) < 1 or not has_currency_sign(text):
        return False
    return abs(parse_amount(text) or Decimal(0)) >= _SIGNED_YUAN


def is_scientific(text: str) -> bool:
    """Whether `text` is an amount with an exponent, `7.4E+04`, which a spreadsheet rounds to the places it shows."""
    match = _match(text)
    return bool(match and match["exp"])


def is_no_amount(text: str) -> bool:
    """Whether `text` says that there is no amount: nothing, a dash, `/`, 无."""
    flat = "".join(narrow(text).split())
    return not flat or bool(_NONE.match(flat))


def to_wan(value: Decimal, unit: str) -> Decimal:
    """`value` in 万元 with two places. Raises KeyError where `unit` is not one of `UNITS`."""
    return (value * UNITS[unit]).quantize(CENT, ROUND_HALF_UP)


def may_state_unit(text: str) -> bool:
    """Whether `money_unit` can find anything in `text`, or in a part of it; to be asked of many texts."""
    return _MAY_SAY_UNIT_AS_PRINTED.search(text) is not None


@lru_cache(maxsize=1 << 12)
def money_unit(text: str) -> MoneyUnit | None:
    """The unit of money that a line, a cell or a note states (`单位：人民币万元`), None where it states none.

    `单位：甲县水利局` names an organisation and states none. Two units that differ are not understood.
    """
    if text.isascii() and text.isprintable() and "unit" not in text.lower():
        return None  # a figure, as most cells
    plain = simplified(text)
    if not _MAY_SAY_UNIT.search(plain):
        return None
    spaced = plain.translate(_ROUND)
    whole = re.sub(r"\A(?:金额)?[:(]*", "", label(text)).strip("()")
    if (match := _UNIT.match(whole)) and match["yuan"] in ("元", "圆"):
        return MoneyUnit(text.strip(), _named(whole) or "")
    found: list[MoneyUnit] = []
    flat = label(text)
    if (
        (tail := _LAST_BRACKET.search(flat))
        and (match := _UNIT.match(tail[1]))
        and match["yuan"] in ("元", "圆")
    ):
        found.append(MoneyUnit(tail[1], _named(tail[1]) or ""))  # 2026年采购计划表（万元）
    starts = list(_SAYS_UNIT.finditer(spaced))
    ends = [*(start.start() for start in starts), len(spaced)][1:]
    for start, after in zip(starts, ends, strict=False):
        unit = _stated(spaced[start.end() : after], bool(start["money"]))
        if unit is not None:
            found.append(unit)
    found += [MoneyUnit(m[0], _named(label(m[1])) or "") for m in _SAYS_IN.finditer(spaced)]
    if len(found) > 1 and any(unit.is_money for unit in found):
        found = [unit for unit in found if unit.is_money]  # 金额单位：万元；面积单位：平方米
    if len({unit.name for unit in found}) > 1:
        return MoneyUnit("、".join(unit.printed for unit in found), "")
    return found[0] if found else None


@lru_cache(maxsize=1 << 12)
def heading_unit(heading: str) -> tuple[str, MoneyUnit | None]:
    """A heading as `label` leaves it without its unit of money, and that unit: `预算金额（人民币：元）` → 预算金额, 元.

    None where the heading names no unit; brackets that hold none stay.
    """
    flat = label(heading)
    for match in _MARKED.finditer(flat):
        inner = re.sub(r"\A(?:金额|货币|币种|计量|资金)?单位[:为]?", "", match[1])
        name = _named(inner)
        if name is None and inner != match[1] and inner:
            name = ""
        if name is not None:
            return (flat[: match.start()] + flat[match.end() :]).strip(":/,-"), MoneyUnit(match[1], name)
    if called := re.match(r"(.*?)(?:计量)?单位[:为](.+)\Z", flat):
        stated = _named(called[2])
        if stated is not None:
            return called[1], MoneyUnit(called[2], stated)
    if (tail := _TRAILING.match(flat)) and not re.search(_NO_MONEY, flat):
        if re.search(_FOREIGN_END, tail["name"]):
            return re.sub(_FOREIGN_END, "", tail["name"]).strip(":/,-"), MoneyUnit(flat, "")
        name = _named(tail["unit"])
        if name is not None:
            return tail["name"], MoneyUnit(tail["unit"], name)
    return flat, None


def unit_by_size(amounts: Iterable[Decimal]) -> str:
    """The unit that the amounts of one list are printed in where none is printed: 元, 万元, or "" (cannot be known).

    A department's line is hardly ever below 1,000 yuan or above 100 million (10,000 万元). So figures that are all
    1,000 or more with half of them at least 10,000 are 元, figures all below 10,000 with half of them below 1,000 are
    万元; anything else could be either. Whoever uses the answer must say so.
    """
    sizes = sorted(abs(amount) for amount in amounts if amount)
    if not sizes:
        return ""
    middle = (sizes[(len(sizes) - 1) // 2] + sizes[len(sizes) // 2]) / 2
    if sizes[0] >= 1_000 and middle >= 10_000:
        return "元"
    return "万元" if sizes[-1] < 10_000 and middle < 1_000 else ""


def contradiction(amounts: Iterable[Decimal], unit: str, place: Place | None) -> Remark | None:
    """The warning where the amounts of one list are so large, or so small, that they are hardly in the `unit` that is printed.

    Under 万元 or more all are as large as yuan are, and it is no single line of less than a billion yuan; under 元 all of
    three or more are as small as 万元 are, or one or two below 1,000.
    """
    sizes = [abs(amount) for amount in amounts if amount]
    judged = unit_by_size(sizes)
    large = UNITS.get(unit, Decimal(0)) >= 1 and judged == "元"
    if large and len(sizes) == 1 and sizes[0] < 100_000:
        return None
    if not large and not (unit == "元" and judged == "万元" and (len(sizes) > 2 or max(sizes) < 1_000)):
        return None
    how, how_en = ("大", "large") if large else ("小", "small")
    return Remark(
        "unit",
        "warning",
        f"写明的单位是{unit}，但各行金额都{how}得像是{judged}，仍按{unit}读，请核对单位。",
        f"The unit given is {unit}, but all amounts are as {how_en} as if they were in {'yuan' if large else judged}; read as given. Check it.",
        place,
    )


_ROUND = str.maketrans("（【〔［〖〈《[{）】〕］〗〉》]}", "(((((((((" + ")))))))))")


def _stated(value: str, money: bool) -> MoneyUnit | None:
    """The unit that follows the words 单位：; `money` where it was called a unit of money."""
    value = value.strip().lstrip("(").strip()
    closed = "".join(value.split()).strip("()")
    if not closed:
        return None
    if len({name for part in _SPLIT.split(closed) if (name := _named(label(part)))}) > 1:
        return MoneyUnit(closed, "")  # 元，万元
    # spread letters (万  元) are one value, words apart are not (万元  共1页)
    shortest = _VALUE_END.split(value, maxsplit=1)[0]
    for candidate in (
        closed,
        re.sub(r"[()]", "", closed),
        shortest,
        "".join(value.split()[:2]),
        "".join(value.split()[:3]),
    ):
        if name := _named(label(candidate)):
            return MoneyUnit(candidate, name)
    flat = label(shortest)
    if money or _FOREIGN.search(flat) or (len(flat) <= 3 and not re.search(_OWNER, flat)):
        return MoneyUnit(shortest, "")
    return None


def _named(text: str) -> str | None:
    """The unit of `UNITS` that `text` (as `label` leaves it) is; "" for other money; None where it is none."""
    names: set[str] = set()
    if re.search(rf"{_TIMES}?元/(?!年|元?\Z)", text):
        return ""  # a price per month, person or square metre is no amount of a line
    for part in _SPLIT.split(text):
        part = re.sub(r"\A(?:均?为|以|按|金额|单位|[:=])+|(?:计|整|角分)\Z", "", part.strip("():"))
        match = _UNIT.match(part)
        if match and (match["times"] or match["yuan"] or part == "¥"):
            times = match["times"] or ""
            if times.isascii() and times and not match["yuan"] and times not in ("w", "10k"):
                continue  # a bare number or k is no unit
            names.add(f"{_SPELT.get(times, times)}元")
        elif _FOREIGN.search(part) and not re.search(_NO_MONEY, part) and not re.fullmatch(_CURRENCY, part):
            names.add("")
    if not names:
        return None
    return names.pop() if len(names) == 1 else ""


@lru_cache(maxsize=1 << 12)
def _spelt_out(text: str) -> Decimal | None:
    """The amount in 元 that is written out in characters (壹佰贰拾万元整, 三十五万), None where it is anything else.

    It begins with a digit: 十万元 may be a unit of money as well.
    """
    text = text[3:].lstrip(":： ") if text[:3] in ("人民币", "人民幣") else text
    if len(text) > 40 or text[:1] not in _SPELT_FIRST:
        return None
    flat = "".join(simplified(text).split())
    if not flat.endswith(_SPELT_LAST):
        return None  # 一、…
    match = re.match(_SPELT_OUT, flat)  # compiled when it is first needed
    if match is None:
        return None
    total = section = digit = 0
    for character in match["whole"]:
        if character in _SPELT_DIGITS:
            digit = _SPELT_DIGITS[character]
        elif (times := _SPELT_TIMES[character]) < 10_000:
            section, digit = section + digit * times, 0
        else:
            total, section, digit = total + (section + digit) * times, 0, 0
    small = sum(
        (
            _SPELT_DIGITS[match[name]] * times
            for name, times in (("jiao", Decimal("0.1")), ("fen", CENT))
            if match[name]
        ),
        Decimal(0),
    )
    return total + section + digit + small


def _match(text: str) -> re.Match[str] | None:
    text = text[:60]
    if text[:1] in _TEXT_MARKS or text[-1:] in _NOTE_MARKS:
        text = text.lstrip(_TEXT_MARKS).rstrip(_NOTE_MARKS)
    if not text.isascii() and _MARK_DIGIT.search(text):
        text = re.sub(_MARK_BEHIND, "", text)
        if _MARK_DIGIT.search(text):
            return None  # ①1200 in half width would be 11200
    flat = narrow(text) if text.isascii() else simplified(text)
    parts = flat.split()
    return None if len(parts) > 1 and _are_two(flat) else _AMOUNT.match("".join(parts))


def has_space_inside(text: str) -> bool:
    """Whether a space stands between the digits of a figure, as in 1 200, and not between all of its characters."""
    return _DIGITS_APART.search(narrow(text)) is not None and not _SPREAD.fullmatch(narrow(text).strip())


def _are_two(flat: str) -> bool:
    """Whether spaces stand in a figure where they set no thousands apart: 12 15 may be two."""
    if not _DIGITS_APART.search(flat) or _SPREAD.fullmatch(flat.strip()):
        return False
    return not _IN_THOUSANDS.fullmatch(flat)
