"""What the words of a line speak for: character n-grams of its parts, each with weights that were fitted.

Chinese budget lines have no spaces, so every run of one to four characters is a possible word. Where a run stands
matters as much as what it is: the last characters of the title name what is bought (…设计费), a bracket narrows it, the
summary's clauses begin with what is done. Each place has its own n-grams (`PLACES`). Beside the words stand the
columns that budget and procurement systems export (30227 委托业务费, C0401), the kind of body, and the amount's size.

An n-gram speaks for natures (`goufu.matcher.nature`), for third-level headings of the catalog, and for `UNLISTED`: that no
department's catalog lists such a service. The weights are data, `data/wording/grams.tsv`, fitted by `benchmarks/fit.py`;
an n-gram is kept only if lines of several departments have it, so that no line can be read from them.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add
from pathlib import Path
from typing import NamedTuple

import numpy as np
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory
from goufu.disclosure.model import BudgetItem
from goufu.matcher.index.grams import Array, Ints, places, read_arrays, save_arrays
from goufu.matcher.index.runs import Points, Runs, is_han, known_in, points_of, runs_of
from goufu.matcher.text import normal, said, without_own_name
from numpy.typing import NDArray

#: where in a line an n-gram stands, and how much all n-grams of that place together count for
PLACES: Mapping[str, float] = {
    "title": 3.0,
    "end": 2.0,  # the title's last characters, without brackets; and those before 项目, 经费, 尾款 …, marked by ~
    "bracket": 1.0,
    "summary": 2.0,
    "clause": 0.7,  # how the summary's clauses begin, and how they end, marked by ~
    "body": 0.7,  # the department's or unit's name without its place
    "column": 4.0,  # what other systems export beside the line
    "shape": 0.3,  # the amount's size, and whether there is a summary
}
#: the most characters of a run that is an n-gram, of the places that are read for all their runs at once
_LONGEST = {"title": 4, "summary": 2}
#: what speaks for a service that no department's catalog lists
UNLISTED = "unlisted"
#: characters of title and summary that are read
_TITLE, _SUMMARY = 60, 90

_DOCUMENT = r"[（(《]?[一-鿿]{1,6}[〔\[【(（]\s*20\d\d\s*[〕\]】)）]\s*\d{1,4}\s*号[》）)]?"
_YEAR_OR_PLACE = (
    r"(?:19|20)?\d\d[-—~至](?:19|20)?\d\d年度?|(?:19|20)?\d\d年度?|(?:19|20)\d\d"
    r"|某{1,2}(?:省|市|县|区|旗|州|镇|乡|街道|村|社区)?"
)
#: what says nothing of the purchase; the second for the many texts that name no document, which are read faster so
_SILENT, _SILENT_NO_DOCUMENT = f"{_DOCUMENT}|{_YEAR_OR_PLACE}", re.compile(_YEAR_OR_PLACE)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]?")
_IN_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]?")
_DRESS = re.compile(
    r"(?:采购项目|意向公开|项目|资金|经费|专项|费用|尾款|余款|款|采购|第.批|[一二三]期|[0-9]|[^一-鿿a-z])+$"
)
_OTHER_WORDS = re.compile(r"[a-z]+")
_RUNS = re.compile(r"[一-鿿]+|[a-z]+|0|[^\s一-鿿a-z0]")
_WORDS = re.compile(r"[一-鿿a-z]+")
_CLAUSES = re.compile(r"[,，。;；、:：]")
_RANKS = re.compile(r"某|省|市|县|区")
_CODE = re.compile(r"[A-Za-z]?\d{2,12}")


class Line(NamedTuple):
    """What is read of a line: its texts, the body that buys (unit or department), the amount in 万元, and its `columns`."""

    title: str
    summary: str = ""
    department: str = ""
    unit: str = ""
    amount_wan: float | None = None
    columns: tuple[str, ...] = ()


class Vectors(NamedTuple):
    """The known n-grams of a batch: for each its line (`row`, ascending), number and weight; `strange` is for each line
    the share of its title's pairs that the model does not know."""

    row: Ints
    gram: Ints
    weight: Array
    strange: Array


@dataclass(frozen=True)
class Wording:
    """The fitted n-grams, G of them. `known` gives by place and text the number of an n-gram, `names` the reverse.

    `rarity` G; `place` G, the number of its place in PLACES; `natures` G × natures. What they say of headings is
    sparse: `start[g]` … `start[g + 1]` are the numbers in `heading` (into `headings`) and `value` of gram g.
    """

    known: Mapping[str, Mapping[str, int]]
    names: tuple[str, ...]
    rarity: Array
    place: Ints
    natures: Array
    headings: tuple[str, ...]
    start: Ints
    heading: Ints
    value: Array

    @cached_property
    def runs(self) -> Mapping[str, Runs]:
        """The n-grams of the places that are read for all their runs, as texts are searched for them."""
        return {place: runs_of(self.known[place]) for place in _LONGEST}


def columns_of(item: BudgetItem) -> tuple[str, ...]:
    """What the columns beside a line say, each code whole and by its first digits: `e:302`, `e:30227`, `p:c`, `p:c04`.

    e: 部门预算支出经济分类, g: 政府预算支出经济分类, p: 采购品目 (a goods, b works, c services), `procured` 是否政府采购.
    """
    return columns(item.economic_class, item.government_economic_class, item.procurement_item, item.procured)


def columns(
    economic: str = "", government: str = "", procurement: str = "", procured: bool | None = None
) -> tuple[str, ...]:
    """The same for the columns themselves."""
    found: list[str] = []
    for mark, text in (("e", economic), ("g", government), ("p", procurement)):
        code = _CODE.match(text.strip()) if text else None
        if code and (mark == "p") == code[0][0].isalpha():
            whole = code[0].lower()
            found += [
                f"{mark}:{whole[:n]}" for n in ((1, 3, 5) if mark == "p" else (3, 5)) if n <= len(whole)
            ]
    if procured is not None:
        found.append("procured" if procured else "not procured")
    return tuple(dict.fromkeys(found))


def plain(text: str, department: str) -> str:
    """A text in normal form without years, document numbers, the buyer's own name and place; every number is a 0."""
    digits = _DIGIT.search(text) is not None
    if digits or "某" in text:
        if "号" in text and "20" in text:
            text = re.sub(_SILENT, " ", text)  # compiled when it is first needed
        else:
            text = _SILENT_NO_DOCUMENT.sub(" ", text)
    text = without_own_name(text, department)
    return _NUMBER.sub("0", text) if digits else text


def _grams(text: str, longest: int) -> list[str]:
    """The runs of one to `longest` characters in every Chinese run; other words whole."""
    found: list[str] = []
    for run in _RUNS.findall(text):
        if run[0] < "一":
            found.append(run)
            continue
        grams: Sequence[str] = run
        found += grams
        for length in range(1, longest):
            grams = list(map(add, grams, run[length:]))
            found += grams
    return found


def parts(line: Line) -> dict[str, list[str]]:
    """The n-grams of a line by the place where they are."""
    head, body = _plain_texts(line)
    found = _beside(line, head, body)
    found["title"] = _grams(head, _LONGEST["title"])
    found["summary"] = _grams(body, _LONGEST["summary"])
    return {place: found[place] for place in PLACES}


def _plain_texts(line: Line) -> tuple[str, str]:
    """What is read of a line's title and of its summary."""
    item = said(line.title, line.summary)
    head = plain(item.head[:_TITLE], line.department)
    body = plain(item.body[: _SUMMARY + 30], line.department)[:_SUMMARY]
    if body.rstrip("。. ") in head:
        body = ""  # a summary that repeats the title adds nothing
    return head, body


def _beside(line: Line, head: str, body: str) -> dict[str, list[str]]:
    """The n-grams of a line but those of the whole title and summary, `head` and `body` as they are read."""
    brackets = "(" in head or "（" in head
    bare = (_BRACKETS.sub(" ", head) if brackets else head).strip(" )）")
    ends: list[str] = []
    for text, mark in ((bare, ""), (_DRESS.sub("", bare), "~")):
        words = _WORDS.findall(text)
        if words:
            ends += [mark + words[-1][-n:] for n in range(1, 6 if mark else 5) if n <= len(words[-1])]
    clauses = [c for c in map(str.strip, _CLAUSES.split(body)) if c] if body else []
    return {
        "end": ends,
        "bracket": [g for text in _IN_BRACKETS.findall(head) for g in _grams(text, 3)] if "(" in head else [],
        "clause": [c[:2] for c in clauses] + ["~" + c[-2:] for c in clauses if len(c) > 1],
        "body": _body_grams(line.unit or line.department),
        "column": list(line.columns),
        "shape": [size_of(line.amount_wan), "summary" if body else "no summary"],
    }


def size_of(amount_wan: float | None) -> str:
    """All that is read of an amount in 万元: its power of ten, from 0 to 6."""
    return "none" if amount_wan is None else str(min(6, int(math.log10(max(amount_wan, 0.1)) + 1)))


@lru_cache(maxsize=4096)
def _body_grams(name: str) -> list[str]:
    """The pairs of characters of a body's name without its ranks (县, 区)."""
    return [g for word in _WORDS.findall(_RANKS.sub("", normal(name))) for g in map(add, word, word[1:])]


def read_of_body(name: str, wording: Wording) -> tuple[str, ...]:
    """All that is read of the name of the body that buys: its pairs of characters that are known."""
    known = wording.known["body"]
    return tuple(gram for gram in _body_grams(name) if gram in known)


def vectors(lines: Sequence[Line], wording: Wording) -> Vectors:
    """The known n-grams of `lines`. Those of one place of a line have together the length that PLACES gives."""
    texts = [_plain_texts(line) for line in lines]
    heads = points_of([head for head, _ in texts])
    of_title = known_in(wording.runs["title"], heads, _OTHER_WORDS)
    bodies = points_of([body for _, body in texts])
    of_summary = known_in(wording.runs["summary"], bodies, _OTHER_WORDS)
    sizes: list[int] = []
    others: list[int] = []
    for line, (head, body) in zip(lines, texts, strict=True):
        before = len(others)
        for place, grams in _beside(line, head, body).items():
            known = wording.known[place]
            others += [known[gram] for gram in grams if gram in known]
        sizes.append(len(others) - before)
    row = np.concatenate([of_title[0], of_summary[0], np.repeat(np.arange(len(lines)), sizes)])
    number = np.concatenate([of_title[1], of_summary[1], np.array(others, dtype=np.int64)])
    cell, counts = np.unique(row * len(wording.names) + number, return_counts=True)
    row_of, gram_of = np.divmod(cell, len(wording.names))
    weights = _weights(row_of, gram_of, counts.astype(np.float32), wording, len(lines))
    every = _gram_counts(heads, _LONGEST["title"], len(lines))
    known_ones = np.bincount(of_title[0], minlength=len(lines))
    strange = ((every - known_ones) / np.maximum(every, 1)).astype(np.float32)
    return Vectors(row_of, gram_of, weights, strange)


def _gram_counts(points: Points, longest: int, lines: int) -> NDArray[np.int64]:
    """How many n-grams each text has, known or not: what `_grams` makes of it."""
    code = points.code
    han = is_han(code, ord("一"))
    latin = (code >= ord("a")) & (code <= ord("z"))
    starts = latin.copy()
    starts[1:] &= ~latin[:-1]
    found = np.bincount(
        points.row, han | starts | ~(han | latin | _is_space()[np.minimum(code, _FIRST_HAN)]), lines
    )
    run = han
    for further in range(1, longest):
        run = run[:-1] & han[further:]
        found += np.bincount(points.row[: len(run)], run, lines)
    return found.astype(np.int64)


#: the first of the Chinese characters; all white space is before it
_FIRST_HAN = ord("㐀")


@lru_cache(maxsize=1)
def _is_space() -> NDArray[np.bool_]:
    """Whether each code point up to `_FIRST_HAN` is white space."""
    return np.array([chr(code).isspace() for code in range(_FIRST_HAN + 1)])


def _weights(row: Ints, gram: Ints, counts: Array, wording: Wording, lines: int) -> Array:
    """1 + log of the count, times rarity; each place of a line brought to its length."""
    weight = (1 + np.log(counts)) * wording.rarity[gram]
    place = wording.place[gram]
    cell = row.astype(np.int64) * len(PLACES) + place
    length = np.sqrt(np.bincount(cell, weight**2, lines * len(PLACES)))
    scale = np.array(list(PLACES.values()))
    return np.asarray(scale[place] * weight / np.maximum(length[cell], 1e-9), dtype=np.float32)


def for_natures(found: Vectors, wording: Wording, lines: int) -> NDArray[np.float64]:
    """What the words say of each nature: lines × natures, before normalisation."""
    forces = found.weight[:, None] * wording.natures[found.gram]
    out = [np.bincount(found.row, column, lines) for column in forces.T]
    return np.stack(out, axis=1) if len(found.row) else np.zeros((lines, wording.natures.shape[1]))


def for_headings(found: Vectors, wording: Wording, lines: int) -> Array:
    """What the words say of each of `wording.headings`: lines × headings."""
    first = wording.start[found.gram]
    count = wording.start[found.gram + 1] - first
    at = places(first, count)
    width = len(wording.headings)
    cell = np.repeat(found.row * width, count)
    cell += wording.heading[at]
    force = np.repeat(found.weight, count)
    force *= wording.value[at]
    total = np.bincount(cell, force, lines * width)
    return total.reshape(lines, width).astype(np.float32)


def table_path() -> Path:
    """Where the fitted n-grams are."""
    return data_directory() / "wording" / "grams.tsv"


@lru_cache(maxsize=2)
def load_wording(path: Path | None = None, cache: Path | None = None) -> Wording:
    """The fitted n-grams of `grams.tsv`: place, gram, rarity, weights for natures and for headings, all × 100.

    The first line names the columns, the second the headings by number. `cache` is a folder where what was read is kept
    under a name made of the file's content (None: it is read anew each time). Raises CatalogError where it is malformed.
    """
    path = path or table_path()
    try:
        content = path.read_bytes()
        kept = cache / f"wording-{hashlib.sha256(content).hexdigest()[:32]}.arrays" if cache else None
        if kept and kept.exists():
            with contextlib.suppress(OSError, ValueError, KeyError):  # damaged: read anew
                return _kept(kept)
        found = _read(content.decode("utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise CatalogError(f"词语权重无法读取：{error}", f"cannot be read: {error}", str(path)) from None
    if kept:
        with contextlib.suppress(OSError):  # a read-only home folder only costs time
            _keep(found, kept)
    return found


def _read(text: str) -> Wording:
    _, headings, *rows = text.rstrip("\n").split("\n")
    places, names, rarity, natures, sparse = zip(*(row.split("\t") for row in rows), strict=True)
    order = {place: number for number, place in enumerate(PLACES)}
    place = np.array([order[place] for place in places], dtype=np.int32)
    pairs = np.fromstring(" ".join(sparse), dtype=np.int32, sep=" ").reshape(-1, 2)
    counts = [(told.count(" ") + 1) // 2 for told in sparse]
    return Wording(
        known=_known(names, place),
        names=names,
        rarity=_hundredths(rarity),
        place=place,
        natures=_hundredths(natures).reshape(len(rows), -1),
        headings=tuple(headings.split("\t")),
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        heading=np.ascontiguousarray(pairs[:, 0]),
        value=(pairs[:, 1] / np.float32(100)).astype(np.float32),
    )


def _known(names: Sequence[str], place: Ints) -> dict[str, dict[str, int]]:
    """The number of every n-gram by its place; those of one place stand together."""
    found = {}
    for number, name in enumerate(PLACES):
        at = np.flatnonzero(place == number).tolist()
        found[name] = dict(zip((names[n] for n in at), at, strict=True))
    return found


def _keep(wording: Wording, path: Path) -> None:
    """Write what was read to `path`, whole or not at all. Raises OSError where the folder cannot be written."""
    arrays = {name: getattr(wording, name) for name in _ARRAYS}
    texts = {
        name: np.frombuffer("\n".join(getattr(wording, name)).encode("utf-8"), dtype=np.uint8)
        for name in ("names", "headings")
    }
    save_arrays(path, {**arrays, **texts})


def _kept(path: Path) -> Wording:
    file = read_arrays(path)
    names, headings = (
        tuple(file[name].tobytes().decode("utf-8").split("\n")) for name in ("names", "headings")
    )
    arrays = {name: file[name] for name in _ARRAYS}
    if (
        any(len(arrays[name]) != len(names) for name in ("place", "rarity", "natures"))
        or arrays["start"].shape != (len(names) + 1,)
        or len(arrays["heading"]) != len(arrays["value"])
        or (np.diff(arrays["start"]) < 0).any()
        or arrays["start"][-1] > len(arrays["heading"])
        or (
            len(arrays["heading"])
            and not 0 <= arrays["heading"].min() <= arrays["heading"].max() < len(headings)
        )
    ):
        raise ValueError("the kept n-grams do not fit")
    return Wording(known=_known(names, arrays["place"]), names=names, headings=headings, **arrays)


_ARRAYS = ("rarity", "place", "natures", "start", "heading", "value")


def _hundredths(texts: Sequence[str]) -> Array:
    return (np.fromstring(" ".join(texts), dtype=np.int32, sep=" ") / np.float32(100)).astype(np.float32)
