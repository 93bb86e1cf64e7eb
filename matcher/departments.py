"""Which sections of the department catalog a department or unit has, or what kind of body without a section it is.

A name is first taken apart into words: places, the subjects and bodies of `data/departments.toml`, endings (局,
服务中心) and words that say nothing of whose body it is. The reading that leaves the fewest characters over wins, so
that 民政 is not found in 人民政府 nor 公安 in 公安县. Its end decides what body it is: the subjects that stand before the last
ending. A superior body named before them (公安局 in 公安局交警大队) adds its sections behind. Only where no word
decides does similarity of characters propose a section, with low confidence; a body that is known to have no section
(a town, a street, the organisation department) is told as such and never given another department's.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from goufu.catalog.errors import CatalogError, UnknownNameError
from goufu.catalog.load import data_directory
from goufu.catalog.names import tidy_name
from goufu.catalog.text import Text
from goufu.matcher.text import normal

#: below this similarity a department is not recognised at all
FUZZY_FLOOR = 0.8
#: how sure a department's own words are, what usually belongs to a section, and similarity of characters at most
CERTAIN, LIKELY, FUZZY_CEILING = 0.95, 0.8, 0.85

#: what documents put before a department's name: 205001-, [205]
_NUMBER = re.compile(r"^[\[【（(]?\d{2,12}[\]】）)]?[-—_.、:：]?")
_BRACKET = re.compile(r"[（〔【\[]([^（）〔〕【】\[\]]*)[）〕】\]]")
_SEVERAL = re.compile(r"[/;；,，|]")
#: offices that a government keeps elsewhere, and an inspection group in the body that it inspects
_POSTED = re.compile(r"驻(?!.*特派)[一-鿿]{1,8}?(?:办事处|联络处|招商处)$")
_INSPECTING = re.compile(r"驻.*(?=纪检监察组)")
#: 第三中学, 三中, 县一小; 市二院
_NUMBERED = re.compile(
    r"第?[一二三四五六七八九十]{1,3}[中小](?:学校?)?(?![一-鿿])|第?[一二三四五六七八九十\d]{1,3}院$"
)
#: names of bodies that are remembered: a province has some ten thousand
_NAMES = 32_768
#: characters of a place's name before its rank, and of one that has no rank at most (石楼 in 生态环境局石楼分局)
_PLACE_NAME, _BARE_PLACE = 8, 4

Type = Literal["word", "ending", "filler", "joint", "locality", "other"]
#: what a reading costs: whole words are cheap, characters left over dear, least where a bare place name may begin
_COST: Mapping[Type, float] = {
    "word": 1.0,
    "ending": 1.0,
    "filler": 1.05,
    "joint": 0.6,
    "locality": 1.5,
    "other": 3.0,
}
_LEADING, _PER_CHARACTER, _OF_BODY, _LIKE_BODY, _HOLDS_ENDING, _TWO_PLACES = 1.02, 0.1, 4.0, 0.5, 1.5, 3.0
_CLOSING = frozenset("局厅委会院馆站所")
_RANKS = frozenset("省市县区州盟旗镇乡")


@dataclass(frozen=True, slots=True)
class SectionMatch:
    """The sections of a department, most specific first, how sure that is (0 to 1), and the words that decided.

    `kind` is the id of the kind of body that has no section (see `load_kinds`), "" where there are sections or nothing
    is known of the name.
    """

    sections: tuple[str, ...]
    confidence: float
    words: tuple[str, ...]
    kind: str = ""


class BodyKind(NamedTuple):
    """A kind of body for which the catalog has no section: its name, and the sentence that says so.

    `purchaser` is whether it buys services as a department does; a company or a village does not.
    """

    id: str
    name: str
    note: Text
    purchaser: bool = True


class _Meaning(NamedTuple):
    """What a word means: the sections or the kind it stands for; `head` decides alone, `likely` never for certain."""

    sections: tuple[str, ...] = ()
    kind: str = ""
    head: bool = False
    likely: bool = False
    yields: bool = False


class _Token(NamedTuple):
    type: Type
    text: str


@dataclass(frozen=True)
class _Table:
    sections: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, BodyKind]
    words: Mapping[str, _Meaning]
    of_locality: Mapping[str, str]  # the kind of body of a place with this ending
    types: Mapping[str, Type]
    places: Mapping[str, tuple[str, ...]]  # by their last character, the longest first
    parts: frozenset[str]
    whole: tuple[str, ...]
    committees: tuple[str, ...]
    longest: int
    bodies: frozenset[str] = field(repr=False)  # the words of two characters and more
    # what a name may be a slip of: one character of four makes another word (物业服务, 就业服务)
    alike: tuple[str, ...] = field(repr=False)


@lru_cache(maxsize=4)
def _table(path: Path | None) -> _Table:
    path = path or data_directory() / "departments.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        kinds = {
            k["id"]: BodyKind(k["id"], k["name"], Text(k["note"], k["english"]), k.get("purchaser", True))
            for k in data["kind"]
        }
        words: dict[str, _Meaning] = {}
        for table, kind in [(t, "") for t in data["section"]] + [(k, k["id"]) for k in data["kind"]]:
            names = [table["name"], *table.get("names", ())] if not kind else table.get("names", ())
            for use, some in (
                ("", names),
                ("head", table.get("heads", ())),
                ("likely", table.get("likely", ())),
            ):
                for word in some:
                    new = _Meaning(
                        () if kind else (table["name"],),
                        kind,
                        use == "head",
                        use == "likely",
                        "yields" in table,
                    )
                    words[word] = _both(words[word], new) if word in words else new
        other = data["words"]
        types: dict[str, Type] = dict.fromkeys(other["fillers"], "filler")
        types |= dict.fromkeys(other["joints"], "joint")
        types |= dict.fromkeys(other["endings"], "ending")
        types |= dict.fromkeys(words, "word")
        sections = {
            t["name"]: tuple(dict.fromkeys((*t["names"], *t.get("heads", ()), *t.get("likely", ()))))
            if "names" in t
            else tuple(t["heads"])
            for t in data["section"]
        }
        return _Table(
            sections,
            kinds,
            words,
            {place: k["id"] for k in data["kind"] for place in k.get("places", ())},
            types,
            _by_end(other["places"]),
            frozenset(other["parts"]),
            tuple(other["whole"]),
            tuple(other["committees"]),
            max(map(len, types)),
            frozenset(w for w in words if len(w) > 1),
            tuple(w for w, m in words.items() if len(w) > 4 and m.sections and not m.likely),
        )
    except (
        OSError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:  # tomllib's and Unicode's errors are ValueErrors
        raise CatalogError(f"部门表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


def _both(known: _Meaning, new: _Meaning) -> _Meaning:
    """What a word means that stands in two tables: all sections, or the first kind; what is certain before what is likely."""
    if known.likely != new.likely:
        return new if known.likely else known
    sections = tuple(dict.fromkeys((*known.sections, *new.sections)))
    return _Meaning(sections, "" if sections else known.kind, known.head or new.head, known.likely)


def _by_end(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        found.setdefault(word[-1], []).append(word)
    return {end: tuple(some) for end, some in found.items()}


def load_departments(path: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """The words of each section, from `departments.toml`. Raises CatalogError where the file is malformed."""
    return _table(path).sections


def load_kinds(path: Path | None = None) -> Mapping[str, BodyKind]:
    """The kinds of bodies that have no section, by their ids. Raises CatalogError where the file is malformed."""
    return _table(path).kinds


@lru_cache(maxsize=_NAMES)
def sections_of(name: str, path: Path | None = None) -> SectionMatch:
    """The sections that the department or unit `name` has, or its kind; none (confidence 0) where nothing is like it.

    A section's own name gives confidence 1; words that decide 0.95; words that usually belong to a section, or beside
    which the name says more than is understood, 0.8; similarity of characters at most 0.85. Width, radicals,
    traditional characters and look-alikes (巿 for 市) make no difference.
    """
    table = _table(path)
    name = tidy_name(normal(name))
    if name in table.sections:
        return SectionMatch((name,), 1.0, (name,))
    name = _NUMBER.sub("", name)
    found = [
        _read(_tokens(part, table), table)
        for part in (*_SEVERAL.split(_BRACKET.sub("", name)), *_BRACKET.findall(name))
        if part
    ]
    with_sections = [m for m in found if m.sections]
    if with_sections:
        return SectionMatch(
            tuple(dict.fromkeys(s for m in with_sections for s in m.sections)),
            # 组织部（老干部局）: whose line it is, the name does not say
            min(LIKELY if found[0].kind else 1.0, *(m.confidence for m in with_sections)),
            tuple(dict.fromkeys(w for m in with_sections for w in m.words)),
        )
    for match in found:
        if match.kind:
            return match if table.kinds[match.kind].purchaser else replace(match, confidence=LIKELY)
    return _similar(name, table)


def _tokens(name: str, table: _Table) -> list[_Token]:
    """The cheapest reading of `name` as words."""
    posted = _POSTED.search(name)
    if posted and "驻村" not in name:
        name = name[: posted.start()] + "驻外办事处"
    name = _INSPECTING.sub("", name)
    best: list[tuple[float, tuple[_Token, ...], bool]] = [(0.0, (), True)]  # cost, tokens, nothing read yet
    furthest = max(table.longest, _PLACE_NAME + 9)
    for end in range(1, len(name) + 1):
        ranks = [len(w) for w in table.places.get(name[end - 1], ()) if name.endswith(w, 0, end)]
        if name[end - 2 : end + 1] == "团" + name[end - 1] + "委":
            ranks = []  # 孝义团市委
        cheapest, chosen = (math.inf, 0), (0, _Token("other", ""), math.inf)
        for start in range(max(0, end - (furthest if ranks or end == len(name) else table.longest)), end):
            text = name[start:end]
            if not ranks and text not in table.types and len(text) > 1 and end < len(name):
                continue  # most
            before_cost, before, leading = best[start]
            for kind, extra in _readings(text, ranks, end == len(name), leading, table):
                longer = kind != "other" or not before or before[-1].type != "other"
                cost = before_cost + extra
                if (key := (round(cost, 3), len(before) + longer)) < cheapest:
                    cheapest, chosen = key, (start, _Token(kind, text), cost)
        start, token, cost = chosen
        before, leading = best[start][1:]
        if token.type == "other" and before and before[-1].type == "other":
            before, token = before[:-1], _Token("other", before[-1].text + token.text)
        best.append((cost, (*before, token), leading and token.type == "other"))
    return list(best[-1][1])


def _readings(
    text: str, ranks: Sequence[int], closes: bool, leading: bool, table: _Table
) -> Iterator[tuple[Type, float]]:
    """As what `text` may be read, and what it costs.

    `ranks` are the lengths of the words for places that it may end in; `closes` says that it ends the name, `leading`
    that nothing was read before it.
    """
    kind = table.types.get(text)
    if kind or (closes and _NUMBERED.fullmatch(text)):
        kind = kind or "word"
        yield kind, _COST[kind]
    if len(text) == 1:
        yield "other", _LEADING if leading else _COST["other"]
    elif ranks and (place := _locality_cost(text, ranks, table)) is not None:
        yield "locality", place


def _locality_cost(text: str, ranks: Sequence[int], table: _Table) -> float | None:
    """What it costs to read `text` as a place; None where it is none. `ranks` are the lengths of the words for places that
    it may end in, the longest first.

    A place may be called as a body is (公安县, 卫生院镇), but hardly holds the name of one beside other characters
    (住建局城区).
    """
    rank = next((length for length in ranks if length <= len(text)), None)
    if rank is None or len(text) - rank > _PLACE_NAME:
        return None
    if any(table.types.get(text[start:]) == "word" for start in range(1, len(text) - 2)):
        return None  # 宝峰山自然保护区, 军分区
    name = text[: len(text) - rank]
    cost = _COST["locality"] + _PER_CHARACTER * len(text)
    if name in table.words and name[-1] not in "局厅委办":
        return cost + _LIKE_BODY
    if any(name[i:j] in table.bodies for i in range(len(name) - 1) for j in range(i + 2, len(name) + 1)):
        return cost + _OF_BODY
    if _RANKS & set(name[1:]) or (
        len(text) > 3 and text.endswith("城市")
    ):  # 孝义市城市|管理局 is 孝义市|城市管理局
        cost += _TWO_PLACES
    return cost + (_HOLDS_ENDING if _CLOSING & set(name) else 0.0)


def _read(tokens: Sequence[_Token], table: _Table) -> SectionMatch:
    """What body `tokens` name: the end first, then the superior that stands before it."""
    at = len(tokens)
    while at and tokens[at - 1].type not in ("word", "locality"):
        at -= 1
    tail = tokens[at:]
    if not at or tokens[at - 1].type == "locality":
        return _without_subject(tokens[:at], tail, table)
    chain, first = _chain(tokens, at, table)
    own = _meant([_meaning(t.text, table) for t in chain], [t.text for t in chain])
    place = next((t.text for t in reversed(tokens[:first]) if t.type == "locality"), "")
    of_locality = _kind_of_locality(place, table)
    head = _meaning(chain[0].text, table).head
    superior = _superior(tokens[:first], table)
    if own.kind == "government" and any(t.text not in table.parts for t in tail):
        own = SectionMatch((), 0.0, ())  # 政府食堂 is no government
    if own.kind == "government" and of_locality:
        own = SectionMatch((), CERTAIN, own.words, of_locality)
    if own.kind:
        # a company or a union of a department is its department's
        return SectionMatch(superior.sections, LIKELY, superior.words) if superior.sections else own
    if of_locality in ("town", "street") and not head:
        if own.confidence < CERTAIN and not superior.sections:
            return SectionMatch((), CERTAIN, (place,), of_locality)
        own = SectionMatch(own.sections, LIKELY, own.words)  # a town's own centre, not the department's
    if superior.kind in ("town", "street") and not head:
        own = SectionMatch(own.sections, LIKELY, own.words)
    if superior.sections and tail and all(t.text in table.parts for t in tail):
        return superior
    unread = _unread(tail, _complete(chain[0], table)) or (
        not head
        and first > 1
        and tokens[first - 1].type == "other"
        and len(tokens[first - 1].text) > _BARE_PLACE
    )
    merged = tuple(dict.fromkeys((*own.sections, *superior.sections)))
    sure = LIKELY if unread else own.confidence
    return SectionMatch(merged, sure, (*own.words, *superior.words))


def _unread(tail: Sequence[_Token], closed: bool) -> bool:
    """Whether what stands behind a subject says more than is understood.

    A bare place behind the whole name of a body does not (`closed`: it is whole already).
    """
    for token in tail:
        if token.type == "other" and (not closed or len(token.text) > _BARE_PLACE):
            return True
        closed = closed or token.type == "ending"
    return False


def _meaning(word: str, table: _Table) -> _Meaning:
    known = table.words.get(word)
    if known:
        return known
    return _Meaning(("卫生健康" if word.endswith("院") else "教育",), head=True)  # 三中, 二院


def _chain(tokens: Sequence[_Token], at: int, table: _Table) -> tuple[list[_Token], int]:
    """The words that name the body whose last word ends before `at`, last first, and where they begin."""
    chain, first = [tokens[at - 1]], at - 1
    head = _meaning(chain[0].text, table)
    if head.head and not head.yields and not (first and tokens[first - 1].type == "joint"):
        return chain, first
    before, joined = first - 1, False
    while before >= 0:
        token = tokens[before]
        if token.type == "joint":
            joined = True
        elif token.type == "word":
            if not joined and _complete(token, table):
                break
            chain.append(token)
            first, joined = before, False
        elif token.type == "ending" and joined:
            pass  # 文物局、广播电视局
        elif token.type != "filler":
            break
        before -= 1
    return chain, first


def _complete(token: _Token, table: _Table) -> bool:
    """Whether a word is the whole name of a body (人民法院, 公安局), not the subject of one (公安)."""
    if _meaning(token.text, table).head:
        return True
    return token.text.endswith(table.whole)


def _meant(meanings: Sequence[_Meaning], words: Sequence[str]) -> SectionMatch:
    """What the words of a body mean together, given last first: what is certain, else what is likely, else the kind."""
    paired = list(zip(meanings, words, strict=True))[::-1]
    if meanings[0].yields and len(words) > 1:  # 供水公司, 水利学会
        rest = _meant(meanings[1:], words[1:])
        return SectionMatch(rest.sections, LIKELY, rest.words) if rest.sections else rest
    if meanings[0].kind and meanings[0].head:
        return SectionMatch((), CERTAIN, (words[0],), meanings[0].kind)
    for likely, sure in ((False, CERTAIN), (True, LIKELY)):
        some = [(m, w) for m, w in paired if m.sections and m.likely == likely]
        if some:
            sections = tuple(dict.fromkeys(s for m, _ in some for s in m.sections))
            return SectionMatch(sections, sure, tuple(w for _, w in some))
        if not likely and any(m.kind for m, _ in paired):
            kind, word = next((m.kind, w) for m, w in reversed(paired) if m.kind)
            return SectionMatch((), CERTAIN, (word,), kind)
    return SectionMatch((), 0.0, ())


def _superior(tokens: Sequence[_Token], table: _Table) -> SectionMatch:
    """The body that is named whole at the end of `tokens`, but for places and bare names behind it."""
    end = len(tokens)
    while end and tokens[end - 1].type in ("locality", "other", "filler"):
        end -= 1
    if end and (
        tokens[end - 1].type == "ending"
        or (tokens[end - 1].type == "word" and _complete(tokens[end - 1], table))
    ):
        return _read(tokens[:end], table)
    return SectionMatch((), 0.0, ())


def _without_subject(before: Sequence[_Token], tail: Sequence[_Token], table: _Table) -> SectionMatch:
    """A name whose end has no word of any section: its superior's, or of the kind that its place is, or a committee."""
    committee = any(t.text.startswith(table.committees) for t in tail)
    end = len(before)
    while end and before[end - 1].type in ("locality", "other"):
        end -= 1
    if end and before[end - 1].type == "word":
        named = _read(before[:end], table)
        if committee or (named.kind and not _kind_of_locality(before[-1].text, table)):
            # 共青团河曲县委员会, 政协壶关县委员会办公室, 武警某市支队
            return named
    superior = _superior(before, table) if before else SectionMatch((), 0.0, ())
    if superior.sections:
        unread = sum(len(t.text) for t in tail if t.type == "other")
        sure = superior.confidence if unread <= _BARE_PLACE else min(superior.confidence, LIKELY)
        return SectionMatch(superior.sections, sure, superior.words)
    place = before[-1].text if before and before[-1].type == "locality" else ""
    kind = _kind_of_locality(place, table)
    if kind:
        return SectionMatch((), CERTAIN, (place,), kind)
    if superior.kind:
        return superior
    closing = tail[1:] if not before and tail and tail[0].text[-1] in _RANKS else tail
    if closing and closing[0].text.startswith(table.committees) and (place or closing is not tail):
        return SectionMatch((), CERTAIN, ("委员会",), "party")  # 孝义市委, 孝义市委办公室
    return SectionMatch((), 0.0, ())


def _kind_of_locality(place: str, table: _Table) -> str:
    return next((kind for ending, kind in table.of_locality.items() if place.endswith(ending)), "")


def _similar(name: str, table: _Table) -> SectionMatch:
    from rapidfuzz import fuzz, process

    tokens = [t for t in _tokens(name, table) if t.type not in ("locality", "ending")]
    core = "".join(t.text for t in tokens)
    best = process.extractOne(core, table.alike, scorer=fuzz.ratio) if len(core) > 4 else None
    if best is None or best[1] / 100 < FUZZY_FLOOR:
        return SectionMatch((), 0.0, ())
    return SectionMatch(
        table.words[best[0]].sections, min(round(best[1] / 100, 2), FUZZY_CEILING), (best[0],)
    )


def item_sections(department: str, unit: str = "", path: Path | None = None) -> SectionMatch:
    """The sections of an item: those of its unit first (医疗保险服务中心 → 医疗保障), then those of its department.

    Where neither has any, the kind of the unit, or else of the department. A unit of a town or street that has a section
    (its 财政所) is a little less certain, since its lines are often the town's.
    """
    of_unit, of_department = sections_of(unit, path), sections_of(department, path)
    if not of_unit.sections:
        return of_department if of_department.sections or not of_unit.kind else of_unit
    if of_department.kind in ("town", "street"):
        return SectionMatch(of_unit.sections, min(of_unit.confidence, LIKELY), of_unit.words)
    if not of_department.sections or of_unit.sections == of_department.sections:
        return of_unit if not of_department.sections else of_department
    merged = tuple(dict.fromkeys((*of_unit.sections, *of_department.sections)))
    return SectionMatch(merged, max(of_unit.confidence, of_department.confidence), of_unit.words)


def section_named(name: str, path: Path | None = None) -> tuple[str, ...]:
    """The sections an officer means by `name` on the command line.

    Raises UnknownNameError with the nearest ones, or with what kind of body without a section it is.
    """
    found = sections_of(name, path)
    if found.sections:
        return found.sections
    if found.kind:
        kind = load_kinds(path)[found.kind]
        raise UnknownNameError(
            f"“{name}”：{kind.note.zh}；不加 -d 就在各部门目录中一起找",
            f"'{name}': {kind.note.en}; leave out -d to search all",
        )
    from rapidfuzz import fuzz, process

    words = {w: m.sections for w, m in _table(path).words.items() if m.sections}
    near = dict.fromkeys(
        s for w, _, _ in process.extract(name, list(words), scorer=fuzz.WRatio, limit=6) for s in words[w]
    )
    nearest = list(near)[:3]
    raise UnknownNameError(
        f"不认识部门“{name}”；相近的有：{'、'.join(nearest)}",
        f"no department '{name}'; the nearest are: {', '.join(nearest)}",
    )
