"""Every test begins in Chinese, and at the end stands what was not tried: each reason once, with how many tests."""

from __future__ import annotations

from collections import Counter

import pytest
from _pytest.terminal import TerminalReporter
from goufu.cli.shared.output import set_headings, set_language
from hypothesis import settings

#: no test of a property fails because the machine is slow
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _as_started() -> None:
    """What a command chose in this process ends with its test, whichever tests share the process."""
    set_language("zh")
    set_headings("en")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """The reasons for skipped tests, the most frequent first."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, (tuple, list))
    )
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"not tried: {count:3}  {reason}")
