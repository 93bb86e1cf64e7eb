"""What a judgement and a decision on a line come to, and their names: the one place where they are named.

A judgement has a status, a decision an outcome; what both can say is called the same wherever it is shown. Other words
that officers write for them are in `goufu.matcher.answered`.
"""

from __future__ import annotations

from collections.abc import Mapping

from goufu.catalog.text import Text

#: of a judgement
STATUS_NAMES: Mapping[str, Text] = {
    "listed": Text("列入目录", "listed"),
    "unlisted": Text("未列入目录", "not listed"),
    "superseded": Text("已失效", "superseded"),
    "unknown": Text("目录未存", "not held"),
    "not_applicable": Text("不是购买服务", "not a purchased service"),
}
#: of a decision, by `goufu.matcher.precedents.apply.Outcome`
OUTCOME_NAMES: Mapping[str, Text] = {
    "code": STATUS_NAMES["listed"],
    "unlisted": STATUS_NAMES["unlisted"],
    "not_applicable": STATUS_NAMES["not_applicable"],
}
