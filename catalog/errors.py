"""The one exception family of goufu: every message says what was expected, what was found, and where."""

from __future__ import annotations


class GoufuError(Exception):
    """Something a person can put right: a bad file, an unknown code, a wrong option.

    `message` is one sentence in Chinese for officers; `english` is the same in English. `where` is a file, or
    a file with its line or cell, and may be empty.
    """

    def __init__(self, message: str, english: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.english = english or message
        self.where = where

    def text(self, lang: str = "zh") -> str:
        """The sentence in `lang` ("zh" or "en"), with the place in front where it is known."""
        sentence = self.english if lang == "en" else self.message
        if not self.where:
            return sentence
        return f"{self.where}: {sentence}" if lang == "en" else f"{self.where}：{sentence}"

    def __str__(self) -> str:
        return self.text()


class CatalogError(GoufuError):
    """A catalog file is not what an edition must be."""


class UnknownNameError(GoufuError):
    """A code, department, version or rule that goufu does not hold; the message names the nearest ones."""
