"""What an item's money buys: a service, or goods, works, wages, a transfer …

A linear model over two kinds of evidence. Cues: `data/nature/evidence.tsv` lists words by what they stand for (purchase
words, building words, pay words …), `data/nature/endings.toml` how titles end and what is counted in summaries; their
weights are `data/nature/weights.tsv`. Words: the n-grams of `goufu.matcher.wording`, among them the columns that other
systems export. Both are fitted by `benchmarks/fit.py`. The verdict names the words that decided.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory, read_columns
from goufu.matcher.nature_names import NATURES, Nature
from goufu.matcher.text import by_start, said, spotted
from goufu.matcher.wording import PLACES, Line, Vectors, Wording, for_natures, load_wording, parts, vectors
from numpy.typing import NDArray

#: from this length on a summary is mostly background, and its words weigh differently
_LONG = 60
#: where a cue is looked for; a long summary's words have weights of their own
_SIDES = ("title", "summary", "long summary")
_DIGIT = re.compile(r"\d")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]?")
#: what is bundled with services
_SERVICE: Nature = "service"
_BUNDLED: tuple[Nature, ...] = ("goods", "works")
#: from which force on an n-gram or cue takes part in telling the words that decided
_TELLING = 0.08
#: how many of them, and how long a word they make at most
_STRONGEST, _WORD = 8, 8
#: the places of PLACES before this one hold words of the line
_TEXTUAL = list(PLACES).index("body")


@lru_cache(maxsize=2)
def evidence(path: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """The words of each cue, from `evidence.tsv`, where they are in normal form but for case.

    Raises CatalogError where the file is malformed.
    """
    cues: dict[str, list[str]] = {}
    for cue, word in zip(
        *read_columns(path or data_directory() / "nature" / "evidence.tsv", ("cue", "word")), strict=True
    ):
        cues.setdefault(cue, []).append(word.lower())
    return {cue: tuple(words) for cue, words in cues.items()}


class Endings(NamedTuple):
    """What `endings.toml` says: patterns by the names of their features.

    `endings` are looked for in a title without brackets, `counted` in a summary; `closing` gives for the last character of a
    title the endings that can match at all. `of_services` are the endings of titles that may well name a service.
    `silent` is what is behind the word that names what is bought; `things` and `structures` are the words of the cues
    that name them, `joints` the characters that join words.
    """

    endings: Mapping[str, re.Pattern[str]]
    closing: Mapping[str, tuple[str, ...]]
    of_services: frozenset[str]
    counted: Mapping[str, re.Pattern[str]]
    silent: re.Pattern[str]
    things: tuple[str, ...]
    structures: tuple[str, ...]
    joints: str


_TIMES = {"any": "*", "one": "", "at most one": "?"}


@lru_cache(maxsize=2)
def load_endings(path: Path | None = None) -> Endings:
    """How titles end and what is counted, from `endings.toml`. Raises CatalogError where the file is malformed."""
    path = path or data_directory() / "nature" / "endings.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        title, endings = table["title"], table["ending"]
        closing: dict[str, list[str]] = {}
        for ending in endings:
            for character in dict.fromkeys(word[-1] for word in (*ending["words"], *ending["behind"])):
                closing.setdefault(character, []).append(ending["name"])
        number = r"\d+(?:\.\d+)?[万余]*"
        return Endings(
            {e["name"]: _ending(e) for e in endings},
            {character: tuple(names) for character, names in closing.items()},
            frozenset(e["name"] for e in endings if e.get("service")),
            {t["name"]: re.compile(number + _either(t["units"])) for t in table["counted"]}
            | {
                t["name"]: re.compile(rf"每{_either(t['units'])}[^,，。;；]{{0,8}}?\d") for t in table["each"]
            },
            re.compile(f"{_either(title['silent'])}+$"),
            tuple(title["things"]),
            tuple(title["structures"]),
            title["joints"],
        )
    except (OSError, KeyError, TypeError, IndexError, ValueError) as error:
        raise CatalogError(f"标题结尾表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


def _ending(table: Mapping[str, Any]) -> re.Pattern[str]:
    times = _TIMES[table.get("times", "any")]
    return re.compile(f"{_either(table['words'])}{_either(table['behind'])}{times}$")


def _either(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


@lru_cache(maxsize=1)
def feature_names() -> tuple[str, ...]:
    """The features of the model, in order: every cue in the title and in the summary, measures, endings, shape."""
    cues, table = tuple(evidence()), load_endings()
    return (
        *(f"{side}: {cue}" for side in _SIDES for cue in cues),
        *(f"summary: {measure}" for measure in table.counted),
        *(f"title: {ending}" for ending in table.endings),
        *(f"title, the summary silent: {ending}" for ending in table.endings),
        "no summary",
        "long summary",
        "things and upkeep",
        "things and skill",
        "ends in a thing",
        "ends in a structure",
        "match",
        "match, the title of another kind",
        "match known",
        "always",
    )


class _Columns(NamedTuple):
    """Where features stand in the table of `features`, by name; and what is derived from several of them.

    `cues` are the numbers of a word's cues; `words` all words by their first two characters.
    """

    of: Mapping[str, int]
    cue_count: int
    cues: Mapping[str, tuple[int, ...]]
    words: Mapping[str, tuple[str, ...]]
    another_kind: tuple[int, ...]


@lru_cache(maxsize=1)
def _columns() -> _Columns:
    cues: dict[str, list[int]] = {}
    for number, words in enumerate(evidence().values()):
        for word in words:
            cues.setdefault(word, []).append(number)
    at = {name: number for number, name in enumerate(feature_names())}
    table = load_endings()
    others = [f"title: {ending}" for ending in table.endings if ending not in table.of_services]
    return _Columns(
        at,
        len(evidence()),
        {word: tuple(numbers) for word, numbers in cues.items()},
        by_start(cues),
        tuple(at[name] for name in (*others, "ends in a thing", "ends in a structure")),
    )


@lru_cache(maxsize=2048)
def _spoken(title: str, summary: str) -> tuple[list[str], list[str]]:
    """The words of all cues that occur in a title, and in its summary; sorted, so that equal forces keep one order."""
    starts = _columns().words
    item = said(title, summary)
    in_head, in_body = (
        spotted(starts, item.head, item.head_pairs),
        spotted(starts, item.body, item.body_pairs),
    )
    return sorted(in_head), sorted(in_body)


@lru_cache(maxsize=4)
def _ends(cues: tuple[str, ...]) -> tuple[frozenset[str], tuple[int, ...]]:
    """The words of some cues, and how long they are."""
    words = frozenset(word for cue in cues for word in evidence()[cue])
    return words, tuple({len(word) for word in words})


def _ends_in(text: str, cues: tuple[str, ...]) -> bool:
    """Whether `text` ends in a word of one of `cues`."""
    words, lengths = _ends(cues)
    return any(text[-length:] in words for length in lengths)


def features(
    titles: Sequence[str],
    summaries: Sequence[str],
    match: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Items × features: for a cue the square root of how many of its words occur (at most 3), else 0 or 1.

    `match` is for each item the logit that an entry of its scope describes it, where that is known.
    """
    columns = _columns()
    width, cues = len(columns.of), columns.cue_count
    cells = [
        row * width + column
        for row, (title, summary) in enumerate(zip(titles, summaries, strict=True))
        for column in _present(title, summary)
    ]
    out = np.bincount(np.array(cells, dtype=np.int64), minlength=len(titles) * width).astype(np.float64)
    out = out.reshape(len(titles), width)
    counts = np.minimum(out[:, : 3 * cues], 3)
    out[:, : 3 * cues] = np.sqrt(counts)
    both = counts[:, :cues] + counts[:, cues : 2 * cues] + counts[:, 2 * cues :]
    anywhere = {cue: both[:, number] > 0 for number, cue in enumerate(evidence())}
    things = anywhere["buy"] | anywhere["equipment"] | anywhere["build"]
    out[:, columns.of["things and upkeep"]] = things & anywhere["operate"]
    out[:, columns.of["things and skill"]] = things & (anywhere["profess"] | anywhere["public"])
    if match is not None:
        odd, near = of_another_kind(out), np.clip(match, -6, 6) / 3
        out[:, columns.of["match"]] = np.where(odd, 0, near)
        out[:, columns.of["match, the title of another kind"]] = np.where(odd, near, 0)
        out[:, columns.of["match known"]] = 1
    out[:, columns.of["always"]] = 1
    return out


def _present(title: str, summary: str) -> list[int]:
    """The columns of the features that one line has, a cue's once for each of its words."""
    columns, table = _columns(), load_endings()
    at = columns.of
    item = said(title, summary)
    head, body = item.head, item.body
    in_head, in_body = _spoken(title, summary)
    found = [cue for word in in_head for cue in columns.cues[word]]
    if body.rstrip("。. ") in head:
        body = ""  # a summary that repeats the title adds nothing
        found.append(at["no summary"])
    long = len(body) >= _LONG
    if long:
        found.append(at["long summary"])
    if body:
        first = columns.cue_count * (2 if long else 1)
        found += [first + cue for word in in_body for cue in columns.cues[word]]
        if _DIGIT.search(body):
            found += [at[f"summary: {name}"] for name, sign in table.counted.items() if sign.search(body)]
    bare = (_BRACKETS.sub("", head) if "(" in head or "（" in head else head).rstrip(" )）")
    endings = [e for e in table.closing.get(bare.rstrip()[-1:], ()) if table.endings[e].search(bare)]
    found += [at[f"title: {ending}"] for ending in endings]
    if long or not body or head in body:
        found += [at[f"title, the summary silent: {ending}"] for ending in endings]
    bare = table.silent.sub("", bare)
    if _ends_in(bare, table.things):
        found.append(at["ends in a thing"])
    if _ends_in(bare, table.structures):
        found.append(at["ends in a structure"])
    return found


def of_another_kind(found: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each item whether its title ends in something else than a service: 工程, 工资, 电费; `found` are its features."""
    return np.asarray(found[:, _columns().another_kind].max(axis=1) > 0)


@lru_cache(maxsize=1)
def weights() -> NDArray[np.float64]:
    """The weights of the cues, features × natures, from `weights.tsv`. A feature that the file does not name has 0."""
    at = _columns().of
    table = np.zeros((len(at), len(NATURES)))
    path = data_directory() / "nature" / "weights.tsv"
    for name, nature, value in zip(*read_columns(path, ("feature", "nature", "weight")), strict=True):
        if name in at:
            table[at[name], NATURES.index(nature)] = float(value)
    return table


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each nature in a batch: `logits` items × natures before normalisation, the `cues` (as `features`
    gives them) and the n-grams that they come from."""

    logits: NDArray[np.float64]
    cues: NDArray[np.float64]
    words: Vectors
    wording: Wording


def weighed(
    lines: Sequence[Line],
    wording: Wording,
    words: Vectors | None = None,
    match: NDArray[np.float64] | None = None,
) -> Evidence:
    """The evidence of `lines`; `words` are their n-grams where they are at hand, `match` as in `features`."""
    if words is None:
        words = vectors(lines, wording)
    cues = features([line.title for line in lines], [line.summary for line in lines], match)
    return Evidence(cues @ weights() + for_natures(words, wording, len(lines)), cues, words, wording)


class _Forces(NamedTuple):
    """What spoke for a line's nature: n-grams by their numbers, the strongest first, and cues by their columns, each with
    its force."""

    grams: Sequence[int]
    of_grams: Sequence[float]
    cues: Sequence[int]
    of_cues: Sequence[float]


class TellingWords(Sequence[str]):
    """The words of a line that decided, strongest first, made of their forces when they are first asked for.

    Most lines have no finding, and nobody reads theirs.
    """

    __slots__ = ("_forces", "_line", "_most", "_words", "_wording")

    def __init__(self, line: Line, forces: _Forces, wording: Wording, most: int) -> None:
        self._line, self._forces, self._wording, self._most = line, forces, wording, most
        self._words: tuple[str, ...] | None = None

    def _told(self) -> tuple[str, ...]:
        if self._words is None:
            spoken = _telling_grams(self._line, self._forces, self._wording)
            spoken += _telling_cues(self._line, self._forces)
            self._words = _joined(self._line, spoken, self._most)
        return self._words

    def __reduce__(self) -> tuple[type, tuple[tuple[str, ...]]]:
        return tuple, (self._told(),)  # another process needs no more than the words

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        return self._told()[at]

    def __len__(self) -> int:
        return len(self._told())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._told() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._told())

    def __repr__(self) -> str:
        return repr(self._told())


def telling_words(
    lines: Sequence[Line], evidence: Evidence, kinds: Sequence[Nature], rows: Sequence[int], most: int = 4
) -> list[TellingWords]:
    """For each of `rows` the words of its line that spoke most for its nature in `kinds`, strongest first.

    Told are the n-grams and the words of cues that add most to the nature over the average one; where they overlap
    in the line they make one word.
    """
    number = np.full(len(lines), -1)
    number[list(rows)] = [NATURES.index(kind) for kind in kinds]
    asked = number >= 0
    wording, words = evidence.wording, evidence.words
    force = words.weight * wording.natures[words.gram, number[words.row]]
    at = np.flatnonzero((force > _TELLING) & (wording.place[words.gram] < _TEXTUAL) & asked[words.row])
    at = at[np.lexsort((-force[at], words.row[at]))]
    grams, of_grams = words.gram[at].tolist(), force[at].tolist()
    width = 3 * _columns().cue_count
    of_each = evidence.cues[:, :width] * np.where(asked[:, None], _force()[number, :width], 0)
    row_of_cue, cue = np.nonzero(of_each > _TELLING)
    cues, of_cues = cue.tolist(), of_each[row_of_cue, cue].tolist()
    every = np.arange(len(lines) + 1)
    grams_from = np.searchsorted(words.row[at], every).tolist()
    cues_from = np.searchsorted(row_of_cue, every).tolist()

    def forces(row: int) -> _Forces:
        some = slice(grams_from[row], grams_from[row + 1])
        more = slice(cues_from[row], cues_from[row + 1])
        return _Forces(grams[some], of_grams[some], cues[more], of_cues[more])

    return [TellingWords(lines[row], forces(row), wording, most) for row in rows]


def _telling_grams(line: Line, forces: _Forces, wording: Wording) -> list[tuple[str, float]]:
    """The strongest n-grams of two or more characters; of those that are as strong, what the line says first."""
    spoken = list(zip(forces.grams, forces.of_grams, strict=True))
    if len(set(forces.of_grams)) < len(spoken):
        mention = _mentions(line, wording)
        spoken.sort(key=lambda one: (-one[1], mention[one[0]]))
    named = [(wording.names[gram].removeprefix("~"), force) for gram, force in spoken]
    return [one for one in named if len(one[0]) > 1][:_STRONGEST]


def _telling_cues(line: Line, forces: _Forces) -> list[tuple[str, float]]:
    """The words of cues, each with its part of its cue's force."""
    found = []
    cues, width = _columns().cues, _columns().cue_count
    for column, force in zip(forces.cues, forces.of_cues, strict=True):
        side, cue = divmod(column, width)
        spoken = _spoken(line.title, line.summary)[1 if side else 0]
        hits = [word for word in spoken if cue in cues[word]]
        found += [(word, force / len(hits)) for word in hits]
    return found


def _mentions(line: Line, wording: Wording) -> dict[int, int]:
    """The known n-grams of a line, each with its place in the order in which they are mentioned."""
    known = (wording.known[place].get(gram, -1) for place, grams in parts(line).items() for gram in grams)
    return {gram: n for n, gram in enumerate(dict.fromkeys(known))}


def _joined(line: Line, forces: Sequence[tuple[str, float]], most: int) -> tuple[str, ...]:
    """The words that the strongest runs of characters make where they overlap, strongest first."""
    item = said(line.title, line.summary)
    text = f"{item.head}\n{item.body}"
    strongest = sorted((f for f in forces if len(f[0]) > 1), key=lambda f: -f[1])[:_STRONGEST]
    spans: list[tuple[int, int, float]] = []
    for run, force in strongest:
        at = text.find(run)
        while at >= 0:
            spans.append((at, at + len(run), force))
            at = text.find(run, at + 1)
    found: dict[str, float] = {}
    begin = end = 0
    total = 0.0
    for first, last, force in (*sorted(spans), (len(text) + 1, len(text) + 2, 0.0)):
        if first >= end or max(end, last) - begin > _WORD:
            word = text[begin:end].strip(load_endings().joints)
            if len(word) > 1 and _is_spoken(word):
                found[word] = max(found.get(word, 0.0), total)
            begin, total = first, 0.0
        end, total = max(end, last) if first < end else last, total + force
    best = sorted(found, key=lambda word: -found[word])
    return tuple(w for w in best if not any(w != longer and w in longer for longer in best))[:most]


def _is_spoken(word: str) -> bool:
    """Whether a word can be told as one that decided: Chinese characters, Latin letters and digits only."""
    return all("㐀" <= c <= "鿿" or "a" <= c <= "z" or "0" <= c <= "9" for c in word)


def parts_of(
    lines: Sequence[Line], evidence: Evidence, rows: Sequence[int]
) -> dict[int, tuple[tuple[Nature, tuple[str, ...]], ...]]:
    """The two parts of each of the mixed lines `rows` with their words: its service, and what is likeliest of goods and works."""
    if not rows:
        return {}
    columns = [NATURES.index(nature) for nature in _BUNDLED]
    others = [_BUNDLED[n] for n in evidence.logits[rows][:, columns].argmax(axis=1).tolist()]
    of_service = telling_words(lines, evidence, [_SERVICE] * len(rows), rows, 2)
    of_other = telling_words(lines, evidence, others, rows, 2)
    return {
        row: tuple((nature, tuple(words)) for nature, words in ((_SERVICE, own), (other, more)) if words)
        for row, own, other, more in zip(rows, of_service, others, of_other, strict=True)
    }


@lru_cache(maxsize=1)
def _force() -> NDArray[np.float64]:
    """How much more each cue speaks for a nature than for the average one: natures × features."""
    return np.ascontiguousarray((weights() - weights().mean(axis=1, keepdims=True)).T)


def likely_nature(title: str, summary: str, without: Sequence[Nature] = ()) -> Nature:
    """The likeliest nature of an item that is known to be none of `without`."""
    values = weighed([Line(title, summary)], load_wording()).logits[0]
    return max((n for n in NATURES if n not in without), key=lambda n: float(values[NATURES.index(n)]))
