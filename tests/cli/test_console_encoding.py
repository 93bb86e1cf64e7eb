"""Whatever a console or a redirect can hold: no command breaks on a character, and none is dropped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

OFFICE = Path(__file__).parents[2] / "examples" / "disclosures" / "孝义市人民政府办公室2026.txt"
#: a radical, a letter of GBK's gaps, one beyond the basic plane, a mark of goufu's own, an emoji
ODD = "龴⼯䶮𠮷›¦😀维护"


def goufu(*words: str | Path, encoding: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONUTF8", "LC_ALL", "LANG")}
    environment |= {"PYTHONIOENCODING": encoding, **more} if encoding else more
    return subprocess.run(
        [sys.executable, "-m", "goufu.cli.main", *map(str, words)], capture_output=True, env=environment
    )


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "清单.csv"
    path.write_text(f"项目名称,部门,年度,金额（万元）\n{ODD},行政审批,2026,1\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("encoding", ["gbk", "big5", "latin-1", "ascii"])
def test_no_command_breaks_in_any_encoding(encoding: str, odd: Path) -> None:
    for words in (
        ["lookup", "A150401", "-d", "行政审批"],
        ["catalogs", "--readings"],
        ["items", odd],
        ["classify", odd],
        ["--help"],
        ["rules"],
    ):
        made = goufu(*words, encoding=encoding)
        assert made.returncode == 0, (words, made.stderr)
        # help pages come through another writer, which takes UTF-8 for a misconfigured ASCII
        assert made.stdout.decode("utf-8" if encoding == "ascii" else encoding)
        assert b"Traceback" not in made.stderr
    wrong = goufu("lookup", "A999999", encoding=encoding)
    assert wrong.returncode == 2 and wrong.stderr.decode(encoding)


def test_marks_become_plainer_ones_and_chinese_stays() -> None:
    told = goufu("lookup", "A150401", "-d", "行政审批", encoding="gbk").stdout.decode("gbk")
    assert "A 公共服务 > A15 公共信息与宣传服务 > A1504" in told


def test_what_gbk_lacks_is_written_as_its_number(odd: Path) -> None:
    rows = goufu("items", odd, "--format", "csv", encoding="gbk").stdout.decode("gbk")
    assert "\\U00020bb7" in rows and "\\U0001f600" in rows and "维护" in rows


def test_radicals_become_the_characters_they_show(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text("项目名称,部门,年度\n政府⻔户网站运维服务,行政审批,2026\n", encoding="utf-8")
    calls: list[list[str | Path]] = [["items", path], ["classify", path, "--no-store"]]
    for words in calls:
        assert "政府门户网站" in goufu(*words, encoding="gbk").stdout.decode("gbk")


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_json_means_the_same_in_every_encoding(encoding: str, odd: Path) -> None:
    plain = goufu("classify", odd, "--format", "jsonl", encoding="utf-8").stdout.decode("utf-8")
    other = goufu("classify", odd, "--format", "jsonl", encoding=encoding).stdout.decode(encoding)
    assert json.loads(other) == json.loads(plain)
    package = goufu("classify", odd, "--format", "ocds", encoding=encoding).stdout.decode(encoding)
    assert json.loads(package)["releases"]


def test_a_machine_without_a_locale_gets_utf_8() -> None:
    made = goufu("rules", "GF203", encoding="", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert made.returncode == 0 and "劳务派遣" in made.stdout.decode("utf-8")
