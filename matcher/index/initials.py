"""Finding entries by the first letters of their pinyin, as officers type them: wsclfw for 污水处理服务.

The letters of the whole name, or of a run of it, in order. Nothing is guessed beyond that: a query that is no such
run of letters finds nothing here and is looked up as words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from goufu.matcher.index.grams import Target
from goufu.matcher.text import normal

_LETTERS = re.compile(r"[a-z]{3,20}\Z")


@lru_cache(maxsize=8192)
def initials(name: str) -> str:
    """The first letters of a name's pinyin, Latin letters and digits as they are: 12345政务热线 → 12345zwrx."""
    from pypinyin import Style, lazy_pinyin

    return "".join(
        part[0] if part.isalpha() and part.isascii() and len(part) == 1 else part
        for part in lazy_pinyin(
            normal(name), style=Style.FIRST_LETTER, errors=lambda text: re.sub(r"\W", "", text)
        )
    )


def by_initials(targets: Sequence[Target], query: str, sections: tuple[str, ...] = ()) -> list[Target]:
    """The targets whose name has `query` as a run of pinyin initials, the closest in length first.

    Only those of `sections` and class B, or all where `sections` is empty. Empty for a query that is not three to
    twenty Latin letters.
    """
    query = normal(query).strip()
    if not _LETTERS.match(query):
        return []
    scope = {*sections, "B"} if sections else None
    found = [t for t in targets if (scope is None or t.section in scope) and query in initials(t.name)]
    return sorted(
        found, key=lambda t: (not initials(t.name).startswith(query), len(t.name), t.section, t.code)
    )
