"""The card of an entry, and what is said of a code that is not there."""

from datetime import date

import pytest
from goufu.catalog.card import cards, entry_card
from goufu.catalog.errors import UnknownNameError
from goufu.catalog.load import load_catalogs, version_named

VERSIONS = load_catalogs()
DAY = date(2026, 1, 1)


def test_a_card_has_path_children_and_life() -> None:
    (card,) = cards("A150401", VERSIONS, DAY, ("行政审批",))
    assert [e.code for e in card.path] == ["A", "A15", "A1504"]
    assert card.children == ()
    life = {h.version: (h.state, h.name) for h in card.history}
    assert life["2025-28"] == ("held", "政务信息化项目运维服务")
    assert life["2023-43"] == ("not held", "")
    (heading,) = cards("A1504", VERSIONS, DAY, ("行政审批",))
    assert card.entry in heading.children and all(e.level == 4 for e in heading.children)


def test_the_same_code_stands_in_several_sections() -> None:
    assert len(cards("A150201", VERSIONS, DAY)) > 1


def test_a_version_can_be_named_or_follows_from_the_day() -> None:
    old = version_named(VERSIONS, "2024-37")
    (named,) = cards("A150401", VERSIONS, DAY, ("行政审批",), old)
    (dated,) = cards("A150401", VERSIONS, date(2025, 1, 1), ("行政审批",))
    assert named == dated and named.entry.version == "2024-37"


@pytest.mark.parametrize(
    ("code", "sections", "said"),
    [
        ("A999999", ("水利",), "相近的有"),
        ("B9999", (), "没有代码 B9999"),
        ("A150401", ("没有的部门",), "未存不等于未列"),
    ],
)
def test_what_is_nearest_is_said_of_a_code_that_is_not_there(
    code: str, sections: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UnknownNameError, match=said):
        cards(code, VERSIONS, DAY, sections)


def test_the_record_is_plain() -> None:
    entry = cards("B1102", VERSIONS, DAY)[0].entry
    record = entry_card(entry, VERSIONS).record()
    assert record["code"] == "B1102" and record["section"] == "B"
    assert all(h["state"] in ("held", "absent", "not held") for h in record["history"])


def test_the_life_of_an_entry_of_the_frame_is_in_frames_and_in_the_order_of_time() -> None:
    """A department's catalog has no section of the frame: to say that it is *not held* there would be wrong."""
    frame = version_named(VERSIONS, "2021-34")
    entry = frame.find("A", "A1504")
    assert entry is not None
    assert [(h.version, h.state) for h in entry_card(entry, VERSIONS).history] == [("2021-34", "held")]
    latest = version_named(VERSIONS, "2025-28").find("行政审批", "A150401")
    assert latest is not None
    assert [h.version for h in entry_card(latest, VERSIONS).history] == ["2023-43", "2024-37", "2025-28"]
