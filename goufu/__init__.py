"""goufu (购服): which code of the guiding catalog a budgeted item falls under, and what is wrong with it.

The public face. Everything here is loaded when it is first asked for, so that `import goufu` costs nothing:

    import goufu

    document = goufu.read_document("budget.xlsx")
    for assessment in goufu.classify(document.items):
        print(assessment.item.title, assessment.nature, assessment.status)

The rooms behind it are `goufu.catalog`, `goufu.disclosure`, `goufu.matcher`, `goufu.store`, `goufu.cli` and
`goufu.web`. In a checkout they are folders beside this one, installed they lie inside it; the names are the same.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goufu.catalog.concordance.changes import compare
    from goufu.catalog.load import load_catalogs
    from goufu.desk import audit, classify, lookup
    from goufu.disclosure.read import read_document

__all__ = ["audit", "classify", "compare", "load_catalogs", "lookup", "read_document"]

_FROM = {
    "audit": "goufu.desk",
    "classify": "goufu.desk",
    "compare": "goufu.catalog.concordance.changes",
    "load_catalogs": "goufu.catalog.load",
    "lookup": "goufu.desk",
    "read_document": "goufu.disclosure.read",
}

# in a checkout the rooms stand beside this folder, not in it
_checkout = Path(__file__).resolve().parent.parent
if not (Path(__file__).parent / "catalog").is_dir() and (_checkout / "catalog").is_dir():
    __path__.append(str(_checkout))


def __getattr__(name: str) -> Any:
    if name not in _FROM:
        raise AttributeError(f"module 'goufu' has no attribute {name!r}")
    return getattr(import_module(_FROM[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
