"""A cached index that is cut, changed, poisoned or pickled is built anew in silence, the same as without a cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from goufu.catalog.load import load_catalogs
from goufu.matcher.index.corpus import _index
from goufu.matcher.index.grams import Index, packed, read_arrays, sealed
from goufu.matcher.index.targets import targets_on

TARGETS = targets_on(load_catalogs(), date(2026, 1, 1)).targets[:40]


def _same(one: Index, other: Index) -> bool:
    return (
        one.words == other.words
        and np.array_equal(one.weights, other.weights)
        and np.array_equal(one.entry, other.entry)
        and np.array_equal(one.start.first, other.start.first)
        and np.array_equal(one.start.cells, other.start.cells)
    )


def _far(name: str) -> Callable[[bytes, Mapping[str, Any]], bytes]:
    def spoil(_: bytes, arrays: Mapping[str, Any]) -> bytes:
        changed = arrays[name].copy()
        changed.flat[-1] = np.iinfo(changed.dtype).max
        return packed({**arrays, name: changed})

    return spoil


def _saying(name: str, told: list[Any]) -> Callable[[bytes, Mapping[str, Any]], bytes]:
    """The table of the file says something else of an array: its kind, its shape, where it begins."""

    def spoil(data: bytes, _: Mapping[str, Any]) -> bytes:
        end = 8 + int.from_bytes(data[4:8], "little")
        table = json.loads(data[8:end])
        table[name] = [new if new is not None else old for old, new in zip(table[name], told, strict=True)]
        head = json.dumps(table).encode()
        return sealed(len(head).to_bytes(4, "little") + head + data[end:])

    return spoil


SPOILT: dict[str, Callable[[bytes, Mapping[str, Any]], bytes]] = {
    "empty": lambda data, _: b"",
    "cut": lambda data, _: data[: len(data) // 2],
    "cut, with its checksum": lambda data, _: sealed(data[4 : len(data) // 2]),
    "a byte changed": lambda data, _: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:],
    "another checksum": lambda data, _: b"\0" * 4 + data[4:],
    "no table": lambda data, _: sealed(b"anything"),
    "an entry there is not": _far("entry"),
    "a place beyond the end": _far("first"),
    "a gram there is not": lambda _, arrays: packed({**arrays, "cells": arrays["cells"] + 1_000_000_000}),
    "a word there is not": _far("run_numbers"),
    "a run that ends nowhere": lambda _, arrays: packed({**arrays, "run_keys": arrays["run_keys"][:-1]}),
    "grams out of order": lambda _, arrays: packed({**arrays, "cells": arrays["cells"][::-1]}),
    "an object": _saying("entry", ["|O", None, None]),
    "more than there can be": _saying("entry", [None, [1_000_000_000_000], None]),
    "more than can be counted": _saying("entry", [None, [10**30], None]),
    "before the beginning": _saying("entry", [None, None, -64]),
    "no numbers": _saying("entry", [None, ["a"], "b"]),
    "an array missing": lambda _, arrays: packed({k: v for k, v in arrays.items() if k != "weights"}),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_cache_is_built_anew_in_silence(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = _index(TARGETS, [], dict, tmp_path)
    (path,) = tmp_path.glob("*.idx")
    data = path.read_bytes()
    assert _same(_index(TARGETS, [], dict, tmp_path), fresh)
    path.write_bytes(SPOILT[how](data, read_arrays(path)))
    assert _same(_index(TARGETS, [], dict, tmp_path), fresh)
    assert path.read_bytes() == sealed(path.read_bytes()[4:])
    assert set(read_arrays(path)) >= {"entry", "weights"}
    assert capsys.readouterr() == ("", "")
