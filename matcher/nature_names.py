"""The natures of what money buys and their names: the one place where they are named, for tables, findings and answers.

No more than names: how a nature is recognised is in `goufu.matcher.nature`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

Nature = Literal[
    "service", "goods", "works", "mixed", "personnel", "transfer", "operating", "statutory", "insurance"
]
NATURES: tuple[Nature, ...] = get_args(Nature)
#: natures that are, wholly or in part, a purchased service; and those that are none
PURCHASED: tuple[Nature, ...] = ("service", "mixed")
NO_SERVICE: tuple[Nature, ...] = tuple(n for n in NATURES if n not in PURCHASED)


class NatureName(NamedTuple):
    """What a nature is called in tables, what in a sentence, and the other words that officers write for it."""

    zh: str
    en: str
    phrase_zh: str
    phrase_en: str
    written: tuple[str, ...] = ()


NATURE_NAMES: Mapping[Nature, NatureName] = {
    "service": NatureName("服务", "service", "服务", "a service"),
    "goods": NatureName("货物", "goods", "货物", "goods"),
    "works": NatureName("工程", "works", "工程", "works"),
    "mixed": NatureName(
        "混合",
        "mixed",
        "服务与货物或工程打包",
        "a bundle of services with goods or works",
        ("打包",),
    ),
    "personnel": NatureName("人员", "personnel", "人员经费或用工", "wages or staff", ("人员经费", "工资")),
    "transfer": NatureName(
        "补助", "transfer", "补助、补贴类支出", "a subsidy or transfer", ("补贴", "转移支付")
    ),
    "operating": NatureName(
        "运转", "operating", "机关运转支出", "an office's running cost", ("运转支出", "运行")
    ),
    "statutory": NatureName("法定支出", "statutory", "法定支出", "a statutory expense", ("法定",)),
    "insurance": NatureName("保险", "insurance", "保险支出", "an insurance premium"),
}
#: what an officer writes in place of a code for what is no service, or only in part one: 货物, 混合
NATURE_WORDS: Mapping[str, Nature] = {NATURE_NAMES[n].zh: n for n in NATURES if n != "service"}
#: every Chinese word by which an officer names natures in a table of answers
WRITTEN_NATURES: Mapping[str, tuple[Nature, ...]] = {
    **{word: (n,) for n, name in NATURE_NAMES.items() for word in (name.zh, *name.written)},
    "购买服务": PURCHASED,
    "是": PURCHASED,
}
