"""Catalog codes: their levels, their parents, and how people write them.

A code is a letter and up to six digits: `A` (level 1), `A15` (2), `A1504` (3), `A150401` (4). Class B stops
at level 3. A fourth-level code means something only inside its department section, so a code alone is never
a key; the key of an entry is (version, section, code).
"""

from __future__ import annotations

import re

from goufu.catalog.characters import latin

_LEVEL = {1: 1, 3: 2, 5: 3, 7: 4}
_CODE = re.compile(r"A(?:[0-9]{2}){0,3}|B(?:[0-9]{2}){0,2}")


def is_code(text: str) -> bool:
    """Whether `text` is a well-formed code of level 1 to 4, exactly as the catalogs print them."""
    return _CODE.fullmatch(text) is not None


def level(code: str) -> int:
    """The level of a well-formed code, 1 to 4. Raises KeyError for any other length."""
    return _LEVEL[len(code)]


def parent(code: str) -> str:
    """The code one level up, or "" for `A` and `B`."""
    return code[:-2] if len(code) > 1 else ""


def ancestors(code: str) -> tuple[str, ...]:
    """All codes above `code`, from level 1 down: A150401 → (A, A15, A1504)."""
    return tuple(code[:n] for n in (1, 3, 5) if n < len(code))


def number(code: str) -> int:
    """The number that `code` has under its heading, its last two digits; 0 for `A` and `B`."""
    return int(code[-2:]) if len(code) > 1 else 0


def tidy(text: str) -> str:
    """A code as a person may have typed it, brought to the printed form where only its form differs.

    Full-width letters and digits, lower case, spaces, dots and hyphens, characters that show nothing and letters of
    other alphabets that look the same do not count: `ａ15 04.01` → `A150401`. Nothing else is changed; the result need
    not be a well-formed code.
    """
    return re.sub(r"[\s.\-_·。]", "", latin(text)).upper()
