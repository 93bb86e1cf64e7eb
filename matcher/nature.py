"""What an item's money buys: a service, or goods, works, wages, a transfer …

Evidence is words: `data/nature/evidence.tsv` lists them by cue (purchase words, building words, pay words …). A
small linear model weighs the cues; its coefficients are `data/nature/weights.tsv`, fitted by `benchmarks/fit.py` on
labelled lines (`data/nature/examples.tsv` and the development cases). The verdict names the words that decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from goufu.catalog.load import data_directory, read_columns
from goufu.matcher.text import by_start, normal, said, spotted
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
_CHINESE = re.compile("[㐀-鿿]+")
#: how the model names the feature "the title ends in …"
_END = "the title's end: "


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


def ends_of(title: str) -> tuple[str, ...]:
    """The last one, two and three Chinese characters of a title without its brackets: in Chinese its head."""
    runs = _CHINESE.findall(_BRACKETS.sub("", normal(title)))
    return tuple(dict.fromkeys(runs[-1][-n:] for n in (1, 2, 3))) if runs else ()


def features(
    titles: Sequence[str],
    summaries: Sequence[str],
    match: NDArray[np.float64] | None = None,
    known: Sequence[str] | None = None,
) -> NDArray[np.float64]:
    """Items × features: for a cue the square root of how many of its words occur (at most 3), else 0 or 1.

    `match` is for each item the logit that an entry of its scope describes it, where that is known. `known` are
    the endings of titles that are features of their own, after `feature_names`; without it, those of the weights.
    """
    cues = list(evidence())
    width = len(cues)
    ends = _numbers() if known is None else {end: number for number, end in enumerate(known)}
    size = len(feature_names())
    table = np.zeros((len(titles), size + len(ends)))
    out = table[:, :size]
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
        for end in ends_of(title):
            if end in ends:
                table[row, size + ends[end]] = 1
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
    return table


def of_another_kind(found: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each item whether its title ends in something else than a service: 工程, 工资, 电费; `found` are its features."""
    return np.asarray(found[:, _other_columns()].max(axis=1) > 0)


@lru_cache(maxsize=1)
def _other_columns() -> list[int]:
    return [n for n, name in enumerate(feature_names()) if name in _OTHER_KIND]


@lru_cache(maxsize=1)
def _coefficients() -> tuple[tuple[str, str, str], ...]:
    path = data_directory() / "nature" / "weights.tsv"
    return tuple(zip(*read_columns(path, ("feature", "nature", "weight")), strict=True))


@lru_cache(maxsize=1)
def _known_ends() -> tuple[str, ...]:
    """The endings that the weights name."""
    return tuple(dict.fromkeys(name[len(_END) :] for name, _, _ in _coefficients() if name.startswith(_END)))


@lru_cache(maxsize=1)
def _numbers() -> Mapping[str, int]:
    return {end: number for number, end in enumerate(_known_ends())}


def all_names(ends: Iterable[str]) -> tuple[str, ...]:
    """The names of the columns that `features` gives: its own, then one for each of `ends`."""
    return (*feature_names(), *(_END + end for end in ends))


@lru_cache(maxsize=1)
def weights() -> NDArray[np.float64]:
    """The coefficients, features × natures, from `weights.tsv`. A feature that the file does not name has weight 0."""
    names = {name: number for number, name in enumerate(all_names(_known_ends()))}
    table = np.zeros((len(names), len(NATURES)))
    for name, nature, value in _coefficients():
        if name in names:
            table[names[name], NATURES.index(nature)] = float(value)
    return table


def logits(
    titles: Sequence[str], summaries: Sequence[str], match: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Items × natures before normalisation, and the features they come from."""
    found = features(titles, summaries, match)
    return found @ weights(), found


@lru_cache(maxsize=1)
def _force() -> NDArray[np.float64]:
    """How much more each feature speaks for a nature than for the average one: natures × features."""
    return np.ascontiguousarray((weights() - weights().mean(axis=1, keepdims=True)).T)


def telling_words(
    title: str, summary: str, row: NDArray[np.float64], nature: Nature, most: int = 4
) -> tuple[str, ...]:
    """The words of the item whose cues spoke most for `nature`, strongest first; `row` are its features."""
    cues = len(evidence())
    size = len(feature_names())
    force = row * _force()[NATURES.index(nature)]
    force[3 * cues : size] = 0  # measures and shape are no words
    strong = np.flatnonzero(force > 0.05)
    ends = _known_ends()
    _, cues_of = _words()
    in_head, in_body = _spoken(title, summary)
    found: list[str] = []
    for number in strong[np.argsort(-force[strong])]:
        if len(found) >= most:
            break
        side, cue = divmod(int(number), cues)
        hits = (
            sorted(w for w in (in_body if side else in_head) if cue in cues_of[w])
            if number < size
            else [ends[number - size]]
        )
        hits = [w for w in hits if len(w) > 1 and not any(w != longer and w in longer for longer in hits)]
        found += [w for w in hits if not any(w in other for other in found)]
    return tuple(found[:most])


def likely_nature(title: str, summary: str, without: Sequence[Nature] = ()) -> Nature:
    """The likeliest nature of an item that is known to be none of `without`."""
    values = logits([title], [summary])[0][0]
    return max((n for n in NATURES if n not in without), key=lambda n: float(values[NATURES.index(n)]))
