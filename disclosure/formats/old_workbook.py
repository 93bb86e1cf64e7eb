"""What an old workbook (.xls, .et) would take in memory, told from its own records before a reader opens it.

Such a file is a small file system (MS-CFB): chains of sectors hold streams, and the stream `Workbook` or `Book` has the
records of every sheet, one after the other (MS-XLS). A reader follows the chains wherever they lead and lays out every
sheet as a full table from its first cell to its last, all at once. Here only the chains and the place of each
cell are looked at; what a cell says is left to the reader.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import Meter, check, limit

#: what such a file begins with, and every other one of Office before 2007
MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: the first of the numbers that are no sector: free, end of a chain, part of the tables themselves
_NO_SECTOR = 0xFFFFFFFA
#: rows and columns that the format has
_ROWS, _COLUMNS = 65_536, 256
#: streams below this size (bytes) lie in sectors of 64 bytes, within a stream of their own
_SMALL = 4_096
_END, SHEET, _DIMENSIONS, _SEVERAL = 0x0A, 0x85, 0x200, 0xBD
#: records of a cell: formula, several figures, text, figure, truth value, figure in short
_CELLS = frozenset({0x06, _SEVERAL, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E})
#: the folder of macros, which is never opened: what is packed in it may be anything unpacked
_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")


def weigh(data: bytes, where: str = "") -> None:
    """Look through the old workbook `data`.

    Raises GoufuError where its chains of sectors have no end, where its sheets laid out would have more than `cells`
    cells, or `rows` rows, or where it is larger than `xls-mb`.
    """
    check("xls-mb", len(data) >> 20, where)
    try:
        for stream in workbook_streams(data, where):
            _weigh_sheets(stream, where)
    except (struct.error, IndexError, ValueError):
        raise _damaged("不完整，可能没有传完", "is cut short", where) from None


def without_macros(data: bytes) -> bytes:
    """The same workbook with the folder of macros by another name, so that no reader unpacks it."""
    return data.replace(_MACROS, b"-\x00" + _MACROS[2:]) if data.startswith(MARK) else data


def workbook_streams(data: bytes, where: str) -> Iterator[bytes]:
    """The streams of records in the file, after every chain that a reader follows was found to end."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise _damaged("开头有误", "has a wrong beginning", where)
    size = 1 << shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    table = _table(data, size, where)
    folder, _, _, small_folder = struct.unpack_from("<IIII", data, 48)
    entries = b"".join(map(sector, _chain(folder, table, where)))
    small_table = _numbers(b"".join(map(sector, _chain(small_folder, table, where))))
    if len(entries) % 128:
        raise IndexError
    root = struct.unpack_from("<I", entries, 116)[0]
    small = b"".join(map(sector, _chain(root, table, where)))
    for at in range(0, len(entries) - 127, 128):
        name = entries[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0]
        if name.lower() not in ("workbook", "book"):
            continue
        start, length = struct.unpack_from("<II", entries, at + 116)
        if length < _SMALL:
            found = [small[n * 64 : n * 64 + 64] for n in _chain(start, small_table, where)]
        else:
            found = list(map(sector, _chain(start, table, where)))
        yield b"".join(found)[:length]


def _table(data: bytes, size: int, where: str) -> array[int]:
    """The table that says of each sector which one follows it."""
    sectors = len(data) // size
    parts = list(struct.unpack_from("<109I", data, 76))
    further = struct.unpack_from("<I", data, 68)[0]
    while further < _NO_SECTOR:
        *more, further = _numbers(data[(further + 1) * size : (further + 2) * size])
        parts += more
        if len(parts) > sectors + 109 + size:
            raise _endless(where)
    parts = [number for number in parts if number < _NO_SECTOR]
    if len(parts) > sectors:
        raise _endless(where)
    return _numbers(b"".join(data[(n + 1) * size : (n + 2) * size] for n in parts))


def _numbers(data: bytes) -> array[int]:
    count = len(data) // 4
    return array("L" if array("L").itemsize == 4 else "I", struct.unpack(f"<{count}I", data[: count * 4]))


def _chain(start: int, table: array[int], where: str) -> list[int]:
    """The sectors of a chain in their order."""
    found: list[int] = []
    while start < len(table):
        if len(found) > len(table):
            raise _endless(where)
        found.append(start)
        start = table[start]
    return found


def _weigh_sheets(stream: bytes, where: str) -> None:
    """Add up the tables that the sheets of a stream make."""
    table, rows = Meter("cells", where), Meter("rows", where)
    records = Meter("cells", where)
    records.left = 4 * limit("cells")  # cells, and what else a sheet says of itself
    for at, kind, _ in records_in(stream, 0, records):
        if kind == SHEET:
            height, width = _extent(stream, struct.unpack_from("<I", stream, at)[0], records, where)
            rows.add(height)
            table.add(height * width)


def records_in(stream: bytes, at: int, count: Meter) -> Iterator[tuple[int, int, int]]:
    """Where the content of each record begins, its kind and length (bytes), up to the end of the sheet."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _END:
            return
        count.add(1)
        yield at + 4, kind, length
        at += 4 + length


def _extent(stream: bytes, at: int, count: Meter, where: str) -> tuple[int, int]:
    """How many rows and columns the table from the first to the last cell of a sheet has."""
    top, left, bottom, right = _ROWS, _COLUMNS, -1, -1
    for start, kind, length in records_in(stream, at, count):
        if kind in _CELLS and length >= 6:
            row, first = struct.unpack_from("<HH", stream, start)
            last = struct.unpack_from("<H", stream, start + length - 2)[0] if kind == _SEVERAL else first
            top, bottom = min(top, row), max(bottom, row)
            left, right = min(left, first), max(right, last)
        elif kind == _DIMENSIONS and length >= 12:
            rows, columns = struct.unpack_from("<4xI2xH", stream, start)
            if rows > _ROWS or columns > _COLUMNS:  # a reader makes room for what is claimed
                raise _damaged(
                    "自称的行列数超出 .xls 所能有的", "claims more rows or columns than .xls has", where
                )
    return (bottom - top + 1, right - left + 1) if bottom >= 0 else (0, 0)


def _endless(where: str) -> GoufuError:
    return _damaged("内部结构首尾相接，没有尽头", "has an inner structure that runs in a circle", where)


def _damaged(zh: str, en: str, where: str) -> GoufuError:
    return GoufuError(
        f"这个表格已损坏（{zh}），请在 Excel 或 WPS 中打开并另存为 .xlsx 再试。",
        f"This spreadsheet is damaged (it {en}); open it in Excel or WPS and save it as .xlsx.",
        where,
    )
