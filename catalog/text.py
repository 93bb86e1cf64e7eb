"""A fact in two languages: what goufu says of its own is said in Chinese, for officers, and in English.

Names, codes and what a department wrote are quoted as they are in both. Which language is shown is decided where
something is shown; nothing here knows of a chosen one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Text(NamedTuple):
    """One sentence or phrase in Chinese and in English; false where it is empty.

    A named tuple rather than a dataclass because thousands are made for a batch, two or three for each candidate.
    """

    zh: str
    en: str

    def __bool__(self) -> bool:
        return bool(self.zh)

    def in_lang(self, lang: Lang) -> str:
        """The words in `lang`."""
        return self.en if lang == "en" else self.zh


#: nothing said
NOTHING = Text("", "")


def same(words: str) -> Text:
    """What is the same in both languages: names, codes, documents."""
    return Text(words, words)


def joined(parts: Iterable[Text], zh: str = "；", en: str = "; ") -> Text:
    """The parts that say something in one text, with `zh` and `en` between them."""
    some = [part for part in parts if part]
    return Text(zh.join([part.zh for part in some]), en.join([part.en for part in some]))


def quoted(words: Iterable[str]) -> Text:
    """Words as somebody wrote them: “运维”、“采购”; '运维', '采购'."""
    listed = tuple(words)
    return Text("、".join([f"“{word}”" for word in listed]), ", ".join([f"'{word}'" for word in listed]))
