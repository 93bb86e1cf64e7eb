#!/usr/bin/env python3
"""How often a misread character is read as it was meant, and how often a clean text is touched.

usage: python benchmarks/misread.py CASES

CASES is a folder of answered cases. In every title of listed.jsonl and class_b.jsonl one confusable character, chosen
at random (the same at every run), is put in the place of a look-alike; the clean texts are the titles and the
beginnings of the summaries of the same cases and of `data/training/`.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import date
from pathlib import Path

from goufu.catalog.load import data_directory, load_catalogs
from goufu.matcher.index.corpus import open_corpus
from goufu.matcher.misread import confusable, read_as
from goufu.matcher.text import SAID_LENGTH

from goufu.cache import default_cache


def main() -> None:
    (folder,) = sys.argv[1:] or [""]
    if not Path(folder, "listed.jsonl").is_file():
        sys.exit(__doc__)
    index = open_corpus(load_catalogs(), date(2026, 1, 1), default_cache()).index
    bench = [Path(folder, f"{name}.jsonl") for name in ("listed", "class_b")]
    own = sorted((data_directory() / "training").glob("*.jsonl"))
    cases, others = (
        [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines() if line]
        for paths in (bench, own)
    )
    texts = [t for c in (*cases, *others) for t in (c["title"], (c["summary"] or "")[:SAID_LENGTH]) if t]
    touched = sum(bool(read_as(text, index)[1]) for text in texts)
    chance, alike = random.Random(20261121), confusable()
    restored = wrong = damaged = 0
    for title in (c["title"] for c in cases):
        places = [n for n, character in enumerate(title) if character in alike]
        if places:
            at = chance.choice(places)
            text, found = read_as(title[:at] + chance.choice(alike[title[at]]) + title[at + 1 :], index)
            damaged += 1
            restored += text == title
            wrong += bool(found) and text != title
    print(f"clean texts   {len(texts):5}   touched  {touched:4}")
    print(f"one misread   {damaged:5}   restored {restored:4}   changed into something else {wrong:4}")


if __name__ == "__main__":
    main()
