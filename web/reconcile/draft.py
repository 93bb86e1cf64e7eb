"""The routes of the protocol's draft 1.0 that 0.2 does not have: /match, /extend and /extend/propose, JSON in and out.

They stand below the same address as those of 0.2 and give the same answers in the draft's form. The manifest at that
address stays that of 0.2, whose `suggest` and `view` have another form in the draft; /suggest and /preview serve both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from goufu.web.reconcile import entities
from goufu.web.reconcile.queries import Query, answers, not_understood, query_of

#: the names of a condition's property and value, and those of earlier drafts
_PROPERTY, _VALUE = ("propertyId", "pid"), ("propertyValue", "v")


def query_of_conditions(said: Any) -> Query:
    """A query of the draft: conditions on the name and on properties. Raises GoufuError where it is none.

    A condition that asks for what is not so (`none`) is refused: nothing here could answer it.
    """
    conditions = said.get("conditions") if isinstance(said, Mapping) else None
    if not isinstance(conditions, list) or not conditions:
        raise not_understood()
    names: list[Any] = []
    properties: list[dict[str, Any]] = []
    for one in conditions:
        if not isinstance(one, Mapping) or one.get("matchQuantifier") == "none":
            raise not_understood()
        value = _first(one, _VALUE)
        if one.get("matchType") == "name":
            names += value if isinstance(value, list) else [value]
        elif one.get("matchType") == "property":
            properties.append({"pid": _first(one, _PROPERTY), "v": value})
        else:
            raise not_understood()
    words = [name.get("name", "") if isinstance(name, Mapping) else name for name in names]
    if not all(isinstance(word, str) for word in words):
        raise not_understood()
    return query_of(
        {
            "query": "；".join(words),
            "type": said.get("type") or [],
            "limit": said.get("limit"),
            "properties": properties,
        }
    )


def _first(said: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if name in said:
            return said[name]
    raise not_understood()


def matched(queries: list[Any]) -> dict[str, Any]:
    """The candidates of each query of a batch, in its order."""
    found = answers([query_of_conditions(one) for one in queries])
    return {"results": [{"candidates": candidates} for candidates in found]}


def extended(ids: list[str], properties: list[str], on: date) -> dict[str, Any]:
    """The values of properties of entries, a row for each id, in the order asked."""
    found = entities.fetched(ids, properties, on)
    return {
        "meta": found["meta"],
        "rows": [
            {"id": one, "properties": [{"id": p, "values": found["rows"][one][p]} for p in properties]}
            for one in ids
        ],
    }
