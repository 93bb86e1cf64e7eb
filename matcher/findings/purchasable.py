"""GF2xx: what may not be purchased as a service (财政部令第102号第十条).

A budget line that merely is construction or wages is no finding. A rule fires as an error where the line is declared
a purchased service (a code, or 购买服务 in its words), as a notice where it could pass for one (its title reads like
a service, or an entry of its own section matches it closely), and else not at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from goufu.disclosure.model import Place
from goufu.matcher.findings.table import finding, found_in, quoted, texts
from goufu.matcher.model import Assessment, Candidate, Finding, Severity
from goufu.matcher.nature_names import NATURE_NAMES

#: an entry of its own section matches the item closely from this probability on
_CLOSE = 0.5


def declared(a: Assessment) -> tuple[str, Place | None] | None:
    """How the department itself calls the line a purchased service (the words, their place); None where it does not."""
    item = a.item
    if item.code or item.code_name:
        return f"已填目录代码 {item.code or item.code_name}", item.place
    if item.gov_service is not None:
        return ("已填“是否政府购买服务：是”", item.place) if item.gov_service else None
    for what, text, place in texts(item):
        if found_in(text, "denied"):
            return None
        hits = found_in(text, "declared")
        if hits:
            return f"{what}写有{quoted(hits)}", place
    return None


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
    reads = f"标题{quoted(tending)}读似服务" if tending else f"标题写有{quoted(building)}" if building else ""
    beside = f"；不要与 {close.code} {close.name} 混同" if close else ""
    yield _made(
        a,
        "GF201",
        f"内容是{name.zh}，不能作为政府购买服务{beside}",
        f"this is {name.phrase_en}, not a service"
        + (f"; not to be taken for {close.code} {close.name}" if close else ""),
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
    if said is None and not both and not close:
        return
    yield _made(
        a,
        "GF202",
        "服务与货物或工程打包，服务部分应单独列项" + (f"（{close.code} {close.name}）" if close else ""),
        "services bundled with goods or works; the service needs a line of its own",
        said,
        f"标题并有{quoted((*tending, *things, *building))}" if both else _parts(a),
        close,
    )


def _parts(a: Assessment) -> str:
    """The parts of a bundle with their words: 服务部分“运维”，货物部分“设备更新”."""
    return "，".join(f"{_NATURES[nature]}部分{quoted(words)}" for nature, words in a.parts)


def hiring(a: Assessment) -> Iterator[Finding]:
    """GF203: hiring, labour dispatch, posts or wages. Allowances, pensions and subsidies are none of these."""
    if a.nature not in ("personnel", "service", "mixed", "operating"):
        return
    found = next(
        (
            (what, hits, place)
            for what, text, place in texts(a.item)
            if what in ("标题", "概况") and (hits := found_in(text, "hiring"))
        ),
        None,
    )
    if a.nature != "personnel" and not (found and found[0] == "标题"):
        return
    said = declared(a)
    if found is None and not said:
        return
    close = close_entry(a)
    beside = f"；不要列作 {close.code} {close.name}" if close else ""
    yield _made(
        a,
        "GF203",
        f"是用工或人员工资，不能作为政府购买服务{beside}",
        "hiring, labour dispatch or wages, which may not be purchased as a service",
        said,
        f"{found[0]}写有{quoted(found[1])}" if found else f"内容为人员支出：{quoted(a.nature_words)}",
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
            "含有融资安排，不能作为政府购买服务",
            "holds financing, which may not be purchased as a service",
            said,
            f"{what}写有{quoted(hits)}",
            None,
            place,
        )
        return


def _made(
    a: Assessment,
    rule: str,
    message: str,
    english: str,
    said: tuple[str, Place | None] | None,
    words: str,
    close: Candidate | None,
    place: Place | None = None,
) -> Finding:
    """An error where the line is declared a purchased service, and a notice where it is not."""
    severity: Severity = "error" if said else "notice"
    nature = f"性质判为{_NATURES[a.nature]}（{a.nature_score:.0%}）" + (
        f"：{quoted(a.nature_words)}" if a.nature_words else ""
    )
    entry = f"{close.version} {close.section} {close.code}" if close else ""
    return finding(
        rule,
        message,
        english,
        (said[0] if said else "", words, nature, f"{entry} {close.name}" if close else ""),
        severity=severity,
        place=place or (said[1] if said else None) or a.item.place,
        entry=entry,
    )


_NATURES = {nature: name.zh for nature, name in NATURE_NAMES.items()}
