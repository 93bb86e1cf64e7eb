"""A progress bar on stderr for long work; nothing where the work is short or stderr is no terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from goufu.cli.shared.output import say

#: fewer steps than this are over before a bar could be read
_SHORT = 2000


@contextlib.contextmanager
def progress(total: int, zh: str, en: str, short: int = _SHORT) -> Iterator[Callable[[int], None]]:
    """A function to call with the number of steps done; no bar for fewer than `short` of them."""
    if total < short or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say(zh, en), total=total)
        yield lambda steps: bar.update(task, advance=steps)


@contextlib.contextmanager
def rate_of_lines(total: int, done: int) -> Iterator[Callable[[int], None]]:
    """A function to call with the number of lines done; on a terminal's stderr a bar with their rate and the time left."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(say(f"{speed:,.0f} 行/秒", f"{speed:,.0f} lines/s") if speed else "")

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("分类", "classifying"), total=total, completed=done)
        yield lambda lines: bar.update(task, advance=lines)
