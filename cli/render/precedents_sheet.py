"""The file by which offices share precedents: a table that one office exports, reviews and signs, and another imports.

The file holds what was decided of which kind of line, and nothing about who decided or for whom: no officer, unit,
summary, note or amount. It is imported only as signed: every row approved or refused, by a named office, unchanged
since. The signature is a digest and shows that the file is whole; that it came from that office is for the office's
own channels to assure. Written and read here; which rows may go out or come in is judged in
`goufu.matcher.precedents.sharing`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from goufu.catalog.characters import guarded, unguarded
from goufu.catalog.errors import GoufuError
from goufu.catalog.names import tidy_name
from goufu.disclosure.formats.gate import read_bytes
from goufu.disclosure.formats.text import decode
from goufu.matcher.nature_names import NATURES
from goufu.matcher.precedents.apply import Precedent
from goufu.matcher.precedents.sharing import Shared

COLUMNS = (
    "approved",
    "section",
    "department",
    "title",
    "year",
    "outcome",
    "nature",
    "version",
    "entry_section",
    "code",
    "name",
    "decided_on",
)
_HEAD = "# goufu precedents 1"
_SIGNED = "# signed: "
_DIGEST = "# digest: "
_YES, _NO = ("yes", "是", "同意", "y", "1"), ("no", "否", "不同意", "n", "0")
_MOST = 50_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """An exchange file as read: its rows, who signed it, and whether it is as it was signed."""

    rows: tuple[Shared, ...]
    signed_by: str
    signed_on: date | None
    intact: bool


def export_text(precedents: Sequence[Precedent]) -> str:
    """The text of the file for review, a row for each precedent."""
    return _text([_cells("", p) for p in precedents])


def _cells(approved: str, p: Precedent | Shared) -> tuple[str, ...]:
    year = str(p.year) if p.year else ""
    return (
        approved, p.section, p.department, p.title, year, p.outcome, p.nature,
        p.version, p.entry_section, p.code, p.name, p.decided_on.isoformat(),
    )  # fmt: skip


def _text(rows: Sequence[Sequence[str]], signature: Sequence[str] = ()) -> str:
    buffer = io.StringIO()
    buffer.writelines(line + "\n" for line in (_HEAD, *signature))
    writer = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([guarded(" ".join(cell.split())) for cell in row] for row in rows)
    return buffer.getvalue()


def read_sheet(path: Path) -> Sheet:
    """An exchange file, also after a spreadsheet program saved it (GB18030, UTF-16, quoted cells).

    Raises GoufuError with the line where it is no exchange file or a row is malformed.
    """
    text = decode(read_bytes(path, _MOST), str(path))
    signed_by, signed_on, digest = "", None, ""
    header: list[str] | None = None
    rows: list[Shared] = []
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter="\t"), 1):
        first = cells[0].strip() if cells else ""
        if not any(c.strip() for c in cells):
            continue
        if first.startswith("#"):
            if first.startswith(_SIGNED.strip()):
                signed_by, _, day = first.removeprefix(_SIGNED.strip()).strip().rpartition(" ")
                signed_on = _day(day, path, number)
            elif first.startswith(_DIGEST.strip()):
                digest = first.removeprefix(_DIGEST.strip()).strip()
        elif header is None:
            header = [c.strip() for c in cells]
            if missing := [c for c in COLUMNS if c not in header]:
                raise GoufuError(
                    f"这不是先例文件，缺少列 {'、'.join(missing)}",
                    f"this is no file of precedents; missing columns: {', '.join(missing)}",
                    f"{path}:{number}",
                )
        else:
            rows.append(_row(dict(zip(header, cells, strict=False)), path, number))
    if header is None:
        raise GoufuError("这不是先例文件，没有表头", "this is no file of precedents: no header", str(path))
    return Sheet(
        tuple(rows), signed_by, signed_on, bool(digest) and digest == _digest(rows, signed_by, signed_on)
    )


def _row(cells: dict[str, str], path: Path, line: int) -> Shared:
    value = {c: unguarded(cells.get(c, "").strip()) for c in COLUMNS}
    said = value["approved"].lower()
    if said and said not in (*_YES, *_NO):
        raise GoufuError(
            f"approved 应为 是 或 否，实为“{said}”",
            f"approved takes yes or no, found '{said}'",
            f"{path}:{line}",
        )
    year = value["year"].removesuffix("年").removesuffix(".0")
    natures = (*NATURES, "") if value["outcome"] == "not_applicable" else NATURES
    if value["outcome"] not in ("code", "unlisted", "not_applicable") or value["nature"] not in natures:
        raise GoufuError(
            f"outcome“{value['outcome']}”或 nature“{value['nature']}”无效",
            f"outcome '{value['outcome']}' or nature '{value['nature']}' is not valid",
            f"{path}:{line}",
        )
    if (
        not value["title"]
        or (year and not year.isdecimal())
        or (value["outcome"] == "code") != bool(value["code"])
    ):
        raise GoufuError(
            "title 不可为空，year 应为年份，code 只在 outcome 为 code 时填写",
            "title must not be empty, year must be a year, code goes with outcome code only",
            f"{path}:{line}",
        )
    return Shared(
        line, said in _YES if said else None, value["section"], tidy_name(value["department"]), value["title"],
        int(year) if year else None, value["outcome"], value["nature"], value["version"], value["entry_section"],
        value["code"], value["name"], _day(value["decided_on"], path, line),
    )  # fmt: skip


def _day(text: str, path: Path, line: int) -> date:
    parts = re.split(r"[-/.年月日]", text.strip().removesuffix("日"))
    try:
        return date(*(int(p) for p in parts[:3]))
    except (ValueError, TypeError):
        raise GoufuError(
            f"“{text}”不是日期，应如 2026-03-01", f"'{text}' is not a date like 2026-03-01", f"{path}:{line}"
        ) from None


def _digest(rows: Sequence[Shared], office: str, day: date | None) -> str:
    digest = hashlib.sha256(f"{office}\n{day}\n".encode())
    for row in rows:
        digest.update("\t".join(_cells("yes" if row.approved else "no", row)).encode() + b"\n")
    return digest.hexdigest()


def sign(path: Path, office: str, day: date) -> tuple[str, int, int]:
    """The text of the signed file, and how many rows are approved and refused.

    Raises GoufuError where a row has not been reviewed or the office's name is empty.
    """
    office = " ".join(office.split())
    if not office:
        raise GoufuError("请写明签发单位", "name the office that signs")
    rows = read_sheet(path).rows
    if waiting := [r for r in rows if r.approved is None]:
        raise GoufuError(
            f"还有 {len(waiting)} 行没有审核（approved 列应填 是 或 否），从第 {waiting[0].line} 行起",
            f"{len(waiting)} rows are not reviewed yet (approved: yes or no), from line {waiting[0].line} on",
            str(path),
        )
    if not rows:
        raise GoufuError("文件里没有先例", "there are no precedents in the file", str(path))
    signature = (f"{_SIGNED}{office} {day.isoformat()}", f"{_DIGEST}{_digest(rows, office, day)}")
    text = _text([_cells("yes" if r.approved else "no", r) for r in rows], signature)
    approved = sum(bool(r.approved) for r in rows)
    return text, approved, len(rows) - approved


def signed_rows(sheet: Sheet) -> tuple[str, date, tuple[Shared, ...]]:
    """Who signed the file and when, and its rows. Raises GoufuError where it is not signed or was changed since."""
    if not sheet.signed_by or sheet.signed_on is None:
        raise GoufuError(
            "文件未经签发；请对方审核后运行 goufu precedents sign",
            "the file is not signed; have it reviewed and signed with goufu precedents sign",
        )
    if not sheet.intact:
        raise GoufuError(
            f"文件在“{sheet.signed_by}”签发之后改动过；请取得原件，或重新审核签发",
            f"the file was changed after '{sheet.signed_by}' signed it; get the original or have it signed again",
        )
    return sheet.signed_by, sheet.signed_on, sheet.rows
