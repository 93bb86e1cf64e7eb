"""The budget items of any file: a disclosure in any format, or records prepared by hand or by another program."""

from __future__ import annotations

from pathlib import Path

from goufu.disclosure.model import BudgetItem, Remark


def read_items(path: Path) -> tuple[tuple[BudgetItem, ...], tuple[Remark, ...]]:
    """The items of the file at `path`, and what could not be read of it.

    What the file is, is told by its content. Raises GoufuError where nothing at all can be read, with a sentence
    that says what to do next. `goufu.disclosure.read.read_document` gives the whole document.
    """
    from goufu.disclosure.read import read_document

    disclosure = read_document(path)
    return disclosure.items, disclosure.remarks
