"""Old workbooks (.xls) made byte by byte: sound ones, and those whose records or chains of sectors are not."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

#: a cell: row, column (both from 0), text or figure
Cell = tuple[int, int, str | float]


def record(kind: int, body: bytes = b"") -> bytes:
    """One record of MS-XLS: kind, length, content."""
    return struct.pack("<HH", kind, len(body)) + body


def _cell(row: int, column: int, value: str | float) -> bytes:
    head = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return record(0x204, head + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return record(0x203, head + struct.pack("<d", value))


def sheet(cells: Sequence[Cell], rows: int = 0, columns: int = 0) -> bytes:
    """The records of a sheet; `rows` and `columns` are what it claims to have, where that is not what it has."""
    rows = rows or max((row for row, *_ in cells), default=0) + 1
    columns = columns or max((column for _, column, _ in cells), default=0) + 1
    return (
        record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
        + record(0x200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
        + b"".join(_cell(*cell) for cell in cells)
        + record(0x0A)
    )


def workbook(sheets: Sequence[bytes], repeated: int = 1, styles: bytes = b"") -> bytes:
    """An .xls with these sheets; `repeated` names each of them so many times, `styles` are records of fonts and formats."""
    named = [(f"s{n}", one) for n, one in enumerate(sheets)]
    listed = [
        (name if k == 0 else f"{name}x{k}", n) for k in range(repeated) for n, (name, _) in enumerate(named)
    ]
    head = (
        record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0))
        + record(0x42, struct.pack("<H", 1200))
        + styles
    )
    size = len(head) + sum(4 + 8 + len(name) for name, _ in listed) + 4
    places = [size + sum(len(one) for one in sheets[:n]) for n in range(len(sheets))]
    globals_ = head
    for name, n in listed:
        globals_ += record(0x85, struct.pack("<IBBBB", places[n], 0, 0, len(name), 0) + name.encode("ascii"))
    return container((globals_ + record(0x0A) + b"".join(sheets)).ljust(4_096, b"\0"))


def container(stream: bytes, name: str = "Workbook") -> bytes:
    """A file of MS-CFB with one stream."""
    body = -(-len(stream) // SECTOR)
    tables = 1
    while tables * SECTOR // 4 < body + tables + 1:
        tables += 1
    table = [_TABLE] * tables + [_END] + [tables + 2 + n for n in range(body - 1)] + [_END]
    table += [_FREE] * (tables * SECTOR // 4 - len(table))
    parts = [*range(tables), *[_FREE] * (109 - tables)]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4_096, _END, 0, _END, 0)
        + struct.pack("<109I", *parts)
    )
    folder = _entry("Root Entry", 5, _END, 0, 1) + _entry(name, 2, tables + 1, len(stream), _FREE)
    return (
        header
        + struct.pack(f"<{len(table)}I", *table)
        + folder.ljust(SECTOR, b"\0")
        + stream.ljust(body * SECTOR, b"\0")
    )


def _entry(name: str, kind: int, start: int, length: int, child: int) -> bytes:
    told = name.encode("utf-16-le") + b"\0\0"
    return (
        told.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(told), kind, 1, _FREE, _FREE, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, length)
    )
