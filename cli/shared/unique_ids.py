"""Ids of millions of lines, each given once, in eight bytes apiece: the rule of `goufu.disclosure.lists.records.unique_ids`.

What is kept of an id is a hash of 64 bits; two ids of ten million share one with a chance of three in a million, and
then one of them gets a number behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

#: ids of which it is remembered how often they came
_REPEATED = 1 << 16


class SeenIds:
    """The ids given so far, as sorted arrays of hashes, the older the longer."""

    def __init__(self) -> None:
        self._levels: list[np.ndarray] = []
        self._last: dict[str, int] = {}

    def unique(self, ids: Sequence[str]) -> list[str]:
        """`ids` with every one once: the second “1” becomes “1-2”, and so on."""
        hashes = _hashes(ids)
        own = np.unique(hashes)
        if len(own) == len(ids) and not self._known(own).any():
            self._keep(own)
            return list(ids)
        recent: set[int] = set()
        out = []
        for name in ids:
            given, n = name, 1
            if self._has(given, recent):
                n = self._last.get(name, 1)
                while True:
                    n += 1
                    given = f"{name}-{n}"
                    if not self._has(given, recent):
                        break
                if len(self._last) >= _REPEATED:
                    self._last.clear()
                self._last[name] = n
            recent.add(int(_hashes([given])[0]))
            out.append(given)
        self._keep(np.unique(np.fromiter(recent, np.uint64, len(recent))))
        return out

    def keep(self, ids: Sequence[str]) -> None:
        """Take ids that were given out before."""
        self._keep(np.unique(_hashes(ids)))

    def _has(self, name: str, recent: set[int]) -> bool:
        one = _hashes([name])
        return int(one[0]) in recent or bool(self._known(one)[0])

    def _known(self, hashes: np.ndarray) -> np.ndarray:
        found = np.zeros(len(hashes), bool)
        for level in self._levels:
            at = np.minimum(np.searchsorted(level, hashes), len(level) - 1)
            found |= level[at] == hashes
        return found

    def _keep(self, hashes: np.ndarray) -> None:
        if not len(hashes):
            return
        self._levels.append(hashes)
        while len(self._levels) > 1 and 2 * len(self._levels[-1]) >= len(self._levels[-2]):
            last = self._levels.pop()
            both = np.concatenate([self._levels.pop(), last])
            both.sort()
            self._levels.append(both)


def _hashes(ids: Sequence[str]) -> np.ndarray:
    told = b"".join(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest() for name in ids)
    return np.frombuffer(told, np.uint64)
