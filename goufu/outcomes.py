"""Lines judged so that none costs another: what fails in one line stands in that line.

For whatever judges lines by the thousand: `goufu.arrow` and the streams of `goufu classify`. Nothing here needs Arrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goufu.catalog.errors import GoufuError
from goufu.disclosure.model import BudgetItem

if TYPE_CHECKING:
    from goufu.catalog.text import Lang
    from goufu.matcher.model import Assessment

#: judges items in their order; raises where it cannot
Judge = Callable[[Sequence[BudgetItem]], Sequence["Assessment"]]


@dataclass(frozen=True, slots=True)
class Given:
    """A row as it was read: its item, what is wrong with it, and whether it is a line of the budget at all."""

    item: BudgetItem
    wrong: str = ""
    is_line: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row: its judgement, or what is wrong with it; both where only its amount is not understood."""

    item: BudgetItem
    assessment: Assessment | None
    error: str = ""

    def record(self, lang: Lang = "zh") -> dict[str, Any]:
        """The record contract, with `error` where something is wrong; what was not judged has little else."""
        if self.assessment is not None:
            found = self.assessment.record(lang)
            return {**found, "error": self.error} if self.error else found
        from goufu.matcher.model import identity

        return {**identity(self.item), "error": self.error}


def outcomes(lines: Sequence[Given], judge: Judge) -> list[Outcome]:
    """Every line judged; what fails in one is said in that line and costs no other."""
    good = [n for n, one in enumerate(lines) if one.is_line]
    judged: dict[int, Assessment | Exception] = {}
    _judge_on(good, [one.item for one in lines], judge, judged)
    out = []
    for n, one in enumerate(lines):
        found = judged.get(n)
        if isinstance(found, Exception):
            out.append(Outcome(one.item, None, _failure(found)))
        else:
            out.append(Outcome(one.item, found, one.wrong))
    return out


def _judge_on(
    some: Sequence[int], items: Sequence[BudgetItem], judge: Judge, judged: dict[int, Assessment | Exception]
) -> None:
    """Judge some of the items; where that fails, each half by itself, down to the line at fault."""
    if not some:
        return
    try:
        judged.update(zip(some, judge([items[n] for n in some]), strict=True))
    except Exception as error:  # one line, whatever is wrong with it, must not cost the others
        if len(some) == 1:
            judged[some[0]] = error
            return
        half = len(some) // 2
        _judge_on(some[:half], items, judge, judged)
        _judge_on(some[half:], items, judge, judged)


def _failure(error: Exception) -> str:
    if isinstance(error, GoufuError):
        return f"{error.text('zh')} {error.text('en')}"
    told = f"{type(error).__name__}: {error}"[:500]
    return f"这一行未能判断（{told}）。 This line could not be judged."
