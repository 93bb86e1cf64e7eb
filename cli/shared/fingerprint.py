"""A name for everything that judgements depend on besides the lines themselves, so that work done is known again."""

from __future__ import annotations

import hashlib
from typing import Any

from goufu.cli.shared.audits import Settings
from goufu.cli.shared.output import headings, language
from goufu.cli.shared.semantic import reranker
from goufu.cli.shared.store_access import precedents_state


def fingerprint(how: Settings, *more: Any) -> str:
    """What a verdict depends on: catalog data, goufu's version, options, language, precedents, model; and `more`."""
    from importlib.metadata import version

    from goufu.catalog.load import data_directory

    told = hashlib.sha256()
    root = data_directory()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        told.update(str(path.relative_to(root)).encode())
        told.update(path.read_bytes())
    remembered = precedents_state(how.db) if how.remember else ""
    model = reranker(how.semantic).embedder.identity if how.semantic else ""
    options = (
        version("goufu"),
        how.sections,
        how.year,
        how.on,
        how.silences,
        *more,
        language(),
        headings(),
        remembered,
        how.learned,
    )
    told.update(repr((*options, model)).encode())
    return told.hexdigest()
