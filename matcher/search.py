"""Finding entries by words: the judgement of `goufu.matcher.assess` on a line that says just these words.

There is one judgement, so that a lookup and a classification cannot disagree. What is added is how it is told to
someone who asks: a few words are less than a budget line, so an entry that shares only single characters with them is
never called sure, and words that name goods, works or wages are said to be no service at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from goufu.catalog.characters import visible
from goufu.catalog.errors import GoufuError, UnknownNameError
from goufu.catalog.model import CatalogVersion
from goufu.catalog.text import NOTHING, Text, quoted
from goufu.catalog.validity import span
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.findings.table import finding, found_in
from goufu.matcher.index.corpus import open_corpus
from goufu.matcher.index.grams import Index, Target
from goufu.matcher.index.pinyin import by_pinyin, letters_typed, share_spelt
from goufu.matcher.index.terms import EntryTerms
from goufu.matcher.misread import read_as
from goufu.matcher.model import Assessment, Candidate, Finding
from goufu.matcher.nature_names import NATURE_NAMES, Nature
from goufu.matcher.reasons import is_supported
from goufu.matcher.text import content, grams, normal, said

#: from which probability on the first entry is called the answer
SURE = 0.6
#: the most that an entry gets for which nothing but single characters of the words speaks
_UNSUPPORTED = 0.3
#: how likely an entry is whose whole name was typed
_NAMED = 0.9
#: an entry less probable than this is not listed
_LEAST = 0.01
#: from which probability on words are said to be goods, works, wages …
_PLAIN = 0.5
#: entries looked at, so that those of one version can be picked out
_DEPTH = 120
#: the rule that says why a nature is not bought as a service; none for the others
_NOT_BOUGHT: Mapping[Nature, str] = {
    "goods": "GF201",
    "works": "GF201",
    "mixed": "GF202",
    "personnel": "GF203",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What words lead to. `entries` are best first, of `sections` and class B, or of all sections where there are none.

    A candidate's `score` is the probability that the entry is the right one for a budget line that says these words
    (for pinyin, which part of the name's characters it spells). `sure` is whether the first may be taken for
    the answer. `elsewhere` are entries of other sections, looked for only where the own ones are not sure. `notices` say
    why the words name no service that can be bought; `judgement` is None for pinyin.
    """

    words: str
    on: date
    sections: tuple[str, ...]
    versions: tuple[str, ...]
    sure: bool
    entries: tuple[Candidate, ...]
    elsewhere: tuple[Candidate, ...] = ()
    notices: tuple[Finding, ...] = ()
    judgement: Assessment | None = None


def look_up(
    words: str,
    versions: tuple[CatalogVersion, ...],
    on: date,
    sections: tuple[str, ...] = (),
    version: CatalogVersion | None = None,
    cache: Path | None = None,
    limit: int = 10,
) -> Found:
    """The entries that `words` lead to on the day `on`, at most `limit`; how many are asked for changes no score.

    `sections` may be ("A",) or ("B",) for a whole class. Of `version` alone where it is given, on the first day it was
    in force if it is not on `on`. Raises UnknownNameError where nothing of it can be found by words.
    """
    words = " ".join(visible(words).split())
    only = sections if sections in (("A",), ("B",)) else ()  # a class, not a department's section
    sections = () if only else sections
    day = _day_in_force(version, versions, on) if version else on
    corpus = open_corpus(versions, day, cache)
    held = [t for t in corpus.index.targets if version is None or t.version == version.id]
    if version and not [t for t in held if not sections or t.section in (*sections, "B")]:
        raise _nothing_held(version, sections)
    letters = by_pinyin(held, words, sections)[:limit] or by_pinyin(held, words)[:limit]
    if letters:
        return _spelt(words, day, sections, letters)
    if not any(gram in corpus.index.known for gram in grams(content(words))):
        return Found(words, day, sections, _versions(held[:1]), False, ())
    item = BudgetItem(id="", title=words, year=day.year)
    (judged,) = assess([item], versions, day, on=day, sections=sections, cache=cache, most=max(_DEPTH, limit))
    known = read_as(normal(words), corpus.index)[0]
    everywhere = not sections and judged.status == "unknown"  # its candidates were looked for in all sections
    own = [
        _lowered(c, c.score * (1 if everywhere else judged.fit), known, corpus.index) for c in judged.codes
    ]
    others = [_lowered(c, c.score, known, corpus.index) for c in judged.elsewhere]
    if not sections:
        own, others = _by_name(_together(own, others), known), []
    wanted = [c for c in own if c.score > _LEAST and (not only or (c.section == "B") == (only == ("B",)))]
    own = sorted((c for c in wanted if not version or c.version == version.id), key=lambda c: -c.score)
    others = [c for c in others if c.score > _LEAST and (not version or c.version == version.id)]
    notices = _notices(judged, known, own[0] if own else None, corpus.index)
    sure = bool(own) and own[0].score >= SURE and not notices
    return Found(
        words,
        day,
        sections,
        (version.id,) if version else judged.versions,
        sure,
        tuple(own[:limit]),
        () if sure else tuple(others[:3]),
        notices,
        judged,
    )


def _day_in_force(version: CatalogVersion, versions: Sequence[CatalogVersion], on: date) -> date:
    days = span(version, "A" if "A" in version.classes else "B", versions)
    return on if days.first <= on and (days.until is None or on < days.until) else days.first


def _nothing_held(version: CatalogVersion, sections: tuple[str, ...]) -> GoufuError:
    if not version.entries:
        return UnknownNameError(
            f"{version.id} 没有存文本（未存不等于未列）；可用 --version 换一个版本",
            f"the text of {version.id} is not held (which is not: not listed); try another --version",
        )
    if sections:
        return UnknownNameError(
            f"{version.id} 中没有存“{'、'.join(sections)}”一节（未存不等于未列）；可用 --version 换一个版本",
            f"section {', '.join(sections)} is not held in {version.id} (which is not: not listed); try --version",
        )
    return UnknownNameError(
        f"{version.id} 只到三级目录，不能按词语查条目；请用 goufu tree --version {version.id}",
        f"{version.id} stops at level three and has no entries to be found by words; use goufu tree --version {version.id}",
    )


def _spelt(words: str, on: date, sections: tuple[str, ...], letters: Sequence[Target]) -> Found:
    """The entries whose names are spelt so: those of the scope, or where it has none, a few others."""
    own = tuple(_by_letters(t, words) for t in letters if not sections or t.section in (*sections, "B"))
    others = () if own else tuple(_by_letters(t, words) for t in letters[:3])
    return Found(words, on, sections, _versions((*own, *others)), bool(own), own, others)


def _versions(entries: Sequence[Candidate | Target]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.version for c in entries))


def _by_letters(t: Target, letters: str) -> Candidate:
    share = share_spelt(letters_typed(letters), t.name)
    why = (Text(f"名称的拼音含 {letters}", f"the pinyin of its name has {letters}"),)
    return Candidate(t.version, t.section, t.code, t.name, t.path, share, why, t.also, t.fallback)


def _phrases(c: Candidate, index: Index) -> tuple[str, ...]:
    """The names and terms of an entry in normal form."""
    terms = index.terms.get((c.section, c.code), EntryTerms())
    return (*map(normal, (c.name, *c.also)), *terms.normal_forms)


def _lowered(c: Candidate, score: float, words: str, index: Index) -> Candidate:
    """The candidate with `score`, or less where nothing but single characters of `words` speaks for the entry."""
    terms = index.terms.get((c.section, c.code), EntryTerms())
    known = is_supported((c.name, *c.also), terms, said(words))
    return replace(c, score=score if known else min(score, _UNSUPPORTED), why=_of_query(c.why))


def _of_query(why: tuple[Text, ...]) -> tuple[Text, ...]:
    """Reasons found in a title, which is what was asked for here."""
    return tuple(
        Text(zh.replace("见于标题", "见于所查词语"), en.replace(" in the title", " in the words asked for"))
        for zh, en in why
    )


def _together(first: Sequence[Candidate], second: Sequence[Candidate]) -> list[Candidate]:
    """The candidates of both, each entry once with the higher score."""
    found: dict[tuple[str, str], Candidate] = {}
    for c in (*first, *second):
        key = (c.section, c.code)
        if key not in found or found[key].score < c.score:
            found[key] = c
    return list(found.values())


def _by_name(entries: Sequence[Candidate], words: str) -> list[Candidate]:
    """The candidates of all sections; where the words are an entry's whole name, that one is meant, or one of its equals."""
    named = [c for c in entries if normal(c.name) in (words, f"{words}服务")]
    return [replace(c, score=max(c.score, _NAMED / len(named))) if c in named else c for c in entries]


def _notices(judged: Assessment, words: str, best: Candidate | None, index: Index) -> tuple[Finding, ...]:
    """Why the words name nothing that can be bought as a service; nothing where they are an entry's own name or term."""
    if best and words in _phrases(best, index):
        return ()
    near = NOTHING
    if best and best.score >= SURE:
        near = Text(
            f"；若买的是相关服务，相近条目 {best.code} {best.name}",
            f"; if a related service is meant, the nearest entry is {best.code} {best.name}",
        )
    if (hits := found_in(words, "financing")) and not found_in(words, "financing_about"):
        return (
            _notice(
                "GF204",
                f"{quoted(hits).zh}是融资行为，不能作为政府购买服务",
                f"{quoted(hits).en}: this is financing",
                NOTHING,
                hits,
            ),
        )
    hiring = found_in(words, "hiring")
    if hiring and (judged.nature != "transfer" or judged.nature_score < _PLAIN):  # subsidies are no wages
        said = f"{quoted(hiring).zh}属于用工或工资，不能作为政府购买服务"
        english = f"{quoted(hiring).en}: this is hiring, labour dispatch or wages"
        return (_notice("GF203", said, english, near, hiring),)
    if judged.nature == "service" or judged.nature_score < _PLAIN:
        return ()
    rule, name = _NOT_BOUGHT.get(judged.nature, ""), NATURE_NAMES[judged.nature]
    zh, en = name.phrase_zh, name.phrase_en
    hits = tuple(w for w in judged.nature_words if w in words)
    if judged.nature == "mixed":
        return (_notice(rule, f"看来是{zh}，服务部分应单独列项", f"this looks like {en}", near, hits),)
    return (_notice(rule, f"看来是{zh}，不能作为政府购买服务", f"this looks like {en}", near, hits),)


def _notice(rule: str, zh: str, en: str, near: Text, hits: Sequence[str]) -> Finding:
    """The notice that what was asked for (`zh`, `en`) is no service, with the entry that comes near it."""
    message = Text(f"{zh}{near.zh}", f"{en}, which cannot be bought as a service{near.en}")
    listed = quoted(hits)
    evidence = Text(f"所查词语中的{listed.zh}", f"{listed.en} in the words asked for") if hits else NOTHING
    if not rule:
        return Finding("", "notice", message, NOTHING, evidence)
    return finding(rule, message, (evidence,), severity="notice")
