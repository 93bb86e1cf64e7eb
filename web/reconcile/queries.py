"""Queries answered: the judgement of a budget line where a query says what a line says, a lookup where it is but words.

A candidate's score is the probability (0 to 100) that the entry is the right one; `match` is set where a line with the
same words would be coded unseen (`auto`). Nothing of the store is asked, so an answer holds the catalog's words alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from goufu.catalog.card import cards
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.catalog.text import Text
from goufu.cli.shared.arguments import code_meant
from goufu.cli.shared.output import language
from goufu.disclosure.model import BudgetItem
from goufu.matcher.model import Assessment, Candidate
from goufu.matcher.search import Found, look_up
from goufu.web.reconcile.entities import ANY, entity_id, type_of

from goufu.cache import default_cache
from goufu.desk import classify

_LIMIT = 5
#: the names of the features; a reason is named by its own words
_FEATURES = {
    "score": Text("是这一条目的把握（如果列入目录）", "certainty of the entry, if the line is listed"),
    "listed": Text("列入目录的把握", "certainty that the line is listed"),
    "service": Text("性质判断的把握", "certainty of the nature"),
    "code": Text("代码相同", "same code"),
}
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Query:
    """One query: the words, sections of its types, what its properties say; `limit` candidates at most."""

    words: str
    sections: tuple[str, ...] = ()
    department: str = ""
    year: int | None = None
    summary: str = ""
    amount: Decimal | None = None
    limit: int = _LIMIT


def query_of(said: Any) -> Query:
    """A query as the protocol has it. Raises GoufuError where it is none."""
    if isinstance(said, str):
        said = {"query": said}
    if not isinstance(said, Mapping) or not isinstance(said.get("query", ""), str):
        raise not_understood()
    values: dict[str, str] = {}
    for one in _list(said.get("properties") or []):
        if not isinstance(one, Mapping) or not isinstance(one.get("pid"), str) or "v" not in one:
            raise not_understood()
        values[one["pid"]] = "；".join(_text(v) for v in _list(one["v"]))
    types = [t.get("id") if isinstance(t, Mapping) else t for t in _list(said.get("type") or [])]
    limit = said.get("limit")
    if not all(isinstance(t, str) for t in types) or not (limit is None or _is_number(limit)):
        raise not_understood()
    sections = tuple(t for t in types if t is not None and t != ANY)
    known = tuple(s for s in sections if any(s in v.sections for v in load_catalogs()))
    words = said.get("query", "").strip()[:500]
    year = _YEAR.search(values.get("year", ""))
    return Query(
        words if known or not sections else "",  # of a type that is not known, no entry is
        known,
        values.get("department", "").strip()[:200],
        int(year[0]) if year else None,
        values.get("summary", "").strip()[:5000],
        _amount(values.get("amount", "")),
        max(1, min(int(limit), 50)) if limit else _LIMIT,
    )


def not_understood() -> GoufuError:
    """A request that the protocol does not know."""
    return GoufuError(
        "查询的格式不对，应如对账协议 0.2（/match、/extend 如 1.0 草案）所定。",
        "The query is not understood; it should be as protocol 0.2 has it (/match, /extend: as the draft 1.0 has it).",
    )


def _is_number(value: Any) -> bool:
    """Whether it is a number that can be counted with: not the `NaN` or `1e999` that a JSON parser lets through."""
    return isinstance(value, int | float) and math.isfinite(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """The value of a property; another entity stands by its name."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("id") or ""
    return "" if value is None else str(value)


def _amount(text: str) -> Decimal | None:
    """An amount in 万元; one that is not a plain figure is left out, as the candidates do not hang on it alone."""
    try:
        found = Decimal(text.replace(",", "").replace("，", "").strip() or "x")
    except InvalidOperation:
        return None
    return round(found, 2) if found.is_finite() and abs(found) < 10**12 else None


def answers(queries: Sequence[Query]) -> list[list[dict[str, Any]]]:
    """The candidates of each query, best first. Lines are judged together."""
    lines = [n for n, q in enumerate(queries) if _is_line(q)]
    judged = dict(zip(lines, classify([_item(queries[n]) for n in lines]), strict=True)) if lines else {}
    return [_of_line(judged[n], q) if n in judged else _of_words(q) for n, q in enumerate(queries)]


def _is_line(q: Query) -> bool:
    """Whether the query can be judged as a budget line: words, and one section or a department to judge them by."""
    if not q.words or code_meant(q.words) or len(q.sections) > 1 or q.sections == ("A",):
        return False
    return bool(q.department) or q.sections not in ((), ("B",))


def _item(q: Query) -> BudgetItem:
    (section,) = q.sections or ("",)
    department = section if section and section != "B" else q.department
    return BudgetItem("", q.words, department=department, year=q.year, summary=q.summary, amount_wan=q.amount)


def _of_line(a: Assessment, q: Query) -> list[dict[str, Any]]:
    sure = a.decision == "auto" and a.status == "listed"
    found = [
        _candidate(c, c.score * a.fit, sure and not n, {"listed": round(a.fit, 4), "service": round(a.nature_score, 4)})
        for n, c in enumerate(a.codes)
        if q.sections != ("B",) or c.section == "B"  # class B is every department's, a section is not class B's
    ]  # fmt: skip
    return found[: q.limit]


def _of_words(q: Query) -> list[dict[str, Any]]:
    if not q.words:
        return []
    versions, on = load_catalogs(), date(q.year, 1, 1) if q.year else date.today()
    code = code_meant(q.words)
    try:
        if code:
            return _of_code(code, q, on)
        found: Found = look_up(q.words, versions, on, q.sections, cache=default_cache(), limit=q.limit)
    except GoufuError:  # an unknown section, a code that is none: nothing answers to it
        return []
    auto = found.sure and found.judgement is not None and found.judgement.decision == "auto"
    return [_candidate(c, c.score, auto and not n, {}) for n, c in enumerate(found.entries)]


def _of_code(code: str, q: Query, on: date) -> list[dict[str, Any]]:
    """The entries that have a code: certain where there is but one."""
    found = [card.entry for card in cards(code, load_catalogs(), on, q.sections)]
    return [
        {
            "id": entity_id(e.version, e.section, e.code),
            "name": e.name,
            "type": [type_of(e.section)],
            "score": round(100 / len(found), 1),
            "match": len(found) == 1,
            "features": [_feature("code", True)],
        }
        for e in found[: q.limit]
    ]


def _feature(key: str, value: float | bool) -> dict[str, Any]:
    name = _FEATURES[key].in_lang(language()) if key in _FEATURES else key
    return {"id": key, "name": name, "value": value}


def _candidate(c: Candidate, score: float, match: bool, more: Mapping[str, float]) -> dict[str, Any]:
    lang = language()
    features = [
        _feature("score", round(c.score, 4)),
        *(_feature(name, value) for name, value in more.items()),
    ]
    features += [_feature(reason.in_lang(lang), True) for reason in c.why]
    return {
        "id": entity_id(c.version, c.section, c.code),
        "name": c.name,
        "description": " › ".join(c.path),
        "type": [type_of(c.section)],
        "score": round(score * 100, 1),
        "match": match,
        "features": features,
    }
