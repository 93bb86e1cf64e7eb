"""Stores for the tests: each test runs on SQLite and on a real PostgreSQL server, each in a database of its own.

The server is the one that PGHOST names (as under pg_virtualenv), or one that is started here with pg_virtualenv.
Where neither can be had, the tests on PostgreSQL say that they were skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from goufu.store.address import StoreAddress
from goufu.store.engine import Store
from goufu.store.schema import open_store


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: the URL of it up to the database's name, with the password in it."""

    root: str

    def create(self) -> str:
        """A new empty database; its URL."""
        import psycopg

        name = f"goufu_test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.root + "postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.root + name

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        import psycopg

        with psycopg.connect(self.root + "postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")


def _root(settings: dict[str, str]) -> str:
    user, password = quote(settings["PGUSER"]), quote(settings.get("PGPASSWORD", ""), safe="")
    return f"postgresql://{user}:{password}@{settings['PGHOST']}:{settings.get('PGPORT', '5432')}/"


def _started(_attempt: int) -> tuple[subprocess.Popen[str], dict[str, str]] | None:
    """A server in a folder of its own, also for root, so that several can run side by side; and where it is."""
    process = subprocess.Popen(
        ["pg_virtualenv", "-t", "-o", "fsync=off", "sh", "-c", "env | grep ^PG; echo READY; read line"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    settings: dict[str, str] = {}
    for line in process.stdout:
        if line.strip() == "READY":
            return process, settings
        name, _, value = line.strip().partition("=")
        settings[name] = value
    process.kill()
    return None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    pytest.importorskip(
        "psycopg", reason="PostgreSQL tests skipped: psycopg is not installed (goufu[postgres])"
    )
    if os.environ.get("PGHOST") and os.environ.get("PGUSER"):
        yield Server(_root(dict(os.environ)))
        return
    if shutil.which("pg_virtualenv") is None:
        pytest.skip(
            "PostgreSQL tests skipped: no server, and pg_virtualenv (Debian package postgresql) is not installed"
        )
    # another run of the tests may take the same port at the same moment
    started = next((found for found in map(_started, range(3)) if found), None)
    if started is None:
        pytest.skip("PostgreSQL tests skipped: pg_virtualenv could not start a server here")
    process, settings = started
    assert process.stdin is not None
    try:
        yield Server(_root(settings))
    finally:
        process.stdin.close()
        process.wait(timeout=60)


@pytest.fixture
def postgres(server: Server) -> Iterator[StoreAddress]:
    """An empty database."""
    url = server.create()
    yield StoreAddress(url=url)
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreAddress]:
    """Where there is no store yet, on either engine."""
    if request.param == "sqlite":
        yield StoreAddress(tmp_path / "goufu.db")
        return
    yield request.getfixturevalue("postgres")


@pytest.fixture
def store(place: StoreAddress) -> Iterator[Store]:
    """A new store, on either engine."""
    opened = open_store(place)
    yield opened
    opened.engine.dispose()
