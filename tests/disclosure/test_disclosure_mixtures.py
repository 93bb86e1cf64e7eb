"""Disclosures made at random with the truth known: right items and amounts, or a remark at the very place."""

from __future__ import annotations

from typing import Any

from disclosure_mixtures import DEPARTMENT, Block, Truth, disclosures, rendered
from goufu.disclosure.lines import clean_cell
from goufu.disclosure.read import read_content
from hypothesis import HealthCheck, given, settings


def _plain(block: Block) -> list[str]:
    return ["".join(clean_cell(cell).split()) for cell in block.cells]


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(disclosures())
def test_everything_comes_out_right_or_is_told(made: tuple[list[Block], Truth, dict[str, Any]]) -> None:
    blocks, truth, how = made
    data, name = rendered(blocks, how)
    read = read_content(data, name)
    remarks = [remark.text for remark in read.remarks]
    assert read.department == DEPARTMENT
    assert [(item.title, item.unit) for item in read.items] == [
        (title, unit) for title, unit, _ in truth.items
    ]
    assert len({item.id for item in read.items}) == len(read.items)
    amounts = [item.amount_wan for item in read.items]
    right = [wan for _, _, wan in truth.items]
    told = any(remark.kind == "unit" for remark in read.remarks)
    if truth.amounts == "refused":
        assert told
        assert amounts == [None] * len(right)
    elif truth.amounts == "told":
        assert told or not right
        assert amounts in (right, [None] * len(right))
    else:
        assert not told
        assert amounts == right
    # each row that cannot be read is told at its place
    for title in truth.unread:
        told_of = [remark for remark in read.remarks if title in "".join(remark.text.split())]
        places = [remark.place for remark in told_of if remark.level == "error"]
        assert places
        if name == "x.txt":
            number = next(n for n, block in enumerate(blocks, 1) if title in _plain(block))
            assert places[0] is not None and places[0].line == number
    # nothing that is hidden comes out, and nothing is told that is not so
    assert not any(hidden in str(read.items) for hidden in truth.hidden)
    errors = [remark.text for remark in read.remarks if remark.level == "error" and remark.kind != "unit"]
    assert len(errors) == len(truth.unread), errors
    if not truth.unread and truth.amounts == "right":
        assert not [text for text in remarks if "相差" in text]
