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

#: what is read of an item: its title, its summary, and the end of its title
SIDES = ("title", "summary", "tail")
#: a summary says what it is about at its beginning; the rest is often praise and law
SUMMARY_LENGTH = 120
#: characters of a title's end that tell the kind of purchase
TAIL_LENGTH = 5
_TAIL_DRESS = re.compile(r"[（(][^（）()]*[）)]?|服务|[^一-鿿a-z0-9]+")
#: grams of a summary (about twice its characters) from which on it is long
_LONG = 110


@dataclass(frozen=True, slots=True)
class Text:
    """The grams of a batch's texts, one below the other: for each gram its row, number, and weights.

    Of a batch of n items the rows are the SIDES: n titles, n summaries, n ends of titles. `unit` are tf-idf weights (each row's vector has length 1), `share` the gram's part of the row's total
    rarity, `heading` tf-idf weights by the headings' rarities (not normalised).
    """

    rows: int
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
        len(texts),
        row_of,
        gram,
        unit.astype(np.float32),
        share.astype(np.float32),
        tf * index.heading_rarity[gram],
    )


def _expand(start: Ints, gram: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For the postings of `gram`: which of the grams each belongs to, and where it stands."""
    first = start[gram].astype(np.int64)
    count = start[gram + 1].astype(np.int64) - first
    which = np.repeat(np.arange(len(gram)), count)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return which, first[which] + offset


def _telling(index: Index, text: Text, numbers: Sequence[int], size: int) -> Array:
    """Each gram's part of its row, weighted by how few of the scope's `size` entries have it."""
    frequency = np.zeros(len(text.gram))
    for n in numbers:
        frequency += index.start[n, text.gram + 1] - index.start[n, text.gram]
    rarity = np.log((size + 1) / (frequency + 0.5))
    total = np.bincount(text.row, rarity, text.rows)
    return (rarity / np.maximum(total, 1e-9)[text.row]).astype(np.float32)


def _sides(
    index: Index, text: Text, telling: Array, section: int, first: int, width: int
) -> dict[str, Array]:
    """Cosine, covered, telling, name, heading, against: each sides × items × width, for the entries of one section."""
    which, at = _expand(index.start[section], text.gram)
    cell = text.row[which].astype(np.int64) * width + (index.entry[at] - first)
    document, present, name, heading, against = index.weights[at].T
    unit, share = text.unit[which], text.share[which]
    measures = {
        "cosine": unit * document,
        "covered": share * present,
        "telling": telling[which] * present,
        "name": name,
        "heading": heading,
        "against": unit * against,
    }
    return {
        measure: np.bincount(cell, values, text.rows * width)
        .astype(np.float32)
        .reshape(len(SIDES), -1, width)
        for measure, values in measures.items()
    }


def _table(items: int, targets: int, features: int) -> Array:
    """Zeros, items × targets × features; each feature's numbers lie together, as they are written and summed."""
    return np.moveaxis(np.zeros((features, items, targets), dtype=np.float32), 0, -1)


def scope_features(
    index: Index,
    text: Text,
    has_summary: NDArray[np.bool_],
    sections: Sequence[str],
    internal: Array,
    public: Array,
    headings: Array,
    words: Array,
) -> tuple[Ints, Array]:
    """The targets of `sections` and the features of every item with each: items × targets × len(FEATURES).

    `text` are the SIDES of the items, `headings` is what `heading_cosines` gives, `words` what `words_of_headings` gives.
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
    telling = _telling(index, text, numbers, len(target))
    at = 0
    for order, (section, (first, last)) in enumerate(zip(sections, ranges, strict=True)):
        width = last - first
        measures = _sides(index, text, telling, numbers[order], first, width)
        for measure, of_sides in measures.items():
            for side, values in zip(SIDES, of_sides, strict=True):
                if f"{side}_{measure}" in column:
                    out[:, at : at + width, column[f"{side}_{measure}"]] = values
        if section == "B":
            out[:, at : at + width, column["class_b"]] = 1
            out[:, at : at + width, column["class_b_internal"]] = internal[:, None]
            out[:, at : at + width, column["class_b_public"]] = public[:, None]
        elif order:
            out[:, at : at + width, column["second_section"]] = 1
        at += width
    out[:, :, column["heading_cosine"]] = headings[:, index.heading_of[target]]
    grams_of_summary = np.bincount(text.row, minlength=text.rows)[items : 2 * items]
    long = grams_of_summary > _LONG
    out[:, :, column["title_long"]] = out[:, :, column["title_covered"]] * long[:, None]
    out[:, :, column["summary_long"]] = out[:, :, column["summary_covered"]] * long[:, None]
    out[:, :, column["heading_words"]] = words[:, index.heading_of[target]]
    out[:, :, column["title_only"]] = out[:, :, column["title_cosine"]] * ~has_summary[:, None]
    return target, out


def heading_cosines(index: Index, text: Text) -> Array:
    """How near titles and summaries together come to each third-level heading: items × headings."""
    width = int(index.heading_of.max()) + 1
    here = text.row < text.rows // len(SIDES) * 2  # without the titles' ends, which the titles hold already
    row, gram, heading = text.row[here], text.gram[here], text.heading[here]
    which, at = _expand(index.heading_start, gram)
    cell = row[which].astype(np.int64) * width + index.heading_entry[at]
    rows = text.rows // len(SIDES) * 2
    title, summary = np.bincount(cell, heading[which] * index.heading_weights[at], rows * width).reshape(
        2, -1, width
    )
    of_title, of_summary = np.bincount(row, heading**2, rows).reshape(2, -1)
    length = np.sqrt(of_title + of_summary)
    closeness: Array = ((title + summary) / np.maximum(length, 1e-9)[:, None]).astype(np.float32)
    return closeness


def words_of_headings(index: Index, told: Array, names: Sequence[str]) -> Array:
    """What n-grams say of headings (`told`, items × `names`) put in the order of the index: items × headings.

    A heading that was not among those fitted has 0.
    """
    at = {name: number for number, name in enumerate(names)}
    column = np.array([at.get(key, len(names)) for key in index.heading_keys])
    return np.concatenate([told, np.zeros((len(told), 1), dtype=np.float32)], axis=1)[:, column]


def across_features(index: Index, text: Text, headings: Array, words: Array) -> Array:
    """Every entry of every section, by rare grams only and cheaply: items × targets × len(ACROSS)."""
    items = len(headings)
    width = len(index.targets)
    out = _table(items, width, len(ACROSS))
    which, at = _expand(index.across_start, text.gram)
    cell = text.row[which].astype(np.int64) * width + index.across_entry[at]
    cosines = np.bincount(cell, text.unit[which] * index.across_weight[at], text.rows * width)
    rows = 2 * items  # of the titles' ends only the cosine is asked for
    some = cell < rows * width
    covered = np.bincount(cell[some], text.share[which][some], rows * width)
    column = {name: number for number, name in enumerate(ACROSS)}
    for side, values in zip(SIDES, cosines.reshape(len(SIDES), items, width), strict=True):
        out[:, :, column[f"{side}_cosine"]] = values
    for side, values in zip(SIDES, covered.reshape(2, items, width), strict=False):
        out[:, :, column[f"{side}_covered"]] = values
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
    """The end of a title's content: in Chinese the head of a phrase comes last (…智能化平台设备*维修*)."""
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
