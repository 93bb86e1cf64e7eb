"""The command `goufu`: its commands, the options they share, and how an error reaches a person.

Every command stands in a file of its own and imports what it needs when it runs, so that a lookup starts fast.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import click
import typer
from goufu.catalog.errors import GoufuError, os_reason
from goufu.cli.shared import collector, console_encoding, faults, output
from goufu.cli.shared.usage import Context, speaking, usage_error
from typer.core import TyperGroup

#: the commands in the order of the help: each stands in the module of its name, but for `import`, a word of Python's
COMMANDS = (
    *("classify", "batch", "overview", "items", "lookup", "tree", "catalogs", "diff", "history", "rules"),
    *("review", "decide", "runs", "show", "compare", "delete", "backup", "restore", "import"),
    *("template", "evaluate", "learn", "precedents", "store", "serve", "users"),
)


#: the one command whose module cannot bear its name
_MODULE = {"import": "import_catalog"}


class Commands(TyperGroup):
    """The commands by name; only the module of the one that is asked for is loaded."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"goufu.cli.commands.{_MODULE.get(cmd_name, cmd_name)}")
        found = getattr(module, "app", None)
        if found is None:
            found = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_CONTEXT)
            found.command(cmd_name)(getattr(module, "import_catalog" if cmd_name == "import" else cmd_name))
        command = typer.main.get_command(found)
        command.name = cmd_name
        return speaking(command)


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


def _install_completion(wanted: bool) -> None:
    if wanted:
        from goufu.cli.shared.completion import install

        install()
        raise typer.Exit


def _show_completion(wanted: bool) -> None:
    if wanted:
        from goufu.cli.shared.completion import script, shell_here

        print(script(shell_here()))
        raise typer.Exit


@app.callback()
def shared(
    lang: Annotated[str, typer.Option("--lang", envvar="GOUFU_LANG", help="消息语言 zh 或 en")] = "zh",
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本号")
    ] = False,
    __: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            callback=_install_completion,
            is_eager=True,
            help="为当前的命令行（bash、zsh、fish、PowerShell）装上按 Tab 补全",
        ),
    ] = False,
    ___: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            callback=_show_completion,
            is_eager=True,
            help="显示补全脚本，供自行安装",
        ),
    ] = False,
) -> None:
    """购服：政府购买服务指导性目录的编码、查询与核对。"""
    if not lang.lower().startswith(("zh", "en")):
        raise GoufuError(f"--lang 应为 zh 或 en，实为“{lang}”", f"--lang takes zh or en, found '{lang}'")
    output.set_language(lang)


def run() -> None:
    """The entry point. Exit 0 done, 1 findings at or above --fail-on, 2 bad usage or unreadable input."""
    _prepare()
    try:
        code = app(prog_name="goufu", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = error.exit_code
    except click.ClickException as error:
        code = _told(usage_error(error))
    except GoufuError as error:
        code = _told(error)
    except SystemExit as left:  # so the parser and the writer of tables leave where a pipe is closed
        code = 0 if isinstance(left.__context__, BrokenPipeError) else left.code
    except BrokenPipeError:
        faults.leave_stdout()
        code = 0
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except UnicodeEncodeError:
        code = _told(
            GoufuError(
                "命令里有不成文字的字符，请改正后再试。",
                "A word of the command is no valid text; correct it and try again.",
            )
        )
    except OSError as error:
        code = _refused_by_system(error)
    except Exception as error:
        code = _told(faults.unforeseen(error))
    sys.exit(code if isinstance(code, int) else 0)


def _prepare() -> None:
    """What must hold before the parser says its first word: encodings, open streams, the language, completion."""
    collector.look_late()
    _with_names_in_utf_8()
    console_encoding.install()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us, who wants nothing said
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (until the end)
    output.set_language(_asked(sys.argv[1:]))
    if "_GOUFU_COMPLETE" in os.environ:
        from typer._completion_classes import completion_init

        completion_init()


def _with_names_in_utf_8() -> None:
    """Start again in UTF-8 where the locale has no Chinese, as reports with Chinese names could not be written."""
    try:
        "总览".encode(sys.getfilesystemencoding())
    except UnicodeEncodeError:
        if os.name != "nt" and os.environ.get("PYTHONUTF8") != "1":
            os.execve(sys.executable, sys.orig_argv, {**os.environ, "PYTHONUTF8": "1"})


def _told(error: GoufuError) -> int:
    """Say what is wrong in one sentence; the exit code that goes with it."""
    who = output.say("购服：", "goufu: ")
    with contextlib.suppress(OSError):  # nobody listens
        print(who + error.text(output.language()), file=sys.stderr)
    return 2


#: what the system says where stdout takes no more
_UNWRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EINVAL)


def _refused_by_system(error: OSError) -> int:
    """What the system refused where no command foresaw it: nearly always writing to stdout."""
    if faults.wants_traceback():
        raise error
    faults.leave_stdout()
    if error.errno in _UNWRITTEN:
        zh, en = os_reason(error)
        return _told(
            GoufuError(
                f"结果没有写完：{zh}；请换一个地方再试。",
                f"The results could not be written to the end: {en}; try another place.",
            )
        )
    return _told(faults.unforeseen(error))


def _asked(words: Sequence[str]) -> str:
    """The language asked for, needed before the options are read: help and usage errors come out in it."""
    for number, word in enumerate(words):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and number + 1 < len(words):
            return words[number + 1]
        if not word.startswith("-"):
            break
    return os.environ.get("GOUFU_LANG", "zh")


if __name__ == "__main__":
    run()
