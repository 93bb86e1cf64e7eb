"""Codes, names and document numbers as people write them, read without being believed.

Only typography is undone silently: width, case, spaces, brackets. Whatever else is odd about a code is named, with a guess
at what was meant where there is one; whether it exists is no question for this module.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from goufu.catalog.characters import is_han
from goufu.catalog.codes import is_code, tidy
from goufu.catalog.concordance.similarity import core, distance, same_words
from goufu.catalog.model import Entry
from goufu.catalog.names import document_number, tidy_name

_DOCUMENT = re.compile(r"(\w{2,8})〔(?:19|20)\d\d〕\d{1,4}号")
_GLUED = re.compile(r"([A-Z]?\d{2,}|[AB])([^\dA-Z].*)\Z")
_LOOKALIKE = str.maketrans("OQIL|SАВ", "001115AB")  # the last two are Cyrillic
_IN_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_SEPARATOR = r"(?<=[一-鿿）])\s*(?:[-—–>\\＞→]+)\s*(?=[一-鿿“])"
_CODE_IN_FRONT = re.compile(r"^\s*(?:[A-Za-zＡ-Ｚａ-ｚ][\d０-９]{2,8}|[\d０-９]{6})(?![\d０-９])[\s.、:：]*")


class Written(NamedTuple):
    """A code as written, read: `code` well-formed or "", `guess` what it may have been meant to be, `problem` why."""

    code: str
    guess: str
    name: str
    problem_zh: str = ""
    problem_en: str = ""


def read_code(text: str) -> Written:
    """What a person may have meant by `text`; a name glued to the code comes back as `name`.

    Only typography is undone silently (width, case, spaces, dots). Anything else is a problem with, at best, a guess.
    """
    code, name = tidy(text), ""
    if not code:
        return Written("", "", "")
    if not is_code(code):
        glued = _GLUED.match(code)
        if glued:
            code, name = glued[1], tidy_name(re.sub(r"^[\s\w.]*?(?=[^\x00-\x7fＡ-Ｚａ-ｚ０-９])", "", text))
    if is_code(code):
        return Written(code, code, name)
    if re.fullmatch(r"(?:\d\d){1,3}", code):
        return Written("", "A" + code, name, "缺类别字母", "the letter of the class is missing")
    if re.fullmatch(r"B\d{6}", code):
        return Written("", code[:5], name, "B 类只到三级", "class B stops at level 3")
    if re.fullmatch(r"[AB](?:\d\d){4,}", code):
        guess = code[:7] if code[0] == "A" else code[:5]
        return Written("", guess, name, "超过目录的级数", "longer than the catalog's levels")
    if re.fullmatch(r"[AB]\d+", code):
        return Written("", "", name, "位数不成级", "the number of digits fits no level")
    if re.fullmatch(r"C\d{2,}", code):
        return Written(
            "", "", name, "似为政府采购品目分类代码", "looks like a code of the procurement item catalog"
        )
    repaired = code.translate(_LOOKALIKE)
    if is_code(repaired):
        return Written("", repaired, name, "字母与数字混写", "letters and digits are mixed up")
    if re.fullmatch(r"(?:\d\d){1,3}", repaired):
        return Written("", "A" + repaired, name, "字母与数字混写", "letters and digits are mixed up")
    return Written("", "", name, "不是目录代码", "no catalog code")


def read_documents(text: str) -> tuple[str, ...]:
    """Every document number in `text`, as printed: 晋财综〔2024〕37号."""
    found: dict[str, None] = {}
    text, at = document_number(text), 0
    while match := _DOCUMENT.search(text, at):
        before = match[1]  # the office's characters, perhaps behind digits or letters
        start = next((n for n in range(len(before), 0, -1) if not is_han(before[n - 1])), 0)
        named = len(before) - start >= 2
        if named:
            found[match[0][start:]] = None
        at = match.end() if named else match.end() - 1  # 号 may be the first character of the next
    return tuple(found)


def agreement(name: str, entry: Entry, misprinted: bool = False) -> int:
    """How far `name` is that of `entry`: 3 the same (but for typography and order), 2 shortened or mistyped, 1 none
    given, 0 another name. At a place that the document misprints, two characters off is still the same.
    """
    if not name:
        return 1
    if same_words(name, entry.name) or (misprinted and distance(name, entry.name) <= 2):
        return 3
    bare = _IN_BRACKETS.sub("", entry.name)
    if bare and bare != entry.name and same_words(name, bare):
        return 2
    one, two = core(name), core(entry.name)
    if not one:
        return 1
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) >= 4 and len(shorter) >= 0.5 * len(longer) and _within(shorter, longer):
        return 2
    from rapidfuzz.distance import Indel  # few names come so far

    return 2 if Indel.normalized_similarity(one, two) >= 0.85 else 0


def _within(shorter: str, longer: str) -> bool:
    """Whether the characters of `shorter` stand in `longer` in order, its beginning and end included."""
    rest = iter(longer)
    body = shorter.removesuffix("服务")
    return all(char in rest for char in body)


def read_name(text: str) -> str:
    """A name as written, without a code in front of it and, of a path of names, the last."""
    plain = tidy_name(_CODE_IN_FRONT.sub("", text))
    parts = [p for p in re.split(_SEPARATOR, plain) if len(p) >= 3]
    return parts[-1] if len(parts) > 1 else plain
