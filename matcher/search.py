"""Finding entries by words: the same measures as for budget items, over one section, or over all."""

from __future__ import annotations

import numpy as np

from matcher import rank as ranking
from matcher.corpus import Corpus
from matcher.model import Candidate
from matcher.reasons import reasons
from matcher.terms import EntryTerms

#: what is less near than this (cosine) is not near at all
_FLOOR = 0.08


def search(corpus: Corpus, query: str, sections: tuple[str, ...] = (), limit: int = 10) -> list[Candidate]:
    """The entries nearest to `query`, best first: of `sections` and class B, or of all sections.

    `score` is the probability that an officer who wrote `query` in a budget line meant this entry.
    """
    index = corpus.index
    if sections:
        ranked = ranking.rank(index, [query], [""], [""], sections, limit)
        chance = float(ranking.fits(ranked)[0])
        scores = ranked.scores[0, ranked.order[0]]
        power = np.exp(scores - scores.max())
        shares = chance * power / power.sum()
        found = [(int(ranked.targets[c]), float(s)) for c, s in zip(ranked.order[0], shares, strict=True)]
        near = ranked.across[0]
        found = [(t, s) for t, s in found if near[t] > _FLOOR or s > 0.01]
    else:
        ranked = ranking.rank(index, [query], [""], [""], (), 2)
        near = ranked.across[0]
        order = [int(n) for n in np.argsort(-near)[:limit] if near[n] > _FLOOR]
        power = np.exp(8 * (near[order] - near[order].max())) if order else np.array([])
        found = [(n, float(p * near[n] / (near[n] + 0.2))) for n, p in zip(order, power, strict=True)]
    nothing = EntryTerms()
    return [
        Candidate(
            t.version,
            t.section,
            t.code,
            t.name,
            t.path,
            score,
            reasons(t, index.terms.get((t.section, t.code), nothing), query, "", title_word="所查词语"),
            t.also,
            t.fallback,
        )
        for t, score in ((index.targets[n], s) for n, s in found[:limit])
    ]
