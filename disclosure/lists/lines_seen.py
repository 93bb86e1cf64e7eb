"""On which line of a long file something was first said, in some thirty bytes a line: a table of hashes in memory of its own.

A dictionary takes three times as much; and memory that is the system's goes back to it whole when the file is surveyed. Two of a million different lines share a hash of 64 bits with a chance of one in
thirty million.
"""

from __future__ import annotations

from mmap import mmap

_SMALLEST = 1 << 12


class LinesSeen:
    """Hashes of 64 bits, each with the number of the line that came first; at most `most` of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._count = 0
        self._clear(_SMALLEST)

    def _clear(self, size: int) -> None:
        self._mask = size - 1
        self._hashes = _numbers(size)
        self._lines = _numbers(size)  # 0: nothing here; lines count from 1

    @property
    def full(self) -> bool:
        """Whether there is room for no more."""
        return self._count >= self.most

    def first(self, said: int, line: int) -> int:
        """The line that said it first; 0 where this one does. It is remembered while there is room."""
        at = said & self._mask
        lines, hashes = self._lines, self._hashes
        while lines[at]:
            if hashes[at] == said:
                return lines[at]
            at = (at + 1) & self._mask
        if not self.full:
            hashes[at], lines[at] = said, line
            self._count += 1
            if 3 * self._count > 2 * self._mask:
                self._grow()
        return 0

    def _grow(self) -> None:
        before = zip(self._hashes, self._lines, strict=True)
        self._clear(2 * (self._mask + 1))
        for said, line in before:
            if line:
                at = said & self._mask
                while self._lines[at]:
                    at = (at + 1) & self._mask
                self._hashes[at], self._lines[at] = said, line


def _numbers(size: int) -> memoryview[int]:
    """Room for that many whole numbers of 64 bits, all 0."""
    return memoryview(mmap(-1, 8 * size)).cast("q")
