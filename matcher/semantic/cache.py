"""Embeddings that were made before, kept in the user's cache folder: one SQLite file per model.

A text is known only by its digest; the file holds no text and no key. SQLite keeps it whole under several processes
and sudden ends, without a line of ours. A file that is damaged is thrown away, and where none can be written the
vectors are kept for the run only: a cache may cost time, never a result.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from goufu.matcher.semantic.embedding import BATCH, Embedder, SemanticError, Vectors

#: change when vectors of the same text mean something else, so that old ones are not read
FORMAT = 1
#: seconds to wait while another process writes
_WAIT = 10.0


@dataclass(frozen=True)
class Cached:
    """An embedder that asks `source` only for texts it has not seen; `folder` None keeps nothing on disk."""

    source: Embedder
    folder: Path | None = None

    @property
    def identity(self) -> str:
        """That of the source."""
        return self.source.identity

    @cached_property
    def path(self) -> Path | None:
        """The file for this model."""
        name = hashlib.sha256(f"{FORMAT} {self.identity}".encode()).hexdigest()[:32]
        return self.folder / f"semantic-{name}.sqlite" if self.folder else None

    @cached_property
    def _kept(self) -> sqlite3.Connection:
        if self.path:
            with contextlib.suppress(OSError, sqlite3.OperationalError):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                try:
                    return _opened(self.path)
                except sqlite3.OperationalError:
                    raise
                except sqlite3.DatabaseError:  # damaged
                    self.path.unlink()
                    return _opened(self.path)
        return _opened(None)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, in their order; new ones BATCH at a time, each part kept. Raises SemanticError."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        found = {key: vector for key in dict.fromkeys(keys) if (vector := self._read(key)) is not None}
        wanted = [(k, t) for k, t in dict(zip(keys, texts, strict=True)).items() if k not in found]
        for start in range(0, len(wanted), BATCH):
            part = dict(wanted[start : start + BATCH])
            new = dict(zip(part, self.source.embed(list(part.values())), strict=True))
            self._write(new)
            found.update(new)
        if len({len(vector) for vector in found.values()}) > 1:
            raise SemanticError(
                "模型给出的向量与以前的长度不同，模型可能换过；请删除此缓存文件再运行",
                "the model's vectors are not as long as before, it may have been replaced; delete this cache file and run again",
                str(self.path or self.identity),
            )
        return np.stack([found[key] for key in keys])

    def _read(self, key: bytes) -> Vectors | None:
        try:
            row = self._kept.execute("SELECT vector FROM vectors WHERE text = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        if row is None or not isinstance(row[0], bytes) or len(row[0]) % 2 or not row[0]:
            return None
        vector = np.frombuffer(row[0], dtype="<f2").astype(np.float32)
        return vector if abs(float(vector @ vector) - 1) < 0.01 else None

    def _write(self, vectors: dict[bytes, Vectors]) -> None:
        rows = [(key, vector.astype("<f2").tobytes()) for key, vector in vectors.items()]
        with contextlib.suppress(sqlite3.Error), self._kept:
            self._kept.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)


def _opened(path: Path | None) -> sqlite3.Connection:
    if path:
        path.touch(mode=0o600)
    connection = sqlite3.connect(path or ":memory:", timeout=_WAIT, check_same_thread=False)
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
        )
    except sqlite3.Error:
        connection.close()
        raise
    return connection
