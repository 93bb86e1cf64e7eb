"""goufu called in this process, as its entry point is called in one of its own: words, environment, streams, exit code.

A process for each call costs most of a second, and each makes the catalogs, the index and the weights anew. Tests of
what a process is (pipes, signals, encodings, a full disk, memory) start one; that both say the same is in `test_commands`.
"""

from __future__ import annotations

import contextvars
import gc
import io
import os
import sys
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

from goufu.cli.main import run
from goufu.cli.shared.output import headings, set_headings


def goufu(
    *words: str | Path, lang: str = "zh", said: str | bytes = "", **environment: str
) -> CompletedProcess[str]:
    """What `goufu words…` says where `said` is on its standard input and `environment` is added to ours."""
    given = said.encode() if isinstance(said, str) else said
    streams = io.TextIOWrapper(io.BytesIO(given), "utf-8"), _Stream(), _Stream()
    arguments = ["goufu", *(["--lang", lang] if lang else []), *map(str, words)]
    chosen, collected = headings(), gc.get_threshold()
    code = 0
    with (
        mock.patch.multiple(sys, stdin=streams[0], stdout=streams[1], stderr=streams[2], argv=arguments),
        mock.patch.dict(os.environ, environment),
    ):
        try:
            contextvars.copy_context().run(run)
        except SystemExit as left:
            assert isinstance(left.code, int)
            code = left.code
    set_headings(chosen)
    gc.set_threshold(*collected)
    return CompletedProcess(arguments, code, streams[1].text(), streams[2].text())


class _Stream(io.TextIOWrapper):
    """A stream in UTF-8 that is not a terminal and keeps what is written."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "utf-8")

    def text(self) -> str:
        """All that was written, with the ends of lines as Python reads them."""
        self.flush()
        self.seek(0)
        return self.read()
