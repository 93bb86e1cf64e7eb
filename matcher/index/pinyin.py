"""Finding entries by pinyin, as officers type it: wsclfw, wushui or wushuicl for 污水处理服务.

First letters are tried first; else each character is spelt out or by its first letter, the last as far as typed.
Nothing is guessed beyond that: a query that is no run of a name's letters is looked up as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from goufu.matcher.index.grams import Target
from goufu.matcher.text import normal

_LETTERS = re.compile(r"[a-z]{3,60}\Z")
_BETWEEN = re.compile(r"(?<=[a-z])[ '’]+(?=[a-z])")


@lru_cache(maxsize=8192)
def syllables(name: str) -> tuple[str, ...]:
    """A name's pinyin by characters, Latin letters and digits as they are: 12345政务热线 → 1 2 3 4 5 zheng wu re xian."""
    from pypinyin import Style, lazy_pinyin

    def apart(text: str) -> list[str]:
        return [*re.sub(r"\W", "", text)]

    # a list given for what has no pinyin is taken for as many parts, which pypinyin's types leave out
    return tuple(lazy_pinyin(normal(name), style=Style.NORMAL, errors=apart))  # type: ignore[arg-type]


def initials(name: str) -> str:
    """The first letters of a name's pinyin, Latin letters and digits as they are: 12345政务热线 → 12345zwrx."""
    return "".join(syllable[0] for syllable in syllables(name))


def letters_typed(query: str) -> str:
    """`query` as the letters of pinyin that it may be (`wu shui` → wushui); "" where it is no three to sixty Latin letters."""
    letters = _BETWEEN.sub("", normal(query).strip())
    return letters if _LETTERS.match(letters) else ""


def share_spelt(letters: str, name: str) -> float:
    """The share of the characters of `name` that `letters` spell, the longest run there is; 0 where they spell none.

    The letters begin with a character; each is spelt out or by its first letter, the last one as far as it was typed.
    """
    parts = syllables(name)
    if letters in initials(name):
        return len(letters) / len(parts)
    return (_run(letters, parts, short=False) or _run(letters, parts, short=True)) / max(1, len(parts))


def _run(letters: str, parts: Sequence[str], short: bool) -> int:
    return max((_spelt(letters, parts[at:], short) for at in range(len(parts))), default=0)


def _spelt(letters: str, parts: Sequence[str], short: bool) -> int:
    """How many of `parts` from the first on the letters spell to their end; 0 for no way to do it.

    With `short`, a part may also be spelt by its first letter alone.
    """
    if not parts:
        return 0
    syllable = parts[0]
    if syllable.startswith(letters):
        return 1
    for taken in {syllable, syllable[0]} if short else {syllable}:
        if letters.startswith(taken) and (more := _spelt(letters[len(taken) :], parts[1:], short)):
            return more + 1
    return 0


def by_pinyin(targets: Sequence[Target], query: str, sections: tuple[str, ...] = ()) -> list[Target]:
    """The targets whose name the letters of `query` spell, the closest in length first.

    By first letters; where there are none, spelt out; where there are none, in part one, in part the other.

    Only those of `sections` and class B, or all where `sections` is empty. Empty for a query that is not three to
    sixty Latin letters.
    """
    letters = letters_typed(query)
    if not letters:
        return []
    scope = {*sections, "B"} if sections else None
    held = [t for t in targets if scope is None or t.section in scope]
    ways: tuple[Callable[[str], bool], ...] = (
        lambda name: letters in initials(name),
        lambda name: bool(_run(letters, syllables(name), short=False)),
        lambda name: bool(_run(letters, syllables(name), short=True)),
    )
    for is_spelt in ways:
        if found := [t for t in held if is_spelt(t.name)]:
            return sorted(
                found, key=lambda t: (-share_spelt(letters, t.name), len(t.name), t.section, t.code)
            )
    return []
