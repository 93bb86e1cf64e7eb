"""The fence around a worker process: so much memory, so much time for a step, and no more, whatever a document does.

Memory is limited where the system can (`resource`: Linux fully, macOS as far as it obeys; not on Windows, where the
limits of `goufu.disclosure.formats.gate` stand alone). Time is watched by a thread of the interpreter's own that no library can
hold up, on every system: a step that takes longer ends the process. The parent sees a worker gone and goes on.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import time
from collections.abc import Callable, Iterator

from goufu.disclosure.formats.gate import limit


def limit_memory() -> None:
    """Limit the memory of this process to `memory-mb`; what needs more gets a MemoryError."""
    if sys.platform == "win32":
        return
    import resource

    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    most = limit("memory-mb") << 20
    _, hard = resource.getrlimit(kind)
    with contextlib.suppress(OSError, ValueError):  # the system does not let us
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    with contextlib.suppress(OSError, ValueError):  # a crash leaves no image of what was read
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def timed() -> Iterator[Callable[[], None]]:
    """A function to call at every step; the process ends where two calls lie further apart than `seconds`."""
    seconds = limit("seconds")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    last = time.monotonic()

    def arm() -> None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)

    def step() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > min(seconds / 10, 1.0):
            last = now
            arm()

    arm()
    try:
        yield step
    finally:
        faulthandler.cancel_dump_traceback_later()
        os.close(nowhere)
