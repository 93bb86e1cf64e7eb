"""What goufu itself wrote: its reports often lie in the folder of what they are about, and are no budget documents.

A workbook is known by its footer or by the columns that `--into` adds, a page by the name of its maker, CSV and JSON by
the fields of the record contract. Only a file that a folder brings along is passed over; one that is named is read.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from goufu.cli.shared.output import note

#: how far into a file its mark is looked for, in bytes
_BEGINNING = 4096
_IN_WORKBOOKS = (
    "由购服（goufu）生成".encode(),
    b"made by goufu",
    "购服认定".encode(),
    b"goufu: purchased service",
)
_IN_PAGES = b'<meta name="generator" content="goufu">'
#: fields that stand together in no other table: `goufu classify` writes them, in English or in Chinese
_IN_RECORDS = (("nature_score", "gov_service_catalog_code"), ("性质把握", "政府购买服务指导性目录代码"))
#: bytes of one part of a workbook beyond which it is not looked into
_LARGEST_PART = 50_000_000


def is_own_report(path: Path) -> bool:
    """Whether goufu wrote the file; False for what cannot be read, which its reader says."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".xlsx":
            return _marked_workbook(path)
        if suffix not in (".html", ".htm", ".csv", ".json", ".jsonl"):
            return False
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
    except OSError:
        return False
    if suffix in (".html", ".htm"):
        return _IN_PAGES in beginning
    text = beginning.decode("utf-8", "ignore")
    return any(all(name in text for name in names) for names in _IN_RECORDS)


def _marked_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as book:
            for part in book.infolist():
                if (
                    part.filename.startswith(("xl/worksheets/sheet", "xl/sharedStrings"))
                    and part.file_size <= _LARGEST_PART
                ):
                    content = book.read(part)
                    if any(mark in content for mark in _IN_WORKBOOKS):
                        return True
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        pass
    return False


def without_own_reports(paths: Sequence[Path], named: Iterable[str | Path]) -> list[Path]:
    """The paths but goufu's own reports, which are reported on stderr; files that are `named` themselves stay."""
    by_name = {Path(name) for name in named}
    own = [path for path in paths if path not in by_name and is_own_report(path)]
    if own:
        listed = "、".join(path.name for path in own[:5]) + ("…" if len(own) > 5 else "")
        note(
            f"跳过 {len(own)} 个购服自己写的报告：{listed}（要读请直接写出文件名）",
            f"skipped {len(own)} reports that goufu wrote: {listed} (name a file to have it read)",
        )
    return [path for path in paths if path not in own]
