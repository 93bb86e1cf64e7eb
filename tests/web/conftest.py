"""A server of its own for each test, over a store in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from starlette.testclient import TestClient


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Nothing here is looked at without the extra; one test says so."""
    from importlib.util import find_spec

    if find_spec("fastapi") and find_spec("argon2") and find_spec("httpx2"):
        return None
    return collection_path.name not in ("conftest.py", "test_without_the_extra.py") or None


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    """A server for its own user: no accounts, nothing read in the background."""
    from goufu.web.settings import Settings

    return Settings(folder=tmp_path / "web", db=str(tmp_path / "goufu.db"), workers=0)


@pytest.fixture
def client(settings: Any) -> Iterator[TestClient]:
    """A browser of the machine's own user."""
    from goufu.web.app import create_app
    from starlette.testclient import TestClient

    with TestClient(create_app(settings), base_url="http://127.0.0.1") as found:
        yield found


@pytest.fixture(scope="session")
def first_office(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The office from which each test gets its own."""
    from offices import made

    return made(tmp_path_factory.mktemp("office") / "first")


@pytest.fixture
def office(first_office: Any, tmp_path: Path) -> Any:
    """An office of this test's own."""
    return first_office.copied(tmp_path / "office")


@pytest.fixture
def app(office: Any) -> Iterator[Any]:
    """A running server of the office, with accounts."""
    from goufu.web.app import create_app
    from starlette.testclient import TestClient

    made = create_app(office.settings())
    with TestClient(made):
        yield made
