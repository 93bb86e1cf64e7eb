"""Reading the editions in `data/catalogs/<version>/`, strictly.

An edition is three files: `catalog.toml` (the document), `entries.tsv` (its entries) and `readings.tsv` (the
apparatus). A file that is not exactly so is refused with its name, the line, what was expected and what was
found; nothing is guessed and nothing skipped.
"""

from __future__ import annotations

import gc
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from goufu.catalog.codes import is_code
from goufu.catalog.entries_fast import ENTRY_COLUMNS, sound_entries
from goufu.catalog.errors import CatalogError, UnknownNameError, os_reason
from goufu.catalog.model import (
    CatalogVersion,
    Coverage,
    Entry,
    Reading,
    ReadingDecision,
    ReadingKind,
    Section,
    Witness,
)
from goufu.catalog.names import document_number

READING_COLUMNS = ("section", "code", "kind", "witnesses", "chosen", "decision", "why")
_COVERAGE = get_args(Coverage)
_KINDS = get_args(ReadingKind)
_DECISIONS = get_args(ReadingDecision)


def data_directory() -> Path:
    """Where the data lives: beside this room, in a checkout as in the installed package."""
    return Path(__file__).parent.parent / "data"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Reading `path` as UTF-8 text: what goes wrong in the block is raised as a CatalogError that says so."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise CatalogError(
            f"应为 UTF-8 编码的文本，第 {error.start} 字节处不是",
            f"expected UTF-8, byte {error.start} is not",
            str(path),
        ) from None
    except OSError as error:
        raise CatalogError(
            f"无法读取：{os_reason(error)[0]}", f"cannot be read: {os_reason(error)[1]}", str(path)
        ) from None


def _read_text(path: Path) -> str:
    with reading(path):
        return path.read_bytes().decode("utf-8")


def read_columns(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """The cells of a UTF-8 TSV file below its header, column by column (one list for each of `columns`).

    The whole text is cut once, with line ends kept as cells of their own: if every row has as many cells as
    there are columns, the line ends are exactly at every (columns + 1)th place. Raises CatalogError where the
    file is missing, not UTF-8, has another header, or a row of another length.
    """
    text = _read_text(path).replace("\r\n", "\n")
    if not text.endswith("\n"):
        text += "\n"
    width = len(columns)
    cells = text.replace("\n", "\t\n\t").split("\t")
    count = text.count("\n")
    header = "\t".join(columns)
    if not text.startswith(header + "\n"):
        found = text.partition("\n")[0][:60]
        raise CatalogError(
            f"表头应为“{header}”，实为“{found}”",
            f"expected the header '{header}', found '{found}'",
            f"{path}:1",
        )
    if len(cells) != count * (width + 1) + 1 or cells[width :: width + 1].count("\n") != count:
        for number, line in enumerate(text.split("\n")[:-1], 1):
            found_width = line.count("\t") + 1
            if found_width != width:
                raise CatalogError(
                    f"每行应有 {width} 列，实有 {found_width} 列：“{line[:60]}”",
                    f"expected {width} cells, found {found_width}: '{line[:60]}'",
                    f"{path}:{number}",
                )
    return [cells[width + 1 + column : -1 : width + 1] for column in range(width)]


@contextmanager
def collector_waits() -> Iterator[None]:
    """No search for reference cycles while thousands of strings and records are made that can have none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read_entries(path: Path, version: str, sections: Mapping[str, Section], levels: int) -> tuple[Entry, ...]:
    """The entries of `entries.tsv` in printed order; an empty `printed_code` cell means: as `code`.

    Raises CatalogError with the line of the first row that is no entry of this version.
    """
    found = sound_entries(_read_text(path), version, sections, levels)
    if found is not None:
        return found
    section, code, printed, name, source = read_columns(path, ENTRY_COLUMNS)
    _refuse_entries(path, zip(section, code, name, source, strict=True), sections, levels)
    rows = zip(section, code, name, printed, source, strict=True)
    return tuple(Entry(version, s, c, n, p or c, where) for s, c, n, p, where in rows)


def _refuse_entries(
    path: Path, rows: Iterable[tuple[str, str, str, str]], sections: Mapping[str, Section], levels: int
) -> None:
    """Raise a CatalogError for the first row that is at fault, if any is."""
    seen: dict[tuple[str, str], int] = {}
    last: dict[str, int] = {}
    for number, (section, code, name, source) in enumerate(rows, 2):
        problem = ("", "")
        if section not in sections:
            problem = (
                f"catalog.toml 未列部门“{section}”",
                f"section '{section}' is not declared in catalog.toml",
            )
        elif last.get(section, number - 1) != number - 1:
            problem = (
                f"部门“{section}”的条目应在一处，前面到第 {last[section]} 行已止",
                f"the rows of section '{section}' should be in one piece, but stopped at line {last[section]}",
            )
        elif not is_code(code) or len(code) > 2 * levels - 1:
            problem = (
                f"代码“{code}”不是 1 至 {levels} 级代码",
                f"'{code}' is not a code of level 1 to {levels}",
            )
        elif not name or name != name.strip():
            problem = (f"名称为空或首尾有空格：“{name}”", f"the name is empty or padded: '{name}'")
        elif not source:
            problem = ("缺来源（底本:行号）", "the source (witness:line) is missing")
        elif (section, code) in seen:
            problem = (
                f"代码 {code} 与第 {seen[section, code]} 行重复",
                f"{code} stands already in line {seen[section, code]}",
            )
        if problem[0]:
            raise CatalogError(*problem, f"{path}:{number}")
        seen[section, code] = last[section] = number


def read_readings(path: Path, *, drafted: bool = False) -> tuple[Reading, ...]:
    """The apparatus of one version. A `witnesses` cell reads `004=养老保险 ¦ 002=养老`.

    A missing file is an empty apparatus. Raises CatalogError with the line where it is malformed; a reading that is
    still undecided is malformed unless the file is `drafted`.
    """
    if not path.exists():
        return ()
    readings = []
    for number, (section, code, kind, witnesses, chosen, decision, why) in enumerate(
        zip(*read_columns(path, READING_COLUMNS), strict=True), 2
    ):
        allowed = _DECISIONS if drafted else _DECISIONS[:-1]
        pairs = tuple((w, text) for w, _, text in (part.partition("=") for part in witnesses.split(" ¦ ")))
        problem = ("", "")
        if decision not in allowed:
            listed = "、".join(allowed)
            problem = (
                f"decision 应为 {listed} 之一，实为“{decision}”",
                f"expected a decision ({', '.join(allowed)}), found '{decision}'",
            )
        elif kind not in _KINDS:
            listed = "、".join(_KINDS)
            problem = (
                f"kind 应为 {listed} 之一，实为“{kind}”",
                f"expected a kind ({', '.join(_KINDS)}), found '{kind}'",
            )
        elif "" in dict(pairs) or "=" not in witnesses:
            problem = (
                f"witnesses 应为“底本=读法 ¦ 底本=读法”，实为“{witnesses}”",
                f"expected 'witness=reading ¦ witness=reading', found '{witnesses}'",
            )
        elif not why:
            problem = ("缺取舍的理由（why）", "the reason (why) is missing")
        elif code and not is_code(code) and decision != "undecided":
            problem = (f"“{code}”不是代码", f"'{code}' is not a code")
        if problem[0]:
            raise CatalogError(*problem, f"{path}:{number}")
        readings.append(Reading(section, code, kind, pairs, chosen, decision, why))
    return tuple(readings)


def _sections(text: str, path: Path) -> dict[str, Section]:
    """The `sections` block of catalog.toml: a line each of name, coverage, page, evidence, tab-separated."""
    found: dict[str, Section] = {}
    for line in text.strip("\n").split("\n") if text else ():
        name, coverage, page, evidence = (*line.split("\t"), "", "", "")[:4]
        if coverage not in _COVERAGE or (page and not page.isdecimal()) or name in found or not name:
            raise CatalogError(
                f"sections 的每行应为“部门<Tab>complete|partial|absent<Tab>页码<Tab>依据”且部门不重复，实为“{line}”",
                f"expected 'section<Tab>complete|partial|absent<Tab>page<Tab>evidence', found '{line}'",
                str(path),
            )
        found[name] = Section(name, coverage, int(page) if page else None, evidence)  # type: ignore[arg-type]
    return found


def read_version(directory: Path) -> CatalogVersion:
    """The version in `directory`, without the dates of its repeal, which other versions give.

    Raises CatalogError where a file is missing or malformed, or where it is only a draft.
    """
    with collector_waits():
        return _version(directory, directory / "catalog.toml")


def _version(directory: Path, path: Path) -> CatalogVersion:
    try:
        table = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"不是有效的 TOML：{error}", f"is not valid TOML: {error}", str(path)) from None
    if table.get("draft"):
        raise CatalogError(
            "这是草稿，尚有未定之处；在 readings.tsv 中定完后重新生成（goufu import --apply）",
            "this is a draft with undecided places; decide them in readings.tsv and import again with --apply",
            str(path),
        )
    try:
        sections = _sections(table.get("sections", ""), path)
        identity, levels = _typed(table, "id", str), _typed(table, "levels", int)
        if levels not in (3, 4):
            raise TypeError("levels")
        witnesses = tuple(
            Witness(w["id"], w["file"], (w["lines"][0], w["lines"][1]), w.get("note", ""))
            for w in table.get("witness", ())
        )
        return CatalogVersion(
            id=identity,
            number=_typed(table, "number", str),
            title=_typed(table, "title", str),
            classes=tuple(_typed(table, "classes", list)),
            levels=levels,
            printed=_typed(table, "printed", date, None),
            in_force=_typed(table, "in_force", date, None),
            repealed=None,
            repealed_by="",
            repeals=tuple(_typed(table, "repeals", list, [])),
            revises=tuple(_typed(table, "revises", list, [])),
            cites=tuple(_typed(table, "cites", list, [])),
            note=_typed(table, "note", str, ""),
            witnesses=witnesses,
            sections=sections,
            entries=read_entries(directory / "entries.tsv", identity, sections, levels) if witnesses else (),
            folder=directory,
        )
    except (KeyError, IndexError, TypeError) as error:
        raise CatalogError(f"缺少或误写了 {error}", f"{error} is missing or wrong", str(path)) from None


_REQUIRED = object()


def _typed(table: Mapping[str, Any], key: str, kind: type[Any], default: Any = _REQUIRED) -> Any:
    value = table.get(key, default)
    if value is default and default is not _REQUIRED:
        return value
    if not isinstance(value, kind):
        raise TypeError(key)
    return value


def settle(versions: Iterable[CatalogVersion]) -> tuple[CatalogVersion, ...]:
    """The versions in order of their dates, each with when and by which later one it was repealed."""
    ordered = sorted(versions, key=lambda v: (v.in_force or v.printed or date.min, v.id))
    settled = []
    for version in ordered:
        by = next((v for v in ordered if version.id in v.repeals), None)
        settled.append(replace(version, repealed=by.in_force, repealed_by=by.id) if by else version)
    return tuple(settled)


@lru_cache(maxsize=4)
def load_catalogs(directory: Path | None = None) -> tuple[CatalogVersion, ...]:
    """Every version held, oldest first, from `directory` (default: the data that goufu ships).

    Raises CatalogError where an edition is malformed or there is none.
    """
    root = (directory or data_directory()) / "catalogs"
    found = [read_version(path.parent) for path in sorted(root.glob("*/catalog.toml"))]
    if not found:
        raise CatalogError("没有任何目录版本", "no catalog version here", str(root))
    return settle(found)


def load_readings(version: str, directory: Path | None = None) -> tuple[Reading, ...]:
    """The apparatus of the version with this id; empty where it has none."""
    return _readings_in((directory or data_directory()) / "catalogs" / version)


def readings_of(version: CatalogVersion) -> tuple[Reading, ...]:
    """The apparatus of `version`, from the folder it was read from; empty for one that was not read from any."""
    return _readings_in(version.folder) if version.folder else ()


@lru_cache(maxsize=16)
def _readings_in(folder: Path) -> tuple[Reading, ...]:
    return read_readings(folder / "readings.tsv")


def alternatives(readings: Iterable[Reading]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Names that stay possible beside the chosen one, by (section, code): the readings left open."""
    return {
        (r.section, r.code): tuple(dict.fromkeys(t for _, t in r.witnesses if t and t != r.chosen))
        for r in readings
        if r.decision == "open" and r.kind == "name"
    }


def version_named(versions: Sequence[CatalogVersion], name: str) -> CatalogVersion:
    """The version with this id or document number. Raises UnknownNameError, which lists the known ones."""
    wanted = document_number(name)
    for version in versions:
        if name == version.id or wanted == version.number:
            return version
    known = [v.id for v in versions]
    raise UnknownNameError(
        f"没有目录版本“{name}”；现有 {'、'.join(known)}",
        f"no catalog version '{name}'; known: {', '.join(known)}",
    )
