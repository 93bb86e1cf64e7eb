"""docs/findings.md names every rule with the severity of the table."""

import re
from pathlib import Path

from goufu.matcher.findings import load_rules

DOCS = Path(__file__).parents[2] / "docs" / "findings.md"


def test_the_documented_rules_are_the_rules() -> None:
    rows = re.findall(r"^\| (GF\d{3}) \| (\w+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(rule.id, rule.severity) for rule in load_rules().values()]
