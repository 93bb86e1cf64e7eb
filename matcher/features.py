"""What is measured between an item and an entry. All numbers lie about between 0 and 1; see FEATURES.

Everything is done for many items at once: the grams of a batch are looked up in the index's postings of one
section, and sums over them (numpy.bincount) give each measure for all entries of the section together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np
from goufu.matcher.index.grams import Array, Index, Ints
from goufu.matcher.text import Said, by_start, content, content_of, grams, load_words, said
from numpy.typing import NDArray

#: the measures, in the order of the feature axis
FEATURES = (
    "title_cosine",  # grams of the title against the entry's document
    "summary_cosine",
    "title_covered",  # share of the title's grams (by rarity) that the entry's document has
    "summary_covered",
    "title_telling",  # the same, grams weighted by their rarity within the scope: what tells its entries apart
    "summary_telling",
    "title_name",  # share of the entry's name that the title has
    "summary_name",
    "title_heading",  # share of the heading above that the title has
    "summary_heading",
    "title_against",  # grams of the title against the entry's negative terms
    "summary_against",
    "tail_cosine",  # the last words of the title, where the kind of purchase stands
    "tail_telling",
    "heading_cosine",  # title and summary against what all sections say under this heading
    "class_b",  # 1 for a class B entry
    "class_b_internal",  # class B entry, and the item speaks of the office's own needs
    "class_b_public",  # class B entry, and the item speaks of what the public receives
    "second_section",  # the entry stands in the department's section, not the unit's
    "title_only",  # title_cosine where there is no summary
    "title_long",  # title_covered where the summary is long, and says much else
    "summary_long",
    "heading_words",  # what the line's words, by the fitted n-grams, say of the entry's heading
)

#: the measures that are taken for the entries of all sections
ACROSS = (
    "title_cosine",
    "title_covered",
    "summary_cosine",
    "summary_covered",
    "tail_cosine",
    "heading_cosine",
    "class_b",
    "heading_words",
)

#: a summary says what it is about at its beginning; the rest is often praise and law
SUMMARY_LENGTH = 120
#: characters of a title's end that tell the kind of purchase
TAIL_LENGTH = 5
_TAIL_DRESS = re.compile(r"[（(][^（）()]*[）)]?|服务|[^一-鿿a-z0-9]+")
#: grams of a summary (about twice its characters) from which on it is long
_LONG = 110


@dataclass(frozen=True, slots=True)
class Text:
    """The grams of one side (title or summary) of a batch: for each gram its item, number, and weights.

    `unit` are tf-idf weights (each item's vector has length 1), `share` the gram's part of the item's total
    rarity, `heading` tf-idf weights by the headings' rarities (not normalised).
    """

    row: Ints
    gram: Ints
    unit: Array
    share: Array
    heading: Array


def text_of(index: Index, texts: Sequence[str]) -> Text:
    """The known grams of `texts` (already reduced to their content) with their weights."""
    sizes: list[int] = []
    numbers: list[int] = []
    counts: list[int] = []
    known = index.vocabulary
    for text in texts:
        found = Counter(map(known.get, grams(text), repeat(-1)))
        found.pop(-1, 0)
        sizes.append(len(found))
        numbers += found
        counts += found.values()
    row_of = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
    gram = np.array(numbers, dtype=np.int32)
    tf = (1 + np.log(np.array(counts, dtype=np.float32))).astype(np.float32)
    rarity = index.rarity[gram]
    weight = tf * rarity
    length = np.sqrt(np.bincount(row_of, weight**2, len(texts)))
    total = np.bincount(row_of, rarity, len(texts))
    unit = weight / np.maximum(length, 1e-9)[row_of]
    share = rarity / np.maximum(total, 1e-9)[row_of]
    return Text(
        row_of, gram, unit.astype(np.float32), share.astype(np.float32), tf * index.heading_rarity[gram]
    )


def _expand(start: Ints, gram: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For the postings of `gram`: which of the grams each belongs to, and where it stands."""
    first = start[gram].astype(np.int64)
    count = start[gram + 1].astype(np.int64) - first
    which = np.repeat(np.arange(len(gram)), count)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return which, first[which] + offset


def _telling(index: Index, text: Text, numbers: Sequence[int], size: int, items: int) -> Array:
    """Each gram's part of its item, weighted by how few of the scope's `size` entries have it."""
    frequency = np.zeros(len(text.gram))
    for n in numbers:
        frequency += index.start[n, text.gram + 1] - index.start[n, text.gram]
    rarity = np.log((size + 1) / (frequency + 0.5))
    total = np.bincount(text.row, rarity, items)
    return (rarity / np.maximum(total, 1e-9)[text.row]).astype(np.float32)


def _sides(
    index: Index, text: Text, telling: Array, section: int, first: int, width: int, items: int
) -> list[Array]:
    """Cosine, covered, telling, name, heading, against: each items × width, for the entries of one section."""
    which, at = _expand(index.start[section], text.gram)
    cell = text.row[which].astype(np.int64) * width + (index.entry[at] - first)
    document, present, name, heading, against = index.weights[at].T
    unit, share = text.unit[which], text.share[which]
    size = items * width
    measures = (
        unit * document,
        share * present,
        telling[which] * present,
        name,
        heading,
        unit * against,
    )
    sums = (np.bincount(cell, measure, size).astype(np.float32) for measure in measures)
    return [total.reshape(items, width) for total in sums]


def _table(items: int, targets: int, features: int) -> Array:
    """Zeros, items × targets × features; each feature's numbers lie together, as they are written and summed."""
    return np.moveaxis(np.zeros((features, items, targets), dtype=np.float32), 0, -1)


def scope_features(
    index: Index,
    titles: Text,
    summaries: Text,
    tails: Text,
    has_summary: NDArray[np.bool_],
    sections: Sequence[str],
    internal: Array,
    public: Array,
    headings: Array,
    words: Array,
) -> tuple[Ints, Array]:
    """The targets of `sections` and the features of every item with each: items × targets × len(FEATURES).

    `headings` is what `heading_cosines` gives, `words` what `words_of_headings` gives.
    """
    items = len(has_summary)
    ranges = [index.sections[s] for s in sections]
    target = (
        np.concatenate([np.arange(a, b, dtype=np.int32) for a, b in ranges])
        if ranges
        else np.array([], np.int32)
    )
    out = _table(items, len(target), len(FEATURES))
    column = {name: number for number, name in enumerate(FEATURES)}
    numbers = [index.section_number[s] for s in sections]
    told = [_telling(index, text, numbers, len(target), items) for text in (titles, summaries, tails)]
    at = 0
    for order, (section, (first, last)) in enumerate(zip(sections, ranges, strict=True)):
        width, number = last - first, numbers[order]
        for side, text, telling in (("title", titles, told[0]), ("summary", summaries, told[1])):
            for name, values in zip(
                ("cosine", "covered", "telling", "name", "heading", "against"),
                _sides(index, text, telling, number, first, width, items),
                strict=True,
            ):
                out[:, at : at + width, column[f"{side}_{name}"]] = values
        tail = _sides(index, tails, told[2], number, first, width, items)
        out[:, at : at + width, column["tail_cosine"]] = tail[0]
        out[:, at : at + width, column["tail_telling"]] = tail[2]
        if section == "B":
            out[:, at : at + width, column["class_b"]] = 1
            out[:, at : at + width, column["class_b_internal"]] = internal[:, None]
            out[:, at : at + width, column["class_b_public"]] = public[:, None]
        elif order:
            out[:, at : at + width, column["second_section"]] = 1
        at += width
    out[:, :, column["heading_cosine"]] = headings[:, index.heading_of[target]]
    long = np.bincount(summaries.row, minlength=items) > _LONG
    out[:, :, column["title_long"]] = out[:, :, column["title_covered"]] * long[:, None]
    out[:, :, column["summary_long"]] = out[:, :, column["summary_covered"]] * long[:, None]
    out[:, :, column["heading_words"]] = words[:, index.heading_of[target]]
    out[:, :, column["title_only"]] = out[:, :, column["title_cosine"]] * ~has_summary[:, None]
    return target, out


def heading_cosines(index: Index, titles: Text, summaries: Text, items: int) -> Array:
    """How near titles and summaries together come to each third-level heading: items × headings."""
    width = int(index.heading_of.max()) + 1
    total = np.zeros((items, width))
    length = np.zeros(items)
    for text in (titles, summaries):
        which, at = _expand(index.heading_start, text.gram)
        cell = text.row[which].astype(np.int64) * width + index.heading_entry[at]
        total += np.bincount(cell, text.heading[which] * index.heading_weights[at], items * width).reshape(
            items, width
        )
        length += np.bincount(text.row, text.heading**2, items)
    return (total / np.maximum(np.sqrt(length), 1e-9)[:, None]).astype(np.float32)


def words_of_headings(index: Index, told: Array, names: Sequence[str]) -> Array:
    """What n-grams say of headings (`told`, items × `names`) put in the order of the index: items × headings.

    A heading that was not among those fitted has 0.
    """
    at = {name: number for number, name in enumerate(names)}
    column = np.array([at.get(key, len(names)) for key in index.heading_keys])
    return np.concatenate([told, np.zeros((len(told), 1), dtype=np.float32)], axis=1)[:, column]


def across_features(
    index: Index, titles: Text, summaries: Text, tails: Text, headings: Array, words: Array
) -> Array:
    """Every entry of every section, by rare grams only and cheaply: items × targets × len(ACROSS)."""
    items = len(headings)
    width = len(index.targets)
    out = _table(items, width, len(ACROSS))
    column = {name: number for number, name in enumerate(ACROSS)}
    for side, text in (("title", titles), ("summary", summaries), ("tail", tails)):
        which, at = _expand(index.across_start, text.gram)
        cell = text.row[which].astype(np.int64) * width + index.across_entry[at]
        size = items * width
        cosine = np.bincount(cell, text.unit[which] * index.across_weight[at], size)
        out[:, :, column[f"{side}_cosine"]] = cosine.reshape(items, width)
        if side != "tail":
            covered = np.bincount(cell, text.share[which], size)
            out[:, :, column[f"{side}_covered"]] = covered.reshape(items, width)
    out[:, :, column["heading_cosine"]] = headings[:, index.heading_of]
    out[:, :, column["class_b"]] = index.is_class_b
    out[:, :, column["heading_words"]] = words[:, index.heading_of]
    return out


def contents(
    titles: Sequence[str], summaries: Sequence[str], departments: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Titles and summaries reduced to their content."""
    heads, bodies = [], []
    for title, summary, department in zip(titles, summaries, departments, strict=True):
        item = said(title, summary)
        heads.append(content_of(item.head, department))
        if len(summary) > SUMMARY_LENGTH:
            bodies.append(content(summary[:SUMMARY_LENGTH], department))
        else:
            bodies.append(content_of(item.body, department) if summary else "")
    return heads, bodies


def tail(title: str) -> str:
    """The end of a title's content: in Chinese the head of a phrase stands last (…智能化平台设备*维修*)."""
    words = _TAIL_DRESS.sub(" ", title).split()
    return words[-1][-TAIL_LENGTH:] if words else ""


def speaks_of(items: Sequence[Said], words: str) -> Array:
    """How much each item speaks of the office itself (`internal`) or of the public (`public`): 0, 0.5 or 1."""
    starts = _words_by_start(words)
    return np.array(
        [
            min(2, sum(w in i.head or w in i.body for s in starts.keys() & i.pairs for w in starts[s])) / 2
            for i in items
        ],
        dtype=np.float32,
    )


@lru_cache(maxsize=4)
def _words_by_start(words: str) -> Mapping[str, tuple[str, ...]]:
    return by_start(load_words()[words])
