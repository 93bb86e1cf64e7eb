"""The names of statuses and outcomes stand in one place."""

import re
from pathlib import Path

import pytest
from goufu.matcher.outcome_names import OUTCOME_NAMES, STATUS_NAMES

import goufu

ROOT = Path(goufu.__file__).parent.parent
_WORDS = "|".join(name.zh for name in STATUS_NAMES.values())
NAMED = re.compile(rf"""["']({_WORDS})["'],\s*["'][^"']*["']""")


def test_no_module_and_no_page_names_them_anew() -> None:
    """A Chinese name beside an English one is a second place, which sooner or later says something else."""
    rooms = [ROOT / room for room in ("cli", "web", "store", "matcher")]
    if not all(room.is_dir() for room in rooms):
        pytest.skip("goufu is installed: its sources lie elsewhere")
    again = [
        f"{path.relative_to(ROOT)}: {m[0]}"
        for room in rooms
        for path in sorted(room.rglob("*"))
        if path.suffix in (".py", ".html") and path.name != "outcome_names.py"
        for m in NAMED.finditer(path.read_text(encoding="utf-8"))
    ]
    assert again == []


def test_an_outcome_is_called_as_the_status_it_leads_to() -> None:
    assert set(OUTCOME_NAMES.values()) < set(STATUS_NAMES.values())
