"""Disclosures made at random as departments print them, as text, web pages and Word documents, with the truth known.

For tests only. `disclosures` draws what a document says and how it is dressed; `rendered` gives the bytes.
"""

from __future__ import annotations

import io
import quopri
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import escape
from typing import Any

from hypothesis import strategies as st

from disclosure.amounts import UNITS

DEPARTMENT = "甲县城市管理局"
UNITS_OF_IT = ("甲县环卫中心", "甲县市政工程处", "甲县园林绿化所", "甲县供热办公室")
NAMES = (
    "路灯维护服务",
    "河道保洁服务",
    "城区道路清扫",
    "绿化养护费",
    "2026年垃圾清运经费",
    "门户网站运维（二期）",
    "第三次普查专项经费",
    "物业管理费",
    "法律顾问服务",
    "15个社区便民点改造",
    "审计费",
    "大中修工程设计",
)
#: what stands at the foot of a page or the head of the next
FURNITURE = (
    "第 15 页，共 20 页",
    "第15页 共20页",
    "15/20",
    "Page 15",
    "（第 2 页）",
    "·15·",
    "— 15 —",
    "- 1 -",
    "15",
    "共20页 第15页",
    "（续上表）",
    "续表",
    "甲县城市管理局2026年度部门预算",
    "预算公开表12",
    "（内部资料）",
    "第十五页",
)
NOTES = (
    "填表人：某某  审核：某某",
    "注：本表按预算批复数填列。",
    "审核：",
    "备注：无",
    "制表日期：2026年1月20日",
    "注：1.表中数据含税。",
)
OWNERS = (
    "部门名称：{d}",
    "部门：{d}",
    "单位名称：{d}",
    "部门（单位）名称：{d}",
    "编制单位：{d}",
    "部门名称：[112001]{d}",
)
STATED = ("单位：{u}", "金额单位：{u}", "单位（{u}）", "（单位：{u}）", "单位:人民币{u}", "货币单位：{u}")
UNKNOWN = ("美元", "万美元", "欧元", "元、万元")
TITLES = (
    "2026年项目支出预算表（本年预算）",
    "2026年项目支出预算表",
    "表十二 2026年项目支出预算表",
    "项目支出预算明细表",
    "2026年项目支出预算表(本年预算)",
)
AMOUNTS = ("合计", "金额", "2026年预算数", "预算金额", "预算安排", "项目金额")

Row = tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph (`cells` has one, `table` is false) or a row of a table; `wide` and `high` are merges by column."""

    cells: Row
    table: bool = True
    hidden: bool = False
    wide: tuple[tuple[int, int], ...] = ()
    covered: frozenset[int] = frozenset()
    ruby: int = -1


@dataclass
class Truth:
    """What must come out: items as (title, unit, 万元), the names of rows that must be told, and the amounts' fate.

    `amounts`: "right"; "refused" where no amount may come out; "told" where they may be right or refused, but with a
    remark on the unit in either case.
    """

    items: list[tuple[str, str, Decimal]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    amounts: str = "right"
    hidden: list[str] = field(default_factory=list)


def _printed(wan: Decimal, unit: str, commas: bool) -> str:
    value = wan / UNITS[unit]
    text = f"{value:,f}" if commas else f"{value:f}"
    return text.rstrip("0").rstrip(".") if unit != "万元" and "." in text else text


@st.composite
def disclosures(draw: st.DrawFn) -> tuple[list[Block], Truth, dict[str, Any]]:
    """The blocks of a disclosure, the truth about it, and how to dress it (for `rendered`)."""
    truth = Truth()
    form = draw(st.sampled_from(("txt", "md", "html", "html line", "mhtml", "docx", "strict", "altchunk")))
    unit = draw(st.sampled_from(("万元", "万元", "元", "千元", "百万元", "亿元")))
    where = draw(
        st.sampled_from(("above", "owner", "title", "heading", "cell", "note", "unknown", "nowhere"))
    )
    if where in ("nowhere", "note") and unit not in ("元", "万元"):
        where = "above"
    shown = draw(st.sampled_from(UNKNOWN)) if where == "unknown" else unit
    truth.amounts = {"unknown": "refused", "nowhere": "told"}.get(where, "right")
    commas = draw(st.booleans())
    by_column = draw(st.booleans())
    serial = draw(st.booleans())
    funds = draw(st.booleans())
    two_rows = funds and draw(st.booleans())
    amount_head = "合计" if funds else draw(st.sampled_from(AMOUNTS))
    heads = [*(["序号"] if serial else []), *(["预算单位"] if by_column else []), "项目名称", amount_head]
    name_at, amount_at = heads.index("项目名称"), heads.index(amount_head)
    unit_at = heads.index("预算单位") if by_column else -1
    if where == "heading":
        heads[amount_at] += draw(st.sampled_from(("（{u}）", "({u})", "（单位：{u}）"))).format(u=unit)
    width = len(heads) + (2 if funds else 0)

    def row(name: str, wan: Decimal | None, of: str = "", text: str = "", number: str = "") -> Row:
        cells = [""] * width
        cells[name_at] = name
        if wan is not None:
            cells[amount_at] = text or _printed(wan, unit, commas) + (unit if where == "cell" else "")
            if funds:
                cells[amount_at + 1] = cells[amount_at]
        if by_column:
            cells[unit_at] = of
        if serial:
            cells[0] = number
        return tuple(cells)

    header: list[Block] = []
    if two_rows:
        header.append(Block((*heads, "2026年财政拨款", ""), wide=((len(heads), 2),)))
        header.append(
            Block(
                (*[""] * len(heads), "一般公共预算", "政府性基金预算"), covered=frozenset(range(len(heads)))
            )
        )
    else:
        header.append(Block((*heads, *(("一般公共预算", "政府性基金预算") if funds else ()))))
    if draw(st.booleans()):
        header.append(Block(tuple(str(n + 1) for n in range(width))))

    title = draw(st.sampled_from(TITLES))
    owner = draw(st.sampled_from(OWNERS)).format(d=DEPARTMENT)
    stated = (
        draw(st.sampled_from(STATED)).format(u=shown)
        if where in ("above", "owner", "title", "unknown")
        else ""
    )
    if where == "title":
        title = f"{title}  {stated}"
    above: list[Block] = [Block((title,), False)]
    if where == "owner" or (where == "unknown" and draw(st.booleans())):
        above.append(Block((f"{owner}{draw(st.sampled_from(('  ', '　　　', '      ')))}{stated}",), False))
    else:
        above.append(Block((owner,), False))
        if where in ("above", "unknown"):
            above.append(Block((stated,), False))

    # the rows
    names = draw(st.permutations(NAMES))
    units = draw(st.lists(st.sampled_from(UNITS_OF_IT), max_size=3, unique=True)) or [DEPARTMENT]
    cents = st.integers(1_0000, 900_00) if where in ("nowhere", "note") else st.integers(1, 5_000_00)
    body: list[Block] = []
    total = Decimal(0)
    taken = 0
    for one in units:
        count = draw(st.integers(1, 3))
        mine = [(names[taken + n], Decimal(draw(cents)) / 100) for n in range(count)]
        taken += count
        under: list[Block] = []
        for n, (name, wan) in enumerate(mine):
            of = one if by_column and n == 0 else ""
            covered = frozenset({unit_at}) if by_column and n else frozenset()
            # a row that cannot be read, only where nobody needs it to tell a subtotal
            odd = draw(st.integers(0, 11)) == 0
            text = draw(st.sampled_from(("1O.0O", "约3万", "3.0.0", "#REF!"))) if odd else ""
            ruby = draw(st.integers(0, 9)) if "docx" in form or "html" in form else -1
            dressed = draw(
                st.sampled_from(
                    (name, name, name, " ".join(name[:4]) + name[4:], f"{name[:2]}\u200b{name[2:]}")
                )
            )
            if dressed != name and any(c.isascii() and c.isalnum() for c in name[:5]):
                dressed = name
            body_row = Block(row(dressed, wan, of, text, str(len(truth.items) + 1)), covered=covered)
            if ruby == 0 and dressed == name:
                body_row = replace(body_row, ruby=name_at)
            under.append(body_row)
            total += wan
            if odd:
                truth.unread.append(name)
            else:
                truth.items.append((name, one, wan))
            if not odd and draw(st.integers(0, 9)) == 0:
                part = Decimal(int(wan * 100) // 2) / 100
                under.append(
                    Block(
                        row(f"其中：{draw(st.sampled_from(('电费', '中央资金', '人工')))}", part),
                        covered=covered,
                    )
                )
            if form not in ("txt", "md") and draw(st.integers(0, 9)) == 0:
                truth.hidden.append(f"已取消{len(truth.hidden)}号项目")
                under.append(Block(row(truth.hidden[-1], Decimal("77.77")), hidden=True, covered=covered))
        if one != DEPARTMENT and not by_column:
            body.append(Block(row(one, sum((wan for _, wan in mine), Decimal(0)))))
        elif by_column and one != DEPARTMENT and draw(st.booleans()):
            body.append(Block(row("", sum((wan for _, wan in mine), Decimal(0)), one)))
            under = [
                replace(
                    b,
                    cells=tuple("" if i == unit_at else c for i, c in enumerate(b.cells)),
                    covered=frozenset({unit_at}),
                )
                for b in under
            ]
        body += under
    first = draw(st.sampled_from(("department", "合计", "合 计", "no name", "none", "last")))
    if first == "last":
        body.append(Block(row(draw(st.sampled_from(("合计", "总计", "合 计", "共计"))), total)))
    elif first != "none":
        name = {"department": DEPARTMENT, "no name": ""}.get(first, first)
        if by_column and first in ("department", "no name"):
            body.insert(0, Block(row("", total, DEPARTMENT)))
        else:
            body.insert(0, Block(row(name, total)))

    # what pages put between the rows
    cuts = draw(st.lists(st.integers(0, len(body)), max_size=2, unique=True))
    for at in sorted(cuts, reverse=True):
        if at < len(body) and body[at].covered:
            continue  # a merged cell does not go over a page
        between = [
            Block((text,), False)
            for text in draw(st.lists(st.sampled_from(FURNITURE), min_size=1, max_size=2))
        ]
        again = draw(st.sampled_from(("", "", "header", "all")))
        if at == 0 and again:
            again = ""
        between += [] if not again else header if again == "header" else [*above, *header]
        body[at:at] = between
    # a page never ends with the last row
    while body and not body[-1].table:
        body.pop()
    notes = draw(st.lists(st.sampled_from(NOTES), max_size=2))
    after: list[Block] = []
    for note in notes:
        if draw(st.booleans()):
            after.append(Block((note, *[""] * (width - 1))))
        else:
            after.append(Block((note,), False))
    if where == "note":
        after.append(Block((f"注：本表金额单位为{unit}。",), False))
    cover = [Block((f"{DEPARTMENT}2026年度部门预算公开",), False)]
    rest = [
        Block(("第三部分 情况说明",), False),
        Block(("一、收支情况",), False),
        Block(("本年收支平衡。",), False),
    ]
    if draw(st.booleans()):
        rest = [
            Block(("“三公”经费支出预算表",), False),
            *([] if where in ("nowhere", "note", "cell") else [Block(("单位：万元",), False)]),
            Block(("项目", "2026年预算数")),
            Block(("公务接待费", "1.00")),
            *rest,
        ]
    blocks = [*cover, *above, *header, *body, *after, *rest]
    how = {
        "form": form,
        "hide": draw(st.sampled_from(("style", "attribute", "class"))),
        "height": draw(st.booleans()),
    }
    return blocks, truth, how


# -- formats ----------------------------------------------------------------------------------------------------


def rendered(blocks: Sequence[Block], how: dict[str, Any]) -> tuple[bytes, str]:
    """The document as a file's bytes and its name."""
    form = how["form"]
    if form in ("txt", "md"):
        return _text(blocks, form), f"x.{form}"
    if form in ("docx", "strict"):
        data = _docx(blocks)
        return (_strict(data) if form == "strict" else data), "x.docx"
    page = _page(blocks, how, "" if form == "html line" else "\n")
    if form == "mhtml":
        head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=_x"\r\n\r\n--=_x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        return head.encode() + quopri.encodestring(page.encode()) + b"\r\n--=_x--\r\n", "x.mhtml"
    if form == "altchunk":
        return with_chunk("afchunk.htm", page.encode()), "x.docx"
    return page.encode(), "x.html"


def _text(blocks: Sequence[Block], form: str) -> bytes:
    lines = []
    for block in blocks:
        if not block.table:
            lines.append(block.cells[0])
        elif form == "md":
            lines.append(f"| {' | '.join(block.cells)} |")
        else:
            lines.append("\t".join(block.cells))
    return "\n".join(lines).encode()


def _tables(blocks: Sequence[Block]) -> list[Block | list[Block]]:
    found: list[Block | list[Block]] = []
    for block in blocks:
        if not block.table:
            found.append(block)
        elif found and isinstance(found[-1], list):
            found[-1].append(block)
        else:
            found.append([block])
    return found


def _spanned(rows: Sequence[Block], n: int, column: int) -> int:
    """How many rows a cell goes down over: those below that only continue it, the hidden ones among them."""
    high = 1
    while n + high < len(rows) and column in rows[n + high].covered:
        high += 1
    return high


def _page(blocks: Sequence[Block], how: dict[str, Any], newline: str) -> str:
    hide = {"style": 'style="display: none"', "attribute": "hidden", "class": 'class="a off"'}[how["hide"]]
    parts = ["<html><head><style>.off { display : none } td{border:1px}</style></head><body>"]
    for one in _tables(blocks):
        if isinstance(one, Block):
            parts.append(f"<p>{escape(one.cells[0])}</p>")
            continue
        parts.append("<table>")
        shown = [row for row in one if not row.hidden]
        for row in one:
            wide = dict(row.wide)
            cells, c = [], 0
            while c < len(row.cells):
                text = escape(row.cells[c])
                if c == row.ruby:
                    text = f"<ruby>{text[0]}<rp>(</rp><rt>pin</rt><rp>)</rp></ruby>{text[1:]}"
                span = wide.get(c, 1)
                if row.hidden:
                    # a hidden row is not shown, and no cell that is shown goes over it
                    cells.append(f"<td>{text}</td>")
                elif c not in row.covered:
                    high = _spanned(shown, shown.index(row), c)
                    cells.append(
                        f"<td{f' colspan={span}' if span > 1 else ''}{f' rowspan={high}' if high > 1 else ''}>{text}</td>"
                    )
                c += span
            parts.append(f"<tr {hide if row.hidden else ''}>{''.join(cells)}</tr>")
        parts.append("</table>")
    return newline.join([*parts, "</body></html>"])


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="htm" ContentType="text/html"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def _relations(kind: str, target: str, name: str = "r1") -> str:
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="{name}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
    )


def packed(body: str, extra: dict[str, bytes] | None = None, rename: Callable[[str], str] = str) -> bytes:
    """A Word document whose body is the XML `body`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(rename("[Content_Types].xml"), _TYPES)
        archive.writestr(rename("_rels/.rels"), _relations("officeDocument", "word/document.xml"))
        archive.writestr(
            rename("word/document.xml"),
            f'<?xml version="1.0" encoding="UTF-8"?><w:document {_W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>{body}</w:body></w:document>',
        )
        for name, data in (extra or {}).items():
            archive.writestr(rename(name), data)
    return buffer.getvalue()


def with_chunk(name: str, data: bytes) -> bytes:
    """A Word document that holds nothing but another document, as office systems export them."""
    return packed(
        '<w:altChunk r:id="r7"/>',
        {f"word/{name}": data, "word/_rels/document.xml.rels": _relations("aFChunk", name, "r7").encode()},
    )


def paragraph(text: str, ruby: bool = False) -> str:
    """A paragraph as Word writes it, its first character with 拼音指南 where `ruby`."""
    if ruby:
        base = f"<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>pin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{escape(text[0])}</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        return f"<w:p>{base}<w:r><w:t>{escape(text[1:])}</w:t></w:r></w:p>"
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _docx(blocks: Sequence[Block]) -> bytes:
    parts = []
    for one in _tables(blocks):
        if isinstance(one, Block):
            parts.append(paragraph(one.cells[0]))
            continue
        parts.append("<w:tbl>")
        for n, row in enumerate(one):
            wide = dict(row.wide)
            # empty cells at the left and right that are no cells at all
            before = (
                0 if row.covered or row.wide else next((i for i, cell in enumerate(row.cells) if cell), 0)
            )
            if n + 1 < len(one) and one[n + 1].covered:
                before = 0
            properties = f'<w:gridBefore w:val="{before}"/>' if before else ""
            properties += "<w:hidden/>" if row.hidden else ""
            cells, c = [], before
            while c < len(row.cells):
                span = wide.get(c, 1)
                about = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
                if c in row.covered:
                    about += "<w:vMerge/>"
                elif n + 1 < len(one) and c in one[n + 1].covered:
                    about += '<w:vMerge w:val="restart"/>'
                text = "" if c in row.covered else row.cells[c]
                cells.append(
                    f"<w:tc><w:tcPr>{about}</w:tcPr>{paragraph(text, bool(text) and c == row.ruby)}</w:tc>"
                )
                c += span
            parts.append(f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>")
        parts.append("</w:tbl>")
    return packed("".join(parts))


def _strict(data: bytes) -> bytes:
    """The same document as "Strict Open XML": ISO's namespaces."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(buffer, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            for part in (b"wordprocessingml", b"officeDocument"):
                content = content.replace(
                    b"http://schemas.openxmlformats.org/" + part + b"/2006/",
                    b"http://purl.oclc.org/ooxml/" + part + b"/",
                )
            copy.writestr(name, content)
    return buffer.getvalue()
