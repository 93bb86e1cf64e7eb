"""How goufu does on lines that an office decided itself: what was found, what was right, how sure it was of it.

Every figure is a count with an interval, because an office has a hundred lines and not a million: Wilson's interval
at 95 % (E. B. Wilson, Probable inference, J. Am. Stat. Assoc. 22, 1927), which is honest for small numbers and for
shares near one. Nothing is printed or read here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from goufu.matcher.answered import Answered
from goufu.matcher.model import Assessment
from goufu.matcher.nature_names import PURCHASED

#: the standard normal deviate of a two-sided 95 % interval
_Z = 1.959964
#: edges of the groups of certainty; what an officer may accept unseen lies at the upper end
EDGES = (0.0, 0.5, 0.7, 0.85, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` out of `of`."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """hits / of, None where `of` is 0."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share, None where `of` is 0."""
        if not self.of:
            return None
        p, n, z2 = self.hits / self.of, self.of, _Z * _Z
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        reach = _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def record(self) -> dict[str, Any]:
        """Plain numbers."""
        return {
            "hits": self.hits,
            "of": self.of,
            "share": None if self.share is None else round(self.share, 4),
            "interval": None if self.interval is None else [round(x, 4) for x in self.interval],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line judged beside its answer.

    `place` is that of the first accepted code among the candidates (0 the first), None where there is none, or where
    no code is asked for (`coded` false). `nature` and `status` are None where the answer does not say. `right` is
    whether all that an officer would accept with the line is right: nature, status and, where it is listed, the first code.
    """

    answer: Answered
    judged: Assessment
    coded: bool
    place: int | None
    nature: bool | None
    status: bool | None
    right: bool
    certainty: float

    @property
    def good(self) -> bool:
        """Whether nothing is to be put right: it is right, and where a code is asked for, the first one is."""
        return self.right and not (self.coded and self.place != 0)

    @property
    def auto(self) -> bool:
        """Whether goufu says that the line may be accepted unseen."""
        return self.judged.decision == "auto"


@dataclass(frozen=True, slots=True)
class Measures:
    """What is counted over some lines. `top` are the shares with an accepted code among the first one, three and five.

    `auto` is how many are decided alone, `auto_right` how many of those are right. `gap` is the mean distance between
    certainty and share of right lines over the groups of `EDGES` (expected calibration error), None without lines.
    """

    lines: int
    top: tuple[Rate, Rate, Rate]
    nature: Rate
    status: Rate
    right: Rate
    auto: Rate
    auto_right: Rate
    gap: float | None

    def record(self) -> dict[str, Any]:
        """One plain object."""
        return {
            "lines": self.lines,
            "top1": self.top[0].record(),
            "top3": self.top[1].record(),
            "top5": self.top[2].record(),
            "nature": self.nature.record(),
            "status": self.status.record(),
            "right": self.right.record(),
            "auto": self.auto.record(),
            "auto_right": self.auto_right.record(),
            "calibration_gap": None if self.gap is None else round(self.gap, 4),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Lines whose certainty lies from `low` to `high`: their mean certainty and how many are right."""

    low: float
    high: float
    certainty: float
    right: Rate


def outcome(answer: Answered, judged: Assessment) -> Outcome:
    """`judged` held against `answer`."""
    coded = bool(answer.codes)
    place = next((n for n, c in enumerate(judged.codes) if answer.accepts(c.section, c.code)), None)
    nature = judged.nature in answer.natures if answer.natures else None
    status = judged.status in answer.statuses if answer.statuses else None
    right = nature is not False and status is not False
    if right and coded and judged.nature in PURCHASED and judged.status == "listed":
        right = place == 0
    return Outcome(answer, judged, coded, place, nature, status, right, judged.certainty)


def outcomes(answers: Sequence[Answered], judged: Sequence[Assessment]) -> tuple[Outcome, ...]:
    """Each line's outcome, in their order."""
    return tuple(outcome(a, j) for a, j in zip(answers, judged, strict=True))


def measured(some: Sequence[Outcome]) -> Measures:
    """The figures over `some` lines."""
    coded = [o for o in some if o.coded]
    found = [o.place for o in coded if o.place is not None]
    alone = [o for o in some if o.auto]
    return Measures(
        len(some),
        (
            Rate(sum(p < 1 for p in found), len(coded)),
            Rate(sum(p < 3 for p in found), len(coded)),
            Rate(sum(p < 5 for p in found), len(coded)),
        ),
        _counted(o.nature for o in some),
        _counted(o.status for o in some),
        _counted(o.right for o in some),
        Rate(len(alone), len(some)),
        _counted(o.right for o in alone),
        _gap(some),
    )


def _counted(flags: Iterable[bool | None]) -> Rate:
    known = [flag for flag in flags if flag is not None]
    return Rate(sum(known), len(known))


def calibration(some: Sequence[Outcome]) -> tuple[Group, ...]:
    """The lines in groups of certainty; groups without lines are left out."""
    groups = []
    for low, high in zip(EDGES, EDGES[1:], strict=False):
        inside = [o for o in some if low <= o.certainty < high or (high == 1.0 and o.certainty >= high)]
        if inside:
            mean = sum(o.certainty for o in inside) / len(inside)
            groups.append(Group(low, high, mean, _counted(o.right for o in inside)))
    return tuple(groups)


def _gap(some: Sequence[Outcome]) -> float | None:
    if not some:
        return None
    return sum(abs(g.right.hits - g.certainty * g.right.of) for g in calibration(some)) / len(some)


def by_section(some: Sequence[Outcome]) -> tuple[tuple[str, Measures], ...]:
    """The figures for each section that lines were judged by, most lines first; "" for lines of no section."""
    groups: dict[str, list[Outcome]] = {}
    for o in some:
        groups.setdefault(o.judged.sections[0] if o.judged.sections else "", []).append(o)
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple((name, measured(lines)) for name, lines in ordered)


def confused(
    some: Sequence[Outcome],
    accepted: Callable[[Outcome], Sequence[str]],
    given: Callable[[Outcome], str],
) -> Counter[tuple[str, str]]:
    """How often (accepted, given) came together; of several accepted ones the one given, or else the first."""
    pairs: Counter[tuple[str, str]] = Counter()
    for o in some:
        wanted, got = accepted(o), given(o)
        if wanted:
            pairs[got if got in wanted else wanted[0], got] += 1
    return pairs


def confused_natures(some: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """How often a line of one nature was taken for another: (accepted, given)."""
    return confused(some, lambda o: o.answer.natures, lambda o: o.judged.nature)


def confused_statuses(some: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """How often a line of one status was given another: (accepted, given)."""
    return confused(some, lambda o: o.answer.statuses, lambda o: o.judged.status)


def worst(some: Sequence[Outcome], most: int = 10) -> tuple[Outcome, ...]:
    """Lines that are wrong: first those that would have been accepted unseen, then by how sure goufu was."""
    wrong = [o for o in some if not o.good]
    return tuple(sorted(wrong, key=lambda o: (not o.auto, -o.certainty))[:most])


def certain_gain(before: Sequence[Outcome], after: Sequence[Outcome]) -> tuple[int, int, float]:
    """Lines that became right, lines that became wrong, and how likely so uneven a change is if neither is better.

    The last is the one-sided exact sign test over the lines that changed (McNemar's test); 1 where none did.
    """
    better = sum(not b.good and a.good for b, a in zip(before, after, strict=True))
    worse = sum(b.good and not a.good for b, a in zip(before, after, strict=True))
    changed = better + worse
    chance = sum(math.comb(changed, k) for k in range(better, changed + 1)) / 2**changed
    return better, worse, chance
