"""A table of hashes in arrays says what a dictionary says, and no more than it has room for."""

from __future__ import annotations

from goufu.disclosure.lists.lines_seen import LinesSeen
from hypothesis import given
from hypothesis import strategies as st

_HASHES = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3).map(
    lambda n: n * 4096
)  # the latter share a place


@given(st.lists(_HASHES, max_size=200))
def test_as_a_dictionary(hashes: list[int]) -> None:
    seen, known = LinesSeen(1000), dict[int, int]()
    for line, said in enumerate(hashes, 1):
        assert seen.first(said, line) == known.get(said, 0)
        known.setdefault(said, line)


def test_it_grows_and_then_is_full() -> None:
    seen = LinesSeen(10_000)
    numbers = [hash((n, "x")) for n in range(12_000)]
    assert not any(seen.first(said, line) for line, said in enumerate(numbers, 1))
    assert seen.full
    assert [seen.first(said, 1) for said in numbers[:10_000]] == list(range(1, 10_001))
    assert seen.first(numbers[-1], 1) == 0
