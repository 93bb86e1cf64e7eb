"""Reading many files for a command: folders and patterns opened up, failures told one by one, pages counted.

`-` is standard input, so that a table from the clipboard can be piped in. A file that cannot be read is said in one sentence (made by `goufu.disclosure`) on stderr and the others go on; the caller exits with 2 at
the end if there was one.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.collector import look_now_and_then
from goufu.cli.shared.output import note, say
from goufu.cli.shared.own_reports import without_own_reports

if TYPE_CHECKING:
    from goufu.disclosure.model import Disclosure
    from rich.progress import Progress

#: pages; fewer are read before a bar could be seen
_MANY_PAGES = 20
#: seconds after which a bar is shown however few the pages; a scan takes a few seconds a page
_LONG = 2.0

#: what a pasted text is called in places and ids; a refusal names it in the language chosen
STDIN = "stdin"


def read_files(arguments: Sequence[str | Path], failed: list[GoufuError]) -> Iterator[Disclosure]:
    """The documents that `arguments` (files, folders, patterns, `-` for standard input) mean, one after the other.

    What cannot be read is reported on stderr and added to `failed`. No two items of them have one id.
    """
    from goufu.cli.shared.faults import unforeseen
    from goufu.disclosure.read import documents, read_content, read_document, with_unique_ids

    files, errors = documents(argument for argument in arguments if str(argument) != "-")
    for error in errors:
        _report(error, failed)
    files = without_own_reports(files, arguments)
    taken: set[str] = set()
    for number, path in enumerate([*([Path("-")] if "-" in map(str, arguments) else []), *files]):
        if number == 1:
            look_now_and_then()
        try:
            with _pages(sound(path.name)) as told:
                if str(path) == "-":
                    disclosure = read_content(_pasted(), STDIN, say("标准输入", "standard input"), told)
                else:
                    disclosure = read_document(path, told)
        except GoufuError as error:
            _report(error, failed)
        except Exception as error:  # one document, whatever is wrong with it, must not cost the others
            _report(unforeseen(error, sound(str(path))), failed)
        else:
            yield with_unique_ids(disclosure, path.resolve().parent.name, taken)


def _pasted() -> bytes:
    """What comes from standard input. Raises GoufuError where there is none, or no end of it."""
    from goufu.disclosure.formats.gate import read_stream

    if sys.stdin is None:
        raise GoufuError(
            "没有标准输入可读。", "There is no standard input to read.", say("标准输入", "standard input")
        )
    return read_stream(sys.stdin.buffer, say("标准输入", "standard input"))


def _report(error: GoufuError, failed: list[GoufuError]) -> None:
    failed.append(error)
    note(error.text("zh"), error.text("en"))


@contextlib.contextmanager
def _pages(name: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with pages done and pages in all; a bar on a terminal's stderr where there are many."""
    bars: list[Progress] = []
    start = time.monotonic()

    def tell(done: int, pages: int) -> None:
        if not sys.stderr.isatty() or (pages < _MANY_PAGES and time.monotonic() - start < _LONG):
            return
        if not bars:
            from rich.console import Console
            from rich.progress import Progress

            bars.append(Progress(console=Console(stderr=True), transient=True))
            bars[0].add_task(say(f"读取 {name}", f"reading {name}"), total=pages)
            bars[0].start()
        bars[0].update(bars[0].task_ids[0], completed=done)

    try:
        yield tell
    finally:
        for bar in bars:
            bar.stop()
