"""Why an entry was proposed, in the officer's words: which terms, which words of its name, which heading."""

from __future__ import annotations

from functools import lru_cache

from matcher.index import Target
from matcher.terms import EntryTerms
from matcher.text import normal

_DULL = frozenset(
    ["服务", "管理", "工作", "项目", "活动", "组织", "开展", "相关", "建设", "实施", "技术", "行业", "公共"]
)


def shared_run(one: str, other: str) -> str:
    """The longest run of characters that both texts have, the first of the longest."""
    best = ""
    for start in range(len(one)):
        end = start + len(best) + 1
        while end <= len(one) and one[start:end] in other:
            best = one[start:end]
            end += 1
    return best


def reasons(
    target: Target,
    terms: EntryTerms,
    head: str,
    body: str,
    most: int = 3,
    title_word: str = "标题",
    closely: bool = True,
) -> tuple[str, ...]:
    """Up to `most` reasons: index terms found whole (longest first), words shared with the name, the heading.

    `head` and `body` are title and summary in normal form; `closely` also looks for the term that comes nearest.
    """
    whole, _ = _prepared(terms)
    found: list[str] = []
    kept: list[str] = []
    for term in whole:
        if (
            (term in head or term in body)
            and term not in _DULL
            and not any(term in longer for longer in kept)
        ):
            kept.append(term)
            found.append(f"索引词“{term}”见于{title_word if term in head else '概况'}")
            if len(kept) >= 2:
                break
    name = normal(target.name)
    for side, text in ((title_word, head), ("概况", body)):
        run = shared_run(name, text)
        if len(run) >= 2 and run not in _DULL and run not in kept:
            found.append(f"名称中的“{run}”见于{side}")
            break
    if not found and closely:
        near = _nearest(terms, head + " " + body)
        if near:
            found.append(f"近于索引词“{near}”")
    if len(found) < most and target.path:
        run = shared_run(normal(target.path[-1]), head + " " + body)
        if len(run) >= 2 and run not in _DULL:
            found.append(f"上级标题“{target.path[-1]}”中的“{run}”")
    return tuple(found[:most]) or (f"与“{target.name}”及其索引词的用字最近",)


@lru_cache(maxsize=8192)
def _prepared(terms: EntryTerms) -> tuple[tuple[str, ...], tuple[tuple[str, frozenset[str]], ...]]:
    """The positive terms in normal form, longest first; and those of four characters or more with their pairs."""
    plain = sorted(dict.fromkeys(map(normal, terms.positive)), key=lambda t: (-len(t), t))
    return tuple(plain), tuple((t, _pairs(t)) for t in plain if len(t) >= 4)


def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, zip(text, text[1:], strict=False)))


def _nearest(terms: EntryTerms, text: str) -> str:
    """The term most of whose characters in pairs occur in `text`; "" where none has half of them."""
    there = _pairs(text)
    best, share = "", 0.5
    for term, pairs in _prepared(terms)[1]:
        part = len(pairs & there) / len(pairs)
        if part > share:
            best, share = term, part
    return best
