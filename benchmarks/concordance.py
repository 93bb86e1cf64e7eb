"""How long a diff of two large versions takes, how it grows, and how often it tells the truth.

    python -m benchmarks.concordance [entries …]        default: 2500 10000 40000

Makes a version of so many fourth-level entries from the words of the real catalog, makes a second one by known
changes (renamed, renumbered, split, merged, added, removed, a code given to another service), compares the two and
prints seconds, seconds per entry, the exponent of growth, and how many of the changes came back as they were made.
`--one-section` puts all entries into a single section, the worst case for blocking by section.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from goufu.catalog.concordance.changes import Change, compare
from goufu.catalog.load import load_catalogs, version_named
from goufu.catalog.model import CatalogVersion, Entry, Section

SIZES = (2_500, 10_000, 40_000)
Truth = set[tuple[str, str, tuple[str, ...], tuple[str, ...]]]

_SHARES = {
    "renamed": 0.06,
    "renumbered": 0.04,
    "removed": 0.04,
    "added": 0.05,
    "split": 0.01,
    "merged": 0.01,
    "reused": 0.02,
}


def words() -> tuple[list[str], list[str]]:
    """Beginnings and endings of real names, cut where 的, 、 or a usual ending starts."""
    endings = (
        "监测服务",
        "宣传服务",
        "规划服务",
        "评估服务",
        "培训服务",
        "运维服务",
        "调查服务",
        "咨询服务",
        "治理服务",
        "统计服务",
    )
    stems = set()
    for entry in version_named(load_catalogs(), "2025-28").leaves():
        name = entry.name.removesuffix("服务")
        if 4 <= len(name) <= 12:
            stems.add(name)
    return sorted(stems), list(endings)


def names(rng: random.Random) -> Iterator[str]:
    """Different names without end: two stems of real names and an ending."""
    stems, endings = words()
    seen = set()
    while True:
        one, two = rng.sample(stems, 2)
        name = one[: rng.randint(3, 6)] + two[-rng.randint(3, 6) :] + rng.choice(endings)
        if name not in seen:
            seen.add(name)
            yield name


def _codes(count: int) -> Iterator[tuple[str, int]]:
    """`count` fourth-level codes in printed order, about fifty under a heading, each with its number under it."""
    made = 0
    for second in range(1, 100):
        for third in range(1, 100):
            for fourth in range(1, 51):
                if made == count:
                    return
                yield f"A{second:02}{third:02}{fourth:02}", fourth
                made += 1


def version(identity: str, sections: Mapping[str, Mapping[str, str]], **partial: str) -> CatalogVersion:
    """A made-up version of these names by section and code, in force from 1 January of the year in its id.

    Headings are put in where they are missing. `partial` names sections held in part, with the evidence.
    """
    entries = []
    for section, named in sections.items():
        whole = dict(named)
        for code in named:
            for cut in (1, 3, 5):
                whole.setdefault(code[:cut], f"标题{code[:cut]}服务")
        entries += [Entry(identity, section, c, n, c, "made:1") for c, n in sorted(whole.items())]
    year, _, number = identity.partition("-")
    return replace(
        version_named(load_catalogs(), "2025-28"),
        id=identity,
        number=f"晋财综〔{year}〕{number}号",
        in_force=date(int(year), 1, 1),
        repeals=(),
        sections={
            s: Section(s, "partial" if s in partial else "complete", None, partial.get(s, ""))
            for s in sections
        },
        entries=tuple(entries),
    )


def make(count: int, *, sections: int, seed: int = 1) -> tuple[CatalogVersion, CatalogVersion, Truth]:
    """Two versions of about `count` entries, and what was done to the first to make the second."""
    rng = random.Random(seed)
    fresh = names(rng)
    each = count // sections
    old: dict[str, dict[str, str]] = {}
    new: dict[str, dict[str, str]] = {}
    truth: Truth = set()
    for number in range(sections):
        section = f"部门{number}"
        before = {code: next(fresh) for code, _ in _codes(each)}
        after = dict(before)
        free = {code[:5]: int(code[5:]) for code in before}  # the last number under each heading

        def append(
            heading: str, name: str, after: dict[str, str] = after, free: dict[str, int] = free
        ) -> str:
            free[heading] += 1
            after[code := f"{heading}{free[heading]:02}"] = name
            return code

        touched = rng.sample(sorted(before), min(each, int(each * sum(_SHARES.values())) + 1))
        kinds = rng.choices(list(_SHARES), weights=list(_SHARES.values()), k=len(touched))
        for code, kind in zip(touched, kinds, strict=True):
            name, heading = before[code], code[:5]
            if kind == "renamed":
                cut = rng.randint(1, len(name) - 6)
                after[code] = name[:cut] + name[cut + 2 :] if len(name) > 12 else "新时代" + name
                truth.add((section, kind, (code,), (code,)))
            elif kind == "renumbered":
                del after[code]
                truth.add((section, kind, (code,), (append(heading, name),)))
            elif kind == "removed":
                del after[code]
                truth.add((section, kind, (code,), ()))
            elif kind == "added":
                truth.add((section, kind, (), (append(heading, next(fresh)),)))
            elif kind == "reused":
                after[code] = next(fresh)
                truth |= {(section, "reused", (code,), (code,)), (section, "removed", (code,), ())}
                truth.add((section, "added", (), (code,)))
            else:
                one, two = next(fresh).removesuffix("服务"), next(fresh).removesuffix("服务")
                whole, parts = f"{one}、{two}服务", (f"{one}服务", f"{two}服务")
                if kind == "split":
                    before[code], after[code] = whole, parts[0]
                    truth.add((section, kind, (code,), (code, append(heading, parts[1]))))
                else:
                    other = append(heading, "")
                    del after[other]
                    before[code], before[other], after[code] = *parts, whole
                    truth.add((section, kind, (code, other), (code,)))
        old[section], new[section] = before, after
    return version("2030-1", old), version("2031-1", new), truth


def told(changes: Sequence[Change]) -> Truth:
    """The changes in the form of the truth, unchanged entries left out."""
    return {
        (c.section, c.kind, tuple(e.code for e in c.old), tuple(e.code for e in c.new))
        for c in changes
        if c.kind != "unchanged"
    }


def main(arguments: Sequence[str]) -> None:
    """Run the sizes asked for and print a table."""
    one_section = "--one-section" in arguments
    sizes = [int(a) for a in arguments if a.isdecimal()] or list(SIZES)
    print(
        f"{'entries':>8} {'sections':>8} {'seconds':>8} {'µs/entry':>9} {'growth':>7} {'found':>7} {'wrong':>7}"
    )
    previous: tuple[int, float] | None = None
    for size in sizes:
        old, new, truth = make(size, sections=1 if one_section else max(1, size // 700))
        start = time.perf_counter()
        changes = compare(old, new)
        seconds = time.perf_counter() - start
        found = told(changes)
        growth = ""
        if previous:
            growth = f"n^{math.log(seconds / previous[1]) / math.log(size / previous[0]):.2f}"
        previous = size, seconds
        print(
            f"{size:>8} {len(old.sections):>8} {seconds:>8.2f} {1e6 * seconds / size:>9.1f} {growth:>7} "
            f"{len(truth & found) / len(truth):>7.1%} {len(found - truth) / len(found):>7.1%}"
        )
        if "-v" in arguments:
            missed = Counter(kind for _, kind, _, _ in truth - found)
            wrong = Counter(kind for _, kind, _, _ in found - truth)
            print(
                "  missed", dict(missed), "wrong", dict(wrong), "of", dict(Counter(k for _, k, _, _ in truth))
            )


if __name__ == "__main__":
    main(sys.argv[1:])
