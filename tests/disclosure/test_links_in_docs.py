"""The table of links in docs/disclosures.md is what the program does, line for line."""

from __future__ import annotations

import re
from pathlib import Path

import example_formats
import pytest
from goufu.disclosure.assemble import read_disclosure
from goufu.disclosure.lines import fold

PAGE = (Path(__file__).parents[2] / "docs" / "disclosures.md").read_text("utf-8")


@pytest.mark.parametrize("stem", example_formats.STEMS)
def test_links(stem: str) -> None:
    section = PAGE.partition(f"### {stem}: ")[2].partition("###")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if re.match(r"\| (?:\d+|—) \|", line)
    ]
    disclosure = read_disclosure(example_formats.EXAMPLES / f"{stem}.txt")
    documented = {row[0]: (row[3] or "same", row[5]) for row in rows if row[0] != "—"}
    done = {}
    for item in disclosure.items:
        assert item.place is not None
        form = item.form
        said = ("—", "")
        if form is not None and form.place is not None:
            name = "same" if fold(form.title) == fold(item.title) else form.title
            said = (name, str(form.place.line))
        done[str(item.place.line)] = said
    assert documented == done
    assert [row[3] for row in rows if row[0] == "—"] == [form.title for form in disclosure.unlinked]
    linked = sum(item.form is not None for item in disclosure.items)
    assert section.startswith(f"{linked} of {len(disclosure.items)}")


def test_the_figures_of_the_page() -> None:
    read = [read_disclosure(example_formats.EXAMPLES / f"{stem}.txt") for stem in example_formats.STEMS]
    checks = [check for disclosure in read for check in disclosure.checks]
    linked = sum(item.form is not None for disclosure in read for item in disclosure.items)
    assert f"{len(checks)} comparisons are made" in PAGE
    assert sum(not check.agrees for check in checks) == 5 and "five disagree" in PAGE
    assert f"{linked} of the 184 lines carry their form" in PAGE
