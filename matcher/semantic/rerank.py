"""The second opinion itself: an item's first candidates, ordered anew where their meaning speaks clearly.

Bayes' rule with what the ranking already says: every candidate's probability is multiplied by e^(weight × z), z its
similarity to the item above the mean of the candidates, in standard deviations (at least `spread`, so that noise
between equals counts for little). A sure ranking is therefore hardly ever overturned. The three numbers are data:
`data/weights/semantic.tsv`.

It is conservative. Where the first place stays, its score and the decision stay. Where it changes, the new first is
for review and never has a higher score than the old first had. Of a line that is not a purchased service, or that may
name a person, nothing is given to the model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from goufu.catalog.load import data_directory
from goufu.catalog.text import Text
from goufu.disclosure.model import BudgetItem
from goufu.matcher.features import SUMMARY_LENGTH, contents
from goufu.matcher.index.grams import Index, Ints, Target
from goufu.matcher.index.terms import EntryTerms
from goufu.matcher.model import Candidate
from goufu.matcher.rank import Floats, coefficients
from goufu.matcher.semantic.embedding import Embedder
from goufu.matcher.text import load_words

#: index terms of an entry that are given to the model with its name
_TERMS = 12
#: telephone, identity and account numbers, also partly masked; mail addresses
_PRIVATE = re.compile(r"[0-9０-９*](?:[-－\s]?[0-9０-９*]){6,}[xX]?|[\w.+-]{1,64}@[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reordered:
    """The candidates of one item: `order` their former places best first, `scores` their probabilities.

    `near` is the similarity of those that rose, None for the others; `turned` says that the first place changed.
    """

    order: tuple[int, ...]
    scores: tuple[float, ...]
    near: tuple[float | None, ...]
    turned: bool

    def explained(self, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """`candidates`, in the new order, with the similarity in front of the reasons of those that rose."""
        return tuple(
            c
            if near is None
            else replace(c, why=(Text(f"语义相近 {near:.2f}", f"close in meaning {near:.2f}"), *c.why))
            for c, near in zip(candidates, self.near, strict=False)
        )


def reordered(chances: Floats, cosines: Floats) -> Reordered:
    """The new order of candidates with these probabilities, best first, and similarities to the item."""
    weight, spread, _ = _numbers()
    clear = (cosines - cosines.mean()) / max(float(cosines.std()), spread)
    logits = np.log(np.maximum(chances, 1e-12)) + weight * clear
    order = np.argsort(-logits, kind="stable")
    power = np.exp(logits[order] - logits[order[0]])
    turned = bool(order[0] != 0)
    first = min(float(chances[0]), float(1 / power.sum())) if turned else float(chances[0])
    rest = (1 - first) * power[1:] / max(float(power[1:].sum()), 1e-9)
    return Reordered(
        tuple(order.tolist()),
        (first, *(min(first, float(p)) for p in rest)),
        tuple(float(cosines[old]) if new < old else None for new, old in enumerate(order.tolist())),
        turned,
    )


@dataclass(frozen=True)
class Reranker:
    """The second opinion by one model."""

    embedder: Embedder

    @property
    def depth(self) -> int:
        """How many of an item's first candidates are ordered anew."""
        return int(_numbers()[2])

    def opinions(
        self,
        items: Sequence[BudgetItem],
        purchased: Sequence[bool],
        index: Index,
        targets: Ints,
        chances: Floats,
    ) -> list[Reordered | None]:
        """The new order of each item's candidates, given by their numbers in the index (items × candidates) and their
        probabilities, best first. None for an item of which nothing is given to the model.

        `purchased` says which items are purchased services. Raises SemanticError where the model does not answer.
        """
        texts = item_texts(items)
        asked = [row for row, wanted in enumerate(purchased) if wanted and texts[row]]
        out: list[Reordered | None] = [None] * len(items)
        if not asked or targets.shape[1] < 2:
            return out
        nothing = EntryTerms()
        entries, place = np.unique(targets[asked], return_inverse=True)
        described = [
            entry_text(t, index.terms.get((t.section, t.code), nothing))
            for t in (index.targets[n] for n in entries)
        ]
        vectors = self.embedder.embed([*(texts[row] for row in asked), *described])
        for row, own, candidates in zip(
            asked, vectors, place.reshape(len(asked), -1) + len(asked), strict=False
        ):
            out[row] = reordered(chances[row], (vectors[candidates] @ own).astype(np.float64))
        return out


def entry_text(target: Target, terms: EntryTerms) -> str:
    """What the model is given of an entry: its name, the heading above, its first index terms."""
    heading = f"（{target.path[-1]}）" if target.path else ""
    words = "、".join(terms.positive[:_TERMS])
    return f"{target.name}{heading}{'：' if words else ''}{words}"


def item_texts(items: Sequence[BudgetItem]) -> list[str]:
    """What the model is given of each item: title and beginning of the summary, as far as the ranking reads them.

    Without the department's own name, years, document numbers, long numbers and mail addresses; "" for a line with
    words that go with people's names.
    """
    heads, bodies = contents(
        [_blanked(i.title) for i in items],
        [_blanked(i.summary[: 2 * SUMMARY_LENGTH]) for i in items],
        [i.department for i in items],
    )
    personal = load_words(data_directory() / "same_line_words.toml")["personal"]
    return [
        ""
        if any(word in i.title or word in i.summary for word in personal)
        else "。".join(filter(None, (" ".join(head.split()), " ".join(body.split()))))
        for i, head, body in zip(items, heads, bodies, strict=True)
    ]


def _blanked(text: str) -> str:
    """`text` with blanks for what is private, before any part of a number could be taken for a year."""
    return _PRIVATE.sub(lambda found: " " * len(found[0]), text)


@lru_cache(maxsize=1)
def _numbers() -> tuple[float, float, float]:
    weight, spread, candidates = coefficients("semantic", ("weight", "spread", "candidates"))
    return float(weight), float(spread), float(candidates)
