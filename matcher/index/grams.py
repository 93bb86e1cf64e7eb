"""The searchable form of a set of entries: which grams speak for which entry, and how much.

An entry's document is its name (weight 3), its heading (0.5) and its terms (1 each); grams are weighted by their
rarity over the whole set. Entries are ordered by section, so that a section is a contiguous range and a search
within it touches nothing else. Built once from the data files, kept in a cache file named after their content.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from goufu.matcher.index.runs import Runs, runs_of
from goufu.matcher.index.terms import EntryTerms, KeptTerms
from goufu.matcher.misread import Doubtful
from goufu.matcher.text import grams, normal
from numpy.typing import NDArray

#: change when the arrays mean something else, so that old cache files are not read
FORMAT = 12

_NAME, _HEADING, _TERM = 3.0, 0.5, 1.0
#: a gram that stands for more entries than this tells nothing across sections
_COMMON = 150

Array = NDArray[np.float32]
Ints = NDArray[np.int32]


Whole = NDArray[np.int64]


def places(first: NDArray[np.integer[Any]], count: NDArray[np.integer[Any]]) -> Whole:
    """Where the postings of ranges stand that begin at `first` and are `count` long, one range behind the other."""
    at = np.repeat(first - (np.cumsum(count, dtype=np.int64) - count), count)
    at += np.arange(len(at))
    return at


def found_in(
    entry: Ints,
    first: NDArray[np.integer[Any]],
    last: NDArray[np.integer[Any]],
    wanted: NDArray[np.integer[Any]],
) -> tuple[Whole, Whole]:
    """Which of the ranges of postings from `first` to `last` hold the target `wanted` of each, and where.

    In a range, targets ascend: all are halved at once.
    """
    some = np.flatnonzero(first < last)
    low, high, sought = first[some].astype(np.int64), last[some].astype(np.int64), wanted[some]
    end = high
    for _ in range(int((high - low).max(initial=0)).bit_length()):
        middle = np.minimum((low + high) >> 1, len(entry) - 1)
        behind = (low < high) & (entry[middle] < sought)
        low, high = np.where(behind, middle + 1, low), np.where(behind, high, np.minimum(middle, high))
    hit = np.flatnonzero(low < end)
    hit = hit[entry[low[hit]] == sought[hit]]
    return some[hit], low[hit]


class Target(NamedTuple):
    """An entry that items can be coded to. `also` are names that the apparatus leaves possible beside `name`.

    `fallback` says that the entry's version is not the applicable one but the nearest that is held.
    """

    version: str
    section: str
    code: str
    name: str
    path: tuple[str, ...]
    also: tuple[str, ...] = ()
    fallback: bool = False


class Starts(NamedTuple):
    """Where the postings of each gram begin in each section. S sections, V grams, C pairs of both that have postings.

    `cells` are section × V + gram of these pairs, ascending, and one more that is greater than all; `first` is where the
    postings of each begin, which is where those of the one before end.
    """

    cells: Whole
    first: Ints
    grams: int

    def ranges(
        self, sections: NDArray[np.integer[Any]], grams: NDArray[np.integer[Any]]
    ) -> tuple[Ints, Ints]:
        """Where the postings of these grams in these sections begin and end; from 0 to 0 where there are none."""
        wanted = sections.astype(np.int64) * self.grams + grams
        place = np.searchsorted(self.cells, wanted)
        there = self.cells[place] == wanted
        return self.first[place] * there, self.first[np.minimum(place + 1, len(self.first) - 1)] * there


def _starts(sections: Whole, grams: Whole, size: int) -> Starts:
    """Where the postings begin whose sections and grams are given, in their order; `size` is the number of all grams."""
    cells, first = np.unique(sections * size + grams, return_index=True)
    return Starts(
        np.concatenate([cells, [np.iinfo(np.int64).max]]),
        np.concatenate([first, [len(sections)]]).astype(np.int32),
        size,
    )


@dataclass(frozen=True)
class Index:
    """Targets and their gram weights. E targets, V grams, P postings sorted by section, then gram, then target.

    `start` tells which are the postings of a gram in a section. `entry` is the target of a posting;
    `weights[:, k]` its five weights: document (tf-idf, each target's vector of length 1), presence (1), share of
    the name, share of the heading, negative document. `heading_of[e]` numbers the third-level heading of target e
    over all sections; `heading_weights` are the headings' own vectors, by gram (`heading_start`, `heading_entry`). The
    postings of rare grams over all sections are `across_start`, `across_entry` and `across_weight` (the first weight).
    `words` are all grams by their numbers, `phrases` all names and terms in normal form, a line each; `runs` are the grams as
    texts are searched for them.
    """

    targets: tuple[Target, ...]
    sections: Mapping[str, tuple[int, int]]
    words: str
    rarity: Array
    start: Starts
    entry: Ints
    weights: Array
    heading_of: Ints
    heading_rarity: Array
    heading_start: Ints
    heading_entry: Ints
    heading_weights: Array
    across_start: Ints
    across_entry: Ints
    across_weight: Array
    phrases: str
    runs: Runs
    terms: Mapping[tuple[str, str], EntryTerms] = field(default_factory=dict, repr=False)

    @cached_property
    def section_number(self) -> Mapping[str, int]:
        """The number of each section in `start`."""
        return {name: number for number, name in enumerate(self.sections)}

    @cached_property
    def section_of(self) -> Ints:
        """The number in `start` of each target's section."""
        return np.array([self.section_number[t.section] for t in self.targets], dtype=np.int32)

    @cached_property
    def doubtful(self) -> Doubtful:
        """Which characters of a pair may have been taken for others."""
        return Doubtful(self.known)

    @cached_property
    def known(self) -> frozenset[str]:
        """All grams."""
        return frozenset(self.words.split("\n"))

    @property
    def size(self) -> int:
        """How many grams there are."""
        return len(self.rarity)

    @cached_property
    def heading_keys(self) -> tuple[str, ...]:
        """The key of each third-level heading, by its number in `heading_of`; see `heading_key`."""
        keys = {int(n): heading_key(t) for n, t in zip(self.heading_of, self.targets, strict=True)}
        return tuple(keys[n] for n in range(len(keys)))

    @cached_property
    def is_class_b(self) -> Array:
        """For each target 1 if it is of class B."""
        return np.array([t.section == "B" for t in self.targets], dtype=np.float32)


def _phrases(target: Target, terms: EntryTerms) -> tuple[str, ...]:
    return (target.name, *target.also, *terms.positive)


def _document(target: Target, terms: EntryTerms) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for name in (target.name, *target.also):
        for gram in grams(normal(name)):
            counts[gram] += _NAME / (1 + len(target.also))
    if target.path:
        for gram in grams(normal(target.path[-1])):
            counts[gram] += _HEADING
    for term in terms.positive:
        for gram in grams(normal(term)):
            counts[gram] += _TERM
    return counts


def heading_key(target: Target) -> str:
    """What makes two headings the same over sections: code and name; a class B entry is its own heading."""
    return (
        target.code
        if target.section == "B"
        else f"{target.code[:5]} {target.path[-1] if target.path else ''}"
    )


def _unit(counts: Mapping[str, float], rarity: Mapping[str, float]) -> dict[str, float]:
    vector = {g: (1 + math.log(n) if n >= 1 else n) * rarity[g] for g, n in counts.items() if g in rarity}
    length = math.sqrt(sum(x * x for x in vector.values())) or 1.0
    return {g: x / length for g, x in vector.items()}


def _shares(text: str, rarity: Mapping[str, float]) -> dict[str, float]:
    found = {g: rarity[g] for g in set(grams(normal(text))) if g in rarity}
    total = sum(found.values()) or 1.0
    return {g: x / total for g, x in found.items()}


def build(targets: Sequence[Target], terms: Mapping[tuple[str, str], EntryTerms]) -> Index:
    """The index of `targets`; `terms` are keyed by (section, code) as the targets are."""
    ordered = sorted(targets, key=lambda t: t.section)
    nothing = EntryTerms()
    own = [terms.get((t.section, t.code), nothing) for t in ordered]
    documents = [_document(t, words) for t, words in zip(ordered, own, strict=True)]
    frequency = Counter(g for d in documents for g in d)
    rarity = {g: math.log((len(documents) + 1) / (n + 0.5)) for g, n in frequency.items()}
    vocabulary = {g: i for i, g in enumerate(frequency)}
    sections: dict[str, tuple[int, int]] = {}
    for number, target in enumerate(ordered):
        first, _ = sections.get(target.section, (number, number))
        sections[target.section] = (first, number + 1)

    rows: list[tuple[int, int, int, float, float, float, float, float]] = []
    for number, (target, words, document) in enumerate(zip(ordered, own, documents, strict=True)):
        weight = _unit(document, rarity)
        name = _shares(" ".join((target.name, *target.also)), rarity)
        heading = _shares(target.path[-1] if target.path else "", rarity)
        against = _unit(Counter(g for term in words.negative for g in grams(normal(term))), rarity)
        section = list(sections).index(target.section)
        for gram in sorted({*weight, *against}, key=vocabulary.__getitem__):
            present = 1.0 if gram in weight else 0.0
            rows.append(
                (
                    section,
                    vocabulary[gram],
                    number,
                    weight.get(gram, 0.0),
                    present,
                    name.get(gram, 0.0),
                    heading.get(gram, 0.0),
                    against.get(gram, 0.0),
                )
            )
    table = np.array(rows, dtype=np.float64).reshape(-1, 8)
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))]
    size = len(vocabulary)
    common = {vocabulary[g] for g, n in frequency.items() if n >= _COMMON}
    rare = table[~np.isin(table[:, 1], sorted(common))]
    rare = rare[np.argsort(rare[:, 1], kind="stable")]
    return Index(
        targets=tuple(ordered),
        sections=sections,
        words="\n".join(vocabulary),
        rarity=np.array([rarity[g] for g in vocabulary], dtype=np.float32),
        start=_starts(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), size),
        entry=table[:, 2].astype(np.int32),
        weights=table[:, 3:].astype(np.float32),
        across_start=np.searchsorted(rare[:, 1], np.arange(size + 1)).astype(np.int32),
        across_entry=rare[:, 2].astype(np.int32),
        across_weight=rare[:, 3].astype(np.float32),
        phrases="\n".join(normal(phrase) for phrase in chain(*map(_phrases, ordered, own))),
        runs=runs_of(vocabulary),
        terms=dict(terms),
        **_headings(ordered, documents, vocabulary),
    )


def _headings(
    targets: Sequence[Target], documents: Sequence[Mapping[str, float]], vocabulary: Mapping[str, int]
) -> dict[str, Any]:
    """A vector for every third-level heading, from the entries of all sections that stand under it.

    What several sections say under one heading is what the heading means (规划, 监测, 宣传 …), whatever the subject.
    """
    pooled: dict[str, Counter[str]] = defaultdict(Counter)
    for target, document in zip(targets, documents, strict=True):
        pooled[heading_key(target)].update(document.keys())
    number = {heading: i for i, heading in enumerate(pooled)}
    frequency = Counter(g for counts in pooled.values() for g in counts)
    rarity = {g: math.log((len(pooled) + 1) / (n + 0.5)) for g, n in frequency.items()}
    rows = []
    for heading, counts in pooled.items():
        floor = 1 if heading[0] == "B" else 2
        vector = {g: math.log(1 + n) * rarity[g] for g, n in counts.items() if n >= floor}
        length = math.sqrt(sum(x * x for x in vector.values())) or 1.0
        rows += [(vocabulary[g], number[heading], x / length) for g, x in vector.items()]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return {
        "heading_of": np.array([number[heading_key(t)] for t in targets], dtype=np.int32),
        "heading_rarity": np.array([rarity[g] for g in vocabulary], dtype=np.float32),
        "heading_start": np.searchsorted(table[:, 0], np.arange(len(vocabulary) + 1)).astype(np.int32),
        "heading_entry": table[:, 1].astype(np.int32),
        "heading_weights": table[:, 2].astype(np.float32),
    }


_ARRAYS = (
    "rarity",
    "entry",
    "weights",
    "heading_of",
    "heading_rarity",
    "heading_start",
    "heading_entry",
    "heading_weights",
    "across_start",
    "across_entry",
    "across_weight",
)


#: bytes of the checksum that a cache file begins with, and of the length of the table of arrays behind it
_CHECKSUM, _LENGTH = 4, 4
#: arrays begin at multiples of this many bytes
_ALIGNED = 64
_KINDS = ("<i8", "<i4", "<f4", "|u1")
#: the arrays of `Runs`, and the numbers of the words that they do not hold
_RUNS = {"single": "run_single", "letter": "run_letter", "keys": "run_keys", "numbers": "run_numbers"}
_RUN_WORDS = "run_words"


def _check_ranges(arrays: Mapping[str, Any], targets: int, sections: int, words: int) -> None:
    """Raise ValueError where postings or starts point beyond what there is: a checksum only keeps accidents out."""
    for starts, entries, most, size in (
        ("across_start", "across_entry", targets, words + 1),
        ("heading_start", "heading_entry", len(arrays["heading_of"]), words + 1),
    ):
        start, entry = arrays[starts], arrays[entries]
        if (
            start.dtype != np.int32
            or entry.dtype != np.int32
            or entry.ndim != 1
            or start.shape != (size,)
            or (
                start.size and (start.min() < 0 or start.max() > len(entry) or (start[1:] < start[:-1]).any())
            )
            or (entry.size and (entry.min() < 0 or entry.max() >= most))
        ):
            raise ValueError("the cached index points beyond its end")
    entry, cells, first = arrays["entry"], arrays["cells"], arrays["first"]
    if (
        entry.dtype != np.int32
        or entry.ndim != 1
        or (entry.size and (entry.min() < 0 or entry.max() >= targets))
        or first.dtype != np.int32
        or cells.dtype != np.int64
        or not first.size
        or first.shape != cells.shape
        or first[0] != 0
        or first[-1] != len(entry)
        or (first[1:] < first[:-1]).any()
        or (cells[1:] <= cells[:-1]).any()
        or cells[0] < 0
        or (cells.size > 1 and cells[-2] >= sections * words)
        or cells[-1] < sections * words
    ):
        raise ValueError("the postings of the cached index are out of order")
    if (
        arrays["weights"].shape != (len(entry), 5)
        or arrays["across_weight"].shape != arrays["across_entry"].shape
        or arrays["heading_weights"].shape != arrays["heading_entry"].shape
        or arrays["rarity"].shape != (words,)
        or arrays["heading_rarity"].shape != (words,)
        or arrays["heading_of"].shape != (targets,)
        or (targets and not 0 <= arrays["heading_of"].min() <= arrays["heading_of"].max() < targets)
    ):
        raise ValueError("the cached index does not fit")


def content_key(targets: Sequence[Target], *sources: bytes) -> str:
    """A name for exactly these targets and the `sources` that their terms are from: 32 hexadecimal digits."""
    digest = hashlib.blake2b(f"goufu index {FORMAT}\n".encode(), digest_size=16)
    digest.update(json.dumps(sorted(targets), ensure_ascii=False).encode())
    for source in sources:
        digest.update(b"%d\n" % len(source))
        digest.update(source)
    return digest.hexdigest()


def save(index: Index, path: Path) -> None:
    """Write the index to `path`, whole or not at all. Raises OSError where the folder cannot be written."""
    texts = {
        "words": index.words,
        "phrases": index.phrases,
        "terms": KeptTerms.written(index.terms),
    }
    save_arrays(
        path,
        {
            **{name: np.frombuffer(text.encode("utf-8"), dtype=np.uint8) for name, text in texts.items()},
            "cells": index.start.cells,
            "first": index.start.first,
            **{name: getattr(index.runs, array) for array, name in _RUNS.items()},
            _RUN_WORDS: np.array(list(index.runs.words.values()), dtype=np.int64),
            **{array: getattr(index, array) for array in _ARRAYS},
        },
    )


def packed(arrays: Mapping[str, Any]) -> bytes:
    """Arrays as the bytes of a cache file: a CRC-32 of all that follows, the length of a table, the table, the arrays.

    The table is JSON: for each array its kind, shape and place behind the table. Kinds are those of `_KINDS`.
    """
    table: dict[str, tuple[str, Sequence[int], int]] = {}
    parts: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array).tobytes()
        table[name] = (array.dtype.newbyteorder("<").str, array.shape, at)
        parts += (data, bytes(-len(data) % _ALIGNED))
        at += len(data) + len(parts[-1])
    head = json.dumps(table).encode("ascii")
    head += b" " * (-(_CHECKSUM + _LENGTH + len(head)) % _ALIGNED)
    body = b"".join((len(head).to_bytes(_LENGTH, "little"), head, *parts))
    return sealed(body)


def sealed(body: bytes) -> bytes:
    """`body` with its checksum in front."""
    return zlib.crc32(body).to_bytes(_CHECKSUM, "little") + body


def save_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays to `path`, whole or not at all. Raises OSError where the folder cannot be written."""
    import os
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(packed(arrays))
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def read_arrays(path: Path) -> dict[str, Any]:
    """The arrays that `save_arrays` wrote, which cannot be changed; they lie in the bytes of the file as they were read.

    Raises OSError or ValueError where a byte is not as it was written, or the table names what there is not.
    """
    whole = path.read_bytes()
    view = memoryview(whole)
    if zlib.crc32(view[_CHECKSUM:]).to_bytes(_CHECKSUM, "little") != whole[:_CHECKSUM]:
        raise ValueError("the cached arrays are damaged")
    first = _CHECKSUM + _LENGTH
    start = first + int.from_bytes(whole[_CHECKSUM:first], "little")
    try:
        table = json.loads(whole[first:start])
        found = {}
        for name, (kind, shape, at) in table.items():
            count = math.prod(shape)
            if kind not in _KINDS or at < 0 or min(shape, default=0) < 0:
                raise ValueError("the cached arrays are of no known kind")
            found[name] = np.frombuffer(whole, kind, count, start + at).reshape(shape)
    except (TypeError, AttributeError, OverflowError) as error:
        raise ValueError("the table of the cached arrays cannot be read") from error
    return found


def _runs_read(arrays: Mapping[str, Any], vocabulary: Sequence[str]) -> Runs:
    """The runs of a kept index. Raises ValueError where a number is that of no word."""
    single, letter, keys, numbers = (arrays[name] for name in _RUNS.values())
    words = arrays[_RUN_WORDS]
    for found in (single, numbers, words):
        if found.size and (found.min() < -1 or found.max() >= len(vocabulary)):
            raise ValueError("the runs of the cached index are of no known word")
    if single.shape != letter.shape or keys.shape != (len(numbers) + 1,) or (keys[1:] < keys[:-1]).any():
        raise ValueError("the runs of the cached index do not fit")
    return Runs.restored(single, letter, keys, numbers, {vocabulary[n]: n for n in words.tolist()})


def read(path: Path, targets: Sequence[Target]) -> Index:
    """The index that `save` wrote for exactly these targets, with their terms.

    Raises OSError or ValueError where a byte of it is not as it was written, or a number of it cannot be.
    """
    ordered = sorted(targets, key=lambda t: t.section)
    sections: dict[str, tuple[int, int]] = {}
    for number, target in enumerate(ordered):
        sections[target.section] = (sections.get(target.section, (number, 0))[0], number + 1)
    arrays = read_arrays(path)
    words, phrases, terms = (arrays[name].tobytes().decode("utf-8") for name in ("words", "phrases", "terms"))
    split = words.split("\n")
    _check_ranges(arrays, len(ordered), len(sections), len(split))
    return Index(
        targets=tuple(ordered),
        sections=sections,
        words=words,
        phrases=phrases,
        terms=KeptTerms(terms),
        start=Starts(arrays["cells"], arrays["first"], len(split)),
        runs=_runs_read(arrays, split),
        **{array: arrays[array] for array in _ARRAYS},
    )
