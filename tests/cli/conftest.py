"""What tests of the desk share: the command with a store of its own, and a browser for the tests of pages.

The browser is the Chromium that the machine has, never one that is downloaded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import called
import pytest

#: what keeps a Chromium without a network and without a sandbox from waiting for either
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; tests that ask for it are skipped, with the reason, where none can be had."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    if found is None:
        pytest.skip(
            "no Chromium on this machine (apt-get install chromium): the page is not tested in a browser"
        )
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as driver:
        try:
            started = driver.chromium.launch(executable_path=found, args=list(FLAGS))
        except sync_api.Error as error:
            pytest.skip(f"Chromium does not start here: {error.message.splitlines()[0]}")
        yield started
        started.close()


Goufu = Callable[..., CompletedProcess[str]]


@pytest.fixture
def goufu(tmp_path: Path) -> Goufu:
    """The command with a store of its own, spoken to by 甲 unless said otherwise."""

    def run(
        *words: str | Path, by: str = "甲", said: str = "", lang: str = "zh", wide: bool = False
    ) -> CompletedProcess[str]:
        return called.goufu(
            *words, lang=lang, said=said,
            GOUFU_DB=str(tmp_path / "goufu.db"), GOUFU_OFFICER=by, COLUMNS="1000" if wide else "100",
        )  # fmt: skip

    return run
