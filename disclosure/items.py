"""The budget items of any file: a disclosure, or records prepared by hand or by another program."""

from __future__ import annotations

from pathlib import Path

from disclosure.model import BudgetItem, Remark

#: files of records, one item a row; everything else is read as a document
RECORDS = frozenset({".jsonl", ".csv", ".xlsx"})


def read_items(path: Path) -> tuple[tuple[BudgetItem, ...], tuple[Remark, ...]]:
    """The items of the file at `path`, and what could not be read of it.

    Raises GoufuError where nothing at all can be read, with a sentence that says what to do next.
    """
    if path.suffix.lower() in RECORDS:
        from disclosure.records import read_records

        return read_records(path)
    from disclosure.read import read_disclosure

    disclosure = read_disclosure(path)
    return disclosure.items, disclosure.remarks
