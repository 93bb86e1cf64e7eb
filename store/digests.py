"""Digests that tell whether something is the same as it was: an input file, a budget line, a catalog, the index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from goufu.catalog.load import data_directory
from goufu.catalog.model import CatalogVersion
from goufu.disclosure.model import BudgetItem

#: what steers the judgement beside the catalogs, under the data folder
_STEERING = (
    "index",
    "nature",
    "weights",
    "departments.toml",
    "characters.tsv",
    "words.toml",
    "same_line_words.toml",
    "rules.toml",
)
_SHORT = 16


def file_digest(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a file. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, digest


def item_digest(item: BudgetItem) -> str:
    """The same for two lines exactly where every field that was read is the same.

    Its place and its own id are none of them: for documents both follow the name of the file.
    """
    fields = (
        item.department, item.unit, item.year, item.title, item.summary,
        None if item.amount_wan is None else str(item.amount_wan),
        item.part, item.code, item.code_name, item.document,
    )  # fmt: skip
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()[:_SHORT]


def catalog_digest(version: CatalogVersion) -> str:
    """The content of a version: dates of force and every entry with its name and codes."""
    digest = hashlib.sha256()
    for fact in (
        version.number,
        version.title,
        version.in_force,
        version.repealed,
        version.repeals,
        version.revises,
    ):
        digest.update(repr(fact).encode())
    for entry in version.entries:
        digest.update("\t".join((entry.section, entry.code, entry.name, entry.printed_code)).encode() + b"\n")
    return digest.hexdigest()[:_SHORT]


@lru_cache(maxsize=4)
def index_digest(data: Path | None = None) -> str:
    """The content of the index terms, weights and word lists that the judgement uses."""
    root = data or data_directory()
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:_SHORT]


def _files(root: Path) -> Iterable[Path]:
    for name in _STEERING:
        path = root / name
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file())
        elif path.exists():
            yield path
