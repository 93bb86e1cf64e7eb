"""What an item's money buys: a service, or goods, works, wages, a transfer …

A linear model over two kinds of evidence. Cues: `data/nature/evidence.tsv` lists words by what they stand for (purchase
words, building words, pay words …), and endings and measures of the line are looked for; their weights are
`data/nature/weights.tsv`. Words: the n-grams of `goufu.matcher.wording`, among them the columns that other systems export.
Both are fitted by `benchmarks/fit.py`. The verdict names the words that decided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from goufu.catalog.load import data_directory, read_columns
from goufu.matcher.text import by_start, normal, said, spotted
from goufu.matcher.wording import PLACES, Line, Vectors, Wording, for_natures, load_wording, vectors
from numpy.typing import NDArray

Nature = Literal[
    "service", "goods", "works", "mixed", "personnel", "transfer", "operating", "statutory", "insurance"
]
NATURES: tuple[Nature, ...] = get_args(Nature)

#: from this length on a summary is mostly background, and its words weigh differently
_LONG = 60

_MEASURES: dict[str, re.Pattern[str]] = {
    "counted things": re.compile(
        r"\d+(?:\.\d+)?[万余]*(?:台|套|辆|件|吨|支|只|张|块|本|桶|箱|册|部|把|副|盏|株|公斤|袋|枚|顶|架)"
    ),
    "measured works": re.compile(r"\d+(?:\.\d+)?[万余]*(?:公里|千米|米|平方米|平米|立方米|座|栋|孔|公顷)"),
    "counted people": re.compile(r"\d+(?:\.\d+)?[万余]*(?:名|人)"),
    "money each": re.compile(r"每(?:人|户|亩|床|生|度|站|家|吨|店|村|车)[^,，。;；]{0,8}?\d"),
}
_ENDINGS: dict[str, re.Pattern[str]] = {
    "ends in works": re.compile(
        r"(?:工程|建设|改造|加固|修缮|治理|配套|新建|扩建)(?:项目|工程|尾款|款|费|资金|经费)*$"
    ),
    "ends in purchase": re.compile(
        r"(?:采购|购置|购买|征订|订购|更新|材料|设备|用品)(?:项目|款|费|费用|经费|资金)*$"
    ),
    "ends in service": re.compile(r"(?:服务|外包|承办|委托)(?:项目|费|费用|经费|采购)*$"),
    "ends in upkeep": re.compile(
        r"(?:维护|运维|维修|管护|养护|保养|运营|运行|维保|租赁)(?:项目|费|费用|经费|服务)*$"
    ),
    "ends in subsidy": re.compile(
        r"(?:补贴|补助|奖补|津贴|扶助|救助|贴息|奖励|补偿|资助)(?:项目|金|费|资金|经费)*$"
    ),
    "ends in office": re.compile(r"(?:工作|办公|业务|运转|运行|日常|综合|保障)(?:经费|费|费用)$"),
    "ends in insurance": re.compile(r"(?:险|保险)(?:项目|费|费用|资金|经费|保费)*$"),
    "ends in tax": re.compile(
        r"(?:税|残保金|利息|本金|出让金|保证金|回购款|补偿费|恢复费|开垦费)(?:缴纳|支出|资金|款)*$"
    ),
    "ends in a bill": re.compile(r"(?:电|水|气|热力|取暖|采暖|供暖|油|煤|话)费(?:用|补助|资金)?$"),
    "ends in staff": re.compile(
        r"(?:工资|人员|人员经费|生活费|薪酬|劳务|劳务费|遗属|书记|队员)(?:经费|费用|补助|补贴|资金)*$"
    ),
}
#: endings of a title that speak of something else than a service
_OTHER_KIND = frozenset(
    {"ends in a thing", "ends in a structure"}
    | {f"title: {e}" for e in _ENDINGS if e not in ("ends in service", "ends in upkeep")}
)
_DRESS = re.compile(r"(?:采购|购置|购买|项目|款|费用|费|经费|资金)+$")
#: the cues whose words are things, and things built
_THINGS, _STRUCTURES = ("equipment", "supplies", "energy"), ("structure",)
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]?")
#: what is told as a word that decided
_SPOKEN = re.compile("[㐀-鿿a-z0-9]+")
#: what is bundled with services
_SERVICE: Nature = "service"
_BUNDLED: tuple[Nature, ...] = ("goods", "works")
#: from which force on an n-gram or cue takes part in telling the words that decided; and the places whose n-grams are
#: words of the line
_TELLING = 0.08
#: what joins words and belongs to none
_JOINTS = "及和与并的等"
#: how many of them, and how long a word they make at most
_STRONGEST, _WORD = 8, 8
_TEXTUAL = list(PLACES).index("body")


@lru_cache(maxsize=2)
def evidence(path: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """The words of each cue, from `evidence.tsv`. Raises CatalogError where the file is malformed."""
    cues: dict[str, list[str]] = {}
    for cue, word in zip(
        *read_columns(path or data_directory() / "nature" / "evidence.tsv", ("cue", "word")), strict=True
    ):
        cues.setdefault(cue, []).append(normal(word))
    return {cue: tuple(words) for cue, words in cues.items()}


@lru_cache(maxsize=1)
def feature_names() -> tuple[str, ...]:
    """The features of the model, in order: every cue in the title and in the summary, measures, endings, shape."""
    cues = tuple(evidence())
    return (
        *(f"title: {cue}" for cue in cues),
        *(f"summary: {cue}" for cue in cues),
        *(f"long summary: {cue}" for cue in cues),
        *(f"summary: {measure}" for measure in _MEASURES),
        *(f"title: {ending}" for ending in _ENDINGS),
        *(f"title, the summary silent: {ending}" for ending in _ENDINGS),
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


@lru_cache(maxsize=1)
def _words() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[int, ...]]]:
    """All words by their first two characters, and the numbers of each word's cues."""
    cues: dict[str, list[int]] = {}
    for number, words in enumerate(evidence().values()):
        for word in words:
            cues.setdefault(word, []).append(number)
    return by_start(cues), {word: tuple(numbers) for word, numbers in cues.items()}


@lru_cache(maxsize=2048)
def _spoken(title: str, summary: str) -> tuple[list[str], list[str]]:
    """The words of all cues that occur in a title, and in its summary."""
    starts, _ = _words()
    item = said(title, summary)
    return spotted(starts, item.head, item.head_pairs), spotted(starts, item.body, item.body_pairs)


@lru_cache(maxsize=4)
def _endings(cues: tuple[str, ...]) -> tuple[frozenset[str], tuple[int, ...]]:
    """The words of some cues, and how long they are."""
    words = frozenset(word for cue in cues for word in evidence()[cue])
    return words, tuple({len(word) for word in words})


def _ends_in(text: str, cues: tuple[str, ...]) -> bool:
    """Whether `text` ends in a word of one of `cues`."""
    words, lengths = _endings(cues)
    return any(text[-length:] in words for length in lengths)


def features(
    titles: Sequence[str],
    summaries: Sequence[str],
    match: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Items × features: for a cue the square root of how many of its words occur (at most 3), else 0 or 1.

    `match` is for each item the logit that an entry of its scope describes it, where that is known.
    """
    cues = list(evidence())
    width = len(cues)
    out = np.zeros((len(titles), len(feature_names())))
    things = [cues.index(c) for c in ("buy", "equipment", "build")]
    _, cues_of = _words()
    for row, (title, summary) in enumerate(zip(titles, summaries, strict=True)):
        item = said(title, summary)
        head, body = item.head, item.body
        if body.rstrip("。. ") in head:
            body = ""  # a summary that repeats the title adds nothing
        long = len(body) >= _LONG
        in_head, in_body = _spoken(title, summary)
        for spoken, first in ((in_head, 0), (in_body if body else (), 2 * width if long else width)):
            for word in spoken:
                for cue in cues_of[word]:
                    out[row, first + cue] += 1
        at = 3 * width
        for measure in _MEASURES.values():
            out[row, at] = measure.search(body) is not None
            at += 1
        bare = _BRACKETS.sub("", head).rstrip(" )）")
        silent = long or not body or head in body
        for ending in _ENDINGS.values():
            hit = ending.search(bare) is not None
            out[row, at] = hit
            out[row, at + len(_ENDINGS)] = hit and silent
            at += 1
        at += len(_ENDINGS)
        out[row, at] = not body
        out[row, at + 1] = long
        bare = _DRESS.sub("", bare)
        out[row, at + 4] = _ends_in(bare, _THINGS)
        out[row, at + 5] = _ends_in(bare, _STRUCTURES)
    counts = np.minimum(out[:, : 3 * width], 3)
    out[:, : 3 * width] = np.sqrt(counts)
    both = counts[:, :width] + counts[:, width : 2 * width] + counts[:, 2 * width :]
    some = both[:, things].max(axis=1) > 0
    out[:, -8] = some & (both[:, cues.index("operate")] > 0)
    out[:, -7] = some & (both[:, [cues.index("profess"), cues.index("public")]].max(axis=1) > 0)
    if match is not None:
        odd = of_another_kind(out)
        out[:, -4] = np.where(odd, 0, np.clip(match, -6, 6) / 3)
        out[:, -3] = np.where(odd, np.clip(match, -6, 6) / 3, 0)
        out[:, -2] = 1
    out[:, -1] = 1
    return out


def of_another_kind(found: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each item whether its title ends in something else than a service: 工程, 工资, 电费; `found` are its features."""
    return np.asarray(found[:, _other_columns()].max(axis=1) > 0)


@lru_cache(maxsize=1)
def _other_columns() -> list[int]:
    return [n for n, name in enumerate(feature_names()) if name in _OTHER_KIND]


@lru_cache(maxsize=1)
def weights() -> NDArray[np.float64]:
    """The weights of the cues, features × natures, from `weights.tsv`. A feature that the file does not name has 0."""
    names = {name: number for number, name in enumerate(feature_names())}
    table = np.zeros((len(names), len(NATURES)))
    path = data_directory() / "nature" / "weights.tsv"
    for name, nature, value in zip(*read_columns(path, ("feature", "nature", "weight")), strict=True):
        if name in names:
            table[names[name], NATURES.index(nature)] = float(value)
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


def telling_words(
    lines: Sequence[Line], evidence: Evidence, kinds: Sequence[Nature], rows: Sequence[int], most: int = 4
) -> list[tuple[str, ...]]:
    """For each of `rows` the words of its line that spoke most for its nature in `kinds`, strongest first.

    Told are the n-grams and the words of cues that add most to the nature over the average one; where they overlap
    in the line they make one word.
    """
    found: dict[int, list[tuple[str, float]]] = {row: [] for row in rows}
    wording, words = evidence.wording, evidence.words
    column = np.zeros(len(lines), dtype=np.int64)
    column[list(rows)] = [NATURES.index(kind) for kind in kinds]
    force = words.weight * wording.natures[words.gram, column[words.row]]
    for n in np.flatnonzero((force > _TELLING) & (wording.place[words.gram] < _TEXTUAL)).tolist():
        row = int(words.row[n])
        if row in found:
            found[row].append((wording.names[words.gram[n]].removeprefix("~"), float(force[n])))
    width = len(_cue_words())
    of_cues = evidence.cues[:, : 3 * width] * _force()[column, : 3 * width]
    for row, number in zip(*(part.tolist() for part in np.nonzero(of_cues > _TELLING)), strict=True):
        if row in found:
            side, cue = divmod(number, width)
            spoken = _spoken(lines[row].title, lines[row].summary)[1 if side else 0]
            hits = [w for w in spoken if cue in _words()[1][w]]
            found[row] += [(word, float(of_cues[row, number]) / len(hits)) for word in hits]
    return [_joined(lines[row], found[row], most) for row in rows]


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
            word = text[begin:end].strip(_JOINTS)
            if len(word) > 1 and _SPOKEN.fullmatch(word):
                found[word] = max(found.get(word, 0.0), total)
            begin, total = first, 0.0
        end, total = max(end, last) if first < end else last, total + force
    best = sorted(found, key=lambda word: -found[word])
    return tuple(w for w in best if not any(w != longer and w in longer for longer in best))[:most]


def parts_of(
    lines: Sequence[Line], evidence: Evidence, row: int
) -> tuple[tuple[Nature, tuple[str, ...]], ...]:
    """The two parts of a mixed line with their words: its service, and what is likeliest of goods and works."""
    other: Nature = max(_BUNDLED, key=lambda n: float(evidence.logits[row, NATURES.index(n)]))
    found = ((n, telling_words(lines, evidence, [n], [row], 2)[0]) for n in (_SERVICE, other))
    return tuple((n, words) for n, words in found if words)


@lru_cache(maxsize=1)
def _cue_words() -> tuple[str, ...]:
    return tuple(evidence())


@lru_cache(maxsize=1)
def _force() -> NDArray[np.float64]:
    """How much more each cue speaks for a nature than for the average one: natures × features."""
    return np.ascontiguousarray((weights() - weights().mean(axis=1, keepdims=True)).T)


def likely_nature(title: str, summary: str, without: Sequence[Nature] = ()) -> Nature:
    """The likeliest nature of an item that is known to be none of `without`."""
    values = weighed([Line(title, summary)], load_wording()).logits[0]
    return max((n for n in NATURES if n not in without), key=lambda n: float(values[NATURES.index(n)]))
