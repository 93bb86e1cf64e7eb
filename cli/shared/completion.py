"""Completion with Tab: installed for the shell in use, and what departments, codes, versions and rules it offers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from goufu.catalog.errors import GoufuError
from goufu.cli.shared.output import say

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_PROGRAM, _VARIABLE = "goufu", "_GOUFU_COMPLETE"
#: codes offered at once
_MOST = 200

Offer = tuple[str, str]


def shell_here() -> str:
    """The shell named after the option on the command line, or else the one in use.

    Raises GoufuError where neither is one of `SHELLS`.
    """
    for option in ("--install-completion", "--show-completion"):
        if option in sys.argv:
            following = sys.argv[sys.argv.index(option) + 1 :]
            if following and not following[0].startswith("-"):
                return _known(following[0])
    try:
        import shellingham

        return _known(shellingham.detect_shell()[0])
    except (ImportError, RuntimeError, OSError):
        return _known(Path(os.environ.get("SHELL", "")).name)


def _known(shell: str) -> str:
    name = shell.lower().removesuffix(".exe")
    if name in SHELLS:
        return name
    raise GoufuError(
        f"不知道命令行“{shell or '？'}”；请写明，如 goufu --install-completion bash（{'、'.join(SHELLS)}）",
        f"unknown shell '{shell or '?'}'; name it, as in goufu --install-completion bash ({', '.join(SHELLS)})",
    )


def script(shell: str) -> str:
    """The completion script of `shell`."""
    from typer._completion_shared import get_completion_script

    return get_completion_script(prog_name=_PROGRAM, complete_var=_VARIABLE, shell=shell)


def install() -> None:
    """Install the completion for the shell in use and say where."""
    shell = shell_here()
    path = _install_powershell(shell) if shell in ("powershell", "pwsh") else _install(shell)
    print(
        say(
            f"{shell} 的补全已装入 {path}；重新打开终端后，按 Tab 补全命令、选项、部门和代码。",
            f"completion for {shell} is installed in {path}; it works in new terminals.",
        )
    )


def _install(shell: str) -> Path:
    from typer import _completion_shared as typer_scripts

    makers = {
        "bash": typer_scripts.install_bash,
        "zsh": typer_scripts.install_zsh,
        "fish": typer_scripts.install_fish,
    }
    return makers[shell](prog_name=_PROGRAM, complete_var=_VARIABLE, shell=shell)


def _install_powershell(shell: str) -> Path:
    """Put the script into the user's profile, once; what may be run there is the user's own affair and is not changed."""
    import subprocess

    try:
        said = subprocess.run(
            [shell, "-NoProfile", "-Command", "[Console]::OutputEncoding=[Text.Encoding]::UTF8; $PROFILE"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        raise GoufuError(
            f"没能运行 {shell}；请用 goufu --show-completion {shell} 显示脚本，自行放入 $PROFILE",
            f"{shell} could not be run; put what goufu --show-completion {shell} prints into $PROFILE",
        ) from None
    path = Path(said.stdout.decode("utf-8", "replace").strip())
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    made = script(shell)
    if made not in before:
        path.write_text(f"{before}\n{made}\n" if before else f"{made}\n", encoding="utf-8-sig")
    return path


# ------------------------------------------------------------------------------------------- what is offered


def departments(incomplete: str) -> list[Offer]:
    """The sections of the catalog, and the words by which departments are known, that begin so or have it in them."""
    from goufu.matcher.departments import load_departments

    known = load_departments()
    own = [
        (section, "、".join(words[:3])) for section, words in known.items() if section.startswith(incomplete)
    ]
    if not incomplete:
        return own
    words = {word: section for section, some in known.items() for word in some}
    begins = [(word, section) for word, section in words.items() if word.startswith(incomplete)]
    return list(dict(own + begins).items())


def codes(incomplete: str) -> list[Offer]:
    """The codes in force today, and of the earlier versions, that begin so, with their names."""
    from goufu.catalog.codes import tidy

    wanted = tidy(incomplete)
    if wanted and wanted[0] not in "AB":
        return []
    found: dict[str, dict[str, None]] = {}
    for code, name in _entries():
        if code.startswith(wanted):
            found.setdefault(code, {})[name] = None
    # one level at a time, as a code means something else in every department
    length = min((n for n in (1, 3, 5, 7) if n > len(wanted)), default=7)
    near = [code for code in found if len(code) <= length] or list(found)
    return [(code, "、".join(list(found[code])[:3])) for code in sorted(near)[:_MOST]]


def _entries() -> Iterator[Offer]:
    from goufu.catalog.load import load_catalogs

    for version in reversed(load_catalogs()):
        for entry in version.entries:
            yield entry.code, entry.name


def versions(incomplete: str) -> list[Offer]:
    """The versions of the catalog that begin so, with their document numbers."""
    from goufu.catalog.load import load_catalogs

    return [(v.id, v.number) for v in load_catalogs() if v.id.startswith(incomplete)]


def rules(incomplete: str) -> list[Offer]:
    """The rules that begin so, with their meaning."""
    from goufu.matcher.findings import load_rules

    return [(r.id, say(*r.title)) for r in load_rules().values() if r.id.startswith(incomplete.upper())]


def formats(incomplete: str) -> list[str]:
    """The formats that every command with data knows."""
    return [form for form in ("table", "json", "jsonl", "csv") if form.startswith(incomplete)]
