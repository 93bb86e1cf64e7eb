"""What commands share that use the store: where it is, who is speaking, and the two hooks of a classification.

A classification without a store loads nothing of it. Where there is one, its precedents are applied; `--save` records
the run. What cannot be stored never costs the result: it is printed first.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.cli.shared.output import listed, say

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit
    from goufu.matcher.learn import Learned
    from goufu.matcher.precedents.apply import PrecedentSource
    from goufu.store.engine import Store

DbOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        envvar="GOUFU_DB",
        show_envvar=False,
        metavar="位置",
        help="存储：SQLite 文件或 postgresql://…；默认在用户数据目录（也可设 GOUFU_DB）",
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        envvar="GOUFU_OFFICER",
        show_envvar=False,
        metavar="经办人",
        help="经办人；默认为登录用户名（也可设 GOUFU_OFFICER）",
    ),
]
SaveOption = Annotated[
    bool,
    typer.Option("--save", envvar="GOUFU_SAVE", show_envvar=False, help="把这次运行记入存储，以便复核和认定"),
]
NoStoreOption = Annotated[bool, typer.Option("--no-store", help="不使用存储：不引用先例")]
NoLearnedOption = Annotated[bool, typer.Option("--no-learned", help="不用本单位学得的修正（goufu learn）")]
RunArgument = Annotated[str, typer.Argument(metavar="运行", help="运行编号，或 last")]


def officer(by: str | None) -> str:
    """Who is deciding: as given, or the name of the login."""
    if by and by.strip():
        return by.strip()
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"


def opened(db: str | None, create: bool = False) -> Store:
    """The store that `--db` names. Raises StoreError where there is none and `create` is false."""
    from goufu.store.address import address_of
    from goufu.store.schema import open_store

    return open_store(address_of(db), create)


@contextlib.contextmanager
def known_precedents(
    db: str | None, wanted: bool = True, departments: Sequence[str] | None = None
) -> Iterator[PrecedentSource | None]:
    """The precedents of the store, None where there is no store, none are in it, or none are wanted.

    For an officer of `departments` they are what she may be told (`goufu.store.precedents.others`).
    """
    if not wanted:
        yield None
        return
    from goufu.store.address import address_of

    place = address_of(db)
    if not place.exists:
        yield None
        return
    from goufu.store.precedents.lookup import open_precedents

    with open_precedents(place) as found:
        if found is None or departments is None:
            yield found
            return
        from goufu.store.precedents.others import narrowed

        yield narrowed(found, departments)


def known_learned(db: str | None, wanted: bool = True) -> Learned | None:
    """The office's own correction beside the store, None where there is none or it is not wanted."""
    if not wanted:
        return None
    from goufu.store.address import address_of, learned_path

    path = learned_path(address_of(db))
    if not path.exists():
        return None
    from goufu.store.learned import read_learned  # brings all that an answered list can be read with

    return read_learned(path).learned


def precedents_state(db: str | None) -> str:
    """A name for the precedents that the store holds now; "" where there is no store."""
    from goufu.store.address import address_of

    place = address_of(db)
    if not place.exists:
        return ""
    from goufu.store.precedents.lookup import state

    return state(place)


def save_run(
    audits: Sequence[Audit],
    db: str | None,
    by: str | None,
    settings: dict[str, Any],
) -> int:
    """Record the audits as one run; returns its number. Raises StoreError where it cannot be."""
    from importlib.metadata import version

    from goufu.catalog.load import load_catalogs
    from goufu.store.runs import record_run

    inputs = [one.disclosure.path for one in audits if one.disclosure.path is not None]
    kept = {name: value for name, value in settings.items() if value is not None}
    assessments = [a for one in audits for a in one.assessments]
    findings = [(Path(one.disclosure.file).name, finding) for one in audits for finding in one.findings]
    store = opened(db, create=True)
    return record_run(
        store, assessments, inputs, load_catalogs(), officer(by), version("goufu"), kept, findings=findings
    )


def run_title(run: Any) -> str:
    """A run in one line: number, time, officer, files."""
    files = listed(i.name for i in run.inputs[:3]) + ("…" if len(run.inputs) > 3 else "")
    when = run.made_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return say(
        f"运行 {run.id}　{when}　{run.officer}　{files}", f"run {run.id}  {when}  {run.officer}  {files}"
    )
