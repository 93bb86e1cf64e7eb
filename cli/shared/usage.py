"""What goufu says when it was called wrongly, and how its help is set: in the language chosen, with a suggestion.

The parser of the command line speaks English. Here its errors become one sentence for officers, and the headings of
its help pages the ordinary Chinese ones.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache

import click
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import data_directory
from goufu.cli.shared.output import say

#: headings of a help page
_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
_HELP_TEXTS = (
    (re.compile(r"\\\["), "["),
    (re.compile(r"\[default: "), "[默认："),
    (re.compile(r"\[env var: ([^;\]]+)"), r"[环境变量：\1"),
    (re.compile(r"; (?=默认|必填|default|required|x)"), "；"),
    (re.compile(r"\bdefault: "), "默认："),
    (re.compile(r"\[required\]|\brequired\]"), "[必填]"),
    (re.compile(r"Show this message and exit\."), "显示这份帮助"),
)
#: kinds of values, where an option does not name its own
_KINDS = (
    (re.compile(r"\bINTEGER(?: RANGE)?\b"), "整数"),
    (re.compile(r"\bTEXT\b"), "文字"),
    (re.compile(r"\b(?:PATH|FILE)\b"), "文件"),
    (re.compile(r"\bFLOAT\b"), "数"),
)
#: what a value is not, in the parser's words and in ours
_VALUES = (
    (re.compile(r"(.+) is not a valid (?:integer|int)(?: range)?\.?$"), r"\1 不是整数"),
    (re.compile(r"(.+) is not a valid (?:float|number)(?: range)?\.?$"), r"\1 不是数字"),
    (re.compile(r"(.+) is not a valid boolean\.?"), r"\1 不是 是/否"),
    (re.compile(r"(.+) is not in the range (.+?)\.?$"), r"\1 不在允许的范围 \2 内"),
    (re.compile(r"(?:File|Path|Directory) (.+) does not exist\.?"), r"\1 不存在"),
    (re.compile(r"(.+) is not one of (.+?)\.?$"), r"\1 不在可用的值 \2 之内"),
)


@cache
def english_help() -> dict[str, dict[str, str]]:
    """The help in English, from `data/help.toml`: `texts` of commands and options, `values` that they take."""
    return tomllib.loads((data_directory() / "help.toml").read_text(encoding="utf-8"))


def _english(text: str) -> str:
    """`text` of the help, with what the parser added to it (a default, an environment variable), in English."""
    said, gap, added = text.replace("\\[", "[").partition("  ")
    return english_help()["texts"].get(said, said) + gap + added


def _english_value(word: str) -> str:
    """What stands for a value, in or out of brackets, in English."""
    values = english_help()["values"]
    bare = word.strip("[]")
    return values.get(word) or (word.replace(bare, values[bare]) if bare in values else word)


def _english_first(first: str) -> str:
    return " ".join(_english_value(word) for word in first.split(" "))


class Formatter(click.HelpFormatter):
    """The help pages, their fixed words in the language chosen."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of usage: `prog` and `args`, after a word for it."""
        if say("zh", "en") == "en":
            args = " ".join(_english_value(word) for word in args.split(" "))
        if say("zh", "en") == "zh":
            args = args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 [参数]…")
            prefix = prefix or "用法："
        super().write_usage(prog, args, prefix)

    def write_heading(self, heading: str) -> None:
        """A heading of a part of the page: arguments, options, commands."""
        if say("zh", "en") == "en":
            super().write_heading(heading)
        else:
            self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """A paragraph of the description."""
        super().write_text(_english(text) if say("zh", "en") == "en" else text)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Pairs in two columns: an option or command and what it does."""
        if say("zh", "en") == "zh":
            rows = [(_chinese(first, _KINDS), _chinese(second, _HELP_TEXTS)) for first, second in rows]
        else:
            rows = [(_english_first(first), _english(second)) for first, second in rows]
        super().write_dl(list(rows), col_max, col_spacing)


class Context(click.Context):
    """A context whose help is written by `Formatter`."""

    formatter_class = Formatter


def speaking(command: click.Command) -> click.Command:
    """`command`, and those below it, with help in the language chosen."""
    command.context_class = Context
    for below in getattr(command, "commands", {}).values():
        speaking(below)
    return command


def usage_error(error: click.ClickException) -> GoufuError:
    """`error` of the parser as one sentence: what was wrong, what was perhaps meant, where the help is."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "goufu"
    zh, en = _said(error, context)
    return GoufuError(
        f"{zh}{'' if zh.endswith('？') else '；'}用法见 {path} --help",
        f"{en}{'' if en.endswith('?') else ';'} see {path} --help",
    )


def _said(error: click.ClickException, context: click.Context | None) -> tuple[str, str]:
    plain = error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        zh, en = _perhaps(error.option_name, _options(context))
        return f"没有选项“{error.option_name}”{zh}", f"no such option {error.option_name}{en}"
    if isinstance(error, click.MissingParameter):
        name = _name(error.param, context)
        kind = "选项" if isinstance(error.param, click.Option) else "参数"
        return f"缺少{kind} {name}", f"missing {'option' if kind == '选项' else 'argument'} {name}"
    if isinstance(error, click.BadParameter):
        name = _name(error.param, context)
        return f"{name} 的值不对：{_chinese(error.message, _VALUES)}", plain
    if isinstance(error, click.BadOptionUsage):
        if "requires an argument" in plain or "requires" in plain:
            return f"选项 {error.option_name} 后面要有值", plain
        return f"选项 {error.option_name} 后面不要有值", plain
    if match := re.match(r"No such command ['\"](.+?)['\"]", plain):
        zh, en = _perhaps(match[1], _commands(context))
        return f"没有命令“{match[1]}”{zh}", f"no such command '{match[1]}'{en}"
    if match := re.match(r"Got unexpected extra arguments? \((.+)\)", plain):
        return f"多出了参数“{match[1]}”（含空格的名称请加引号）", plain
    if plain.startswith("Missing command"):
        return f"缺少命令；可用 {'、'.join(_commands(context))}", plain
    if isinstance(error, click.FileError):
        return f"文件打不开：{error.ui_filename}", plain
    return plain, plain


def _name(parameter: click.Parameter | None, context: click.Context | None) -> str:
    if parameter is None:
        return ""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    shown = parameter.make_metavar(context) if context else parameter.human_readable_name
    return say(f"“{shown}”", _english_value(shown))


def _options(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    return [option for parameter in context.command.get_params(context) for option in parameter.opts]


def _commands(context: click.Context | None) -> list[str]:
    command = context.command if context else None
    return command.list_commands(context) if isinstance(command, click.Group) and context else []


def _perhaps(word: str, known: Iterable[str]) -> tuple[str, str]:
    """The nearest of `known`, as a question in both languages; nothing where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 2, 0.6)
    if not near:
        return "", ""
    return f"，是不是 {' 或 '.join(near)}？", f", perhaps {' or '.join(near)}?"


def _chinese(text: str, patterns: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, instead in patterns:
        text = pattern.sub(instead, text)
    return text
