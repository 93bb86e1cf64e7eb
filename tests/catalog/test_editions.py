"""What the shipped editions say, stated so that it can be checked in the transcriptions.

Where a test names a file and a line ("004:4037"), that is the line of the transcription that the edition cites.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from goufu.catalog.codes import is_code, parent
from goufu.catalog.load import alternatives, load_catalogs, load_readings, version_named
from goufu.catalog.model import Reading
from goufu.catalog.names import tidy_name

VERSIONS = load_catalogs()
HELD = [version for version in VERSIONS if version.witnesses]
BY_ID = {version.id: version for version in VERSIONS}
READINGS: dict[str, dict[tuple[str, str, str], Reading]] = {
    version.id: {(r.section, r.code, r.kind): r for r in load_readings(version.id)} for version in HELD
}

#: the table of contents of 2025-28 (004:3233–3290), with its pages
PRINTED_CONTENTS = """
人民代表大会常务委员会办公厅（室） 6 人民政府办公厅（室） 6 人民政治协商会议委员会办公厅（室） 6 纪律检查委员会监察委员会 6
人民法院 7 人民检察院 8 宣传部 9 统战部 9 社会工作部 10 政法委员会 11 网络安全和信息化委员会办公室 11 军民融合办 13
机关工委 14 老干部局 14 发展和改革 15 教育 16 科技 18 工业和信息化 19 公安 20 民政 21 司法 26 财政 28
人力资源和社会保障 29 自然资源 31 生态环境 33 住房和城乡建设 37 交通运输 40 水利 43 农业农村 45 商务 47 文化和旅游 48
卫生健康 50 退役军人 51 应急 52 审计 54 外事 54 市场监督管理 54 广播电视 58 体育 59 统计 61 行政审批 62 信访 64
能源 65 文物 66 医疗保障 66 粮食和物资储备 67 民营经济发展 68 监狱管理 70 戒毒管理 71 林业和草原 72 工商业联合会 75
共青团 76 妇女联合会 80 贸易促进委员会 82 残疾人联合会 82 气象 83
"""


@pytest.mark.parametrize(
    ("version", "levels"),
    [
        ("2021-34", {1: 2, 2: 27, 3: 120}),
        ("2023-47", {1: 1, 2: 12, 3: 44}),
        ("2024-37", {1: 4, 2: 23, 3: 55, 4: 161}),
        ("2025-28", {1: 54, 2: 262, 3: 560, 4: 1160}),
    ],
)
def test_counts_by_level(version: str, levels: dict[int, int]) -> None:
    assert Counter(entry.level for entry in BY_ID[version].entries) == levels


def test_the_sections_of_2025_28_are_those_of_its_contents_in_its_order() -> None:
    words = PRINTED_CONTENTS.split()
    pairs = list(zip(words[::2], map(int, words[1::2]), strict=True))
    sections = BY_ID["2025-28"].sections.values()
    assert [(s.name, s.page) for s in sections] == pairs and len(pairs) == 56
    assert all(s.coverage == "complete" for s in sections)
    assert list(dict.fromkeys(e.section for e in BY_ID["2025-28"].entries)) == [name for name, _ in pairs]


def test_what_is_held_of_the_other_versions() -> None:
    coverage = {v.id: {s.name: s.coverage for s in v.sections.values()} for v in VERSIONS}
    assert coverage["2021-34"] == {"A": "partial", "B": "complete"}
    assert coverage["2023-43"] == {}
    assert coverage["2023-47"] == {"B": "complete"}
    assert coverage["2024-37"] == {
        "自然资源": "partial",
        "生态环境": "complete",
        "住房和城乡建设": "partial",
        "统计": "partial",
        "行政审批": "complete",
        "信访": "partial",
        "残疾人联合会": "partial",
    }
    assert all(s.evidence for v in VERSIONS for s in v.sections.values() if s.coverage == "partial")


def test_the_page_that_2021_34_lacks_is_not_invented() -> None:
    frame = [e.code for e in BY_ID["2021-34"].in_section("A")]
    assert frame[frame.index("A0304") + 1] == "A07"
    assert not any(code.startswith(("A04", "A05", "A06")) for code in frame)
    assert {e.code for e in BY_ID["2025-28"].entries} >= {"A04", "A05", "A06"}


@pytest.mark.parametrize("version", HELD, ids=lambda v: v.id)
def test_every_entry_is_traced_to_lines_of_its_witnesses(version) -> None:  # type: ignore[no-untyped-def]
    ranges = {w.id: range(w.lines[0], w.lines[1] + 1) for w in version.witnesses}
    last: dict[str, int] = {}
    for entry in version.entries:
        assert entry.sources, entry
        for source in entry.sources:
            assert source.line in ranges[source.witness], entry
            assert source.line > last.get(source.witness, 0), f"{entry} stands before what precedes it"
            last[source.witness] = source.line


@pytest.mark.parametrize("version", HELD, ids=lambda v: v.id)
def test_codes_rise_within_a_section_and_names_are_tidy(version) -> None:  # type: ignore[no-untyped-def]
    for section in version.sections:
        codes = [entry.code for entry in version.in_section(section)]
        assert codes == sorted(set(codes))
    for entry in version.entries:
        assert tidy_name(entry.name) == entry.name and len(entry.name) >= 3
        assert is_code(entry.code) and (entry.section == "B") == (entry.code[0] == "B")


def test_headings_that_are_missing_are_all_listed() -> None:
    for version in HELD:
        listed = {(s, c) for s, c, kind in READINGS[version.id] if kind == "missing heading"}
        held = {(e.section, e.code) for e in version.entries}
        lacking = {(e.section, parent(e.code)) for e in version.entries if parent(e.code)} - held
        whole = {(s, c) for s, c in lacking if version.sections[s].coverage == "complete"}
        assert whole == listed
    assert {(s, c) for s, c, kind in READINGS["2025-28"] if kind == "missing heading"} == {
        ("统战部", "A"),
        ("人力资源和社会保障", "A16"),
        ("气象", "A"),
    }


@pytest.mark.parametrize(
    ("section", "code", "printed", "sources"),
    [
        ("自然资源", "A140102", "A040102", "004:4037 002:2824"),
        ("住房和城乡建设", "A160601", "160601", "004:4266 002:3053"),
        ("文化和旅游", "A150301", "A050301", "004:4539 002:3298"),
        ("民营经济发展", "A160901", "A160401", "004:5105 002:3864"),
    ],
)
def test_printed_codes_that_contradict_their_heading(
    section: str, code: str, printed: str, sources: str
) -> None:
    version = BY_ID["2025-28"]
    entry = version.by_key[section, code]
    assert (entry.printed_code, entry.source) == (printed, sources)
    assert version.find(section, printed) is entry
    reading = READINGS["2025-28"][section, code, "code"]
    assert reading.decision == "erratum" and dict(reading.witnesses) == dict.fromkeys(
        sources.split(), printed
    )


def test_no_other_code_contradicts_its_heading() -> None:
    contradicting = [e for v in HELD for e in v.entries if e.printed_code != e.code]
    assert len(contradicting) == 4


@pytest.mark.parametrize(
    ("section", "code", "name"),
    [
        ("教育", "A1803", "公共档案服务"),
        ("人力资源和社会保障", "A1803", "公共档案服务"),
        ("社会工作部", "A1601", "行业规范服务"),
        ("社会工作部", "A1605", "行业人才培养"),
        ("政法委员会", "A10", "社区治理服务"),
        ("自然资源", "A1801", "政务服务窗口受理服务（仅限集中受理事项）"),
        ("民营经济发展", "A1801", "舆情监控服务"),
        ("老干部局", "A0503", "应急救助服务"),
        ("戒毒管理", "A0401", "社会救助服务"),
        ("外事", "A18", "其它公共服务"),
        ("行政审批", "A17", "技术性服务"),
    ],
)
def test_headings_that_depart_from_the_frame_are_kept_and_listed(section: str, code: str, name: str) -> None:
    assert BY_ID["2025-28"].by_key[section, code].name == name
    assert READINGS["2025-28"][section, code, "heading"].decision == "erratum"


def test_numbers_that_are_not_used() -> None:
    unused = {v: sorted(c for _, c, kind in READINGS[v] if kind == "numbering") for v in READINGS}
    assert unused == {
        "2021-34": ["B0603", "B0702", "B1004"],
        "2023-47": ["B0603", "B0702", "B1004"],
        "2024-37": [],
        "2025-28": ["A030201", "A030202", "A070101"],
    }
    for version, codes in unused.items():
        for section in {s for s, _, kind in READINGS[version] if kind == "numbering"}:
            assert not any(BY_ID[version].find(section, code) for code in codes)


@pytest.mark.parametrize(
    ("section", "code", "name", "sources"),
    [
        # 002 lacks the page with 宣传部 and 统战部: what follows it there is not 人民检察院
        ("统战部", "A180501", "统战网络舆情监测服务", "004:3412 002:2199"),
        ("人民检察院", "A180501", "检察院舆情监控服务", "004:3386"),
        ("宣传部", "A150201", "党的路线、方针、政策的宣传服务", "004:3393"),
        # and a page of 交通运输
        ("交通运输", "A130301", "城市轨道交通运营突发事件应急演练服务", "004:4318"),
        ("交通运输", "A130302", "城市轨道交通运营险性事件技术分析服务", "004:4321 002:3080"),
    ],
)
def test_rows_after_a_missing_page_stand_in_their_own_department(
    section: str, code: str, name: str, sources: str
) -> None:
    entry = BY_ID["2025-28"].by_key[section, code]
    assert (entry.name, entry.source) == (name, sources)


@pytest.mark.parametrize(
    ("version", "section", "code", "chosen", "decision"),
    [
        ("2025-28", "教育", "A0208", "中小学体（美）育教育教学服务", "settled"),
        ("2025-28", "民政", "A160102", "养老服务社会专项规划服务", "settled"),
        ("2025-28", "住房和城乡建设", "A010401", "城乡管理应急抢险服务", "settled"),
        ("2025-28", "住房和城乡建设", "A1807", "政务热线服务", "settled"),
        ("2025-28", "交通运输", "A140401", "交通运输灾害救援救助服务", "settled"),
        ("2025-28", "监狱管理", "A170301", "土质水质污染检测服务", "settled"),
        ("2025-28", "广播电视", "A150103", "广播电视发射传输维护", "settled"),
        ("2025-28", "广播电视", "A030203", "省级广播电视和网络视听技能竞赛等各类技能竞赛服务", "open"),
        ("2025-28", "财政", "A0402", "基本养老服务", "open"),
        ("2025-28", "外事", "A150201", "领保宣传服务", "open"),
        ("2025-28", "林业和草原", "A140202", "森林防灭火基础设施设计服务", "open"),
        ("2025-28", "行政审批", "A150405", "一体化政务服务平台运营服务", "open"),
        ("2024-37", "生态环境", "A14", "灾害防治及应急管理服务", "settled"),
        ("2024-37", "行政审批", "A1702", "检验检疫检测及认证服务", "settled"),
        ("2023-47", "B", "B0102", "法律咨询服务", "settled"),
    ],
)
def test_readings(version: str, section: str, code: str, chosen: str, decision: str) -> None:
    reading = READINGS[version][section, code, "name"]
    assert (reading.chosen, reading.decision) == (chosen, decision)
    assert BY_ID[version].by_key[section, code].name == chosen


def test_open_readings_give_the_other_name() -> None:
    also = alternatives(load_readings("2025-28"))
    assert also["外事", "A150201"] == ("领事宣传服务",)
    assert also["人力资源和社会保障", "A0402"] == ("基本养老保险服务",)
    assert ("教育", "A0208") not in also  # settled: the other reading is none
    assert len(also) == 20


@pytest.mark.parametrize("version", HELD, ids=lambda v: v.id)
def test_the_apparatus_says_what_the_edition_has(version) -> None:  # type: ignore[no-untyped-def]
    witnesses = {w.id for w in version.witnesses}
    for reading in load_readings(version.id):
        entry = version.by_key.get((reading.section, reading.code))
        assert reading.section in version.sections and reading.why
        assert {w.partition(":")[0] for w, _ in reading.witnesses} <= witnesses
        if reading.kind in ("name", "heading", "wording"):
            assert entry is not None and entry.name == reading.chosen
            assert {w for w, _ in reading.witnesses} == {s.witness for s in entry.sources}
        elif reading.kind == "code":
            assert entry is not None and entry.printed_code == reading.chosen
        elif reading.kind in ("missing heading", "numbering"):
            assert entry is None
        if reading.decision == "open":
            assert len({text for _, text in reading.witnesses}) > 1


def test_pages_without_a_heading_were_given_their_department() -> None:
    placed = {r.witnesses[0][0]: r.section for r in load_readings("2024-37") if r.kind == "section"}
    assert placed == {"003:1895": "自然资源", "003:2050": "统计", "003:2146": "残疾人联合会"}
    version = BY_ID["2024-37"]
    for where, section in placed.items():
        first = next(e for e in version.in_section(section) if where in e.source.split())
        assert first is version.in_section(section)[0]


def test_the_documents() -> None:
    current = BY_ID["2025-28"]
    assert (current.number, str(current.printed), current.repeals) == (
        "晋财综〔2025〕28号",
        "2025-07-15",
        ("2024-37",),
    )
    assert (BY_ID["2024-37"].repealed_by, str(BY_ID["2024-37"].repealed)) == ("2025-28", "2025-07-15")
    assert BY_ID["2023-47"].revises == ("2021-34 B",) and BY_ID["2023-47"].classes == ("B",)
    assert version_named(VERSIONS, "晋财综[2023]43号").witnesses == ()


# ---- docs/catalogs.md ------------------------------------------------------------------------------------------

DOCS = (Path(__file__).parents[2] / "docs" / "catalogs.md").read_text(encoding="utf-8")


def test_the_counts_in_the_docs() -> None:
    rows = {m[1]: m[2] for m in re.finditer(r"^\| `(\d{4}-\d+)` \|(.*)\|$", DOCS, re.M)}
    assert set(rows) == set(BY_ID)
    for identity, row in rows.items():
        number, classes, _, *counts = [cell.strip() for cell in row.split("|")][:8]
        levels = Counter(entry.level for entry in BY_ID[identity].entries)
        assert (number, classes) == (BY_ID[identity].number, ", ".join(BY_ID[identity].classes))
        assert list(map(int, counts)) == [*(levels[n] for n in (1, 2, 3, 4)), levels.total()]


def test_the_rows_of_the_apparatus_in_the_docs() -> None:
    stated = {m[1]: int(m[2]) for m in re.finditer(r"^\| `([a-z ]+)` \|.*\| (\d+) \|$", DOCS, re.M)}
    rows = Counter(kind for readings in READINGS.values() for _, _, kind in readings)
    assert stated == {**dict.fromkeys(stated, 0), **rows}
    attested = sum(len(e.sources) for v in HELD for e in v.entries)
    both = sum(len(e.sources) == 2 for e in BY_ID["2025-28"].entries)
    assert f"{attested:,} attestations" in DOCS and f"{both:,} of the 2,036 entries" in DOCS
