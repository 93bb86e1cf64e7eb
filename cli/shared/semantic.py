"""The option of a second opinion by meaning: named by the user or by the environment, off otherwise.

Nothing of `goufu.matcher.semantic` is imported and no address is spoken to unless the option is given. The key is read from
the environment where it is used and is kept nowhere.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from goufu.matcher.semantic.rerank import Reranker

#: the environment variable that holds the key
KEY = "GOUFU_SEMANTIC_KEY"

SemanticOption = Annotated[
    str | None,
    typer.Option(
        "--semantic",
        envvar="GOUFU_SEMANTIC",
        show_envvar=False,
        metavar="地址或文件夹",
        help="语义重排，默认不用：本单位向量模型服务的地址，或本机模型文件夹（也可设 GOUFU_SEMANTIC）；"
        "给出地址时，项目名称和概况的开头会发往该地址",
    ),
]
SemanticModelOption = Annotated[
    str | None,
    typer.Option(
        "--semantic-model",
        envvar="GOUFU_SEMANTIC_MODEL",
        show_envvar=False,
        metavar="模型名",
        help="语义服务上的模型名（也可设 GOUFU_SEMANTIC_MODEL）；密钥只从 GOUFU_SEMANTIC_KEY 读取",
    ),
]


class Source(NamedTuple):
    """A model as the user named it: address and name, or a folder. `threads` of arithmetic, 0 for all."""

    place: str
    model: str = ""
    threads: int = 0

    @property
    def label(self) -> str:
        """For the record of a run."""
        return f"{self.place} {self.model}".strip()


def source(place: str | None, model: str | None, threads: int = 0) -> Source | None:
    """What the options name, None where they name nothing. Raises SemanticError where it cannot be used."""
    if not place or not place.strip():
        return None
    named = Source(place.strip(), (model or "").strip(), threads)
    reranker(named)
    return named


@lru_cache(maxsize=1)
def reranker(named: Source) -> Reranker:
    """The second opinion by the model that was named. Raises SemanticError where it cannot be used."""
    from goufu.matcher.semantic.cache import Cached
    from goufu.matcher.semantic.embedding import Embedder
    from goufu.matcher.semantic.rerank import Reranker

    from goufu.cache import default_cache

    model: Embedder
    if named.place.lower().startswith(("http://", "https://")):
        from goufu.matcher.semantic.endpoint import endpoint

        model = endpoint(named.place, named.model, os.environ.get(KEY, ""))
    else:
        from goufu.matcher.semantic.local import local_model

        model = local_model(Path(named.place), named.threads)
    return Reranker(Cached(model, default_cache()))
