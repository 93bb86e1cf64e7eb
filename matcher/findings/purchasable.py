"""GF2xx: what may not be purchased as a service (财政部令第102号第十条).

A budget line that merely is construction or wages is no finding. A rule fires as an error where the line is declared
a purchased service (a code, or 购买服务 in its words), as a notice where it could pass for one (its title reads like
a service, or an entry of its own section matches it closely), and else not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from goufu.catalog.severity import Severity
from goufu.catalog.text import NOTHING, Text, joined, quoted, same
from goufu.disclosure.model import Place
from goufu.matcher.findings.table import OVERVIEW, TITLE, finding, found_in, texts
from goufu.matcher.model import Assessment, Candidate, Finding
from goufu.matcher.nature_names import NATURE_NAMES

#: an entry of its own section matches the item closely from this probability on
_CLOSE = 0.5


def declared(a: Assessment) -> tuple[Text, Place | None] | None:
    """How the department itself calls the line a purchased service (the words, their place); None where it does not."""
    item = a.item
    if item.code or item.code_name:
        wrote = item.code or item.code_name
        return Text(f"已填目录代码 {wrote}", f"a catalog code is written: {wrote}"), item.place
    if item.gov_service is not None:
        yes = Text("已填“是否政府购买服务：是”", "'是否政府购买服务' is answered '是'")
        return (yes, item.place) if item.gov_service else None
    for what, text, place in texts(item):
        if found_in(text, "denied"):
            return None
        hits = found_in(text, "declared")
        if hits:
            return _has(what, hits), place
    return None


def _has(what: Text, words: Sequence[str]) -> Text:
    """That a part of what the department wrote has these words: 标题写有“采购”."""
    listed = quoted(words)
    return Text(f"{what.zh}写有{listed.zh}", f"{what.en} has {listed.en}")


def close_entry(a: Assessment) -> Candidate | None:
    """The entry of its own section, as distinct from class B, that matches the item closely; None where there is none."""
    best = a.codes[0] if a.codes else None
    return best if best and best.section != "B" and a.fit >= _CLOSE else None


def not_a_service(a: Assessment) -> Iterator[Finding]:
    """GF201: goods or works that are declared a service, or whose title reads like one that the section lists.

    Works are also known by a title that names them and no upkeep, whatever the text around it calls them.
    """
    if a.nature not in ("goods", "works", "service", "mixed"):
        return
    title = a.item.title
    tending, building = found_in(title, "tending"), found_in(title, "building")
    named = bool(building) and not tending and not found_in(title, "software")
    bought = a.nature in ("service", "mixed")
    if bought and not named:
        return
    said = declared(a)
    if bought and said is None:
        return
    close = close_entry(a)
    if said is None and not (tending and close):
        return
    if tending and said is None and _joined(title):
        return  # a bundle, see GF202
    name = NATURE_NAMES["goods" if a.nature == "goods" else "works"]
    seems = quoted(tending)
    reads = _has(TITLE, building) if building else NOTHING
    if tending:
        reads = Text(f"标题{seems.zh}读似服务", f"{seems.en} in the title reads like a service")
    beside, beside_en = (
        (f"；不要与 {close.code} {close.name} 混同", f"; not to be taken for {close.code} {close.name}")
        if close
        else ("", "")
    )
    yield _made(
        a,
        "GF201",
        Text(
            f"内容是{name.zh}，不能作为政府购买服务{beside}",
            f"this is {name.phrase_en}, not a service{beside_en}",
        ),
        said,
        reads,
        close,
    )


def _joined(title: str) -> bool:
    """Whether a title names what is tended and what is bought as two things (运维及配件采购, 采购维护)."""
    return bool(found_in(title, "tending") and found_in(title, "things"))


def bundled(a: Assessment) -> Iterator[Finding]:
    """GF202: services together with goods or works in one line."""
    if a.nature not in ("service", "mixed", "goods", "works"):
        return
    title = a.item.title
    tending, things = found_in(title, "tending"), found_in(title, "things")
    building = found_in(title, "building")
    both = bool(tending and things) or (a.nature in ("service", "mixed") and bool(tending and building))
    if not both and a.nature != "mixed":
        return
    said = declared(a)
    close = close_entry(a)
    together = quoted((*tending, *things, *building))
    if said is None and not both and not close:
        return
    yield _made(
        a,
        "GF202",
        Text(
            "服务与货物或工程打包，服务部分应单独列项" + (f"（{close.code} {close.name}）" if close else ""),
            "services bundled with goods or works; the service needs a line of its own"
            + (f" ({close.code} {close.name})" if close else ""),
        ),
        said,
        Text(f"标题并有{together.zh}", f"the title has both {together.en}") if both else _parts(a),
        close,
    )


def _parts(a: Assessment) -> Text:
    """The parts of a bundle with their words: 服务部分“运维”，货物部分“设备更新”."""
    listed = ((NATURE_NAMES[nature], quoted(words)) for nature, words in a.parts)
    return joined(
        (Text(f"{name.zh}部分{words.zh}", f"{name.en}: {words.en}") for name, words in listed), "，", ", "
    )


def hiring(a: Assessment) -> Iterator[Finding]:
    """GF203: hiring, labour dispatch, posts or wages. Allowances, pensions and subsidies are none of these."""
    if a.nature not in ("personnel", "service", "mixed", "operating"):
        return
    found = next(
        (
            (what, hits, place)
            for what, text, place in texts(a.item)
            if what in (TITLE, OVERVIEW) and (hits := found_in(text, "hiring"))
        ),
        None,
    )
    if a.nature != "personnel" and not (found and found[0] == TITLE):
        return
    said = declared(a)
    if found is None and not said:
        return
    close = close_entry(a)
    beside, beside_en = (
        (f"；不要列作 {close.code} {close.name}", f"; not to be listed as {close.code} {close.name}")
        if close
        else ("", "")
    )
    words = quoted(a.nature_words)
    yield _made(
        a,
        "GF203",
        Text(
            f"是用工或人员工资，不能作为政府购买服务{beside}",
            f"hiring, labour dispatch or wages, which may not be purchased as a service{beside_en}",
        ),
        said,
        _has(found[0], found[1])
        if found
        else Text(f"内容为人员支出：{words.zh}", f"the money is for staff: {words.en}"),
        close,
        found[2] if found else None,
    )


def financing(a: Assessment) -> Iterator[Finding]:
    """GF204: borrowing, deferred payment or buy-back that is declared, or reads like, a purchase of services."""
    for what, text, place in texts(a.item)[:2]:
        hits = tuple(hit for hit in found_in(text, "financing") if not found_in(text, "financing_about"))
        if not hits:
            continue
        said = declared(a)
        if said is None and (a.nature not in ("service", "mixed") or set(hits) == {"融资"}):
            return  # a service about financing (advice, research, training) arranges none
        yield _made(
            a,
            "GF204",
            Text(
                "含有融资安排，不能作为政府购买服务",
                "holds financing, which may not be purchased as a service",
            ),
            said,
            _has(what, hits),
            None,
            place,
        )
        return


def _made(
    a: Assessment,
    rule: str,
    message: Text,
    said: tuple[Text, Place | None] | None,
    words: Text,
    close: Candidate | None,
    place: Place | None = None,
) -> Finding:
    """An error where the line is declared a purchased service, and a notice where it is not."""
    severity: Severity = "error" if said else "notice"
    name, because = NATURE_NAMES[a.nature], quoted(a.nature_words)
    nature = Text(
        f"性质判为{name.zh}（{a.nature_score:.0%}）" + (f"：{because.zh}" if because else ""),
        f"judged to be {name.en} ({a.nature_score:.0%})" + (f": {because.en}" if because else ""),
    )
    entry = f"{close.version} {close.section} {close.code}" if close else ""
    return finding(
        rule,
        message,
        (said[0] if said else NOTHING, words, nature, same(f"{entry} {close.name}") if close else NOTHING),
        severity=severity,
        place=place or (said[1] if said else None) or a.item.place,
        entry=entry,
    )
