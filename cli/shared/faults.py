"""What nobody foresaw: one sentence for the officer and a report for whoever keeps goufu, with nothing of her files in it.

A report says which kind of error arose where in the program, and nothing else: no message of it, as that may quote
a document, no names of files, no words of the command line. The same fault has the same file, so that a thousand of
them leave one. With GOUFU_DEBUG=1 the traceback comes out as Python prints it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import sys
import traceback
from pathlib import Path

from goufu.catalog.errors import GoufuError


def wants_traceback() -> bool:
    """Whether GOUFU_DEBUG asks for the error as Python prints it."""
    return os.environ.get("GOUFU_DEBUG", "") not in ("", "0")


def unforeseen(error: BaseException, where: str = "", afar: bool = False) -> GoufuError:
    """The sentence for an error that nobody foresaw; its report is written where that can be done.

    `afar` is for who sees a page of another machine: told is what to ask its administrator for, no folder of the server.
    """
    if wants_traceback():
        traceback.print_exception(error)
    name = type(error).__name__
    if isinstance(error, MemoryError):
        return GoufuError(
            "内存不够，没有处理完；请拆分文件，或关闭其他程序再试。",
            "There was not enough memory; split the file, or close other programs and try again.",
            where,
        )
    path = _kept(report(error))
    if afar:
        number = path.stem if path else "—"
        return GoufuError(
            f"出了没有料到的差错（{name}），没有做完。请告诉管理员，报告编号 {number}。",
            f"Something unforeseen went wrong ({name}); it was not done. Tell the administrator; the report's number is {number}.",
            where,
        )
    told, told_en = (
        (f"请把 {path} 发给维护者，其中没有文件内容和名称", f"send {path} to the maintainers, it holds no contents or names")
        if path
        else ("请报告此问题", "please report it")
    )  # fmt: skip
    return GoufuError(
        f"出了没有料到的差错（{name}），{told}；设 GOUFU_DEBUG=1 再运行可看经过。",
        f"Something unforeseen went wrong ({name}); {told_en}. GOUFU_DEBUG=1 shows the traceback.",
        where,
    )


def report(error: BaseException) -> str:
    """The report of an error: versions, its kind and causes, and the places in the code it came through."""
    from importlib.metadata import version

    lines = [
        f"goufu {version('goufu')}",
        f"Python {platform.python_version()} {platform.system()} {platform.machine()}",
    ]
    seen: BaseException | None = error
    for _ in range(5):
        if seen is None:
            break
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {_place(f.filename)}:{f.lineno} {f.name}" for f in [*frames[:20], *frames[20:][-20:]]]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines) + "\n"


def _place(filename: str) -> str:
    """A source file without the folders of the machine it lies on."""
    parts = re.split(r"[/\\]", filename)
    for mark in ("site-packages", "dist-packages"):
        if mark in parts:
            return "/".join(parts[parts.index(mark) + 1 :])
    return "/".join(parts[-2:])


def _kept(text: str) -> Path | None:
    """The file that holds the report, in the user's cache folder; None where none can be written."""
    from goufu.cache import default_cache

    name = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    try:
        path = default_cache() / "faults" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (OSError, RuntimeError):  # RuntimeError: nobody's home folder
        return None
    return path


def leave_stdout() -> None:
    """Let what stdout still holds go nowhere, where it takes no more: else Python complains once more at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
