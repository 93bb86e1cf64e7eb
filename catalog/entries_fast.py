"""The entries of a sound `entries.tsv` in a few passes over the whole text, for the start of every command.

The text is cut once and checked column by column, never row by row: a row of another length puts a cell that is no
section or no code in the place of one, and so shows. Whatever is not exactly as it should be is left to
`goufu.catalog.load`, which reads row by row and says which one is at fault. `benchmarks/loading.py` times it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import compress, count, groupby, repeat

from goufu.catalog.codes import is_code
from goufu.catalog.model import Entry, Section

ENTRY_COLUMNS = ("section", "code", "printed_code", "name", "source")


def sound_entries(
    text: str, version: str, sections: Mapping[str, Section], levels: int
) -> tuple[Entry, ...] | None:
    """The entries in `text` in printed order; None where any row is not sound, or lines do not end in a line feed alone."""
    cells = text.replace("\n", "\t").split("\t")
    width = len(ENTRY_COLUMNS)
    if tuple(cells[:width]) != ENTRY_COLUMNS or len(cells) % width != 1 or cells[-1]:
        return None
    section, code, printed, name, source = (cells[at:-1:width] for at in range(width, 2 * width))
    blocks = list(_blocks(section))
    sound = (
        len({block for block, _, _ in blocks} & sections.keys()) == len(blocks)
        and all(len(set(code[first:after])) == after - first for _, first, after in blocks)
        and _are_codes(set(code), levels)
        and name == list(map(str.strip, name))
        and all(name)
        and all(source)
    )
    if not sound:
        return None
    as_printed = code.copy()
    for at in compress(count(), printed):
        as_printed[at] = printed[at]
    make = partial(tuple.__new__, Entry)  # as Entry._make does, without its check of the length
    return tuple(map(make, zip(repeat(version), section, code, name, as_printed, source)))


def _blocks(section: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Each run of equal cells: the section, its first row and the row after its last."""
    first = 0
    for name, run in groupby(section):
        after = first + len(list(run))
        yield name, first, after
        first = after


@lru_cache
def _codes_upto(levels: int) -> re.Pattern[str]:
    """Codes of level 1 to `levels`, each after a line end."""
    return re.compile(rf"(?:\n[AB](?:[0-9][0-9]){{0,{levels - 1}}})*")


def _are_codes(codes: Iterable[str], levels: int) -> bool:
    """Whether all are well-formed codes of level 1 to `levels`; class B stops at level 3."""
    listed = "\n".join(("", *codes))
    if not _codes_upto(levels).fullmatch(listed):
        return False
    return "\nB" not in listed or all(map(is_code, listed.split("\n")[1:]))
