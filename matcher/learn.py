"""An office's own small correction: a few numbers fitted on lines that it decided, added to what the shipped model says.

From thirty to five hundred lines little can be learned that also holds for the next line: which of two like entries
the office takes, whether it rather takes class B, what it calls a service, how strictly it reads "listed". So that is
all there is: an offset for each entry that was in question, one for class B, one for each nature, for how often a
word ends a title with a nature, and one for "some entry fits"; each held back to nothing (a Gaussian prior) unless
several lines agree. The order of candidates outside the first `DEPTH` never changes. Nothing here reads a file.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from goufu.matcher.answered import Answered
from goufu.matcher.evaluate import Measures, Outcome, certain_gain, measured, outcomes
from goufu.matcher.nature_names import NATURES, PURCHASED, Nature
from goufu.matcher.precedents.similarity import title_key
from goufu.matcher.text import normal
from numpy.typing import NDArray

if TYPE_CHECKING:
    from goufu.matcher.index.grams import Target
    from goufu.matcher.model import Assessment, Candidate

Floats = NDArray[np.float64]

_BRACKETS = re.compile(r"[(（][^()（）]*[)）]?")
_CHINESE = re.compile(r"[㐀-鿿]+")

#: candidates whose order an office may change
DEPTH = 20
#: fewer decided lines are not learned from
FEWEST = 30
#: parts that the lines are divided into; each is judged by what the others taught
FOLDS = 5
#: how strongly the numbers are held to nothing: of entries, class B, natures, endings, and of "some entry fits"
_RIDGE = {"entry": 0.7, "class_b": 3.0, "nature": 1.5, "ending": 0.7, "fits": 1.5}
#: a word must end this many titles to count
_COMMON_END = 3
#: how likely a gain may be by mere chance, and how far the share of right lines among those decided alone may fall
_CHANCE, _FALL = 0.05, 0.02
#: numbers smaller than this are left out
_NOTHING = 0.02

#: section, code and name: a code that means something else in another version gets nothing
Entry = tuple[str, str, str]


@dataclass(frozen=True)
class Learned:
    """The numbers that are added: to log-probabilities of entries (section, code, name), of class B entries, of natures, of
    natures where a title ends in a word, and to the logit that some entry fits. All natural logarithms.
    """

    entries: Mapping[Entry, float] = field(default_factory=dict)
    class_b: float = 0.0
    natures: Mapping[Nature, float] = field(default_factory=dict)
    endings: Mapping[tuple[str, Nature], float] = field(default_factory=dict)
    fits: float = 0.0

    @property
    def depth(self) -> int:
        """How many candidates it reorders."""
        return DEPTH

    @property
    def count(self) -> int:
        """How many numbers there are."""
        singles = sum(x != 0 for x in (self.class_b, self.fits))
        return len(self.entries) + len(self.natures) + len(self.endings) + singles

    def natures_of(self, titles: Sequence[str], chances: Floats) -> Floats:
        """The probabilities of natures, items × natures, with the office's offsets."""
        table = np.log(np.maximum(chances, 1e-12))
        table += np.array([self.natures.get(n, 0.0) for n in NATURES])
        if self.endings:
            for row, title in enumerate(titles):
                for end in ends_of(title):
                    table[row] += [self.endings.get((end, n), 0.0) for n in NATURES]
        power = np.exp(table - table.max(axis=1, keepdims=True))
        return np.asarray(power / power.sum(axis=1, keepdims=True))

    def fit(self, chance: Floats) -> Floats:
        """The probabilities that some entry fits, with the office's offset."""
        odds = np.clip(chance, 1e-9, 1 - 1e-9)
        return np.asarray(1 / (1 + (1 - odds) / odds * math.exp(-self.fits)))

    def reordered(
        self, targets: Sequence[Target], numbers: NDArray[np.int32], chances: Floats
    ) -> tuple[NDArray[np.int32], Floats]:
        """The candidates of each item (items × candidates, numbers of `targets`) and their probabilities, best first."""
        weight = np.array([[self._weight(targets[number]) for number in row] for row in numbers]).reshape(
            numbers.shape
        )
        total = chances.sum(axis=1, keepdims=True)
        changed = chances * np.exp(weight)
        changed *= total / np.maximum(changed.sum(axis=1, keepdims=True), 1e-12)
        changed = np.minimum(changed, 1.0)
        order = np.argsort(-changed, axis=1, kind="stable")
        return np.take_along_axis(numbers, order, axis=1), np.take_along_axis(changed, order, axis=1)

    def _weight(self, t: Target) -> float:
        return self.entries.get((t.section, t.code, t.name), 0.0) + (
            self.class_b if t.section == "B" else 0.0
        )


@dataclass(frozen=True)
class Trial:
    """What a correction did to lines that it was not fitted on: the figures before and after, and what changed.

    `better` and `worse` are lines that became right and wrong, `chance` how likely so uneven a change is by chance
    (one-sided sign test). `gains` is whether it may be switched on; `why_not` is the sentence where it may not.
    """

    before: Measures
    after: Measures
    better: int
    worse: int
    chance: float
    why_not: tuple[str, str] = ("", "")

    @property
    def gains(self) -> bool:
        """Whether it is worth switching on."""
        return not self.why_not[0]


#: judges lines with a correction, or without one; then the assessments have `DEPTH` candidates
Judge = Callable[[Sequence[Answered], Learned | None], "Sequence[Assessment]"]


def fitted(answers: Sequence[Answered], judged: Sequence[Assessment]) -> Learned:
    """The correction that the answers teach; `judged` are their assessments without one, with `DEPTH` candidates each."""
    entries, class_b = _entries(answers, judged)
    natures, endings = _natures(answers, judged)
    return Learned(entries, class_b, natures, endings, _fits(answers, judged))


def tried(answers: Sequence[Answered], judge: Judge) -> Trial:
    """The correction tried on lines left out, a fifth at a time; lines of one title stay together."""
    plain = judge(answers, None)
    before = outcomes(answers, plain)
    after: list[Outcome | None] = [None] * len(answers)
    part = [fold_of(a) for a in answers]
    for fold in range(FOLDS):
        inside = [n for n, p in enumerate(part) if p == fold]
        others = [n for n, p in enumerate(part) if p != fold]
        if not inside or not others:
            continue
        learned = fitted([answers[n] for n in others], [plain[n] for n in others])
        held = [answers[n] for n in inside]
        for n, o in zip(inside, outcomes(held, judge(held, learned)), strict=True):
            after[n] = o
    done = [b if a is None else a for a, b in zip(after, before, strict=True)]
    better, worse, chance = certain_gain(before, done)
    figures = measured(before), measured(done)
    return Trial(*figures, better, worse, chance, _why_not(len(answers), *figures, better, worse, chance))


def ends_of(title: str) -> tuple[str, ...]:
    """The last two and three Chinese characters of a title without its brackets: in Chinese its head."""
    runs = _CHINESE.findall(_BRACKETS.sub("", normal(title)))
    return tuple(dict.fromkeys(runs[-1][-n:] for n in (2, 3) if len(runs[-1]) > 1)) if runs else ()


def fold_of(answer: Answered) -> int:
    """The part that a line is in, by its title alone."""
    return zlib.crc32(title_key(answer.item.title, answer.item.department).encode()) % FOLDS


def _why_not(
    lines: int, before: Measures, after: Measures, better: int, worse: int, chance: float
) -> tuple[str, str]:
    if lines < FEWEST:
        return (
            f"只有 {lines} 条，至少要 {FEWEST} 条才学",
            f"there are only {lines} lines; at least {FEWEST} are wanted",
        )
    if better <= worse:
        return (
            f"没有好处：没学过的条目里，改对 {better} 条，改错 {worse} 条",
            f"no gain: of lines held out {better} became right and {worse} wrong",
        )
    if chance > _CHANCE:
        return (
            f"好处不可靠：改对 {better} 条、改错 {worse} 条，可能只是碰巧",
            f"no reliable gain: {better} became right, {worse} wrong, which may be chance",
        )
    alone, then = before.auto_right.share, after.auto_right.share
    if alone is not None and then is not None and then < alone - _FALL:
        return (
            f"自动判定会变得不可靠（对的由 {alone:.0%} 降到 {then:.0%}）",
            f"what is decided alone would become less reliable ({alone:.0%} to {then:.0%} right)",
        )
    return "", ""


# -- fitting ----------------------------------------------------------------------------------------------------


def _descended(slope: Callable[[Floats], Floats], size: int, steepest: float) -> Floats:
    """Where a smooth convex function with this slope is least, by Nesterov's accelerated descent from 0.

    `steepest` bounds its curvature.
    """
    here, ahead, pace = np.zeros(size), np.zeros(size), 1.0
    for _ in range(400):
        there = ahead - slope(ahead) / steepest
        faster = (1 + math.sqrt(1 + 4 * pace * pace)) / 2
        ahead = there + (pace - 1) / faster * (there - here)
        if np.abs(there - here).max(initial=0.0) < 1e-7:
            return there
        here, pace = there, faster
    return here


def _entry(c: Candidate) -> Entry:
    return c.section, c.code, c.name


def _entries(answers: Sequence[Answered], judged: Sequence[Assessment]) -> tuple[dict[Entry, float], float]:
    """Offsets of entries and of class B, under which the accepted candidates are most probable among all."""
    lines: list[tuple[Sequence[Candidate], list[bool]]] = []
    known: Counter[Entry] = Counter()
    for answer, a in zip(answers, judged, strict=True):
        gold = [answer.accepts(c.section, c.code) for c in a.codes]
        if any(gold):
            lines.append((a.codes, gold))
            known.update(_entry(c) for c, right in zip(a.codes, gold, strict=True) if right)
            known[_entry(a.codes[0])] += 1
    if not lines:
        return {}, 0.0
    number = {entry: n for n, entry in enumerate(known)}
    extra = len(number)  # where entries that are not in question stand: always 0
    shape = (len(lines), max(len(codes) for codes, _ in lines))
    which, log = np.full(shape, extra), np.full(shape, -np.inf)
    of_b, right = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    for row, (codes, gold) in enumerate(lines):
        size = len(codes)
        which[row, :size] = [number.get(_entry(c), extra) for c in codes]
        log[row, :size] = np.log(np.maximum([c.score for c in codes], 1e-9))
        of_b[row, :size] = [c.section == "B" for c in codes]
        right[row, :size] = gold
    ridge = np.full(extra + 2, _RIDGE["entry"])
    ridge[-1] = _RIDGE["class_b"]

    def slope(w: Floats) -> Floats:
        p = np.exp(log + w[which] + w[-1] * of_b)
        p /= p.sum(axis=1, keepdims=True)
        accepted = p * right
        pull = p - accepted / accepted.sum(axis=1, keepdims=True)
        out = 2 * ridge * w
        out[: extra + 1] += np.bincount(which.ravel(), pull.ravel(), extra + 1)
        out[-1] += (pull * of_b).sum()
        out[extra] = 0.0
        return np.asarray(out)

    steepest = 2 * float(ridge.max()) + len(lines) / 2 + max(known.values())
    found = _descended(slope, extra + 2, steepest)
    kept = {e: round(float(found[n]), 3) for e, n in number.items() if abs(found[n]) >= _NOTHING}
    return kept, _small(found[-1])


def _natures(
    answers: Sequence[Answered], judged: Sequence[Assessment]
) -> tuple[dict[Nature, float], dict[tuple[str, Nature], float]]:
    """Offsets of natures, and of natures by the words that end titles."""
    use = [(x, a) for x, a in zip(answers, judged, strict=True) if x.natures and a.chances]
    if not use:
        return {}, {}
    counted = Counter(end for x, _ in use for end in ends_of(x.item.title))
    ends = [end for end, n in counted.items() if n >= _COMMON_END]
    at = {end: n + 1 for n, end in enumerate(ends)}
    features = np.zeros((len(use), len(ends) + 1))
    features[:, 0] = 1
    for row, (x, _) in enumerate(use):
        for end in ends_of(x.item.title):
            if end in at:
                features[row, at[end]] = 1
    log = np.log(np.maximum([a.chances for _, a in use], 1e-9))
    gold = np.array([[n in x.natures for n in NATURES] for x, _ in use])
    ridge = np.full((len(ends) + 1, 1), _RIDGE["ending"])
    ridge[0] = _RIDGE["nature"]
    shape = (len(ends) + 1, len(NATURES))

    def slope(flat: Floats) -> Floats:
        w = flat.reshape(shape)
        value = log + features @ w
        p = np.exp(value - value.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        pull = p - p * gold / (p * gold).sum(axis=1, keepdims=True)
        return np.asarray((features.T @ pull + 2 * ridge * w).ravel())

    reach = float(np.square(np.linalg.norm(features, 2)))
    w = _descended(slope, shape[0] * shape[1], 2 * float(ridge.max()) + reach / 2).reshape(shape)
    w -= w.mean(axis=1, keepdims=True)
    natures = {n: small for n, v in zip(NATURES, w[0], strict=True) if (small := _small(v))}
    endings = {
        (end, n): small
        for end, weights in zip(ends, w[1:], strict=True)
        for n, v in zip(NATURES, weights, strict=True)
        if (small := _small(v))
    }
    return natures, endings


def _fits(answers: Sequence[Answered], judged: Sequence[Assessment]) -> float:
    """The offset of "some entry fits", from purchased services that the office called listed or not."""
    use = [
        (a.fit, "listed" in x.statuses)
        for x, a in zip(answers, judged, strict=True)
        if set(x.natures) & set(PURCHASED)
        and a.sections
        and ("listed" in x.statuses) != ("unlisted" in x.statuses)
    ]
    if not use:
        return 0.0
    chance = np.clip([fit for fit, _ in use], 1e-6, 1 - 1e-6)
    logit = np.log(chance / (1 - chance))
    listed = np.array([yes for _, yes in use], dtype=np.float64)

    def slope(w: Floats) -> Floats:
        p = 1 / (1 + np.exp(-np.clip(logit + w[0], -40, 40)))
        return np.array([float((p - listed).sum()) + 2 * _RIDGE["fits"] * w[0]])

    return _small(_descended(slope, 1, 2 * _RIDGE["fits"] + len(use) / 4)[0])


def _small(value: float) -> float:
    """`value` to three places, 0 where it is next to nothing."""
    return round(float(value), 3) if abs(value) >= _NOTHING else 0.0
