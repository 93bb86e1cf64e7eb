"""The one exception family of goufu: every message says what was expected, what was found, and where."""

from __future__ import annotations

import errno


class GoufuError(Exception):
    """Something a person can put right: a bad file, an unknown code, a wrong option.

    `message` is one sentence in Chinese for officers; `english` is the same in English. `where` is a file, or
    a file with its line or cell, and may be empty.
    """

    def __init__(self, message: str, english: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.english = english or message
        self.where = where

    def text(self, lang: str = "zh") -> str:
        """The sentence in `lang` ("zh" or "en"), with the place in front where it is known."""
        sentence = self.english if lang == "en" else self.message
        if not self.where:
            return sentence
        return f"{self.where}: {sentence}" if lang == "en" else f"{self.where}：{sentence}"

    def __str__(self) -> str:
        return self.text()


class CatalogError(GoufuError):
    """A catalog file is not what an edition must be."""


class UnknownNameError(GoufuError):
    """A code, department, version or rule that goufu does not hold; the message names the nearest ones."""


#: what the operating system refuses, by its number
_REASONS = {
    errno.ENOENT: ("文件或文件夹不存在", "no such file or folder"),
    errno.ENOTDIR: ("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EISDIR: ("这是文件夹，不是文件", "it is a folder, not a file"),
    errno.EACCES: ("没有权限", "permission denied"),
    errno.EPERM: ("没有权限", "permission denied"),
    errno.EROFS: ("所在的盘是只读的", "the disk is read-only"),
    errno.ENOSPC: ("磁盘已满", "the disk is full"),
    errno.EEXIST: ("已有同名文件", "a file of that name is there"),
    errno.ENAMETOOLONG: ("文件名太长", "the name is too long"),
    errno.EFBIG: ("文件写不下了", "no more can be written to the file"),
    errno.EBUSY: ("正被其他程序占用", "another program holds it"),
    errno.ENOTEMPTY: ("文件夹不是空的", "the folder is not empty"),
}


def os_reason(error: OSError) -> tuple[str, str]:
    """Why the operating system refused, in Chinese and in English; what it says itself where that is not known."""
    said = error.strerror or str(error)
    return _REASONS.get(error.errno or 0, (said, said))
