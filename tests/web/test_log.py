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
    assert dict(told(DETAIL, "en"))["outcome"] == "no purchased service"
    assert dict(told({"role": "officer", "departments": ["甲局", "乙局"]}, "zh")) == {
        "角色": "经办人",
        "部门": "甲局, 乙局",
    }
