"""A PostgreSQL server of one's own that can be restarted as after a power cut."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest


@contextlib.contextmanager
def restartable_postgres() -> Iterator[tuple[str, Callable[[], None]]]:
    """The server's URL, and how to restart it. Skips the test where there is no driver or no pg_virtualenv."""
    pytest.importorskip(
        "psycopg", reason="PostgreSQL tests skipped: psycopg is not installed (goufu[postgres])"
    )
    if not shutil.which("pg_virtualenv"):
        pytest.skip("PostgreSQL tests skipped: no pg_virtualenv on this machine")
    process = subprocess.Popen(
        ["pg_virtualenv", "-t", "sh", "-c",
         "env | grep ^PG; echo READY; while read line; do pg_ctlcluster -m immediate $PGVERSION regress restart >&2; echo READY; done"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout
    settings: dict[str, str] = {}
    for line in process.stdout:
        if line.strip() == "READY":
            break
        name, _, value = line.strip().partition("=")
        settings[name] = value
    stdin, stdout = process.stdin, process.stdout

    def restart() -> None:
        stdin.write("restart\n")
        stdin.flush()
        while stdout.readline().strip() != "READY":
            pass

    url = "postgresql://{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/postgres".format(**settings)
    try:
        yield url, restart
    finally:
        stdin.close()
        process.wait()
