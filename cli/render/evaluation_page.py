"""The page of an evaluation: the same sentences and tables as in the terminal, and certainty against truth as a drawing.

Everything that comes from a line is text and is escaped by the template; nothing on the page runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from goufu.cli.render.changes_page import content_hash
from goufu.cli.render.evaluation import (
    FIGURES,
    SECTIONS,
    WORST,
    figure_rows,
    interval,
    percent,
    section_rows,
    sentences,
    worst_rows,
)
from goufu.cli.shared.output import Column, language, say

if TYPE_CHECKING:
    from goufu.matcher.evaluate import Group, Measures, Outcome

#: the drawing's left and lower edges, and what a share of 1 is long
_LEFT, _BOTTOM, _LENGTH = 40, 300, 290


def page(found: Sequence[Outcome], figures: Measures, wrong: Sequence[Outcome]) -> str:
    """The HTML of an evaluation."""
    from goufu.matcher.evaluate import calibration
    from jinja2 import Environment, StrictUndefined

    pages = files("goufu.cli") / "pages"
    style = (pages / "evaluation.css").read_text(encoding="utf-8")
    template = (pages / "evaluation.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    tables = [
        _table(say("指标", "figures"), FIGURES, figure_rows(figures)),
        _table(say("按部门", "by section"), SECTIONS, section_rows(found)),
        _table(say("与你们不一致的", "where it differs"), WORST, worst_rows(wrong)),
    ]
    return environment.from_string(template).render(
        lang="en" if language() == "en" else "zh-CN",
        title=say("goufu 在本单位已核定项目上的表现", "goufu on your own decided lines"),
        sentences=sentences(figures),
        tables=[t for t in tables if t["rows"]],
        plot={
            "title": say("把握与实际", "certainty and truth"),
            "across": say("它说的把握", "certainty it gave"),
            "note": say(
                "点在虚线上最好；在线下是说得太满，在线上是说得太保守。竖线是 95% 区间，点的大小是条数。",
                "A dot on the dashed line is best; below it goufu claimed too much, above it too little. Bars are 95 % "
                "intervals, the size of a dot the number of lines.",
            ),
            "ticks": [{"x": _x(n / 4), "y": _y(n / 4) + 4, "text": f"{n * 25}%"} for n in range(5)],
            "dots": [_dot(g) for g in calibration(found)],
        },
        style=style,
        style_hash=content_hash(style),
    )


def _x(share: float) -> int:
    return round(_LEFT + _LENGTH * share)


def _y(share: float) -> int:
    return round(_BOTTOM - _LENGTH * share)


def _dot(g: Group) -> dict[str, Any]:
    low, high = g.right.interval or (0.0, 1.0)
    return {
        "x": _x(g.certainty),
        "y": _y(g.right.share or 0.0),
        "low": _y(low),
        "high": _y(high),
        "r": min(9, 3 + round(g.right.of**0.5 / 3)),
        "text": f"{g.right.hits}/{g.right.of} {percent(g.right)} ({interval(g.right)})",
    }


def _table(title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "title": title,
        "heads": [say(c.zh, c.en) for c in columns],
        "figures": [c.right for c in columns],
        "rows": [["" if row.get(c.key) is None else str(row[c.key]) for c in columns] for row in rows],
    }
