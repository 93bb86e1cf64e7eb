"""Fuzzing led by coverage, for the parsers of goufu's own: `make fuzz-atheris MINUTES=5`. Needs atheris (Linux).

The first byte of an input says which parser it is for, the rest is what that parser is given: an amount, a line, a
list or records as a file, or the text of a disclosure. Whatever ends in anything but a result or a GoufuError is kept
by atheris as a file `crash-…`; make it small, put it into `found/`, and mend what it shows.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "disclosure")]

with atheris.instrument_imports(include=["goufu.disclosure", "goufu.catalog.characters"]):
    from goufu.catalog.errors import GoufuError
    from goufu.disclosure.amounts import parse_amount, unit_of
    from goufu.disclosure.lines import fold, label, squeeze
    from goufu.disclosure.read import read_content

#: the text that makes the rest of an input a list or a project table
_HEADS = {
    2: ("a.csv", "项目名称,部门,年度,金额（万元）\n"),
    3: ("a.jsonl", ""),
    4: ("a.txt", "2026年项目支出预算表\n单位：万元\n项目名称\t合计\n"),
    5: ("a.txt", ""),
}


def one_input(data: bytes) -> None:
    """Give one input to the parser it is for."""
    kind = data[0] % 6 if data else 0
    text = data[1:4_000].decode("utf-8", "surrogateescape")
    if kind == 0:
        amount = parse_amount(text)
        assert amount is None or amount.is_finite()
        unit_of(text)
    elif kind == 1:
        assert squeeze(squeeze(text)) == squeeze(text)
        label(text)
        fold(text)
    else:
        name, head = _HEADS[kind]
        try:
            read = read_content(head.encode() + data[1:4_000], name)
        except GoufuError as error:
            (error.text("zh") + error.text("en")).encode("utf-8")
        else:
            repr(read).encode("utf-8")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
