"""The server runs on Windows too: what only POSIX has is used behind a look at the system, and folders are not synced there."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from goufu.web.folder import sync

ROOT = Path(__file__).parents[2]
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"}
#: names of `os` and `signal` that Windows lacks, or means otherwise (os.kill ends a process whatever the signal)
NAMES = {
    *("fork", "kill", "killpg", "nice", "getuid", "geteuid", "getgid", "setsid", "mkfifo", "chown", "fchmod"),
    *(
        "getloadavg",
        "sched_getaffinity",
        "wait",
        "waitpid",
        "SIGKILL",
        "SIGHUP",
        "SIGUSR1",
        "SIGALRM",
        "alarm",
    ),
}


def posix_only(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, name) of whatever only POSIX has and stands in no function or condition that looks at the system."""

    def walk(node: ast.AST, guarded: bool) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If):
            said = ast.dump(node)
            told = ("'win32'", "'nt'", "'hasattr'", "name='_posix'")
            guarded = guarded or any(word in said for word in told)
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [name.name for name in node.names if name.name in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found = [node.module]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = [node.attr] if node.value.id in ("os", "signal") and node.attr in NAMES else []
        if not guarded:
            yield from ((getattr(node, "lineno", 0), name) for name in found)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, guarded)

    return walk(tree, False)


def test_what_only_posix_has_is_guarded() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for room in ("web", "store", "cli", "goufu", "matcher", "disclosure", "catalog")
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, name in posix_only(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []
    assert list(posix_only(ast.parse("import os\ndef f():\n    os.fork()\n"))) == [(3, "fork")]


def test_folders_are_not_synced_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")
    opened: list[str] = []
    real = os.open

    def told(path: Path, flags: int) -> int:
        opened.append(str(path))
        return real(path, flags)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "open", told)
    sync(tmp_path)
    sync(tmp_path / "file")
    assert opened == [str(tmp_path / "file")]
