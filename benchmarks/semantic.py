#!/usr/bin/env python3
"""What a second opinion by meaning can cost: a model that understands nothing, beside the ranking alone.

usage: python benchmarks/semantic.py CASES [CASES …]

The model gives every text a direction of its own, drawn by chance (seeded by the text). A real model is measured by
`benchmarks/accuracy.py CASES --semantic PLACE`; this is the floor below which none can fall by much.
"""

from __future__ import annotations

import argparse
import zlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from goufu.catalog.load import load_catalogs
from goufu.disclosure.lists.records import read_records
from goufu.matcher.assess import assess
from goufu.matcher.semantic.embedding import Vectors, unit
from goufu.matcher.semantic.rerank import Reranker

from benchmarks.accuracy import judge, read, table

_SIZE = 64


class Noise:
    """An embedding that means nothing."""

    identity = "noise"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A vector by chance for each text, the same for the same text."""
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=_SIZE) for text in texts]
        return unit(rows, len(texts), self.identity)


def main() -> None:
    """Print the table of `benchmarks/accuracy.py` without and with the model of chance (no baseline)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="+", type=Path)
    args = parser.parse_args()
    for name, model in (("ranking alone", None), ("with a model of chance", Reranker(Noise()))):
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for path, cases in read(args.cases):
            items, _ = read_records(path)
            for case, found in zip(
                cases, assess(items, load_catalogs(), today=date(2026, 1, 1), semantic=model), strict=True
            ):
                rows[case["set"]].append(judge(case, found.record(), ()))
        print(f"{name}\n{table(rows)}\n")


if __name__ == "__main__":
    main()
