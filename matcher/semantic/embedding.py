"""What every source of sentence embeddings gives: unit vectors, or one sentence on why it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from goufu.catalog.errors import GoufuError
from numpy.typing import NDArray

#: N texts × D dimensions, every row of length 1
Vectors = NDArray[np.float32]

#: texts that a source is given at once
BATCH = 32


class SemanticError(GoufuError):
    """The source of embeddings cannot be used or did not answer as it should."""


class Embedder(Protocol):
    """A source of sentence embeddings."""

    @property
    def identity(self) -> str:
        """A name for the model: vectors under the same name may be compared and kept together."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, all at once and in their order. Raises SemanticError."""
        ...


def unit(rows: Any, count: int, where: str) -> Vectors:
    """`rows` as `count` vectors of length 1, rounded to half precision as the cache keeps them.

    Rounded here, so that a run from the cache gives the same as the run that filled it. Raises SemanticError where
    they are not `count` rows of one length, finite and not all zero.
    """
    try:
        found = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.empty(0)
    if found.ndim == 2 and len(found) == count and np.isfinite(found).all():
        with np.errstate(over="ignore"):
            length = np.linalg.norm(found, axis=1, keepdims=True)
        if (length > 0).all() and np.isfinite(length).all():
            vectors: Vectors = (found / length).astype(np.float16).astype(np.float32)
            return vectors
    raise SemanticError(
        f"给出的不是 {count} 个同样长度的向量；请确认它是句向量（embedding）模型",
        f"did not give {count} vectors of one length; make sure that it is a sentence-embedding model",
        where,
    )


def not_installed() -> SemanticError:
    """What to say where the extra is not installed."""
    return SemanticError(
        '语义重排需要另装组件：pip install "goufu[semantic]"',
        'semantic re-ranking needs the extra: pip install "goufu[semantic]"',
    )
