"""What precedents cost a classification: the same items with no store and with a store of many precedents.

    python benchmarks/precedents.py [--precedents 100000] [--items 3000] [--db postgresql://…]

The store is filled with lines made from the index terms of all sections for 120 counties; half of the items to judge
repeat a line that their own department decided, a quarter one that only another county decided, a quarter none. Times
are processor time of one process, the best of several rounds, both ways in turn.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from goufu.catalog.concordance.changes import load_archive
from goufu.catalog.load import load_catalogs
from goufu.catalog.names import tidy_name
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.departments import sections_of
from goufu.matcher.index.terms import load_terms
from goufu.matcher.precedents import similarity as sameness
from goufu.matcher.precedents.apply import applied
from goufu.matcher.precedents.similarity import key_format, title_key
from goufu.store.address import StoreAddress, address_of
from goufu.store.engine import writing
from goufu.store.precedents.lookup import open_precedents
from goufu.store.schema import open_store
from goufu.store.tables import PrecedentRow
from sqlalchemy import insert

from goufu.cache import default_cache

COUNTIES = 120
ROUNDS = 5
_TODAY = date(2026, 1, 1)


def lines(count: int, chance: random.Random) -> list[tuple[BudgetItem, str, str]]:
    """`count` lines of 2025 with the entry each was written for: (item, section, code)."""
    terms = [(s, code, t) for (s, code), e in load_terms().items() if s != "B" for t in e.positive]
    counties = [f"{a}{b}县" for a in "平阳临永定安清河长武东西" for b in "原泉汾宁远城治水林山"][:COUNTIES]
    found = []
    for n in range(count):
        section, code, term = chance.choice(terms)
        county = counties[n % len(counties)]
        department = f"{county}{section.removesuffix('（室）')}局"
        title = f"{chance.choice(('2025年', '', ''))}{term}{chance.choice(('项目', '经费', '服务费', '服务项目', '工作经费'))}"
        summary = f"用于{county}{term}，由有资质的单位承担，按合同约定支付，{chance.randint(2, 90)}万元。"
        item = BudgetItem(f"p-{n}", title, department=department, unit=department, year=2025, summary=summary)
        found.append((item, section, code))
    return found


def fill(place: StoreAddress, decided: list[tuple[BudgetItem, str, str]]) -> None:
    """Put the lines into the store as precedents."""
    newest = load_catalogs()[-1]
    form = key_format()
    rows = []
    for item, section, code in decided:
        entry = newest.find(section, code)
        own = sections_of(item.department).sections
        rows.append(
            {
                "item_id": None,
                "run": 1,
                "outcome": "code",
                "nature": "service",
                "version": newest.id,
                "entry_section": section,
                "code": code,
                "name": entry.name if entry else "",
                "section": own[0] if own else "",
                "department": tidy_name(item.department),
                "unit": item.unit,
                "title": item.title,
                "summary": item.summary,
                "year": 2025,
                "decided_on": date(2025, 3, 1),
                "source": "",
                "title_key": title_key(item.title, item.department),
                "key_format": form,
            }
        )
    with writing(open_store(place)) as session:
        for start in range(0, len(rows), 5000):
            session.execute(insert(PrecedentRow), rows[start : start + 5000])


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--precedents", type=int, default=100_000)
    options.add_argument("--items", type=int, default=3000)
    options.add_argument("--db", default=None, help="an empty PostgreSQL database instead of a SQLite file")
    chosen = options.parse_args()
    chance = random.Random(20260302)
    decided = lines(chosen.precedents, chance)
    repeated = chance.sample(decided, chosen.items // 2)
    elsewhere = chance.sample(decided, chosen.items // 4)
    fresh = lines(chosen.items - len(repeated) - len(elsewhere), chance)
    items = [
        replace(i, id=f"i-{n}", year=2026, title=i.title.replace("2025", "2026"))
        for n, (i, _, _) in enumerate(repeated)
    ]
    items += [
        replace(i, id=f"e-{n}", year=2026, department="孝义市" + i.department[3:], unit="")
        for n, (i, _, _) in enumerate(elsewhere)
    ]
    items += [
        replace(i, id=f"f-{n}", year=2026, department="介休市" + i.department[3:], unit="")
        for n, (i, _, _) in enumerate(fresh)
    ]
    chance.shuffle(items)
    with tempfile.TemporaryDirectory() as folder:
        place = address_of(chosen.db) if chosen.db else StoreAddress(Path(folder) / "goufu.db")
        began = time.process_time()
        fill(place, decided)
        print(f"{len(decided):,} precedents stored in {time.process_time() - began:.1f} s")
        versions, archive, cache = load_catalogs(), load_archive(), default_cache()
        assess(items[:200], versions, _TODAY, cache=cache)
        without, added, done = [], [], 0
        for _ in range(ROUNDS):
            began = time.process_time()
            judged = assess(items, versions, _TODAY, cache=cache)
            for remembered in (sameness.telling, sameness._title_grams, sameness._summary_text):
                remembered.cache_clear()  # every round pays for texts it has not seen
            middle = time.process_time()
            with open_precedents(place) as source:
                assert source is not None
                ruled = applied(judged, source, archive)
            added.append(time.process_time() - middle)
            without.append(middle - began)
            done = sum(bool(a.precedent) for a in ruled)
        base, more = min(without) / len(items) * 1e6, min(added) / len(items) * 1e6
        print(f"without a store: {base:.0f} µs an item")
        print(
            f"precedents add:  {more:.0f} µs an item, {more / base:.1%} ({done:,} of {len(items):,} items decided by one)"
        )


if __name__ == "__main__":
    main()
