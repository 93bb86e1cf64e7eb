"""Words that several sheets of the workbook share: their names, what a drop-down offers, whether it is bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from goufu.cli.shared.output import say
from goufu.matcher.outcome_names import OUTCOME_NAMES

if TYPE_CHECKING:
    from goufu.matcher.model import Assessment


def worklist_name() -> str:
    """The name of the sheet to decide in."""
    return say("项目清单", "worklist")


def candidates_name() -> str:
    """The name of the hidden sheet."""
    return say("候选", "candidates")


class Choices(NamedTuple):
    """What a drop-down offers besides the candidates, and yes and no."""

    none: str
    unlisted: str
    yes: str
    no: str


def choices() -> Choices:
    """These words in the language chosen."""
    return Choices(
        say(*OUTCOME_NAMES["not_applicable"]),
        say(*OUTCOME_NAMES["unlisted"]),
        say("是", "yes"),
        say("否", "no"),
    )


def bought(a: Assessment) -> str:
    """Whether an item is a purchased service, in words."""
    words = choices()
    return {True: words.yes, False: words.no, None: say("待定", "open")}[a.gov_service]
