"""The table of rules, and how a finding is made from one: the table gives severity and law, the caller the evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from pathlib import Path

from goufu.catalog.errors import CatalogError, UnknownNameError
from goufu.catalog.load import data_directory
from goufu.catalog.severity import Severity
from goufu.catalog.text import NOTHING, Text, joined
from goufu.disclosure.model import BudgetItem, Place
from goufu.matcher.model import Finding
from goufu.matcher.text import by_start


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its usual severity (`also`: the others it may have), title, explanation, legal basis and resolution.

    `bounds_wan` are the amounts it compares with, in 万元; `explain` says where they come from.
    """

    id: str
    severity: Severity
    title: Text
    explain: Text
    basis: Text
    resolve: Text
    also: tuple[Severity, ...] = ()
    bounds_wan: Mapping[str, int] = field(default_factory=dict)

    @property
    def severities(self) -> tuple[Severity, ...]:
        """The severities with which the rule fires, the usual one first."""
        return (self.severity, *self.also)


@lru_cache(maxsize=2)
def load_rules(path: Path | None = None) -> Mapping[str, Rule]:
    """The rules by id, from `data/rules.toml`. Raises CatalogError where the file is malformed."""
    path = path or data_directory() / "rules.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            name: Rule(
                name,
                table["severity"],
                Text(table["zh"], table["en"]),
                Text(table["explain_zh"], table["explain_en"]),
                Text(table["basis"], table["basis_en"]),
                Text(table["resolve_zh"], table["resolve_en"]),
                tuple(table.get("also", ())),
                table.get("bounds_wan", {}),
            )
            for name, table in tables.items()
        }
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"规则表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


def rule_named(name: str) -> Rule:
    """The rule with this id, in any case and with or without its letters (`gf101`, `101`). Raises UnknownNameError, which lists the known ones."""
    rules = load_rules()
    wanted = name.strip().upper()
    wanted = f"GF{wanted}" if wanted.isdecimal() else wanted
    if wanted in rules:
        return rules[wanted]
    known = "、".join(rules)
    raise UnknownNameError(f"没有规则“{name}”；现有 {known}", f"no rule '{name}'; known: {', '.join(rules)}")


@lru_cache(maxsize=2)
def load_finding_words(path: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """The word lists of `data/finding_words.toml` by their names. Raises CatalogError where the file is malformed."""
    path = path or data_directory() / "finding_words.toml"
    try:
        lists = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: tuple(words) for name, words in lists.items()}
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"词表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


def finding(
    rule: str,
    message: Text,
    evidence: Sequence[Text],
    *,
    severity: Severity | None = None,
    place: Place | None = None,
    entry: str = "",
) -> Finding:
    """A finding of `rule`. `evidence` are phrases; `place` is where they are; `entry` names the entry or document.

    The place is written after the phrases, so that the evidence can be read alone.
    """
    row = load_rules()[rule]
    if severity is not None and severity not in row.severities:
        raise ValueError(f"{rule} does not fire as {severity}; data/rules.toml has {row.severities}")
    where = Text(place.text(), place.text("en")) if place else NOTHING
    return Finding(
        rule=rule,
        severity=severity or row.severity,
        message=message,
        basis=row.basis,
        evidence=joined((*evidence, where)),
        place=place,
        entry=entry,
    )


@lru_cache(maxsize=1)
def _words() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """The words of all lists by their first two characters, and the lists that a word is in."""
    lists: dict[str, list[str]] = {}
    for which, words in load_finding_words().items():
        for word in dict.fromkeys(words):
            lists.setdefault(word, []).append(which)
    return by_start(lists), {word: tuple(names) for word, names in lists.items()}


@lru_cache(maxsize=512)
def _found(text: str) -> Mapping[str, tuple[str, ...]]:
    """The words of every list that stand in `text`: it is searched once, however many lists are asked for."""
    starts, lists = _words()
    found: dict[str, list[str]] = {}
    here = dict.fromkeys(filter(starts.__contains__, map(add, text, text[1:])))
    for word in (word for start in here for word in starts[start] if word in text):
        for which in lists[word]:
            found.setdefault(which, []).append(word)
    return {which: _in_order(hits, text) for which, hits in found.items()}


def _in_order(hits: list[str], text: str) -> tuple[str, ...]:
    if len(hits) > 1:
        hits = [w for w in hits if not any(w != longer and w in longer for longer in hits)]
        hits.sort(key=text.index)
    return tuple(hits)


def found_in(text: str, which: str) -> tuple[str, ...]:
    """The words of the list `which` that are in `text`, in its order, those inside a longer one left out."""
    return _found(text).get(which, ())


#: what a department writes about an item, where the name of the part is asked for
TITLE, OVERVIEW = Text("标题", "the title"), Text("概况", "the overview")
_PLAN, _GOAL = Text("实施计划", "the plan"), Text("总体目标", "the goal")
_GROUND, _NEED = Text("立项依据", "the grounds"), Text("必要性", "the need")
_MEASURES = Text("保障措施", "the measures")


def texts(item: BudgetItem) -> tuple[tuple[Text, str, Place | None], ...]:
    """What the department wrote about an item: (what it is, text, where it is), the title first."""
    form = item.form
    parts: list[tuple[Text, str, Place | None]] = [(TITLE, item.title, item.place)]
    if form is None:
        parts.append((OVERVIEW, item.summary, item.place))
    else:
        parts += [
            (OVERVIEW, form.overview or item.summary, form.place),
            (_GROUND, form.basis, form.place),
            (_NEED, form.necessity, form.place),
            (_MEASURES, form.measures, form.place),
            (_PLAN, form.plan, form.place),
            (_GOAL, form.goal, form.place),
        ]
    return tuple(part for part in parts if part[1])
