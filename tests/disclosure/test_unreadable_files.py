"""Files that are no disclosures: one sentence each that says what to do."""

from pathlib import Path

import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.assemble import read_disclosure


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空"),
        (b"  \n\t\n", "空"),
        (b"\x7fELF\x00\x01\x02" + bytes(range(256)) * 20, "不是文本文件"),
        ("这是一段与预算无关的文字。\n".encode(), "项目支出预算表"),
        ("甲县乙局\n2026年度部门预算公开\n".encode("gb18030"), "项目支出预算表"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(GoufuError, match=said) as caught:
        read_disclosure(path)
    assert caught.value.where == str(path)
    assert caught.value.english != caught.value.message


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(GoufuError, match="不存在"):
        read_disclosure(tmp_path / "none.txt")
    with pytest.raises(GoufuError, match="文件夹"):
        read_disclosure(tmp_path)


def test_markdown_with_pipes_and_marks(tmp_path: Path) -> None:
    path = tmp_path / "m.md"
    path.write_text(
        "# 甲县乙局\n\n## 2026年度部门预算公开\n\n## 2026年项目支出预算表（本年预算）\n\n**部门名称：甲县乙局**\n\n"
        "| 项目名称 | 合计 |\n|---|---:|\n| 甲县乙局 | 3.00 |\n| <b>路灯维护</b> | 3.00 |\n",
        "utf-8",
    )
    disclosure = read_disclosure(path)
    assert (disclosure.department, disclosure.year) == ("甲县乙局", 2026)
    assert [(i.id, i.title, str(i.amount_wan)) for i in disclosure.items] == [("m-001", "路灯维护", "3.00")]
