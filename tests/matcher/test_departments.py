"""County departments and units find the sections that DESIGN names, and strangers are told the nearest."""

import pytest

from catalog.errors import UnknownNameError
from catalog.load import load_catalogs
from matcher.departments import item_sections, load_departments, section_named, sections_of


def test_every_section_of_the_catalog_has_words() -> None:
    newest = next(v for v in load_catalogs() if v.id == "2025-28")
    assert list(load_departments()) == list(newest.sections)


@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("孝义市行政审批服务管理局", ("行政审批",)),
        ("孝义市城市管理局", ("住房和城乡建设",)),
        ("孝义市医疗保险服务中心", ("医疗保障",)),
        ("孝义市人民政府办公室", ("人民政府办公厅（室）",)),
        ("政协壶关县委员会办公室", ("人民政治协商会议委员会办公厅（室）",)),
        ("中共沁源县委政法委员会", ("政法委员会",)),
        ("共青团河曲县委员会", ("共青团",)),
        ("吕梁市生态环境局石楼分局", ("生态环境",)),
        ("住建局", ("住房和城乡建设",)),
        ("人社局", ("人力资源和社会保障",)),
        ("水利", ("水利",)),
    ],
)
def test_names_and_abbreviations(name: str, sections: tuple[str, ...]) -> None:
    assert sections_of(name).sections == sections


def test_a_name_that_holds_two_departments_has_both_sections() -> None:
    assert set(sections_of("某县文化和旅游局（文物局）").sections) == {"文化和旅游", "文物"}


def test_a_unit_comes_before_its_department() -> None:
    match = item_sections("孝义市人力资源和社会保障局", "孝义市医疗保险服务中心")
    assert match.sections == ("医疗保障", "人力资源和社会保障")


def test_a_misspelt_name_is_recognised_with_less_confidence() -> None:
    match = sections_of("某县退役军入事务局")
    assert match.sections == ("退役军人",)
    assert match.confidence < 0.95


def test_an_unknown_department_is_told_the_nearest() -> None:
    assert sections_of("某县气球局").sections == ()
    with pytest.raises(UnknownNameError, match="相近的有"):
        section_named("气球局")
