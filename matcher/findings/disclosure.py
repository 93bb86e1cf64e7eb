"""What only a whole document shows: GF302 totals, GF303 forms without a line, GF304, and GF401 to GF403 on the catalog.

All of it is about the document as it was read. A figure or a page may have been lost in the transcription, so the
evidence names the place and the reader compares with the original.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from goufu.catalog.citation.notation import read_documents
from goufu.catalog.model import CatalogVersion
from goufu.catalog.severity import gravity
from goufu.catalog.text import NOTHING, Text, joined, quoted, same
from goufu.catalog.validity import Applicable, CatalogClass, applicable, span
from goufu.disclosure.checks import comparable
from goufu.disclosure.model import Attachment, Disclosure
from goufu.matcher.departments import sections_of
from goufu.matcher.findings.table import finding, load_finding_words, load_rules
from goufu.matcher.model import Assessment, Finding

#: a share of a catalog's entries that may be missing from an attachment as misreadings
_SPARE = 0.02
#: figures of a sum that a message shows; the evidence has them all
_TERMS = 6
_LEADING = re.compile(r"\A(?:依据|根据|按照|按|参照|执行|附件|见|详见|依|据)+")
_NONE_SAID = re.compile(
    r"无(?:本部门)?(?:的)?政府购买服务(?:指导性)?目录|(?:没有|未)(?:编制|制定)?政府购买服务(?:指导性)?目录"
)


def document_findings(
    disclosure: Disclosure,
    assessments: Sequence[Assessment],
    versions: tuple[CatalogVersion, ...],
    on: date,
    sections: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """The findings on `disclosure` as a whole, judged by what applies on the day `on`; the gravest first.

    `assessments` are those of its items; `sections` overrides what its department's name says.
    """
    own = tuple(sections) or sections_of(disclosure.department).sections
    applies = applicable(versions, own[0] if own else "", on)
    found = [
        *_totals(disclosure),
        *_unlinked(disclosure),
        *_procurement(disclosure, assessments),
        *_says_none(disclosure, own, applies),
        *_not_in_force(disclosure, own, applies, versions),
        *_incomplete(disclosure, own, applies, versions),
    ]
    return tuple(sorted(found, key=lambda f: (gravity(f.severity), f.rule)))


def _totals(d: Disclosure) -> Iterator[Finding]:
    """GF302: every check of the document's figures that does not come out."""
    for check in d.checks:
        if check.agrees:
            continue
        unit, unit_en = ("个", "") if check.kind == "count" else ("万元", " (10k CNY)")
        terms = _terms(check.parts)
        gap = f"{abs(check.printed - check.summed):,}"
        difference = (
            (Text(f"相差 {gap} {unit}", f"the difference is {gap}{unit_en}"),) if comparable(check) else ()
        )
        added = f"{' + '.join(f'{p:,}' for p in check.parts)} = {check.summed:,}" if terms else ""
        yield finding(
            "GF302",
            Text(
                f"{check.what.zh}：所印 {check.printed:,} {unit}，算得 {terms.zh}{check.summed:,} {unit}",
                f"{check.what.en}: printed {check.printed:,}, computed {terms.en}{check.summed:,}{unit_en}",
            ),
            (*difference, same(added)),
            place=check.place,
        )


def _terms(parts: Sequence[Decimal]) -> Text:
    """What was added up, as far as it can be read in a line (`12.00 + 3.50 = `); empty where it is one figure."""
    if len(parts) < 2:
        return NOTHING
    shown = [f"{part:,}" for part in parts]
    if len(shown) > _TERMS:
        shown = [*shown[: _TERMS - 2], "…", shown[-1]]
    sum_of = " + ".join(shown)
    if len(parts) <= _TERMS:
        return same(f"{sum_of} = ")
    return Text(f"{sum_of}（共 {len(parts)} 个数） = ", f"{sum_of} ({len(parts)} figures) = ")


def _unlinked(d: Disclosure) -> Iterator[Finding]:
    """GF303: a form that has no line in the project tables."""
    for form in d.unlinked:
        amount, amount_en = "", ""
        if form.year_yuan is not None:
            wan = f"{form.year_yuan / 10000:,.2f}"
            amount, amount_en = f"，年度资金 {wan} 万元", f" of {wan} (10k CNY)"
        yield finding(
            "GF303",
            Text(
                f"绩效目标表“{form.title}”{amount}在项目支出预算表中没有对应的一行",
                f"the form '{form.title}'{amount_en} has no line in the project tables",
            ),
            (Text(f"绩效目标表“{form.title}”{amount}", f"the form '{form.title}'{amount_en}"),),
            place=form.place,
        )


def _procurement(d: Disclosure, assessments: Sequence[Assessment]) -> Iterator[Finding]:
    """GF304: the services of this year's table against the service procurement budget of the text.

    What is bought below the procurement limit is not in that figure, and goufu does not know every county's limit: a
    notice, unless the services of a size that no limit is likely to reach are alone more than the figure. Both bounds are
    goufu's own (`data/rules.toml`); none of the documents held states them.
    """
    budget = d.procurement.services_wan if d.procurement else None
    if budget is None or d.procurement is None:
        return
    services = [
        (a.item.amount_wan, a)
        for a in assessments
        if a.gov_service and a.item.part != "上年结转" and a.item.amount_wan is not None
    ]
    total = sum((amount for amount, _ in services), Decimal(0))
    if total <= budget:
        return
    services.sort(key=lambda pair: -pair[0])
    bounds = load_rules()["GF304"].bounds_wan
    limit, large = Decimal(bounds["limit"]), Decimal(bounds["large"])
    small = [amount for amount, _ in services if amount < limit]
    sure = sum(
        (
            amount
            for amount, a in services
            if amount >= large and a.status == "listed" and a.decision == "auto"
        ),
        Decimal(0),
    )
    largest = [f"{a.item.title} {amount:,.2f}" for amount, a in services[:3]]
    in_small = f"{sum(small, Decimal(0)):,.2f}"
    below = NOTHING
    if small:
        below = Text(
            f"其中不足 {limit} 万元的 {len(small)} 项 {in_small} 万元",
            f"{in_small} of it in {len(small)} lines below {limit}",
        )
    explained = Text(
        "在采购限额标准以下的不在此数", "what is below the procurement limit is not in that figure"
    )
    used = f"{limit} 万元"
    if sure > budget:
        explained = Text(
            f"仅单项 {large} 万元以上的就有 {sure:,.2f} 万元",
            f"lines of {large} or more alone come to {sure:,.2f}",
        )
        used = f"{limit} 万元和 {large} 万元"
    yield finding(
        "GF304",
        Text(
            f"政府采购服务预算 {budget:,.2f} 万元，项目表中判为服务的 {len(services)} 项共 {total:,.2f} 万元；"
            f"{below.zh + '，' if below else ''}{explained.zh}",
            f"service procurement budget {budget:,.2f} (10k CNY), {len(services)} services among the projects "
            f"{total:,.2f}; {below.en + ', ' if below else ''}{explained.en}",
        ),
        (
            Text(f"“政府采购服务预算 {budget:,.2f} 万元”", f"'政府采购服务预算 {budget:,.2f} 万元'"),
            Text(f"其中最大的：{'、'.join(largest)}", f"the largest: {', '.join(largest)}"),
            below,
            Text(
                f"{used}是购服自定的界限，不是本地的采购限额标准，请按本地标准核对",
                f"the bounds ({limit}, {large}) are goufu's own and not the local procurement limit, which is to be checked",
            ),
        ),
        severity="warning" if sure > budget else "notice",
        place=d.procurement.place,
    )


def _says_none(d: Disclosure, own: Sequence[str], applies: Applicable) -> Iterator[Finding]:
    """GF401: the document says it has no catalog, and the catalog that applies has its section."""
    said = d.statement.strip()
    if not said or not own:
        return
    first = said.split()[0].rstrip("。.；;")
    if first not in load_finding_words()["no_catalog"] and not _NONE_SAID.search(said):
        return
    # not the version consulted: a part of the section held in the one in force shows that it has one
    holding = applies.governing if applies.held else applies.fallback
    if holding is None:
        return
    leaves = sum(1 for e in holding.in_section(own[0]) if e.level == holding.levels)
    yield finding(
        "GF401",
        Text(
            f"称没有政府购买服务指导性目录，而 {holding.number} 有“{own[0]}”一节（{leaves} 个四级条目），B 类目录适用于所有部门",
            f"says it has no catalog, while {holding.id} has '{own[0]}' ({leaves} entries) and class B applies to all",
        ),
        (
            Text(f"“政府购买服务指导性目录：{said[:60]}”", f"'政府购买服务指导性目录：{said[:60]}'"),
            Text(f"{holding.number}“{own[0]}”", f"{holding.number} '{own[0]}'"),
        ),
        place=d.statement_place,
        entry=f"{holding.id} {own[0]}",
    )


def _not_in_force(
    d: Disclosure, own: Sequence[str], applies: Applicable, versions: tuple[CatalogVersion, ...]
) -> Iterator[Finding]:
    """GF402: a catalog attached, or named in the statement, that is not the one that applies on the day."""
    attached = {a.number: (Text(f"附有 {a.number}", f"attached: {a.number}"), a.place) for a in d.attachments}
    cited = [_bare(n, versions) for n in read_documents(d.statement)]
    named = {n: (Text(f"写有“{n}”", f"named: '{n}'"), d.statement_place) for n in cited if n not in attached}
    governing = [v for v in (applies.class_a, applies.class_b) if v is not None]
    now = "、".join(v.number for v in governing)
    for number, (how, place) in {**attached, **named}.items():
        version = next((v for v in versions if v.number == number), None)
        if version is not None and version.id in {v.id for v in governing}:
            continue
        if version is None:
            from goufu.catalog.citation.standing import judge
            from goufu.catalog.concordance.changes import archive_of

            facts = judge(archive_of(versions), own, applies.on, document=number).facts
            why = next((f.text for f in facts if f.rule), None)
            if why is None:
                continue
        else:
            why = _why_not(version, applies, versions)
        yield finding(
            "GF402",
            Text(
                f"{how.zh}，{why.zh}；{applies.on} 适用的是 {now}",
                f"{how.en}, {why.en}; in force on {applies.on}: {', '.join(v.id for v in governing)}",
            ),
            (
                how,
                *(
                    Text(r.text.zh.rstrip("。"), r.text.en.rstrip("."))  # the end of a sentence, within one
                    for r in applies.reasons
                    if r.kind in ("class A", "class B")
                ),
            ),
            place=place,
            entry=version.id if version else number,
        )


def _bare(number: str, versions: Sequence[CatalogVersion]) -> str:
    """A document number without the words that run into it (依据晋财综〔2021〕34号)."""
    known = next((v.number for v in versions if number.endswith(v.number)), number)
    return _LEADING.sub("", known)


def _why_not(version: CatalogVersion, applies: Applicable, versions: Sequence[CatalogVersion]) -> Text:
    """In words, why `version` does not govern on the day."""
    parts: list[Text] = []
    classes: tuple[CatalogClass, ...] = ("A", "B")
    for of_class in classes:
        if of_class not in version.classes:
            continue
        days = span(version, of_class, versions)
        if applies.on < days.first:
            parts.append(Text(f"自 {days.first} 起才施行", f"takes effect only on {days.first}"))
        elif days.until is not None and applies.on >= days.until:
            how = (
                "修订" if days.ended_by and version.id not in _of(versions, days.ended_by).repeals else "废止"
            )
            parts.append(
                Text(
                    f"其 {of_class} 类已由 {days.ended_by} {how}",
                    f"class {of_class} was ended by {days.ended_by}",
                )
            )
        elif of_class == "A" and version.levels == 3:
            parts.append(
                Text("其 A 类只是三级框架，不是部门目录", "its class A is only the three-level frame")
            )
    return joined(parts, "，", ", ")


def _of(versions: Sequence[CatalogVersion], name: str) -> CatalogVersion:
    return next(v for v in versions if v.id == name)


def _incomplete(
    d: Disclosure, own: Sequence[str], applies: Applicable, versions: Sequence[CatalogVersion]
) -> Iterator[Finding]:
    """GF403: an attached catalog with fewer entries than the document is known to have."""
    for attachment in d.attachments:
        version = next((v for v in versions if v.number == attachment.number), None)
        if version is None or not attachment.codes:
            continue
        missing, of, like = _missing(attachment, version, versions)
        if missing <= of * _SPARE:
            continue
        section = [e for s in own for e in version.in_section(s)]
        held = Counter(attachment.codes)
        lacking = [e for e in section if not held[e.printed_code or e.code]]
        lost, lost_en = "", ""
        if lacking:
            lost = f"，本部门“{own[0]}”缺 {len(lacking)} 个"
            lost_en = f"; {len(lacking)} of '{own[0]}' are missing"
        yield finding(
            "GF403",
            Text(
                f"所附 {attachment.number} 只有 {of - missing:,} 个代码；其全文未存，相近的 {like} 有 {of:,} 个，可知缺页{lost}",
                f"the attached {version.id} has {of - missing:,} codes; its full text is not held, but the like {like} has {of:,}{lost_en}",
            )
            if like
            else Text(
                f"所附 {attachment.number} 只有 {of - missing:,} 个代码，应有 {of:,} 个{lost}",
                f"the attached {version.id} has {of - missing:,} codes of {of:,}{lost_en}",
            ),
            (quoted([attachment.title[:50]]), _lacking([e.code for e in lacking[:5]])),
            severity="warning" if lacking else "notice",
            place=attachment.place,
            entry=version.id,
        )


def _lacking(codes: Sequence[str]) -> Text:
    return Text(f"缺 {'、'.join(codes)}", f"missing: {', '.join(codes)}") if codes else NOTHING


def _missing(
    attachment: Attachment, version: CatalogVersion, versions: Sequence[CatalogVersion]
) -> tuple[int, int, str]:
    """How many codes the attachment lacks, how many there should be, and the version that says so if it is another.

    A version held completely tells itself. Of one held in part the nearest complete version of its levels, and of
    the three-level frame what is held of it and the class A headings of the department catalogs made on it, say how
    much there must be.
    """
    held = Counter(attachment.codes)
    like = ""
    whole = [
        v for v in versions if v.levels == version.levels and v.classes == version.classes and _complete(v)
    ]
    if version.levels == 3 and "A" in version.classes:
        made_on_it = {e.code for v in versions if v.levels > 3 for e in v.entries if e.level <= 3}
        expected = Counter({e.code for e in version.entries} | made_on_it)
    elif _complete(version):
        expected = Counter(e.printed_code or e.code for e in version.entries)
    elif whole:
        expected, like = Counter(e.printed_code or e.code for e in whole[-1].entries), whole[-1].id
    else:
        return 0, 0, ""
    of = sum(expected.values())
    return of - sum((expected & held).values()), of, like


def _complete(version: CatalogVersion) -> bool:
    return bool(version.sections) and all(s.coverage == "complete" for s in version.sections.values())
