"""Damaged transcriptions: a problem list or one clear error, never a silent edition, and in bounded time."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from goufu.catalog.edition.draft import Draft, Transcription, draft, transcriptions
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import load_catalogs, read_readings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SOURCES = Path(__file__).parent / "sources"
KNOWN = load_catalogs()
BASE = (SOURCES / "004_excerpt.txt").read_text(encoding="utf-8")
OTHER = (SOURCES / "002_excerpt.txt").read_text(encoding="utf-8")
DECIDED = read_readings(SOURCES / "editions" / "2025-28" / "readings.tsv")
HEADER = "代码\t一级目录\t二级目录\t三级目录\t四级目录"

Facts = list[tuple[str, str, str, str]]


def read(folder: Path, text: str, witness: str = "004") -> Transcription:
    path = folder / f"{witness}_x.txt"
    path.write_text(text, encoding="utf-8")
    (found,) = transcriptions(path)
    return found


def alone(folder: Path, text: str) -> Draft:
    return draft([read(folder, text)], KNOWN)


def facts(result: Draft) -> Facts:
    """The entries without their lines, pages that wait for their department numbered instead of named by a line."""
    waiting = [s for s in result.version.sections if "待定" in s]
    numbered = {s: f"待定 {waiting.index(s)}" for s in waiting}
    return [
        (numbered.get(e.section, e.section), e.code, e.printed_code, e.name) for e in result.version.entries
    ]


def kinds(result: Draft) -> set[str]:
    return {problem.kind for problem in result.problems}


def pages(text: str) -> tuple[str, list[str], str]:
    """What stands before the table, its pages cut before each page header, and what follows it."""
    table, closing, after = text.partition("信息公开选项")
    before, *cut = re.split(rf"(?m)^(?={HEADER}$)", table)
    return before, cut, closing + after


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    return alone(tmp_path_factory.mktemp("sound"), BASE)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_a_truncated_file(tmp_path: Path, sound: Draft, share: float) -> None:
    result = alone(tmp_path, BASE[: int(len(BASE) * share)])
    assert "truncated" in kinds(result)
    assert len(facts(result)) < len(facts(sound))
    last = next(reversed([s for s in result.version.sections.values() if s.coverage != "absent"]))
    assert last.coverage == "partial"
    if share < 0.9:
        assert "not held" in kinds(result)


def test_a_file_cut_off_before_the_table(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="没有找到目录"):
        alone(tmp_path, BASE[: BASE.index(HEADER)])


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(lambda cells: cells[::-1], id="reversed"),
        pytest.param(lambda cells: cells[1:] + cells[:1], id="code last"),
        pytest.param(lambda cells: [cells[4], *cells[:4]], id="names first"),
    ],
)
def test_swapped_columns(tmp_path: Path, sound: Draft, order: Callable[[list[str]], list[str]]) -> None:
    """The code is known wherever it stands; the letterless one alone cannot be, and is not passed over."""
    lines = [
        "\t".join(order(line.split("\t"))) if line.count("\t") == 4 and re.match("[A0-9]", line) else line
        for line in BASE.split("\n")
    ]
    result = alone(tmp_path, "\n".join(lines))
    assert "stray column" in kinds(result)
    assert facts(result) == facts(sound)


def test_names_in_the_wrong_column_are_no_problem(tmp_path: Path, sound: Draft) -> None:
    lines = [
        f"{line.split(chr(9))[0]}\t{''.join(line.split(chr(9))[1:])}\t\t\t"
        if re.match("[A0-9]", line)
        else line
        for line in BASE.split("\n")
    ]
    result = alone(tmp_path, "\n".join(lines))
    assert facts(result) == facts(sound) and kinds(result) == kinds(sound)


def test_a_page_that_stands_twice(tmp_path: Path, sound: Draft) -> None:
    before, rest, after = pages(BASE)
    for at in range(len(rest)):
        result = alone(tmp_path, "".join([before, *rest[: at + 1], rest[at], *rest[at + 1 :], after]))
        assert facts(result) == facts(sound)
        assert "repeated page" in kinds(result)


def test_a_page_that_stands_twice_but_was_read_differently(tmp_path: Path, sound: Draft) -> None:
    before, rest, after = pages(BASE)
    for at in range(1, len(rest)):
        again = rest[at].replace("服务", "服 务", 1).replace("宣传", "宣转")
        result = alone(tmp_path, "".join([before, *rest[: at + 1], again, *rest[at + 1 :], after]))
        assert result.undecided > sound.undecided


def test_a_page_out_of_order(tmp_path: Path, sound: Draft) -> None:
    before, rest, after = pages(BASE)
    for at in range(len(rest) - 2):
        swapped = [*rest[:at], rest[at + 1], rest[at], *rest[at + 2 :]]
        result = alone(tmp_path, "".join([before, *swapped, after]))
        assert facts(result) != facts(sound)
        assert result.undecided > sound.undecided or kinds(result) - kinds(sound)
        assert {p.where for p in result.problems if p.kind == "missing page"} != {
            p.where for p in sound.problems if p.kind == "missing page"
        }


def test_a_page_left_out(tmp_path: Path, sound: Draft) -> None:
    before, rest, after = pages(BASE)
    for at in range(1, len(rest)):
        result = alone(tmp_path, "".join([before, *rest[:at], *rest[at + 1 :], after]))
        new = [p for p in result.problems if p.text not in {each.text for each in sound.problems}]
        assert {p.kind for p in new} & {"missing page", "empty heading"}


@pytest.mark.parametrize(
    "foreign",
    [
        "B01\t\t法律服务\t\t\nB0101\t\t\t法律顾问服务\t\nB0102\t\t\t法律咨询服务\t\n",
        "代码\t一级目录\t二级目录\t三级目录\nA01\t\t公共安全服务\t\nA0101\t\t\t公共安全隐患排查治理服务\n",
        "代码\t一级目录\t二级目录\t三级目录\nB\t政府履职辅助性服务\t\t\nB01\t\t法律服务\t\n",
    ],
)
def test_rows_of_another_catalog(tmp_path: Path, sound: Draft, foreign: str) -> None:
    before, rest, after = pages(BASE)
    result = alone(tmp_path, "".join([before, *rest[:3], foreign, *rest[3:], after]))
    strange = [p for p in result.problems if p.kind == "row"]
    assert len(strange) == sum(line[0] in "AB" for line in foreign.splitlines())
    assert all(p.undecided for p in strange)
    assert facts(result) == facts(sound)


def test_a_department_of_another_catalog(tmp_path: Path) -> None:
    """A whole page of 2024-37 between those of 2025-28: its department is not in the contents."""
    before, rest, after = pages(BASE)
    page = f"{HEADER}\n生态环境\t\t\t\t\nA\t公共服务\t\t\t\nA01\t\t公共安全服务\t\t\nA0101\t\t\t公共安全隐患排查治理服务\t\n"
    result = alone(tmp_path, "".join([before, *rest[:5], page, *rest[5:], after]))
    assert any(p.kind == "section" and p.undecided and p.section == "生态环境" for p in result.problems)


def test_rows_that_cannot_be_read_must_be_decided(tmp_path: Path, sound: Draft) -> None:
    line = "A150202\t\t\t\t检察院新闻宣传服务\n"
    assert line in BASE
    result = alone(tmp_path, BASE.replace(line, "#*150??2\t\t\t\t检察院新闻宣传服务\n" + line))
    assert facts(result) == facts(sound)
    (row,) = (p for p in result.problems if p.kind == "row")
    assert row.undecided and row.reading is not None and "检察院新闻宣传服务" in row.reading.witnesses[0][1]


@pytest.mark.parametrize(
    ("damaged", "code", "decision"),
    [
        ("150202", "A150202", "erratum"),  # without its letter: its place says which
        ("AI50202", "A150202", "erratum"),  # a letter read for a digit
        ("A100202", "A150202", "erratum"),  # under another heading
        ("A15020", "", "undecided"),  # a digit lost: no rule can tell
        ("A150201", "", "undecided"),  # the code of the entry before it
    ],
)
def test_damaged_codes(tmp_path: Path, sound: Draft, damaged: str, code: str, decision: str) -> None:
    line = "A150202\t\t\t\t检察院新闻宣传服务\n"
    result = alone(tmp_path, BASE.replace(line, line.replace("A150202", damaged, 1)))
    readings = [r for r in result.readings if r.kind == "code" and r.section == "人民检察院"]
    assert [(r.code, r.decision, r.witnesses[0][1]) for r in readings] == [(code, decision, damaged)]
    names = [e.name for e in result.version.entries if e.section == "人民检察院" and e.code == "A150202"]
    assert names == (["检察院新闻宣传服务"] if code else [])


def test_a_lost_department_heading(tmp_path: Path, sound: Draft) -> None:
    result = alone(tmp_path, BASE.replace("宣传部\t\t\t\t\n", ""))
    assert result.undecided > sound.undecided
    assert not any(e.section == "人民检察院" and "方针" in e.name for e in result.version.entries)


def test_a_department_read_differently_in_one_transcription(tmp_path: Path) -> None:
    other = OTHER.replace("社会工作部\t\t\t\t\n", "社会土作部\t\t\t\t\n")
    result = draft([read(tmp_path, BASE), read(tmp_path, other, "002")], KNOWN)
    assert "社会工作部" in result.version.sections and "社会土作部" not in result.version.sections
    (reading,) = (r for r in result.readings if r.kind == "section" and r.section == "社会工作部")
    assert (reading.decision, [name for _, name in reading.witnesses]) == (
        "settled",
        ["社会工作部", "社会土作部"],
    )


def test_a_department_misread_in_the_only_transcription(tmp_path: Path) -> None:
    """The contents have another name: likened to it, left to a person, and put right by the decision."""
    text = BASE.replace("社会工作部\t\t\t\t\n", "社会土作部\t\t\t\t\n")
    result = alone(tmp_path, text)
    (reading,) = (r for r in result.readings if r.kind == "section" and r.section == "社会土作部")
    assert (reading.decision, reading.chosen) == ("undecided", "社会工作部")
    decided = replace(reading, section="社会工作部", decision="settled")
    put_right = draft([read(tmp_path, text)], KNOWN, [decided])
    assert facts(put_right) == facts(alone(tmp_path, BASE)) and decided in put_right.readings


def test_contents_that_differ_are_left_to_a_person_where_the_pages_do_not_tell(tmp_path: Path) -> None:
    one = BASE.replace("粮食和物资储备\t67", "粮食和储备\t67")
    witnesses = [read(tmp_path, one), read(tmp_path, OTHER, "002")]
    result = draft(witnesses, KNOWN)
    (reading,) = (r for r in result.readings if r.kind == "contents")
    assert (reading.decision, reading.section) == ("undecided", "粮食和储备")
    decided = replace(reading, chosen="粮食和物资储备", decision="settled")
    assert "粮食和物资储备" in draft(witnesses, KNOWN, [decided]).version.sections


# ---- noise ---------------------------------------------------------------------------------------------------


def noise(kind: str, size: int) -> str:
    """About `size` bytes of one kind of noise, always the same."""
    dice = random.Random(28)
    words = "公共服务治理社会环境安全宣传"
    if kind == "one line":
        return HEADER + "\n" + "甲" * (size // 3)
    if kind == "dots":
        return "目 录\n" + "." * size + "\n" + HEADER + "\nA\t公共服务\t\t\t\n"
    lines = []
    length = 0
    while length < size:
        if kind == "prose":
            line = "".join(dice.choices(words, k=60))
        elif kind == "tables":
            line = "\t".join("".join(dice.choices(words, k=4)) for _ in range(5))
        elif kind == "codes":
            line = f"A{dice.randrange(10**6):06d}\t\t\t\t{''.join(dice.choices(words, k=8))}"
        elif kind == "one code":
            line = "A150201\t\t\t\t人大宣传服务"
        elif kind == "headings":
            line = "".join(dice.choices(words, k=6)) + "\t\t\t\t"
        else:
            line = HEADER
        lines.append(line)
        length += len(line.encode()) + 1
    return HEADER + "\n" + "\n".join(lines) + "\n"


@pytest.mark.long
@pytest.mark.parametrize(
    "kind", ["one line", "dots", "prose", "tables", "codes", "one code", "headings", "headers"]
)
def test_ten_megabytes_of_noise(tmp_path: Path, kind: str) -> None:
    begin = time.process_time()
    text = noise(kind, 10_000_000)
    made = time.process_time()
    try:
        result = alone(tmp_path, text)
    except CatalogError as error:
        assert error.message and error.english
    else:
        assert result.problems and len(result.version.entries) <= 1
    assert time.process_time() - made < 20, f"took too long (the noise itself {made - begin:.1f} s)"


def test_noise_around_a_catalog_does_no_harm(tmp_path: Path, sound: Draft) -> None:
    prose = noise("prose", 1_000_000).removeprefix(HEADER)
    result = alone(tmp_path, prose + "\n\n" + BASE + "\n第五部分 附件\n" + prose)
    assert facts(result) == facts(sound)


def test_noise_as_a_second_witness(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="不是同一份目录的底本"):
        draft([read(tmp_path, BASE), read(tmp_path, noise("codes", 200_000), "002")], KNOWN)


# ---- any single slip in one of two transcriptions shows ----------------------------------------------------------


def _shared_lines(text: str, other: str) -> list[int]:
    """Lines of the table in `text` that `other` has too: those of the page that one lacks are not among them."""
    lines, theirs = text.split("\n"), other.split("\n")
    table = [n for n, line in enumerate(lines) if line.count("\t") == 4 and not line.startswith("代码")]
    return [n for n in table if lines.count(lines[n]) == theirs.count(lines[n])]


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Draft]:
    folder = tmp_path_factory.mktemp("edition")
    return folder, draft([read(folder, BASE), read(folder, OTHER, "002")], KNOWN, DECIDED)


def attested(result: Draft) -> list[tuple[str, int]]:
    return [(e.code, len(e.sources)) for e in result.version.entries]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_slip_in_one_of_two_transcriptions_shows(
    edition: tuple[Path, Draft], data: st.DataObject
) -> None:
    """A line lost, doubled, moved or misread leaves entries and their sources as they are, or becomes a problem."""
    folder, whole = edition
    texts = {"004": BASE, "002": OTHER}
    damaged = data.draw(st.sampled_from(["004", "002"]), label="witness")
    (intact,) = set(texts) - {damaged}
    lines = texts[damaged].split("\n")
    places = st.sampled_from(_shared_lines(texts[damaged], texts[intact]))
    at = data.draw(places, label="line")
    slip = data.draw(st.sampled_from(["lost", "doubled", "moved", "misread", "digit"]), label="slip")
    if slip == "lost":
        del lines[at]
    elif slip == "doubled":
        lines.insert(at, lines[at])
    elif slip == "moved":
        lines.insert(data.draw(places, label="to"), lines.pop(at))
    elif slip == "misread":
        where = data.draw(st.integers(0, len(lines[at]) - 1), label="character")
        lines[at] = lines[at][:where] + "某" + lines[at][where + 1 :]
    else:
        lines[at] = re.sub(r"\d", data.draw(st.sampled_from("0123456789")), lines[at], count=1)
    texts[damaged] = "\n".join(lines)
    result = draft([read(folder, texts["004"]), read(folder, texts["002"], "002")], KNOWN, DECIDED)
    if facts(result) != facts(whole) or attested(result) != attested(whole):
        assert result.undecided or {p.text for p in result.problems} - {p.text for p in whole.problems}
