"""The page of changes: one file with everything in it, to be opened offline, searched, filtered and printed.

Everything that comes from a catalog is text and is escaped by the template; the page's own script and style are
named by their hashes in its content policy, so that nothing else could run in it.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from goufu.cli.render.changes import (
    Comparison,
    by_section,
    counted,
    counts,
    evidence,
    marked,
    section_word,
    without_counterpart,
    word,
)
from goufu.cli.shared.output import language, punctuation, say

if TYPE_CHECKING:
    from goufu.catalog.concordance.changes import Change
    from goufu.catalog.model import CatalogVersion


def changes_page(made: Comparison) -> str:
    """The HTML of a comparison: the changes shown, the counts of all, the sections that cannot be compared."""
    before, after, shown, changes = made
    from jinja2 import Environment, StrictUndefined

    pages = files("goufu.cli") / "pages"
    style, script = ((pages / name).read_text(encoding="utf-8") for name in ("changes.css", "changes.js"))
    template = (pages / "changes.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    everything = by_section(changes)
    sections = [
        {"key": s, "name": section_word(s), "counted": counted(everything[s]), "rows": list(map(_row, some))}
        for s, some in by_section(shown).items()
    ]
    number = counts(shown)
    beyond = without_counterpart(everything)
    drawn = {section["key"] for section in sections}
    quiet = [
        (section_word(s), counted(some))
        for s, some in everything.items()
        if s not in drawn and s not in beyond
    ]
    return environment.from_string(template).render(
        lang="en" if language() == "en" else "zh-CN",
        t=_texts(),
        before=before,
        after=after,
        dates=_dates,
        total=counted(changes),
        beyond=[section_word(s) for s in beyond],
        quiet=quiet,
        sections=sections,
        kinds=[(kind, word(kind), n) for kind, n in number.items()],
        close=sum(c.close for c in shown),
        rows=len(shown),
        style=style,
        script=script,
        style_hash=content_hash(style),
        script_hash=content_hash(script),
    )


def _row(change: Change) -> dict[str, Any]:
    old, new = marked(change)
    return {
        "kind": change.kind,
        "word": word(change.kind),
        "sure": f"{change.confidence * 100:.0f}%",
        "close": change.close,
        "old": old,
        "new": new,
        "evidence": evidence(change),
    }


def content_hash(text: str) -> str:
    """The source of a script or style as a content policy names it: sha256-…"""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _dates(version: CatalogVersion) -> str:
    """From when to when a version holds."""
    if version.in_force is None:
        return say("（未存）", "(not held)")
    if version.repealed is None:
        return say(f"{version.in_force} 起施行", f"in force from {version.in_force}")
    return say(
        f"{version.in_force} 起施行，{version.repealed} 废止",
        f"in force from {version.in_force}, repealed {version.repealed}",
    )


def _texts() -> dict[str, str]:
    """The words of the page in the language chosen."""
    return {
        **punctuation(),
        "title": say("目录变化对照", "Changes of the catalog"),
        "old": say("原", "old"),
        "new": say("现", "new"),
        "beyond": say("一方未存、无从比较的部门", "sections not held on one side, not compared"),
        "quiet": say("没有变化的部门", "sections without a change"),
        "find": say("查找", "Find"),
        "find_hint": say("代码或名称，可用空格隔开几个词", "code or words, separated by spaces"),
        "section": say("部门", "Section"),
        "every": say("全部部门", "all sections"),
        "kind": say("变化", "Change"),
        "only_close": say("只看须核对的", "only close calls"),
        "shown": say("显示 {n} / {m} 条", "{n} of {m} shown"),
        "reset": say("重置", "Reset"),
        "print": say("打印", "Print"),
        "confidence": say("把握", "confidence"),
        "check": say("须核对", "check"),
        "why": say("依据", "evidence"),
        "nothing_old": say("（原无）", "(none)"),
        "nothing_new": say("（已无）", "(none)"),
        "no_change": say("没有变化", "no change"),
        "nothing": say("没有符合条件的变化", "no change fits"),
        "footer": say(
            "把握为 0–100%；标“须核对”者为两可之处，由人认定。未存的部分不算新增或删除。由购服（goufu）生成。",
            "Confidence is 0–100%; close calls are for a person to settle. What is not held is never added or removed. Made by goufu.",
        ),
    }
