"""What the money buys: the evidence that a line holds, the tables that name it, and that equal forces keep one order."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory, read_columns
from goufu.matcher.nature import evidence, feature_names, features, load_endings
from goufu.matcher.nature_names import NATURE_NAMES, NATURE_WORDS, NATURES, WRITTEN_NATURES
from goufu.matcher.text import normal

ROOT = Path(__file__).parents[2]
MALFORMED = '[[ending]]\nname = "ends in works"\nwords = ["工程"]\n'


@pytest.mark.parametrize(
    ("title", "summary", "present", "absent"),
    [
        ("河道治理工程尾款", "", ["title: ends in works", "no summary"], ["title: ends in upkeep"]),
        (
            "路灯（2026年）运维服务费",
            "全年",
            ["title: ends in upkeep", "title: ends in service"],
            ["no summary"],
        ),
        ("办公楼电费补助", "", ["title: ends in a bill"], ["title: ends in works"]),
        ("办公楼电费用补助", "", [], ["title: ends in a bill"]),  # at most one word behind a bill
        ("办公费用经费", "", [], ["title: ends in office"]),  # exactly one behind 办公
        ("更新", "购置电脑30台，铺装2.5万平方米", ["summary: counted things", "summary: measured works"], []),
        ("慰问", "每人每月500元", ["summary: money each"], ["summary: counted things"]),
        ("办公桌椅采购项目", "", ["ends in a thing", "title: ends in purchase"], ["ends in a structure"]),
        ("工程", "工程。", ["no summary"], ["summary: build"]),  # a summary that repeats the title
    ],
)
def test_the_evidence_of_a_line(title: str, summary: str, present: list[str], absent: list[str]) -> None:
    row = dict(zip(feature_names(), features([title], [summary])[0].tolist(), strict=True))
    assert {name: row[name] > 0 for name in (*present, *absent)} == {
        **dict.fromkeys(present, True),
        **dict.fromkeys(absent, False),
    }


def test_a_match_counts_otherwise_where_the_title_is_of_another_kind() -> None:
    found = features(["道路清扫保洁服务", "道路工程"], ["", ""], np.array([3.0, 3.0]))
    columns = [feature_names().index(n) for n in ("match", "match, the title of another kind", "match known")]
    assert found[:, columns].tolist() == [[1, 0, 1], [0, 1, 1]]


def test_every_ending_and_measure_has_a_weight() -> None:
    weighed = set(
        read_columns(data_directory() / "nature" / "weights.tsv", ("feature", "nature", "weight"))[0]
    )
    table = load_endings()
    assert {f"title: {e}" for e in table.endings} | {f"summary: {m}" for m in table.counted} <= weighed


def test_a_malformed_table_of_endings_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "endings.toml"
    path.write_text(MALFORMED, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"endings\.toml"):
        load_endings(path)


def test_every_nature_has_its_names_and_no_word_two_meanings() -> None:
    assert tuple(NATURE_NAMES) == NATURES
    written = [word for name in NATURE_NAMES.values() for word in (name.zh, *name.written)]
    assert len(written) == len(set(written))
    assert set(NATURE_WORDS) <= set(WRITTEN_NATURES) and "服务" not in NATURE_WORDS


def test_the_words_that_decided_are_the_same_in_every_process() -> None:
    """With equal forces, what came first in a set once decided, and so the hash seed of the process."""
    program = (
        "from goufu.matcher.nature import telling_words, weighed\n"
        "from goufu.matcher.wording import Line, load_wording\n"
        "texts = [('背街小巷整治工程', '路面硬化、雨污管道铺设、强弱电入地、路灯安装、墙面粉饰'),"
        " ('老旧小区改造配套', '改造外墙保温、屋面防水、上下水管道及小区道路')]\n"
        "lines = [Line(*text) for text in texts]\n"
        "print(telling_words(lines, weighed(lines, load_wording()), ['works', 'works'], [0, 1]))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(said) == 1


def test_words_of_cues_are_in_normal_form_but_for_case() -> None:
    # they are not brought into it at each start
    assert all(normal(word) == word for words in evidence().values() for word in words)
