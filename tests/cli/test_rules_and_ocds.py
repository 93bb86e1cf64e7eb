"""`goufu rules`, silences at the desk, and the Open Contracting package."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from called import goufu

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
OFFICE = EXAMPLES / "孝义市人民政府办公室2026.txt"
APPROVAL = EXAMPLES / "孝义市行政审批服务管理局2025.txt"


def test_rules_are_listed_and_explained() -> None:
    records = [json.loads(line) for line in goufu("rules", "--format", "jsonl").stdout.splitlines()]
    assert len(records) == 23 and all(all(r.values()) for r in records)
    told = goufu("rules", "gf203").stdout
    assert "第十条第（五）项" in told and "处理" in told
    english = goufu("rules", "GF203", lang="en").stdout
    assert "art. 10(5)" in english and english.isascii() is False  # the title line has a full-width space
    wrong = goufu("rules", "GF999")
    assert wrong.returncode == 2 and "GF203" in wrong.stderr


def test_findings_on_the_document_are_shown_and_can_be_silenced(tmp_path: Path) -> None:
    shown = goufu("classify", OFFICE).stdout
    assert "GF402" in shown and "GF401" in shown
    silenced = goufu("classify", OFFICE, "--ignore", "GF402=已另附")
    assert "已豁免：已另附" in silenced.stdout
    table = tmp_path / "豁免.tsv"
    table.write_text("规则\t部门\t项目\t理由\t有效期至\nGF402\t\t\t已另附\t\n", encoding="utf-8")
    assert "已豁免：已另附" in goufu("classify", OFFICE, "--ignore-file", table).stdout


def test_a_silenced_finding_does_not_fail_the_run() -> None:
    assert goufu("classify", OFFICE, "--fail-on", "error", "--format", "jsonl").returncode == 1
    assert (
        goufu("classify", OFFICE, "--fail-on", "error", "--ignore", "GF402", "--format", "jsonl").returncode
        == 0
    )


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    made = goufu("classify", APPROVAL, "--format", "ocds")
    return json.loads(made.stdout)  # type: ignore[no-any-return]


def test_an_ocds_release_package(package: dict[str, Any]) -> None:
    assert package["version"] == "1.1" and package["uri"] and package["publishedDate"]
    (release,) = package["releases"]
    for key in ("ocid", "id", "date", "tag", "initiationType"):
        assert release[key], key
    assert "#" not in release["id"]
    assert release["buyer"]["name"] == "孝义市行政审批服务管理局"
    items = {item["description"]: item for item in release["tender"]["items"]}
    hotline = items["12345政务服务热线服务经费"]
    assert hotline["classification"] == {
        "scheme": "CN-SX-GPS-2024-37/行政审批",
        "id": "A180701",
        "description": "12345政务服务热线便民服务",
    }
    assert hotline["unit"]["value"] == {"amount": 628800.0, "currency": "CNY"}
    assert len({item["id"] for item in items.values()}) == len(items)


def test_what_is_no_procurement_is_no_item(package: dict[str, Any]) -> None:
    text = json.dumps(package, ensure_ascii=False)
    assert "遗属补助" not in text and "残保金" not in text


def test_the_package_goes_into_a_json_file(tmp_path: Path) -> None:
    path = tmp_path / "package.json"
    made = goufu("classify", OFFICE, "--format", "ocds", "-o", path)
    assert made.returncode == 0 and made.stdout == ""
    assert json.loads(path.read_text(encoding="utf-8"))["releases"]


def ids(made: dict[str, Any]) -> list[list[str]]:
    return [[item["id"] for item in release["tender"]["items"]] for release in made["releases"]]


def test_item_ids_are_unique_in_a_tender_within_a_file_and_across_files(tmp_path: Path) -> None:
    """Tools that merge releases take items of one id for one item."""
    head = "编号,项目名称,部门,年度,金额（万元）\n"
    rows = "1,路灯维护服务,甲县城市管理局,2026,3\n1,城区道路清扫保洁服务,甲县城市管理局,2026,5\n1-2,物业管理服务,甲县城市管理局,2026,1\n"
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "清单.csv")
        paths[-1].write_text(head + rows, encoding="utf-8")
    made = json.loads(goufu("classify", *paths, "--format", "ocds", "--no-store").stdout)
    (tender,) = ids(made)
    assert len(tender) == 6 == len(set(tender))


def test_no_release_has_a_buyer_without_a_name(tmp_path: Path) -> None:
    path = tmp_path / "无部门.csv"
    path.write_text(
        "项目名称,部门,年度,金额（万元）\n路灯维护服务,甲县城市管理局,2026,3\n物业管理服务,,2026,5\n",
        encoding="utf-8",
    )
    made = json.loads(goufu("classify", path, "--format", "ocds", "--no-store").stdout)
    named = [r["buyer"]["name"] for r in made["releases"] if "buyer" in r]
    assert named == ["甲县城市管理局"] and len(made["releases"]) == 2
    assert all(party["name"] for r in made["releases"] for party in r.get("parties", []))


def test_the_placeholder_prefix_has_the_form_of_a_registered_one(package: dict[str, Any]) -> None:
    assert re.fullmatch(r"ocds-[a-z0-9]{6}-[0-9a-f]{16}", package["releases"][0]["ocid"])
