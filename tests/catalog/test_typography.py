"""The typography of the editions: dress goes, wording stays."""

from __future__ import annotations

import re

import pytest
from goufu.catalog.names import document_number, tidy_name
from hypothesis import example, given
from hypothesis import strategies as st

#: as the four transcriptions print them, and as the editions have them
PRINTED = [
    ("12368 诉讼热线服务", "12368诉讼热线服务"),
    ("AI 智能政务服务", "AI智能政务服务"),
    ("IPv6 规模部署监测服务", "IPv6规模部署监测服务"),
    ('"异地祭扫"服务', "“异地祭扫”服务"),
    ("<b>生态环境</b>", "生态环境"),
    ("√ 法律顾问服务", "法律顾问服务"),
    ("中小学体(美)育教育教学服务", "中小学体（美）育教育教学服务"),
    ("政务服务窗口受理服务 (仅限集中受理事项)", "政务服务窗口受理服务（仅限集中受理事项）"),
    ("灾害防治及应急管理服 务", "灾害防治及应急管理服务"),
    ("科普实践活动; 科普讲解活动; 气象研学活动", "科普实践活动；科普讲解活动；气象研学活动"),
    (
        "危险废物监督管理指南服务, 固体废物污染控制标准规范制定服务",
        "危险废物监督管理指南服务，固体废物污染控制标准规范制定服务",
    ),
    ("监测、检查服务", "监测、检查服务"),
    ("１２３４５热线", "12345热线"),
    ("health check 服务", "health check服务"),
]


@pytest.mark.parametrize(("printed", "tidy"), PRINTED)
def test_names_as_printed(printed: str, tidy: str) -> None:
    assert tidy_name(printed) == tidy


@given(st.text())
@example("<<b>b>")
@example("< b>x")
@example('" "" ')
def test_tidy_name_is_idempotent(text: str) -> None:
    assert tidy_name(tidy_name(text)) == tidy_name(text)


@given(st.text("政府购买服务（），、；：“” \t\u3000(),;:√■ab12"))
def test_no_word_is_added_dropped_or_moved(text: str) -> None:
    wording = re.compile(r"[一-鿿a-z0-9、]")
    assert wording.findall(tidy_name(text)) == wording.findall(text)


@given(st.text("政府购买服务(),;:?! √", min_size=1))
def test_no_half_width_mark_and_no_space_is_left(text: str) -> None:
    assert not re.search(r"[(),;:?!√\s]", tidy_name(text))


@pytest.mark.parametrize(
    "text",
    [
        "晋财综[2024]37号",
        "晋财综〔2024〕37号",
        "晋财综（2024）37号",
        "晋财综［２０２４］３７号",
        " 晋财综 〔2024〕 37 号",
    ],
)
def test_document_numbers(text: str) -> None:
    assert document_number(text) == "晋财综〔2024〕37号"


@given(st.text())
def test_document_number_is_idempotent(text: str) -> None:
    assert document_number(document_number(text)) == document_number(text)
