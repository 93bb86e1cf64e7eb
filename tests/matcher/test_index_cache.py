"""A cached index that is cut, changed, poisoned or pickled is built anew in silence, the same as without a cache."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from goufu.catalog.load import load_catalogs
from goufu.matcher.index.corpus import _index
from goufu.matcher.index.grams import Index, read_arrays
from goufu.matcher.index.targets import targets_on

TARGETS = targets_on(load_catalogs(), date(2026, 1, 1)).targets[:40]


def _same(one: Index, other: Index) -> bool:
    return (
        one.vocabulary == other.vocabulary
        and np.array_equal(one.weights, other.weights)
        and np.array_equal(one.entry, other.entry)
        and np.array_equal(one.start, other.start)
    )


def _sealed(body: bytes) -> bytes:
    """With the checksum that fits: made by somebody who wants it to be believed."""
    return hashlib.sha256(body).digest() + body


def _with(arrays: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return _sealed(buffer.getvalue())


def _far(name: str) -> Callable[[bytes, Mapping[str, Any]], bytes]:
    def spoil(_: bytes, arrays: Mapping[str, Any]) -> bytes:
        changed = arrays[name].copy()
        changed.flat[-1] = np.iinfo(changed.dtype).max
        return _with({**arrays, name: changed})

    return spoil


def _pickled(_: bytes, arrays: Mapping[str, Any]) -> bytes:
    return _with({**arrays, "entry": np.array([print, exit], dtype=object)})


def _claiming(_: bytes, arrays: Mapping[str, Any]) -> bytes:
    """An array that says it has a million million numbers."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.save(part, array)
            data = part.getvalue()
            if name == "entry":
                head = b"{'descr': '<i4', 'fortran_order': False, 'shape': (1000000000000,), }"
                data = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + head.ljust(117) + b"\n"
            archive.writestr(f"{name}.npy", data)
    return _sealed(buffer.getvalue())


SPOILT: dict[str, Callable[[bytes, Mapping[str, Any]], bytes]] = {
    "empty": lambda data, _: b"",
    "cut": lambda data, _: data[: len(data) // 2],
    "cut, with its checksum": lambda data, _: _sealed(data[32 : len(data) // 2]),
    "a byte changed": lambda data, _: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:],
    "another checksum": lambda data, _: b"\0" * 32 + data[32:],
    "no zip": lambda data, _: _sealed(b"anything"),
    "an entry there is not": _far("entry"),
    "a place beyond the end": _far("start"),
    "pickled": _pickled,
    "more than there can be": _claiming,
    "an array missing": lambda _, arrays: _with({k: v for k, v in arrays.items() if k != "weights"}),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_cache_is_built_anew_in_silence(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = _index(TARGETS, {}, tmp_path)
    (path,) = tmp_path.glob("*.idx")
    data = path.read_bytes()
    assert _same(_index(TARGETS, {}, tmp_path), fresh)
    path.write_bytes(SPOILT[how](data, read_arrays(path)))
    assert _same(_index(TARGETS, {}, tmp_path), fresh)
    assert path.read_bytes()[:32] == hashlib.sha256(path.read_bytes()[32:]).digest()
    assert set(read_arrays(path)) >= {"entry", "weights"}
    assert capsys.readouterr() == ("", "")
