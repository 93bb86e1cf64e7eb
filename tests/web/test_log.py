"""The log of who did what, as an administrator reads it."""

from __future__ import annotations

from goufu.web.pages.people import told

DETAIL = {
    "outcome": "not_applicable",
    "nature": "works",
    "uid": "0" * 32,
    "inputs": ["a" * 64, "b" * 64],
    "items": 3,
    "code": "",
}


def test_details_are_told_in_words_and_digests_by_their_beginning() -> None:
    assert told(DETAIL, "zh") == [
        ("结果", "不是购买服务"), ("性质", "工程"), ("文件指纹", f"{'a' * 12}…, {'b' * 12}…"), ("项目数", "3")
    ]  # fmt: skip
    assert dict(told(DETAIL, "en"))["outcome"] == "not a purchased service"
    assert dict(told({"role": "officer", "departments": ["甲局", "乙局"]}, "zh")) == {
        "角色": "经办人",
        "部门": "甲局, 乙局",
    }


def test_what_stood_before_and_who_is_meant_are_told_in_words() -> None:
    """Nothing of how the program keeps it: no braces, no names of fields, no numbers of people."""
    before = {"outcome": "not_applicable", "section": "", "code": "", "officer": "乙"}
    detail = {"revision": 2, "instead_of": before, "acceptance": "c" * 32}
    assert told(detail, "zh")[1:] == [("此前", "不是购买服务 乙"), ("一并采用", f"{'c' * 12}…")]
    assert told(detail, "en")[1] == ("instead of", "not a purchased service 乙")
    coded = {"instead_of": {"outcome": "code", "section": "B", "code": "B0101", "officer": "甲"}}
    assert told(coded, "zh") == [("此前", "B0101 甲")]
    assert told({"person": 2}, "zh", {"2": "丙"}) == [("人员", "丙")]
    assert told({"person": 9}, "zh", {"2": "丙"}) == [("人员", "9")], "somebody who is not known"
