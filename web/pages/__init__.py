"""The pages, one file each. A page module has `router`, and where it is in the navigation `NAVIGATION`.

A page's address is the first word of its name; what belongs to it lies below that address.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goufu.web.roles import Person

#: in the order of the navigation
MODULES = (
    *("home", "worklist", "catalog", "overview", "precedents", "hand_over", "people", "sign_in"),
    *("language", "static", "operation"),
)


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A page's entry in the navigation: its address, Chinese and English name, and the least role that sees it."""

    path: str
    zh: str
    en: str
    role: str = "officer"


def navigation(person: Person) -> list[NavigationEntry]:
    """The places that this person may go to, in order."""
    found = (getattr(import_module(f"goufu.web.pages.{name}"), "NAVIGATION", None) for name in MODULES)
    return [place for place in found if place is not None and person.may(place.role)]
