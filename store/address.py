"""Where the store is: a file in the user's data folder, another file, or a PostgreSQL database by its URL.

Light on purpose: a command asks here whether there is a store at all before anything heavy is loaded. Passwords are
kept out of every text that is shown.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from goufu.store.errors import StoreError

_PASSWORD = re.compile(r"(://[^/@:\s]*:)[^\s]*(@)")
_QUERY = re.compile(r"((?:password|passwd|pwd|sslpassword)\s*=\s*)[^&\s;]+", re.IGNORECASE)
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")


class StoreAddress(NamedTuple):
    """A store's address: `path` for SQLite, `url` (as libpq has it) for PostgreSQL; the other is empty."""

    path: Path | None = None
    url: str = ""

    @property
    def shared(self) -> bool:
        """Whether it is a database server that others may use at the same time."""
        return self.path is None

    @property
    def label(self) -> str:
        """For messages: the path, or the URL without its password."""
        return masked(self.url) if self.path is None else str(self.path)

    @property
    def exists(self) -> bool:
        """Whether there is a store to look into; a server is taken to be there."""
        return self.path is None or self.path.exists()


def masked(text: str) -> str:
    """`text` with every password of a database URL in it replaced by ***."""
    return _QUERY.sub(r"\1***", _PASSWORD.sub(r"\1***\2", text))


def default_path() -> Path:
    """The store's file in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("goufu", appauthor=False) / "goufu.db"


def learned_path(place: StoreAddress) -> Path:
    """Where the correction of the store at `place` is kept (see `goufu.store.learned`), whether there is one or not."""
    return (place.path or default_path()).with_suffix(".learned.tsv")


def address_of(text: str | None) -> StoreAddress:
    """The place that `--db` or GOUFU_DB names: a path, `sqlite:///path`, or a PostgreSQL URL; the default for None.

    Raises StoreError for a URL of any other database.
    """
    if not text or not text.strip():
        return StoreAddress(default_path())
    text = text.strip()
    if match := _POSTGRES.match(text):
        return StoreAddress(url="postgresql://" + text[match.end() :])
    if text.startswith("sqlite:///"):
        return StoreAddress(Path(text.removeprefix("sqlite:///")).expanduser())
    if "://" in text:
        raise StoreError(
            f"不支持的数据库“{masked(text).partition(':')[0]}”；请给出 SQLite 文件路径，或 postgresql://用户@主机/库名",
            f"no such kind of database '{masked(text).partition(':')[0]}'; give a SQLite file or postgresql://user@host/name",
        )
    return StoreAddress(Path(text).expanduser())
