"""The known n-grams of many texts at once: runs of Chinese characters are looked up as numbers, never cut into strings.

The texts of a batch are one array of code points. A run of two or more characters is one whole number, its characters'
letters side by side, and stands in a sorted table or does not. Words of other scripts are few and go by their own text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: characters from here on are in no run of Chinese characters, and stand for one
_BEYOND = 0x10000
_HAN = (0x3400, 0x9FFF)
#: bits for a letter: all Chinese characters of the basic plane have a number of their own
_BITS = 15

Whole = NDArray[np.int64]


class Runs(NamedTuple):
    """Known n-grams. `single` is by code point the number of the n-gram that is just this character (-1: none),
    `letter` the number of a character in longer ones (0: in none). `keys` are the longer ones' letters as one number each,
    ascending, `numbers` theirs, `longest` the most characters. `words` has all that hold another script, by text."""

    single: Whole
    letter: Whole
    keys: Whole
    numbers: Whole
    longest: int
    words: Mapping[str, int]

    @classmethod
    def restored(
        cls, single: Whole, letter: Whole, keys: Whole, numbers: Whole, words: Mapping[str, int]
    ) -> Runs:
        """Runs of which the arrays and words were kept; the longest is told by the greatest key but the last."""
        letters = -(-int(keys[-2]).bit_length() // _BITS) if len(numbers) else 1
        return cls(single, letter, keys, numbers, letters, words)


class Points(NamedTuple):
    """Texts one behind the other, each with an end of line: the characters' code points, and which text each is of."""

    text: str
    code: Whole
    row: Whole
    begins: tuple[int, ...]


def points_of(texts: Sequence[str]) -> Points:
    """The code points of texts; half of a surrogate pair is a character like others."""
    joined = "\n".join([*texts, ""])
    lengths = [len(text) + 1 for text in texts]
    return Points(
        joined,
        _codes(joined),
        np.repeat(np.arange(len(texts)), lengths),
        tuple(accumulate(lengths, initial=0)),
    )


def _codes(text: str) -> Whole:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return np.asarray(np.minimum(codes, _BEYOND), np.int64)


def is_han(code: Whole, first: int = _HAN[0]) -> NDArray[np.bool_]:
    """Which characters are Chinese ones of the basic plane, from `first` on."""
    return np.asarray((code >= first) & (code <= _HAN[1]))


def runs_of(known: Mapping[str, int]) -> Runs:
    """The n-grams of `known`, which gives their numbers."""
    names, every = list(known), np.fromiter(known.values(), dtype=np.int64, count=len(known))
    code = _codes("\n".join([*names, ""]))
    ends = np.flatnonzero(code == ord("\n"))
    length = np.diff(ends, prepend=-1) - 1
    begins = ends - length
    first = code[begins]
    strange = np.concatenate([[0], np.cumsum(~is_han(code))])
    other = strange[ends] > strange[begins]
    other = np.where(length == 1, (first >= ord("a")) & (first <= ord("z")), other)
    alone = np.flatnonzero((length == 1) & ~other)
    single = np.full(_BEYOND + 1, -1)
    single[first[alone]] = every[alone]
    single[_BEYOND] = -1
    letter = np.zeros(_BEYOND + 1, dtype=np.int64)
    longest = int(length[~other].max(initial=1))
    by_length = [(n, np.flatnonzero((length == n) & ~other)) for n in range(2, longest + 1)]
    for n, some in by_length:
        letter[code[begins[some, None] + np.arange(n)]] = 1
    letter = np.where(letter, np.cumsum(letter), 0)
    keys, numbers = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for n, some in by_length:
        key = np.zeros(len(some), dtype=np.int64)
        for place in range(n):
            key = (key << _BITS) | letter[code[begins[some] + place]]
        keys.append(key)
        numbers.append(every[some])
    all_keys, all_numbers = np.concatenate(keys), np.concatenate(numbers)
    order = np.argsort(all_keys)
    words = {names[n]: int(every[n]) for n in np.flatnonzero(other).tolist()}
    # one more key, greater than all, so that every place that is searched for exists
    last = np.array([np.iinfo(np.int64).max])
    return Runs(single, letter, np.concatenate([all_keys[order], last]), all_numbers[order], longest, words)


def known_in(runs: Runs, points: Points, words: re.Pattern[str]) -> tuple[Whole, Whole]:
    """Every place where a known n-gram stands: the text's row and the n-gram's number, in no certain order.

    `words` finds the words of other scripts.
    """
    single = runs.single[points.code]
    at = np.flatnonzero(single >= 0)
    of_words, words_found = _words_in(runs, points, words)
    rows, numbers = [of_words, points.row[at]], [words_found, single[at]]
    letter = runs.letter[points.code]
    at = np.flatnonzero(letter)
    key = letter[at]
    for further in range(1, runs.longest):
        behind = letter[at + further]  # every text ends in what is no letter
        goes_on = np.flatnonzero(behind)
        at = at[goes_on]
        key = (key[goes_on] << _BITS) | behind[goes_on]
        place = np.searchsorted(runs.keys, key)
        hit = np.flatnonzero(runs.keys[place] == key)
        rows.append(points.row[at[hit]])
        numbers.append(runs.numbers[place[hit]])
    return np.concatenate(rows), np.concatenate(numbers)


def _words_in(runs: Runs, points: Points, words: re.Pattern[str]) -> tuple[Whole, Whole]:
    rows, numbers = [], []
    for match in words.finditer(points.text):
        number = runs.words.get(match[0])
        if number is not None:
            rows.append(bisect_right(points.begins, match.start()) - 1)
            numbers.append(number)
    return np.array(rows, dtype=np.int64), np.array(numbers, dtype=np.int64)
