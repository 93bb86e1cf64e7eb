"""The office's correction as a file, and its decided lines out of the store."""

from pathlib import Path

import pytest
from goufu.catalog.errors import GoufuError
from goufu.matcher.learn import Learned
from goufu.store.address import address_of, learned_path
from goufu.store.learned import Kept, forget, read_learned, write_learned

LEARNED = Learned(
    {("B", "B1102", "物业管理服务"): 1.25, ("行政审批", "A180601", "综合窗口服务"): -0.5},
    0.1,
    {"goods": -0.3},
    {("经费", "personnel"): 0.8},
    0.4,
)


def test_a_correction_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = learned_path(address_of(str(tmp_path / "office.db")))
    assert path == tmp_path / "office.learned.tsv"
    write_learned(path, Kept(LEARNED, ("学自 120 条", "from 120 lines")))
    assert read_learned(path) == Kept(LEARNED, ("学自 120 条", "from 120 lines"))
    assert "B1102\t1.250\t物业管理服务" in path.read_text(encoding="utf-8")  # to be read by a person


def test_it_can_be_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "office.learned.tsv"
    write_learned(path, Kept(LEARNED))
    assert forget(path) and not path.exists()
    assert not forget(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "what\tof\tto\tweight\tname\n",
        "# goufu learned 1\nentry\tB\tB1102\tmuch\t物业管理服务\n",
        "# goufu learned 1\nentry\tB\tB1102\tnan\t物业管理服务\n",
        "# goufu learned 1\nentry\tB\tB1102\t1e9\t物业管理服务\n",
        "# goufu learned 1\nnature\tgold\t\t0.3\n",
        "# goufu learned 1\nsomething\t\t\t0.3\n",
        "# goufu learned 1\nentry\tB\n",
    ],
)
def test_half_a_correction_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "office.learned.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GoufuError, match="不是学得的修正"):
        read_learned(path)


def test_a_file_that_a_person_edited_is_read(tmp_path: Path) -> None:
    path = tmp_path / "office.learned.tsv"
    write_learned(path, Kept(LEARNED))
    text = path.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("nature")]
    path.write_text("\ufeff" + "\r\n".join(kept) + "\r\n", encoding="utf-8")
    assert read_learned(path).learned.natures == {}
    assert read_learned(path).learned.entries == LEARNED.entries
