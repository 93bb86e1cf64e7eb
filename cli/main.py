"""The command `goufu`: its commands, the options they share, and how an error reaches a person.

Every command stands in a file of its own and imports what it needs when it runs, so that a lookup starts fast.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated

import click
import typer
from typer.core import TyperGroup

from catalog.errors import GoufuError
from cli import output

#: the commands in the order of the help: each stands in the module of its name, but for `import`, a word of Python's
COMMANDS = (
    *("classify", "batch", "items", "lookup", "tree", "catalogs", "diff", "history", "rules"),
    *("review", "decide", "runs", "show", "compare", "delete", "backup", "restore", "import"),
    *("template", "precedents", "store"),
)


class Commands(TyperGroup):
    """The commands by name; only the module of the one that is asked for is loaded."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module("cli.importing" if cmd_name == "import" else f"cli.{cmd_name}")
        found = getattr(module, "app", None)
        if found is None:
            found = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_CONTEXT)
            found.command(cmd_name)(getattr(module, "import_catalog" if cmd_name == "import" else cmd_name))
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


_CONTEXT = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    name="goufu",
    help="购服：政府购买服务指导性目录的编码、查询与核对。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_CONTEXT,
    cls=Commands,
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
