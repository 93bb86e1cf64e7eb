"""Every test begins in Chinese, and at the end stands what was not tried: each reason once, with how many tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter
from goufu.cli.shared.output import set_headings, set_language
from goufu.matcher.index import corpus
from goufu.matcher.index.grams import Index, Target
from hypothesis import settings

#: no test of a property fails because the machine is slow
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _as_started() -> None:
    """What a command chose in this process ends with its test, whichever tests share the process."""
    set_language("zh")
    set_headings("en")


@pytest.fixture(scope="session", autouse=True)
def _each_index_once() -> Iterator[None]:
    """Days on which the same entries and terms stand share an index where no folder is named to keep it in.

    Else each day that a test names has one built anew, two seconds of work that hardly any test is about.
    """
    kept: dict[tuple[Any, ...], Index] = {}
    made = corpus._index

    def index(
        targets: Sequence[Target],
        sources: Sequence[bytes],
        terms: Callable[[], Mapping[Any, Any]],
        cache: Path | None,
    ) -> Index:
        if cache:
            return made(targets, sources, terms, cache)
        known = terms()
        key = (*targets, repr(list(known.items())))
        if key not in kept:
            kept[key] = made(targets, sources, lambda: known, None)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "_index", index)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests first, then those with many, so that no worker is left alone with a long one at the end."""
    many = Counter(item.path for item in items)
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: (item.path not in long, -many[item.path], item.path))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """The reasons for skipped tests, the most frequent first."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, (tuple, list))
    )
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"not tried: {count:3}  {reason}")
