"""Finding entries by words: the same measures as for budget items, over one section, or over all."""

from __future__ import annotations

import numpy as np

from matcher import rank as ranking
from matcher.corpus import Corpus
from matcher.initials import by_initials, initials
from matcher.misread import read_as
from matcher.model import Candidate
from matcher.reasons import reasons
from matcher.terms import EntryTerms
from matcher.text import said
from matcher.wording import Line


def search(corpus: Corpus, query: str, sections: tuple[str, ...] = (), limit: int = 10) -> list[Candidate]:
    """The entries nearest to `query`, best first: of `sections` and class B, or of all sections.

    `score` is the probability that an officer who wrote `query` in a budget line meant this entry; for pinyin
    initials, which part of the name's letters the query has.
    """
    index = corpus.index
    by_letters = by_initials(index.targets, query, sections)[:limit]
    if by_letters:
        why = (f"名称的拼音首字母含 {query}",)
        return [
            Candidate(
                t.version, t.section, t.code, t.name, t.path, len(query) / len(initials(t.name)), why, t.also
            )
            for t in by_letters
        ]
    query, _ = read_as(query, index)
    if sections:
        ranked = ranking.rank(index, [Line(query)], sections, corpus.wording, limit)
        if not ranked.features[0, :, 0].any():  # not one gram of the query is known
            return []
        chance = float(ranking.fits(ranked)[0])
        scores = ranked.scores[0, ranked.order[0]]
        power = np.exp(scores - scores.max())
        shares = chance * power / power.sum()
        found = [(int(ranked.targets[c]), float(s)) for c, s in zip(ranked.order[0], shares, strict=True)]
        found = [(t, s) for t, s in found if s > 0.01]
    else:
        ranked = ranking.rank(index, [Line(query)], (), corpus.wording, 2)
        (near,) = ranking.nearest(ranked, limit)
        found = [(n, s) for n, s in near if s > 0.03]
    nothing, words = EntryTerms(), said(query)
    return [
        Candidate(
            t.version,
            t.section,
            t.code,
            t.name,
            t.path,
            score,
            reasons(t, index.terms.get((t.section, t.code), nothing), words, title_word="所查词语"),
            t.also,
            t.fallback,
        )
        for t, score in ((index.targets[n], s) for n, s in found[:limit])
    ]
