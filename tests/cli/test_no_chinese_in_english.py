"""`--lang en` says everything of its own in English: what is left in Chinese is a name, a quotation or the input.

Taken out are whole names of the catalogs (entries, sections, documents), what the disclosure itself prints, and what is
in quotation marks; a single Han character that is left then is goufu's own.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from goufu.catalog.load import load_catalogs
from goufu.catalog.validity import applicable
from goufu.disclosure.model import BudgetItem
from goufu.disclosure.read import read_document

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
OFFICE, LABOUR = EXAMPLES / "孝义市人民政府办公室2026.txt", EXAMPLES / "孝义市人力资源和社会保障局2026.txt"
HAN = re.compile(r"[㐀-鿿]+")
_QUOTED = re.compile(r"'[^'\n]*'|“[^”\n]*”|‘[^’\n]*’")


def _of_item(item: BudgetItem) -> Iterator[str]:
    yield from (item.title, item.department, item.unit, item.summary, item.part, item.id)
    if item.form is not None:
        yield from (item.form.title, item.form.unit, item.form.department, item.form.term)


@cache
def names() -> tuple[str, ...]:
    """Every name that may stay Chinese, the longest first."""
    found = {"".join(LABOUR.stem), OFFICE.stem, *(path.stem for path in EXAMPLES.iterdir())}
    for version in load_catalogs():
        found |= {version.number, version.title, *version.sections}
        found |= {entry.name for entry in version.entries}
    for path in (OFFICE, LABOUR):
        read = read_document(path)
        found |= {read.department, *(text for item in read.items for text in _of_item(item))}
    return tuple(sorted(filter(None, found), key=len, reverse=True))


def leaks(text: str) -> list[str]:
    """The runs of Han characters in `text` that are no name and no quotation."""
    text = _QUOTED.sub(" ", text)
    if HAN.search(text):
        for name in names():
            text = text.replace(name, " ")
    return HAN.findall(text)


def english(*words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "goufu.cli.main", "--lang", "en", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("path", [OFFICE, LABOUR], ids=["office", "labour"])
def test_the_judgement(path: Path) -> None:
    """Reasons, messages, evidence, notes, and the law they cite, in every record."""
    records = [json.loads(line) for line in english("classify", path, "--format", "jsonl").splitlines()]
    assert records
    for record in records:
        said = [c["why"] for c in (*record["codes"], *record["elsewhere"])]
        said += [[f["message"], f["basis"], f["evidence"]] for f in record["findings"]]
        said += [[record.get(key, "")] for key in ("gap", "department_note", "precedent", "learned")]
        for sentence in (sentence for some in said for sentence in some):
            assert not leaks(sentence), sentence


@pytest.mark.parametrize(
    "words",
    [
        ("lookup", "污水处理", "--format", "json"),
        ("lookup", "公务用车租赁费和劳务派遣", "--format", "json"),
        ("lookup", "wsclfw", "--format", "json"),
        ("diff", "2024-37", "2025-28", "-d", "生态环境", "--format", "json"),
        ("rules",),
        ("rules", "GF304"),
        ("catalogs",),
    ],
    ids=" ".join,
)
def test_what_is_looked_up(words: tuple[str, ...]) -> None:
    asked = words[1] if words[1:] else "\n"
    left = [line for line in english(*words).splitlines() if leaks(line) and leaks(line.replace(asked, " "))]
    assert not left


def test_what_applies_and_why() -> None:
    for on in ("2021-01-01", "2024-01-01", "2025-01-01", "2026-01-01"):
        from datetime import date

        for section in ("教育", "住房和城乡建设", "B", "没有"):
            for reason in applicable(load_catalogs(), section, date.fromisoformat(on)).reasons:
                assert not leaks(reason.en), reason.en
