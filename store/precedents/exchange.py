"""Precedents between offices: a table that one office exports, reviews and signs, and another imports.

The file holds what was decided of which kind of line, and nothing about who decided or for whom: no officer, unit,
summary, note or amount, and no line that may name a person (`personal` in `data/precedents.toml`, long numbers,
wages and transfers). It is imported only as signed: every row approved or refused, by a named office, unchanged
since. The signature is a digest and shows that the file is whole; that it came from that office is for the office's
own channels to assure.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from goufu.catalog.concordance.similarity import core, distance
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import data_directory
from goufu.catalog.model import CatalogVersion
from goufu.catalog.names import tidy_name
from goufu.disclosure.formats.gate import read_bytes
from goufu.disclosure.formats.text import decode
from goufu.matcher.nature import likely_nature
from goufu.matcher.nature_names import NATURES
from goufu.matcher.precedents.apply import Precedent
from goufu.matcher.precedents.similarity import key_format, title_key
from goufu.store.engine import Store, writing
from goufu.store.log import log
from goufu.store.precedents.keys import precedents
from goufu.store.tables import PrecedentRow
from sqlmodel import Session, select

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
_PRIVATE_NATURES = ("personnel", "transfer")
_LONG_NUMBER = re.compile(r"\d(?:[-\s]?\d){6,}")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-—–~至/](?:19|20)?\d\d)?(?!\d)")
_FORMULA = "=+-@＝＋－＠\t\r"
_MOST = 50_000_000


@dataclass(frozen=True, slots=True)
class Shared:
    """One row of an exchange file. `approved` is None where nobody said yet; `line` is its line in the file."""

    line: int
    approved: bool | None
    section: str
    department: str
    title: str
    year: int | None
    outcome: str
    nature: str
    version: str
    entry_section: str
    code: str
    name: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Sheet:
    """An exchange file as read: its rows, who signed it, and whether it is as it was signed."""

    rows: tuple[Shared, ...]
    signed_by: str
    signed_on: date | None
    intact: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken over, and why."""

    line: int
    title: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows new, replacing older ones, known already, not approved, refused."""

    added: int
    replaced: int
    known: int
    disapproved: int
    refused: tuple[Refusal, ...]


@lru_cache(maxsize=1)
def _personal() -> re.Pattern[str]:
    table = tomllib.loads((data_directory() / "precedents.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(map(re.escape, table["personal"])))


def may_be_personal(p: Precedent) -> bool:
    """Whether a precedent stays in the office: wages and transfers, long numbers, words that go with names."""
    title = _YEARS.sub(" 年 ", p.title)
    nature = p.nature or likely_nature(p.title, p.summary, without=("service", "mixed"))
    return nature in _PRIVATE_NATURES or bool(_LONG_NUMBER.search(title) or _personal().search(title))


def export(store: Store, section: str | None = None, since: date | None = None) -> tuple[str, int, int]:
    """The exchange file's text for review, how many precedents it holds, and how many were held back.

    Equal lines of one department and year are one row, the newest. Precedents that were imported are not passed on.
    """
    own = [p for p in precedents(store, section) if not p.source and (since is None or p.decided_on >= since)]
    open_ones = [p for p in own if not may_be_personal(p)]
    latest: dict[tuple[str, str, str, int | None], Precedent] = {}
    for p in open_ones:
        latest.setdefault((p.section, p.department, p.title, p.year), p)
    rows = sorted(latest.values(), key=lambda p: (p.section, p.department, p.title, p.year or 0))
    return _text([_cells("", p) for p in rows]), len(rows), len(own) - len(open_ones)


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
    writer.writerows([_defused(" ".join(cell.split())) for cell in row] for row in rows)
    return buffer.getvalue()


def _defused(cell: str) -> str:
    return "'" + cell if cell[:1] and cell[0] in _FORMULA else cell


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
    value = {c: _armed(cells.get(c, "").strip()) for c in COLUMNS}
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


def _armed(cell: str) -> str:
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _FORMULA else cell


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


def import_sheet(
    store: Store,
    sheet: Sheet,
    versions: Sequence[CatalogVersion],
    officer: str,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Take over the approved rows of a signed file, all in one transaction; a row that is wrong costs only itself.

    A row replaces an older one of the same office, department, title and year. Decisions of this store are never
    touched. Raises GoufuError where the file is not signed or was changed since.
    """
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
    by_id = {v.id: v for v in versions}
    refused: list[Refusal] = []
    counts = {"added": 0, "replaced": 0, "known": 0}
    with writing(store) as session:
        for row in sheet.rows:
            if row.approved:
                refusal = _refusal(row, by_id)
                if refusal:
                    refused.append(refusal)
                else:
                    counts[_take(session, row, sheet.signed_by)] += 1
            if progress:
                progress(1)
        told = {"source": sheet.signed_by, "signed_on": str(sheet.signed_on), "refused": len(refused)}
        log(session, officer, "import precedents", {**told, **counts})
    return Imported(
        counts["added"],
        counts["replaced"],
        counts["known"],
        sum(r.approved is False for r in sheet.rows),
        tuple(refused),
    )


def _refusal(row: Shared, versions: dict[str, CatalogVersion]) -> Refusal | None:
    """Why a row cannot be taken over, None where it can."""
    if row.outcome == "not_applicable":
        return None
    version = versions.get(row.version)
    if version is None:
        return Refusal(
            row.line, row.title, f"没有目录版本 {row.version}", f"no catalog version {row.version}"
        )
    if row.outcome == "unlisted":
        return None
    entry = version.find(row.entry_section, row.code)
    if entry is None:
        return Refusal(
            row.line, row.title,
            f"{row.version} 的“{row.entry_section}”中没有代码 {row.code}",
            f"{row.version} has no {row.code} in {row.entry_section}",
        )  # fmt: skip
    if distance(core(entry.name), core(row.name)) > max(2, len(entry.name) // 4):
        return Refusal(
            row.line, row.title,
            f"{row.code} 在 {row.version} 中是“{entry.name}”，不是“{row.name}”",
            f"{row.code} is '{entry.name}' in {row.version}, not '{row.name}'",
        )  # fmt: skip
    if row.entry_section not in (row.section, "B") and row.section:
        return Refusal(
            row.line, row.title,
            f"“{row.section}”的项目不能用“{row.entry_section}”的代码",
            f"an item of {row.section} cannot have a code of {row.entry_section}",
        )  # fmt: skip
    return None


def _take(session: Session, row: Shared, office: str) -> str:
    before = session.exec(
        select(PrecedentRow).where(
            PrecedentRow.source == office,
            PrecedentRow.section == row.section,
            PrecedentRow.department == row.department,
            PrecedentRow.title == row.title,
            PrecedentRow.year == (row.year or 0),
        )
    ).first()
    if before is not None:
        if before.decided_on >= row.decided_on:
            return "known"
        session.delete(before)
        session.flush()
    session.add(
        PrecedentRow(
            item_id=None,
            run=0,
            outcome=row.outcome,
            nature=row.nature,
            version=row.version,
            entry_section=row.entry_section,
            code=row.code,
            name=row.name,
            section=row.section,
            department=row.department,
            unit="",
            title=row.title,
            summary="",
            year=row.year or 0,
            decided_on=row.decided_on,
            source=office,
            title_key=title_key(row.title, row.department),
            key_format=key_format(),
        )
    )
    return "replaced" if before is not None else "added"
