"""What an officer's word on a line means: a code, a code with its name, or a word in place of one, checked against the catalog.

Nothing is stored here. The catalog that counts is the one in force on the line's reference date; what cannot be used
is refused with the rule that it breaks and with what would be accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from goufu.catalog.citation.notation import agreement, read_code
from goufu.catalog.codes import is_code, tidy
from goufu.catalog.errors import GoufuError
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.text import Text, same
from goufu.catalog.validity import applicable
from goufu.matcher.answered import OUTCOME_WORDS
from goufu.matcher.decisions.recorded import Decided, StoredItem
from goufu.matcher.nature import likely_nature
from goufu.matcher.nature_names import NATURE_WORDS, NATURES, Nature
from goufu.matcher.outcome_names import OUTCOME_NAMES
from goufu.matcher.precedents.apply import Outcome

#: words in place of a code that confirm the judgement as it stands, with the nature that it found
_AS_JUDGED = frozenset({"不适用", "n/a"})


class DoubtfulCodeError(GoufuError):
    """What was written in place of a code cannot be stored; `rule` is the one of `data/rules.toml` that it breaks."""

    def __init__(self, rule: str, message: str, english: str) -> None:
        super().__init__(message, english)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided: an entry (`outcome` "code"), that none covers the service, or that it is no service bought.

    `nature` is what the money buys, "" where the officer only said that it is no purchased service. `version`, `section`, `code` and `name` are the entry's; for "unlisted"
    `version` is the one that does not list it.
    """

    outcome: Outcome
    nature: Nature | Literal[""]
    version: str = ""
    section: str = ""
    code: str = ""
    name: str = ""
    note: str = ""

    def same_as(self, other: Decided | Choice) -> bool:
        """Whether both say the same, whatever the notes."""
        return (self.outcome, self.section, self.code) == (other.outcome, other.section, other.code) and (
            self.outcome != "not_applicable" or self.nature == other.nature
        )

    def text(self) -> Text:
        """For people: `A150402 政企通运营服务`, `未列入目录`, `不是购买服务（货物）`."""
        return choice_text(self.outcome, self.code, self.name, self.nature)


def choice_text(outcome: str, code: str, name: str, nature: str) -> Text:
    """What a decision says: `A150402 政企通运营服务`, `未列入目录`, `不是购买服务（货物）`."""
    if outcome == "code":
        return same(f"{code} {name}")
    if outcome == "unlisted":
        return OUTCOME_NAMES[outcome]
    named = OUTCOME_NAMES["not_applicable"]
    kind = next((zh for zh, en in NATURE_WORDS.items() if en == nature), "")
    if not kind:
        return named
    return Text(f"{named.zh}（{kind}）", f"{named.en} ({nature})")


def choice_named(text: str, item: StoredItem, versions: tuple[CatalogVersion, ...], note: str = "") -> Choice:
    """What an officer means by `text` for `item`: a code, a code with its name or section, or 未列, 不适用, 货物 ….

    The code must be one of the version that applies on the item's reference date, fourth-level in one of the sections
    of its department or third-level of class B. Raises GoufuError with what was expected.
    """
    plain = " ".join(text.split())
    words = plain.rstrip("。.").casefold()
    if words in OUTCOME_WORDS:
        outcome = OUTCOME_WORDS[words]
        if outcome == "unlisted":
            return Choice("unlisted", "service", version=_version_of(item, versions), note=note)
        return Choice("not_applicable", judged_nature(item) if words in _AS_JUDGED else "", note=note)
    if words in NATURE_WORDS:
        return Choice("not_applicable", NATURE_WORDS[words], note=note)
    if words in NATURES and words != "service":
        return Choice("not_applicable", words, note=note)
    entry = _entry_named(plain, item, versions)
    return Choice("code", "service", entry.version, entry.section, entry.code, entry.name, note)


def sections_of(item: StoredItem) -> tuple[str, ...]:
    """The catalog sections of the item's department, as the run found them."""
    found: list[str] = item.record.get("sections", [])
    return tuple(found)


def _version_of(item: StoredItem, versions: tuple[CatalogVersion, ...]) -> str:
    section = (*sections_of(item), "B")[0]
    found = applicable(versions, section, item.reference_date).consulted
    return found.id if found else ""


def judged_nature(item: StoredItem) -> Nature | Literal[""]:
    """What the money buys if it is no service, as the run judged; "" where it took the line for a service."""
    judged = item.record.get("nature", "")
    return judged if judged in NATURES and judged not in ("service", "mixed") else ""


def likely_other(item: StoredItem) -> Nature:
    """What the money most likely buys if it is no service: to be offered to a person, never to be stored unasked."""
    return judged_nature(item) or likely_nature(item.title, item.summary, without=("service", "mixed"))


def named_natures() -> tuple[str, ...]:
    """Every word by which an officer says in place of a code that a line is no purchased service."""
    words = (word for word, outcome in OUTCOME_WORDS.items() if outcome == "not_applicable")
    return (*words, *NATURE_WORDS, *(n for n in NATURES if n != "service"))


def unlisted_words() -> tuple[str, ...]:
    """Every word by which an officer says that a purchased service is not listed."""
    return tuple(word for word, outcome in OUTCOME_WORDS.items() if outcome == "unlisted")


def _entry_named(text: str, item: StoredItem, versions: tuple[CatalogVersion, ...]) -> Entry:
    code, others = _parts(text)
    sections = ("B",) if code[0] == "B" else sections_of(item)
    named = [s for s in sections if s in others]
    found: list[Entry] = []
    for section in named or sections:
        version = applicable(versions, section, item.reference_date).consulted
        entry = version.find(section, code) if version else None
        if version is not None and entry is not None:
            if entry.level < (3 if section == "B" else version.levels):
                raise DoubtfulCodeError(
                    "GF115",
                    f"{code} {entry.name} 是上级标题，不能用来认定；请填其下的条目",
                    f"{code} is a heading; choose an entry below it",
                )
            found.append(entry)
    name = "".join(p for p in others if p not in sections and p not in ("B类", "B", "（B类）"))
    agreeing = [e for e in found if agreement(name, e, bool(e.printed_code))]
    if found and not agreeing:
        raise DoubtfulCodeError(
            "GF114",
            f"{code} 在目录中是“{found[0].name}”，与所填名称“{name}”不符；请改正代码或名称",
            f"{code} is '{found[0].name}' in the catalog, not '{name}'; correct the code or the name",
        )
    found = agreeing
    if len(found) > 1 and len({e.name for e in found}) > 1:
        listed = "、".join(f"“{e.section} {e.code}”（{e.name}）" for e in found)
        raise GoufuError(
            f"{code} 在本部门的几节目录中各有所指，请写明部门：{listed}",
            f"{code} means several things; name the section: {listed}",
        )
    if found:
        return found[0]
    raise _not_here(code, item, versions, sections)


def _parts(text: str) -> tuple[str, list[str]]:
    """The code in `text` as the catalog prints it, and the other words: a name, a section. Raises DoubtfulCodeError."""
    parts = [text] if is_code(tidy(text)) else re.split(r"[\s，,、：:]+", text)
    for n, part in enumerate(parts):
        read = read_code(part)
        if read.code:
            return read.code, [p for p in (*parts[:n], read.name, *parts[n + 1 :]) if p]
    read = read_code(parts[0]) if parts else read_code(text)
    perhaps = f"，是不是 {read.guess}？" if read.guess else "；"
    if read.problem_zh and tidy(parts[0])[:1] in ("A", "B", "C") and any(c.isdigit() for c in parts[0]):
        raise DoubtfulCodeError(
            "GF115",
            f"“{text[:30]}”不是目录代码：{read.problem_zh}{perhaps}请填 A150402 这样的代码",
            f"'{text[:30]}' is no catalog code: {read.problem_en}; give one like A150402",
        )
    raise DoubtfulCodeError(
        "GF115",
        f"“{text[:30]}”不是代码；请填 A150402 这样的代码，或“未列”“不适用”“货物”“工程”“人员”等",
        f"'{text[:30]}' is no code; give one like A150402, or '未列', '不适用', '货物', '工程', '人员' …",
    )


def written_otherwise(text: str, choice: Choice) -> bool:
    """Whether `text` means the choice's code without writing it as the catalog does (a150402, Ａ150402, A 15 04 02)."""
    return choice.outcome == "code" and choice.code not in text


def _not_here(
    code: str, item: StoredItem, versions: tuple[CatalogVersion, ...], sections: tuple[str, ...]
) -> DoubtfulCodeError:
    """Why `code` cannot be used for the item: another version's, another department's, or nobody's."""
    applied = applicable(versions, (*sections, "B")[0], item.reference_date)
    ids = "、".join(applied.versions)
    where = "、".join(sections) or "（部门未知）"
    for version in versions:
        for section in sections:
            entry = version.find(section, code)
            if entry is not None:
                return DoubtfulCodeError(
                    "GF112",
                    f"{code} 不在 {item.reference_date} 适用的目录（{ids}）中；{version.id} 中曾是“{entry.name}”",
                    f"{code} is not in the catalog of {item.reference_date} ({ids}); in {version.id} it was '{entry.name}'",
                )
    sources = (*((applied.class_a,) if applied.class_a else ()), *reversed(versions))
    other = next((e for v in sources for e in v.entries if e.code == code and e.level == 4), None)
    if other is not None:
        return DoubtfulCodeError(
            "GF115",
            f"{code} 不在本部门“{where}”的目录中（四级代码只在所属部门内有效；“{other.section}”的 {code} 是 {other.name}）",
            f"{code} is not in this department's section ({where}); a fourth-level code holds only within its section",
        )
    return DoubtfulCodeError("GF115", f"{ids} 中没有代码 {code}", f"there is no code {code} in {ids}")
