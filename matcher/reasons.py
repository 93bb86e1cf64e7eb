"""Why an entry was proposed, in the officer's words and in English: which terms, which words of its name, which heading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from operator import add

from goufu.catalog.text import Text
from goufu.matcher.index.grams import Target
from goufu.matcher.index.terms import EntryTerms
from goufu.matcher.text import Said, normal, pairs

_TITLE, _OVERVIEW = Text("标题", "title"), Text("概况", "overview")
_DULL = frozenset(
    ["服务", "管理", "工作", "项目", "活动", "组织", "开展", "相关", "建设", "实施", "技术", "行业", "公共"]
)


@lru_cache(maxsize=16384)
def _prepared(name: str) -> tuple[str, tuple[str, ...], set[str]]:
    """A name in normal form, its pairs in order, and as a set."""
    name = normal(name)
    return name, tuple(map(add, name, name[1:])), pairs(name)


def shared_run(name: str, text: str, there: Set[str]) -> str:
    """The longest run of two or more characters that `name` shares with `text`, the first of the longest; else "".

    `there` are the pairs of `text`; both are compared in normal form.
    """
    name, in_order, own = _prepared(name)
    if own.isdisjoint(there):
        return ""  # most
    shared = own & there
    if len(shared) < 2:
        pair = next(iter(shared), "")
        if not pair or pair[0] != pair[1]:
            return pair  # a longer run has a second pair, unless it repeats one character
    best = ""
    for start, pair in enumerate(in_order):
        if pair in shared:
            end = start + max(2, len(best) + 1)
            while end <= len(name) and name[start:end] in text:
                best = name[start:end]
                end += 1
    return best


def reasons(
    target: Target,
    terms: EntryTerms,
    item: Said,
    closely: bool = True,
) -> tuple[Text, ...]:
    """The reasons: up to two index terms found whole (longest first), words shared with the name; else the heading.

    `closely` also looks for the term that comes nearest, where there is no other.
    """
    kept = _whole_terms(terms, item) if terms.positive else []
    found = [
        Text(f"索引词“{term}”见于{side.zh}", f"index term '{term}' in the {side.en}") for term, side in kept
    ]
    for run, side in _runs(target.name, item):
        if all(run != term for term, _ in kept):
            found.append(Text(f"名称中的“{run}”见于{side.zh}", f"'{run}' of its name in the {side.en}"))
            break
    if not found and closely:
        near = _nearest(terms, item.pairs)
        if near:
            found.append(Text(f"近于索引词“{near}”", f"close to the index term '{near}'"))
    if len(found) < 2 and target.path:
        heading = target.path[-1]
        above = _heading_runs(heading, item)
        if above:
            run = max(above, key=len)
            found.append(Text(f"上级标题“{heading}”中的“{run}”", f"'{run}' of the heading '{heading}'"))
    if found:
        return tuple(found)
    return (
        Text(
            f"与“{target.name}”及其索引词的用字最近",
            f"its characters come nearest to '{target.name}' and its index terms",
        ),
    )


def is_supported(names: Sequence[str], terms: EntryTerms, item: Said) -> bool:
    """Whether words alone speak for an entry: they share two characters in a row with one of its `names`, hold one of its
    terms whole or for more than half, or are themselves more than half of one."""
    if any(run not in _DULL for name in names if (run := shared_run(name, item.head, item.head_pairs))):
        return True
    starts = terms.by_start
    near = (term for start in starts.keys() & item.head_pairs for term in starts[start])
    if any(term in item.head and term not in _DULL for term in near) or _nearest(terms, item.head_pairs):
        return True
    return any(item.head in term and 2 * len(item.head) > len(term) for term in terms.normal_forms)


def _whole_terms(terms: EntryTerms, item: Said) -> list[tuple[str, Text]]:
    """Up to two terms that stand whole in an item, the longest first and none inside another, and where they stand."""
    starts, head, body = terms.by_start, item.head, item.body
    whole = [
        term
        for start in starts.keys() & item.pairs
        for term in starts[start]
        if (term in head or term in body) and term not in _DULL
    ]
    if len(whole) > 1:
        whole.sort(key=lambda t: (-len(t), t))
        whole[1:] = [term for term in whole[1:] if term not in whole[0]][:1]
    return [(term, _TITLE if term in head else _OVERVIEW) for term in whole]


@lru_cache(maxsize=256)
def _heading_runs(heading: str, item: Said) -> list[str]:
    """The runs that `heading` shares with an item, kept because the candidates of an item often stand under one heading."""
    return [run for run, _ in _runs(heading, item)]


def _runs(name: str, item: Said) -> Iterator[tuple[str, Text]]:
    """The longest runs that `name` shares with title and summary, where they tell anything, and where they stand."""
    if _prepared(name)[2].isdisjoint(item.pairs):
        return  # most
    run = shared_run(name, item.head, item.head_pairs)
    if run and run not in _DULL:
        yield run, _TITLE
    run = shared_run(name, item.body, item.body_pairs)
    if run and run not in _DULL:
        yield run, _OVERVIEW


def _nearest(terms: EntryTerms, there: Set[str]) -> str:
    """The term most of whose pairs of characters are `there`; "" where none has more than half of them."""
    by_pair = terms.by_pair
    share: dict[str, float] = {}
    for pair in by_pair.keys() & there:
        for term, part in by_pair[pair]:
            share[term] = share.get(term, 0.0) + part
    most = max(share.values(), default=0.0)
    if most <= 0.5 + 1e-6:
        return ""
    return min((t for t, part in share.items() if part > most - 1e-6), key=lambda t: (-len(t), t))
