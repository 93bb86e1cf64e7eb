"""How alike two names of the catalog are, and where they differ.

Names are short and formulaic: in one section half of them say 生态环境 and nearly all end in 服务, so plain edit
distance finds everything alike. Here a character counts by how rare the pairs of characters around it are among
the names it is compared with, so that what tells two services apart decides. It does not know what words mean.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from rapidfuzz.distance import Opcodes


#: per character of a core name, how much it tells this service from the others
Weigher = Callable[[str], tuple[float, ...]]

_VARIANTS = str.maketrans({"査": "查", "裡": "里"})
_NOT_WORD = re.compile(r"[\W_]+")
_PARTICLES = re.compile(r"[的和与及]")
#: a lone character that happens to recur says less than a run of two
_LONE = 0.5


class Likeness(NamedTuple):
    """How much two names share, each figure 0 to 1: of both together, of the old name, of the new name."""

    similarity: float
    old_in_new: float
    new_in_old: float


class Piece(NamedTuple):
    """A run of characters that two names share ("same"), or that only the old or only the new one has."""

    side: Literal["same", "old", "new"]
    text: str


@lru_cache(maxsize=200_000)
def core(name: str) -> str:
    """`name` without what makes no difference: punctuation, brackets, spaces, width, case, 其它 for 其他."""
    plain = _NOT_WORD.sub("", unicodedata.normalize("NFKC", name)).lower().translate(_VARIANTS)
    return plain.replace("其它", "其他")


def pairs(text: str) -> set[str]:
    """The distinct pairs of adjacent characters of `text`; the text itself where it is shorter."""
    return {text[i : i + 2] for i in range(len(text) - 1)} or {text}


def weigher(names: Iterable[str]) -> Weigher:
    """Weights for core names seen among `names` (core names too): log(1 + (n + 5) / (df + ½)) of a pair of
    characters that `df` of the `n` names have, and for a character the mean of the two pairs it is in.
    """
    distinct = set(names)
    frequency = Counter(pair for name in distinct for pair in pairs(name))
    size = len(distinct) + 5
    rarity: dict[str, float] = {}

    def of_pair(pair: str) -> float:
        found = rarity.get(pair)
        if found is None:
            found = rarity[pair] = math.log(1 + size / (frequency[pair] + 0.5))
        return found

    @lru_cache(maxsize=200_000)
    def weigh(name: str) -> tuple[float, ...]:
        around = [of_pair(name[i : i + 2]) for i in range(len(name) - 1)] or [1.0]
        last = len(around) - 1
        return tuple((around[max(i - 1, 0)] + around[min(i, last)]) / 2 for i in range(len(name)))

    return weigh


def _opcodes(old: str, new: str) -> Opcodes:
    """The steps that make one text of the other; what finds them is loaded when names are first laid side by side."""
    from rapidfuzz.distance import Indel

    return Indel.opcodes(old, new)


def likeness(old: str, new: str, weigh: Weigher) -> Likeness:
    """How much of two core names is in both in the same order, by weight. Symmetric but for the last two."""
    if not old or not new:
        return Likeness(0.0, 0.0, 0.0)
    of_old, of_new = weigh(old), weigh(new)
    shared_old = shared_new = 0.0
    for step in _opcodes(old, new):
        if step.tag == "equal":
            factor = _LONE if step.src_end - step.src_start == 1 else 1.0
            shared_old += factor * sum(of_old[step.src_start : step.src_end])
            shared_new += factor * sum(of_new[step.dest_start : step.dest_end])
    total_old, total_new = sum(of_old), sum(of_new)
    return Likeness(
        (shared_old + shared_new) / (total_old + total_new), shared_old / total_old, shared_new / total_new
    )


def covered(name: str, by: Iterable[str], weigh: Weigher) -> float:
    """How much of the core `name`, by weight, is in one or another of the core names `by`, 0 to 1."""
    seen = [False] * len(name)
    for other in by:
        for step in _opcodes(name, other):
            if step.tag == "equal" and step.src_end - step.src_start > 1:
                seen[step.src_start : step.src_end] = [True] * (step.src_end - step.src_start)
    weights = weigh(name)
    return sum(w for w, s in zip(weights, seen, strict=True) if s) / (sum(weights) or 1.0)


def same_words(old: str, new: str) -> str:
    """How two different names still say the same: "form", "particles" or "order"; "" where they do not.

    "form": equal but for punctuation, width and the like. "particles": but for 的, 和, 与, 及. "order": the same
    characters in an order that leaves most pairs of neighbours together.
    """
    first, second = core(old), core(new)
    if first == second:
        return "form"
    first, second = _PARTICLES.sub("", first), _PARTICLES.sub("", second)
    if first == second:
        return "particles"
    if sorted(first) == sorted(second):
        one, two = pairs(first), pairs(second)
        if 2 * len(one & two) >= 0.6 * (len(one) + len(two)):
            return "order"
    return ""


def distance(old: str, new: str) -> int:
    """How many characters must be put in, taken out or replaced to make the one core name the other."""
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(core(old), core(new)))


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """`old` and `new` laid over each other: runs that both have, and runs that only one has, in reading order.

    A single shared character between two differences is counted as different, so that marks stay readable.
    """
    steps = list(_opcodes(old, new))
    pieces: list[Piece] = []
    for i, step in enumerate(steps):
        before, after = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        inner = 0 < i < len(steps) - 1
        if step.tag == "equal" and not (len(before) == 1 and inner and len(steps) > 3):
            pieces.append(Piece("same", before))
        else:
            pieces += [Piece("old", before)] * bool(before) + [Piece("new", after)] * bool(after)
    return tuple(_joined(pieces))


def _joined(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Runs between two shared ones put together: all of the old name first, then all of the new."""
    old = new = ""
    for piece in pieces:
        if piece.side == "old":
            old += piece.text
        elif piece.side == "new":
            new += piece.text
        else:
            yield from _both(old, new)
            old = new = ""
            yield piece
    yield from _both(old, new)


def _both(old: str, new: str) -> Iterable[Piece]:
    if old:
        yield Piece("old", old)
    if new:
        yield Piece("new", new)
