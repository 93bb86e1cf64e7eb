"""What is measured between an item and an entry. All numbers lie about between 0 and 1; see FEATURES.

Everything is done for many items at once, whatever their sections: the grams of a batch are looked up in the index's
postings, and sums over them (numpy.bincount) give each measure for all entries of every item's sections together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from goufu.matcher.index.grams import Array, Index, Ints, Whole, found_in, places
from goufu.matcher.index.runs import known_in, points_of
from goufu.matcher.text import OTHER_WORDS, Said, by_start, content, content_of, load_words, said
from numpy.typing import NDArray

Floats = NDArray[np.float64]

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

    What a gram has in common with entries is the same on every side, so it is looked for once: a pair is an item and a
    gram that any of its sides has (`pair_item`, `pair_gram`), `pair` for each gram of a row which it is.
    """

    rows: int
    row: Ints
    gram: Ints
    unit: Array
    share: Array
    heading: Array
    pair: Whole
    pair_item: Whole
    pair_gram: Whole

    def pooled(self, values: NDArray[np.floating[Any]]) -> Floats:
        """The sum of `values`, one for each gram of a row, for each pair."""
        return _sums(self.pair, values, len(self.pair_gram))


def text_of(index: Index, texts: Sequence[str]) -> Text:
    """The known grams of `texts` (already reduced to their content) with their weights."""
    row, number = known_in(index.runs, points_of(texts), OTHER_WORDS)
    cell, counts = np.unique(row * index.size + number, return_counts=True)
    row_of, gram = np.divmod(cell, index.size)
    tf = (1 + np.log(counts.astype(np.float32))).astype(np.float32)
    rarity = index.rarity[gram]
    weight = tf * rarity
    length = np.sqrt(np.bincount(row_of, weight**2, len(texts)))
    total = np.bincount(row_of, rarity, len(texts))
    unit = weight / np.maximum(length, 1e-9)[row_of]
    share = rarity / np.maximum(total, 1e-9)[row_of]
    item = row_of % max(len(texts) // len(SIDES), 1)
    pairs, pair = np.unique(item * index.size + gram, return_inverse=True)
    return Text(
        len(texts),
        row_of,
        gram,
        unit.astype(np.float32),
        share.astype(np.float32),
        tf * index.heading_rarity[gram],
        pair,
        *np.divmod(pairs, index.size),
    )


def _sums(cell: NDArray[np.integer[Any]], values: NDArray[np.floating[Any]], cells: int) -> Floats:
    """The sum of `values` in each cell; as floats also where there is nothing to add up."""
    return np.asarray(np.bincount(cell, values, cells), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Scopes:
    """The entries that each of a batch's items is compared with: those of its sections, one behind the other.

    Items of any sections are measured together, in as many columns as the longest scope has. `targets` is items ×
    columns; behind the end of a shorter scope, where `inside` is false, it repeats the first. `second` marks entries of
    a section that is not the first. By item and place of a section: `number` of the section in the index (-1: none
    there), `shift` from a target's number to its column.
    """

    targets: Ints
    inside: NDArray[np.bool_]
    second: NDArray[np.bool_]
    number: Ints
    shift: Ints

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many entries each item is compared with."""
        return np.asarray(self.inside.sum(axis=1), dtype=np.int64)


def scopes_of(index: Index, sections: Sequence[Sequence[str]]) -> Scopes:
    """The scopes of items by their sections, class B behind; sections that the index does not have are passed over."""
    known: dict[tuple[str, ...], int] = {}
    of_item = [known.setdefault(scope_names(index, names), len(known)) for names in sections]
    ranges = [[index.sections[name] for name in names] for names in known]
    width = max((sum(b - a for a, b in some) for some in ranges), default=0)
    most = max(map(len, known), default=0)
    targets = np.zeros((len(known), width), dtype=np.int32)
    inside, second = np.zeros((2, len(known), width), dtype=np.bool_)
    number = np.full((len(known), most), -1, dtype=np.int32)
    shift = np.zeros((len(known), most), dtype=np.int32)
    for row, (names, some) in enumerate(zip(known, ranges, strict=True)):
        at = 0
        for place, (name, (first, last)) in enumerate(zip(names, some, strict=True)):
            end = at + last - first
            targets[row, at:end] = np.arange(first, last)
            second[row, at:end] = place > 0 and name != "B"
            number[row, place], shift[row, place] = index.section_number[name], at - first
            at = end
        inside[row, :at] = True
        targets[row, at:] = targets[row, :1]
    return Scopes(targets[of_item], inside[of_item], second[of_item], number[of_item], shift[of_item])


def scope_names(index: Index, sections: Sequence[str]) -> tuple[str, ...]:
    """The sections whose entries an item is compared with: its own and class B, as far as the index has them."""
    return tuple(name for name in (*sections, "B") if name in index.sections)


@dataclass(frozen=True, slots=True)
class Within:
    """What a batch's texts share with the entries of their scopes.

    A range of postings each: `pair` is whose it is in `text`, `first` and `count` where it stands in
    `goufu.matcher.index.grams.Index`, `shift` from an entry's number to its column in the scope. `telling` is each
    gram's part of its row, weighted by how few of the scope's entries have it. By item: whether it has no summary
    (`bare`) or a long one (`long`), how much it speaks of the office (`internal`) and of the public. `headings` is what
    `heading_cosines` gives, `words` what `words_of_headings` gives.
    """

    text: Text
    scopes: Scopes
    pair: Whole
    first: Ints
    count: Ints
    shift: Ints
    telling: Floats
    bare: NDArray[np.bool_]
    long: NDArray[np.bool_]
    internal: Array
    public: Array
    headings: Array
    words: Array

    def scores(self, index: Index, weights: Sequence[float]) -> Floats:
        """The sum of FEATURES under `weights` for each entry of each item's scope: items × columns.

        Only the sum is wanted, so each posting is weighed before it is added up: one sum in the place of eighteen.
        """
        items, width = self.scopes.targets.shape
        text = self.text
        of = dict(zip(FEATURES, weights, strict=True))
        force = {
            measure: np.repeat([of.get(f"{side}_{measure}", 0.0) for side in SIDES], items)
            for measure in ("cosine", "covered", "telling", "name", "heading", "against")
        }
        force["cosine"][:items] += of["title_only"] * self.bare
        force["covered"][:items] += of["title_long"] * self.long
        force["covered"][items : 2 * items] += of["summary_long"] * self.long
        row = text.row
        of_pair = np.stack(  # in the order of the index's weights
            [
                text.pooled(force["cosine"][row] * text.unit),
                text.pooled(force["covered"][row] * text.share + force["telling"][row] * self.telling),
                text.pooled(force["name"][row]),
                text.pooled(force["heading"][row]),
                text.pooled(force["against"][row] * text.unit),
            ],
            axis=1,
        )
        at = places(self.first, self.count)
        # whole rows are taken and repeated, which is many times faster than naming each by its number
        forces = np.repeat(of_pair.take(self.pair, axis=0), self.count, axis=0)
        total = np.einsum("ij,ij->i", forces, index.weights.take(at, axis=0).astype(np.float64))
        cell = np.repeat(text.pair_item[self.pair] * width + self.shift, self.count)
        cell += index.entry[at]
        above = of["heading_cosine"] * self.headings + of["heading_words"] * self.words
        above_each = above[np.arange(items)[:, None], index.heading_of[self.scopes.targets]]
        found = _sums(cell, total, items * width).reshape(items, width) + above_each
        of_b = of["class_b"] + of["class_b_internal"] * self.internal + of["class_b_public"] * self.public
        found += index.is_class_b[self.scopes.targets] * of_b[:, None]
        found += of["second_section"] * self.scopes.second
        return np.where(self.scopes.inside, found, -np.inf)

    def measures_of(self, index: Index, columns: NDArray[np.int64]) -> dict[str, Floats]:
        """Of one entry for each item, that in `columns`: cosine, telling and name of the sides, and what else TRUST wants."""
        items = len(columns)
        rows = np.arange(items)
        target = self.scopes.targets[rows, columns]
        text = self.text
        wanted = target[text.row % max(items, 1)]
        section = index.section_of[wanted]
        gram, at = found_in(index.entry, *index.start.ranges(section, text.gram), wanted)
        weights = index.weights[at]
        adds = {
            "cosine": text.unit[gram] * weights[:, 0],
            "telling": self.telling[gram] * weights[:, 1],
            "name": weights[:, 2],
        }
        found = {
            f"{side}_{measure}": values
            for measure, some in adds.items()
            for side, values in zip(
                SIDES,
                _sums(text.row[gram], some, len(SIDES) * items).reshape(-1, items),
                strict=True,
            )
        }
        found["title_only"] = found["title_cosine"] * self.bare
        found["heading_cosine"] = self.headings[rows, index.heading_of[target]].astype(float)
        found["class_b"] = index.is_class_b[target].astype(float)
        return found


def within(
    index: Index,
    text: Text,
    scopes: Scopes,
    bare: NDArray[np.bool_],
    internal: Array,
    public: Array,
    headings: Array,
    words: Array,
) -> Within:
    """What the texts (the SIDES of the items) share with the entries of their scopes; the rest as in `Within`."""
    items = len(scopes.targets)
    number = scopes.number[text.pair_item]
    place, pair = np.nonzero(number.T >= 0)  # the pairs for which a scope has a section at this place
    section, gram = number[pair, place], text.pair_gram[pair]
    first, last = index.start.ranges(section, gram)
    count = last - first
    frequency = _sums(pair, count.astype(np.float64), len(number))
    rarity = np.log((scopes.sizes[text.pair_item] + 1) / (frequency + 0.5))[text.pair]
    total = np.bincount(text.row, rarity, text.rows)
    telling = rarity / np.maximum(total, 1e-9)[text.row]
    long = np.bincount(text.row, minlength=text.rows)[items : 2 * items] > _LONG
    shift = scopes.shift[text.pair_item[pair], place]
    return Within(
        text,
        scopes,
        pair,
        first,
        count,
        shift,
        telling,
        bare,
        long,
        internal,
        public,
        headings,
        words,
    )


def heading_cosines(index: Index, text: Text) -> Array:
    """How near titles and summaries together come to each third-level heading: items × headings."""
    width = int(index.heading_of.max()) + 1
    items = text.rows // len(SIDES)
    heading = np.where(text.row < 2 * items, text.heading, 0)  # the titles hold their ends already
    first = index.heading_start[text.pair_gram]
    count = index.heading_start[text.pair_gram + 1] - first
    at = places(first, count)
    cell = np.repeat(text.pair_item * width, count)
    cell += index.heading_entry[at]
    force = np.repeat(text.pooled(heading), count)
    force *= index.heading_weights[at]
    total = np.bincount(cell, force, items * width).reshape(-1, width)
    length = np.sqrt(np.bincount(text.row, heading**2, text.rows).reshape(len(SIDES), -1).sum(axis=0))
    closeness: Array = (total / np.maximum(length, 1e-9)[:, None]).astype(np.float32)
    return closeness


def words_of_headings(index: Index, told: Array, names: Sequence[str]) -> Array:
    """What n-grams say of headings (`told`, items × `names`) put in the order of the index: items × headings.

    A heading that was not among those fitted has 0.
    """
    at = {name: number for number, name in enumerate(names)}
    column = np.array([at.get(key, len(names)) for key in index.heading_keys])
    return np.concatenate([told, np.zeros((len(told), 1), dtype=np.float32)], axis=1)[:, column]


@dataclass(frozen=True, slots=True)
class Across:
    """What a batch's texts share with the entries of all sections, by rare grams only.

    `headings` and `words` are as in `Within`.
    """

    text: Text
    headings: Array
    words: Array

    def scores(self, index: Index, weights: Sequence[float]) -> Floats:
        """The sum of ACROSS under `weights` for every entry of every section: items × targets.

        As in `Within`, each posting is weighed before it is added up, and each heading before it is spread over its
        entries.
        """
        items, width = len(self.headings), len(index.targets)
        text = self.text
        of = dict(zip(ACROSS, weights, strict=True))
        by_cosine, by_covered = (
            np.repeat([of.get(f"{side}_{measure}", 0.0) for side in SIDES], items)
            for measure in ("cosine", "covered")
        )
        first = index.across_start[text.pair_gram]
        count = index.across_start[text.pair_gram + 1] - first
        at = places(first, count)
        total = np.repeat(text.pooled(by_cosine[text.row] * text.unit), count)
        total *= index.across_weight[at]
        total += np.repeat(text.pooled(by_covered[text.row] * text.share), count)
        cell = np.repeat(text.pair_item * width, count)
        cell += index.across_entry[at]
        above = of["heading_cosine"] * self.headings + of["heading_words"] * self.words
        found = _sums(cell, total, items * width).reshape(items, width) + above[:, index.heading_of]
        found += of["class_b"] * index.is_class_b
        return found

    def covered_by(self, index: Index, targets: NDArray[np.integer[Any]]) -> Floats:
        """Of each item's title and summary the share that its entry in `targets` covers: 2 × items."""
        items, text = len(targets), self.text
        start = index.across_start
        hit, _ = found_in(
            index.across_entry, start[text.gram], start[text.gram + 1], targets[text.row % max(items, 1)]
        )
        return _sums(text.row[hit], text.share[hit], len(SIDES) * items).reshape(-1, items)[:2]


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
