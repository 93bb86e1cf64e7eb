"""A record file read piece by piece gives the items and the errors of the file read at once, whatever stands in it."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import set_limits
from goufu.disclosure.lists.combine import unique_ids
from goufu.disclosure.lists.pieces import OddListError
from goufu.disclosure.lists.stream import items_of, pieces, survey
from goufu.disclosure.model import BudgetItem, Remark
from goufu.disclosure.read import read_document

FIELDS = ("id", "department", "unit", "year", "title", "summary", "amount_wan")
CHINESE = ("编号", "部门", "实施单位", "年度", "项目名称", "内容", "金额（万元）")
TITLES = ("污水处理厂运行维护", "环卫清扫保洁服务", "道路改造工程", "实验小学", "一、环卫类", "（一）绿化", "司法局", "合计", "注：均为预算", "法律顾问服务", "", "小计", "其中：人工")  # fmt: skip
AMOUNTS = ("1", "2", "3", "10.5", "1,200", "", "abc", "-3", "12万元")


def drawn(draw: random.Random, count: int) -> list[dict[str, str]]:
    """Lines of every kind: totals, notes, groups that add up others, blanks of merged cells, 同上, empty ones."""
    merged, ditto, numbered = draw.random() < 0.4, draw.random() < 0.2, draw.random() < 0.5
    rows: list[dict[str, str]] = []
    for n in range(count):
        row = {
            "id": str(n) if numbered else str(n % 9),
            "department": draw.choice(("甲县城市管理局", "乙县教育局", "司法局")),
            "unit": draw.choice(("", "", "环卫中心")),
            "year": draw.choice(("2026", "2025")),
            "title": draw.choice(TITLES),
            "summary": draw.choice(("", "用于日常运行", "甲,乙\n第二行")),
            "amount_wan": draw.choice(AMOUNTS),
        }
        if merged and n and draw.random() < 0.3:
            row["department"] = ""
        if merged and n and draw.random() < 0.2:
            row["department"] = row["unit"] = ""
        if ditto and n and draw.random() < 0.1:
            row["department"] = "同上"
        if row["title"].startswith("其中") and (not rows or rows[-1].get("title") not in TITLES[:3]):
            row["title"] = TITLES[0]  # below anything but an item, only all totals together tell what it is
        kept = draw.random()
        rows.append(
            {key: value for key, value in row.items() if kept > 0.04 or (kept > 0.02 and key == "title")}
        )
    return rows


def write_csv(path: Path, draw: random.Random, rows: list[dict[str, str]]) -> None:
    order = list(range(len(FIELDS)))
    if draw.random() < 0.4:
        draw.shuffle(order)
    heads = draw.choice((FIELDS, CHINESE))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=draw.choice(",,\t;"), lineterminator=draw.choice(("\n", "\r\n")))
    writer.writerow([heads[n] for n in order])
    for row in rows:
        writer.writerow([row.get(FIELDS[n], "") for n in order] + ["多"] * (draw.random() < 0.01))
        if draw.random() < 0.01:  # the head of a page
            writer.writerow([heads[n] for n in order])
    path.write_bytes(buffer.getvalue().encode(draw.choice(("utf-8", "gb18030", "utf-8-sig"))))


def write_jsonl(path: Path, draw: random.Random, rows: list[dict[str, str]]) -> None:
    lines = [json.dumps(rows[0] | {"title": "物业管理"}, ensure_ascii=False)]
    for row in rows[1:]:
        row = {key: "甲局" if value == "同上" else value for key, value in row.items()}
        broken = draw.choice(("{", "[1]", "3", ""))
        lines.append(json.dumps(row, ensure_ascii=False) if draw.random() > 0.02 else broken)
    path.write_text("\n".join(lines), "utf-8")


def streamed(path: Path, size: int) -> tuple[tuple[BudgetItem, ...], list[Remark]]:
    found = survey(path)
    items: list[BudgetItem] = []
    remarks = list(found.remarks)
    for piece in pieces(found, size):
        read = items_of(found.plan, piece)
        items += read.items
        remarks += read.remarks
    return tuple(unique_ids(items)[0]), remarks


def telling(remarks: list[Remark] | tuple[Remark, ...]) -> list[str]:
    return sorted(str(one) for one in remarks if one.level == "error" or one.kind == "carried")


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize("seed", range(40))
def test_the_same_items_and_errors(kind: str, seed: int, tmp_path: Path) -> None:
    draw = random.Random(f"{kind} {seed}")
    path = tmp_path / f"清单.{kind}"
    (write_csv if kind == "csv" else write_jsonl)(path, draw, drawn(draw, draw.randrange(30, 120)))
    whole = read_document(path)
    try:
        items, remarks = streamed(path, draw.choice((7, 16, 33)))
    except OddListError as error:
        assert "要看全部行" in str(error)
        return
    assert items == whole.items
    assert telling(remarks) == telling(whole.remarks)


def test_rows_left_out_are_told_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    lines = ["id,部门,项目名称,金额（万元）", *(f"{n},甲局,路灯维护,1" for n in range(40))]
    lines[20], lines[31] = "19,甲局,,5", "30,甲局,路灯维护,约三万"
    path.write_bytes("\n".join(lines).encode("gbk"))
    items, remarks = streamed(path, 8)
    assert len(items) == 39 and items[-1].place is not None and items[-1].place.line == 41
    assert [(one.place and one.place.line, one.kind) for one in remarks if one.level == "error"] == [
        (21, "row"),
        (32, "amount"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("甲局2026年项目清单\n部门,项目名称,金额（万元）\n甲局,路灯维护,1\n", "第一行"),
        ("部门,项目名称,金额\n甲局,路灯维护,1\n", "单位"),
        ("单位,项目名称,金额（万元）\n项,路灯维护,1\n", "单位"),
        ("部门,项目名称,本年预算（万元）,金额（元）\n甲局,路灯维护,1,2\n", "金额"),
        ('部门,项目名称,金额（万元）\n甲局,"路灯维护,1\n', "引号"),
        ('[{"title": "路灯维护"}]', "JSON"),
    ],
)
def test_what_only_the_whole_file_tells_is_not_streamed(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / ("清单.json" if text.startswith("[") else "清单.csv")
    path.write_text(text, "utf-8")
    with pytest.raises(OddListError, match=reason):
        survey(path)


def test_another_header_further_down_stops_the_stream(tmp_path: Path) -> None:
    rows = [f"{n},甲局,路灯维护,1" for n in range(900)]
    rows[800] = "编号,部门,项目名称,金额（元）"
    path = tmp_path / "清单.csv"
    path.write_text("\n".join(["编号,部门,项目名称,金额（万元）", *rows]), "utf-8")
    with pytest.raises(OddListError, match="又是一个表头"):
        streamed(path, 64)


def test_a_file_changed_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text("部门,项目名称,金额（万元）\n" + "甲局,路灯维护,1\n" * 30, "utf-8")
    found = survey(path)
    with path.open("a", encoding="utf-8") as more:
        more.write("甲局,路灯维护,1\n")
    with pytest.raises(GoufuError, match="改动"):
        list(pieces(found, 8))


def test_the_number_of_rows_has_no_limit_but_the_length_of_a_line_has(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text("部门,项目名称,金额（万元）\n" + "甲局,路灯维护,1\n" * 1500, "utf-8")
    try:
        set_limits({"rows": 1000})
        with pytest.raises(GoufuError):
            read_document(path)
        assert len(streamed(path, 64)[0]) == 1500
        set_limits({"line-chars": 2})
        with pytest.raises(OddListError, match="超过"):
            survey(path)
    finally:
        set_limits({})


@pytest.mark.parametrize(
    "rows",
    [
        "甲县水利局,河道保洁服务,3\n甲县水利局,绿化养护服务,5\n甲县水利局,河道保洁服务,3\n",
        "甲县水利局,河道保洁服务,3\n甲县水利局,绿化养护服务,5\n甲县水利局,其余全部服务,8\n",
        "甲县水利局,环卫服务大类,8\n甲县水利局,河道保洁服务,3\n甲县水利局,绿化养护服务,5\n"
        "甲县水利局,信息服务大类,7\n甲县水利局,网站维护服务,3\n甲县水利局,系统运维服务,4\n",
        "甲县水利局,河道保洁服务,8\n甲县水利局,河道保洁服务,3\n甲县水利局,河道保洁服务,5\n甲县水利局,绿化养护服务,2\n",
        "甲县水利局,环卫服务大类,15\n甲县水利局,道路清扫支出,8\n甲县水利局,河道保洁服务,3\n甲县水利局,绿化养护服务,5\n"
        "甲县水利局,垃圾清运支出,7\n甲县水利局,网站维护服务,7\n",
        "甲县水利局,环卫支出,3\n甲县水利局,河道保洁服务,3\n甲县水利局,园林支出,5\n甲县水利局,绿化养护服务,5\n",
        "甲县水利局,市政维护服务,18.35\n甲县水利局,河道保洁服务,12.3\n甲县水利局,绿化养护服务,6.05\n甲县水利局,网站维护服务,7\n",
        "甲县水利局,河道保洁服务,3\n甲县水利局,河道保洁服务,3\n甲县水利局,绿化养护服务,5\n,合计,11\n",
        "甲县水利局,河道保洁服务,3\n甲县水利局,审计服务费用,5\n甲县水利局,绿化养护服务,9.5\n",
        "甲县水利局,河道保洁服务,1\n甲县水利局,绿化养护服务,\n甲县水利局,绿化养护服务,\n",
    ],
)
def test_what_may_be_counted_twice_is_told_of_long_lists_too(rows: str, tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text(f"部门,项目名称,金额（万元）\n{rows}", encoding="utf-8")
    whole = {one.text for one in read_document(path).remarks if "重复" in one.text}
    assert {one.text for one in survey(path).remarks if "重复" in one.text} == whole
    assert bool(whole) is not any(word in rows for word in ("合计", "审计", "服务,\n"))


def test_many_lines_counted_twice_are_told_by_their_number(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text("部门,项目名称,金额（万元）\n" + "甲县水利局,河道保洁服务,3\n" * 31, encoding="utf-8")
    told = [one.text for one in survey(path).remarks]
    assert len(told) == 21
    assert "另有 10 行" in told[-1]


def warnings(path: Path) -> list[str]:
    return [one.text for one in streamed(path, 64)[1] if one.level == "warning"]


@pytest.mark.parametrize(("total", "agrees"), [("100", True), ("101", False)])
def test_totals_are_compared_with_the_rows_while_they_pass(total: str, agrees: bool, tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    rows = "".join(f"甲局,路灯维护{n}号,1\n" for n in range(100))
    path.write_text(f"部门,项目名称,金额（万元）\n{rows},合计,{total}\n", "utf-8")
    told = [text for text in warnings(path) if "所印" in text]
    assert told == (
        []
        if agrees
        else ["“合计”：所印 101.00 万元，以上各行合起来是 100.00 万元；可能原件有误，也可能读错，请核对。"]
    )


def test_totals_at_the_top_of_their_rows_are_compared_with_those_below(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    text = "部门,项目名称,金额（万元）\n,甲局小计,3\n甲局,路灯维护,1\n甲局,环卫清扫,2\n,乙局小计,{}\n乙局,绿化养护,4\n,总计,7\n"
    path.write_text(text.format(4), "utf-8")
    assert not any("所印" in text for text in warnings(path))
    path.write_text(text.format(5), "utf-8")
    assert [text[:7] for text in warnings(path) if "所印" in text] == ["“乙局小计”："]


@pytest.mark.parametrize(
    ("unit", "usual", "odd", "said"), [("万元", 3, 120_000, "像是按元"), ("元", 30_000, 12, "像是按万元")]
)
def test_a_single_figure_in_another_unit_is_told(
    unit: str, usual: int, odd: int, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "清单.csv"
    rows = [f"甲局,路灯维护{n}号,{odd if n == 5_000 else usual + n % 7}" for n in range(9_000)]
    path.write_text("\n".join([f"部门,项目名称,金额（{unit}）", *rows]), "utf-8")
    assert [text[:12] for text in warnings(path) if said in text] == ["“路灯维护5000号”的"]


def test_a_name_over_two_rows_is_told(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    rows = "".join(f"甲局,路灯维护{n}号,1\n" for n in range(100))
    path.write_text(f"部门,项目名称,金额（万元）\n{rows},城区道路清扫保洁,\n甲局,及垃圾清运服务,5\n", "utf-8")
    assert [text for text in warnings(path) if "只有名称" in text]
