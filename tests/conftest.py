"""What the tests did not try here: each reason once at the end, with how many tests it kept from running."""

from __future__ import annotations

from collections import Counter

from _pytest.terminal import TerminalReporter


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """The reasons for skipped tests, the most frequent first."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, (tuple, list))
    )
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"not tried: {count:3}  {reason}")
