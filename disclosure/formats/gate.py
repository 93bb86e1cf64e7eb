"""The one gate for input: what may be opened at all, and how much of it is taken in, counted while it is read.

Files are ordinary files (a link to one counts as one); devices, pipes and folders are refused before a byte of them
is read. Every limit stands in `LIMITS`, with what it protects; a reader asks `check` or counts with a `Meter`, and
the refusal names the limit, so that whoever needs more can raise it for a run (`--limit cells=8000000`).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError, os_reason


class Limit(NamedTuple):
    """One limit: its value, what is counted in Chinese and English, and what a person can do about it."""

    value: int
    zh: str
    en: str
    do: str = "请拆分，或另存一份只含数据的文件"
    do_en: str = "split it, or save a copy with the data only"


#: by name; the values bear any budget of a province for a year, and keep the reading of a file below a gigabyte
LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "file-mb": Limit(512, "文件的 MB 数", "megabytes of the file"),
        "text-mb": Limit(32, "文字的 MB 数（文本、CSV、JSON、网页）", "megabytes of text (text, CSV, JSON, pages)"),
        "xls-mb": Limit(128, "旧版表格（.xls、.et）的 MB 数", "megabytes of an old spreadsheet (.xls, .et)"),
        "parts": Limit(20_000, "压缩部件数", "parts of a packed file"),
        "unpacked-mb": Limit(400, "解压后的 MB 数", "megabytes unpacked"),
        "ratio": Limit(250, "部件解压后与压缩时之比", "times that a part grows when unpacked"),
        "xml-nodes": Limit(3_000_000, "XML 的标记和属性数", "elements and attributes of XML"),
        "page-nodes": Limit(900_000, "网页的标记和属性数", "elements and attributes of a page"),
        "attributes": Limit(1_000, "网页一个标记的属性数", "attributes of one element of a page"),
        "style-steps": Limit(500_000, "网页样式与标记的比对次数", "comparisons of a page's styles with its elements"),
        "line-chars": Limit(200_000, "一行或一段的字数", "characters of a line or paragraph"),
        "rows": Limit(300_000, "行数", "rows"),
        "cells": Limit(2_000_000, "单元格数", "cells"),
        "entries": Limit(500_000, "文件夹里查看的文件数", "files looked at in a folder", "请指定更小的文件夹", "name a smaller folder"),
        "files": Limit(50_000, "一次读的文件数", "files read at a time", "请分几次，或指定更小的文件夹", "take several runs, or name a smaller folder"),
        "memory-mb": Limit(2_048, "成批核对时一个进程可用内存的 MB 数", "megabytes of memory of a process in batch"),
        "seconds": Limit(300, "成批核对时一页或一步可用的秒数", "seconds for a page or a step in batch"),
    }
)  # fmt: skip

_raised: ContextVar[Mapping[str, int]] = ContextVar("goufu_limits", default=MappingProxyType({}))


def limit(name: str) -> int:
    """The limit of that name for this run."""
    return _raised.get().get(name, LIMITS[name].value)


def limits_raised() -> Mapping[str, int]:
    """The limits that differ in this run, for a worker process to be given."""
    return dict(_raised.get())


def set_limits(values: Mapping[str, int]) -> None:
    """Use these limits in place of those in `LIMITS`, from here on in this process."""
    _raised.set(MappingProxyType(dict(values)))


def limits_asked(texts: Iterable[str]) -> Mapping[str, int]:
    """What `cells=8000000` and the like mean. Raises GoufuError for an unknown name or what is no number."""
    found: dict[str, int] = {}
    for text in texts:
        name, _, value = text.partition("=")
        name, value = name.strip(), value.strip().replace(",", "").replace("_", "")
        if name not in LIMITS:
            raise GoufuError(
                f"--limit 没有“{name}”；可用 {'、'.join(LIMITS)}",
                f"--limit has no '{name}'; use {', '.join(LIMITS)}",
            )
        if not (value.isascii() and value.isdecimal() and 0 < len(value) < 13 and int(value)):
            raise GoufuError(
                f"--limit 应写成 名称=数，如 {name}={LIMITS[name].value * 2}",
                f"--limit takes NAME=NUMBER, as in {name}={LIMITS[name].value * 2}",
            )
        found[name] = int(value)
    return found


def check(name: str, count: int, where: str = "") -> None:
    """Refuse what goes beyond the limit. Raises GoufuError, which says how to raise it."""
    if count > limit(name):
        raise beyond(name, where, count)


def beyond(name: str, where: str = "", count: int | None = None) -> GoufuError:
    """The refusal of what goes beyond a limit; `count` is how much it is, where that is known."""
    one, most = LIMITS[name], limit(name)
    found, found_en = (f"为 {count:,}，", f" are {count:,},") if count is not None else ("", " are")
    return GoufuError(
        f"过大：{one.zh}{found}超过 {most:,}，不像预算文件；{one.do}，确需读取请加 --limit {name}=数。",
        f"Too large: {one.en}{found_en} more than {most:,}, which no budget has; {one.do_en}, or raise --limit {name}=NUMBER.",
        where,
    )


class Meter:
    """Counts against one limit while something is read."""

    def __init__(self, name: str, where: str = "") -> None:
        self.name = name
        self.where = where
        self.left = limit(name)

    def add(self, count: int) -> None:
        """Count some more. Raises GoufuError where that is too much."""
        self.left -= count
        if self.left < 0:
            raise beyond(self.name, self.where)


def marks_of(data: bytes, attributes: bool = True) -> int:
    """How many nodes a tree made of this XML or page has at most: elements, comments and attributes."""
    return data.count(b"<") - data.count(b"</") + (data.count(b"=") if attributes else 0)


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """The content of the ordinary file at `path`, at most `most` bytes (by default the limit `file-mb`).

    Raises GoufuError where there is none, it is a folder, device, pipe or socket, cannot be read, is empty or too large.
    """
    where = sound(str(path))
    flags = (
        os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    )
    try:
        refuse_odd(path, where)
        with os.fdopen(os.open(path, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):  # exchanged since it was looked at
                raise _odd("已不是普通文件", "is no ordinary file any more", where)
            data = read_stream(stream, where, most)
    except OSError as error:
        zh, en = os_reason(error)
        raise GoufuError(
            f"文件无法打开（{zh}），请关闭占用它的程序或检查权限后再试。",
            f"The file cannot be opened ({en}); close the program that holds it or check permissions.",
            where,
        ) from error
    except ValueError:  # a zero byte in the name
        raise GoufuError("没有这样的文件名。", "There can be no such name of a file.", where) from None
    if not data.strip(b"\x00 \t\r\n"):
        raise GoufuError(
            "文件是空的，请确认已保存内容后再试。",
            "The file is empty; make sure its content was saved.",
            where,
        )
    return data


def read_stream(stream: BinaryIO, where: str = "", most: int | None = None) -> bytes:
    """What is left of a stream, never more than the limit and a little. Raises GoufuError where there is more."""
    allowed = limit("file-mb") << 20 if most is None else most
    parts = []
    left = allowed + 1
    while left > 0 and (part := stream.read(min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    if left > 0:
        return b"".join(parts)
    if most is None:
        raise beyond("file-mb", where)
    raise GoufuError(
        f"文件超过 {most >> 20} MB，请拆分后再读。",
        f"The file is larger than {most >> 20} MB; split it first.",
        where,
    )


def refuse_odd(path: Path, where: str) -> None:
    """Raise GoufuError where `path` is no ordinary file, nor a link to one; OSError where it cannot be looked at."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise _odd(
                "这是链接，它指向的文件不存在，请检查",
                "this is a link to a file that is not there; check it",
                where,
            ) from None
        raise GoufuError(
            "文件不存在，请检查路径和文件名。", "There is no such file; check the path and the name.", where
        ) from None
    if stat.S_ISREG(mode):
        return
    link, link_en = ("（通过链接）", " (by a link)") if path.is_symlink() else ("", "")
    if stat.S_ISDIR(mode):
        raise _odd(
            f"这是文件夹{link}，不是文件，请指定其中的文件",
            f"this is a folder{link_en}; name the files in it",
            where,
        )
    for test, zh, en in (
        (stat.S_ISFIFO, "管道", "a pipe"),
        (stat.S_ISCHR, "设备", "a device"),
        (stat.S_ISBLK, "设备", "a device"),
        (stat.S_ISSOCK, "套接字", "a socket"),
    ):
        if test(mode):
            raise _odd(
                f"这是{zh}{link}，不是普通文件；要从标准输入读请写 -",
                f"this is {en}{link_en}, no ordinary file; write - to read standard input",
                where,
            )
    raise _odd(f"这不是普通文件{link}", f"this is no ordinary file{link_en}", where)


def _odd(zh: str, en: str, where: str) -> GoufuError:
    return GoufuError(f"{zh}。", f"{en[:1].upper()}{en[1:]}.", where)
