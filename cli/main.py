"""The command `goufu`: its commands, the options they share, and how an error reaches a person.

Every command stands in a file of its own and imports what it needs when it runs, so that a lookup starts fast.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from catalog.errors import GoufuError
from cli import output
from cli import precedents as precedents_desk
from cli import store as store_desk
from cli.backup import backup
from cli.batch import batch
from cli.catalogs import catalogs
from cli.classify import classify
from cli.compare import compare
from cli.decide import decide
from cli.delete import delete
from cli.diff import diff
from cli.history import history
from cli.importing import import_catalog
from cli.items import items
from cli.lookup import lookup
from cli.restore import restore
from cli.review import review
from cli.rules import rules
from cli.runs import runs
from cli.show import show
from cli.tree import tree

app = typer.Typer(
    name="goufu",
    help="购服：政府购买服务指导性目录的编码、查询与核对。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"goufu {version('goufu')}")
        raise typer.Exit


@app.callback()
def shared(
    lang: Annotated[str, typer.Option("--lang", envvar="GOUFU_LANG", help="消息语言 zh 或 en")] = "zh",
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本号")
    ] = False,
) -> None:
    """购服：政府购买服务指导性目录的编码、查询与核对。"""
    output.set_language(lang)


COMMANDS: tuple[Callable[..., None], ...] = (
    *(classify, batch, items, lookup, tree, catalogs, diff, history, rules),
    *(review, decide, runs, show, compare, delete, backup, restore),
)
for command in COMMANDS:
    app.command()(command)
app.command("import")(import_catalog)
app.add_typer(precedents_desk.app, name="precedents")
app.add_typer(store_desk.app, name="store")


def run() -> None:
    """The entry point. Exit 0 done, 1 findings at or above --fail-on, 2 bad usage or unreadable input."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and (
            os.name == "nt" or (stream.encoding or "").lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
        ):
            reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except GoufuError as error:
        print(
            ("goufu: " if output.language() == "en" else "购服：") + error.text(output.language()),
            file=sys.stderr,
        )
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
