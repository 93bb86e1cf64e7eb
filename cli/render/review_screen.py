"""What a review shows: one item on one screen, whatever its size, with wide characters counted double.

Pure: a screen is a list of lines, each a list of (text, style) pieces; nothing is printed and no key is read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goufu.cli.render.judgements import NATURES, STATUSES, amount, percent, sureness
from goufu.cli.shared.output import as_recorded, clauses, say
from goufu.matcher.outcome_names import OUTCOME_NAMES
from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from goufu.matcher.decisions.recorded import StoredItem

Piece = tuple[str, str]
Line = list[Piece]

_DIM, _BOLD, _WARN = "dim", "bold", "yellow"
_CLOSING = "，。；：、）》”’！？,.;:)!?"
#: keys and what they do, in the order of the footer
KEYS: tuple[tuple[str, str, str], ...] = (
    ("1-9", "选用", "choose"),
    ("a", "采用判断", "accept"),
    ("s", "搜索", "search"),
    ("c", "输代码", "type a code"),
    ("u", *OUTCOME_NAMES["unlisted"]),
    ("x", *OUTCOME_NAMES["not_applicable"]),
    ("n", "备注", "note"),
    ("k", "跳过", "skip"),
    ("z", "撤销", "undo"),
    ("b", "上一项", "back"),
    ("?", "帮助", "help"),
    ("q", "退出", "quit"),
)
#: what the money buys if it is no service, by key
NATURE_KEYS: Mapping[str, str] = {
    "1": "goods",
    "2": "works",
    "3": "mixed",
    "4": "personnel",
    "5": "transfer",
    "6": "operating",
    "7": "statutory",
    "8": "insurance",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One line an officer can choose: an entry with what speaks for it."""

    version: str
    section: str
    code: str
    name: str
    path: tuple[str, ...]
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the review is: item `at` of `total` (from 1), how many were decided and skipped in it."""

    at: int
    total: int
    decided: int
    skipped: int


def options_of(record: Mapping[str, Any]) -> tuple[Option, ...]:
    """The candidates of a record, best first, each with the chance that this is its entry.

    That is, that the line is a service, and listed, and listed so: the same measure as the certainty above them.
    """
    nature = record.get("nature_score", 1.0)
    service = nature if record.get("nature", "service") == "service" else 1 - nature
    return tuple(
        Option(
            c["version"],
            c["section"],
            c["code"],
            c["name"],
            tuple(c["path"]),
            c["score"] * record.get("fit", 1.0) * service,
            tuple(map(as_recorded, c["why"])),
        )
        for c in record.get("codes", ())
    )


def wrapped(text: str, width: int, most: int) -> list[str]:
    """`text` broken into at most `most` lines of `width` cells, the last with … where more follows."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        cut, used = 0, 0
        for character in rest:
            used += cell_len(character)
            if used > width:
                break
            cut += 1
        if 1 < cut < len(rest) and rest[cut] in _CLOSING:
            cut -= 1  # a line never begins with a closing mark
        if 1 < cut < len(rest) and rest[cut - 1].isascii() and rest[cut].isascii():
            word = rest.rfind(" ", 0, cut + 1)
            cut = word if word > 0 else cut  # nor in the middle of a word
        cut = max(cut, 1)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest and lines:
        lines[-1] = clipped(lines[-1] + rest, width)
    return lines


def clipped(text: str, width: int) -> str:
    """`text` in at most `width` cells, with … where something was left out."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def sides(left: str, right: str, width: int) -> str:
    """`left` and `right` at the ends of a line; the left one gives way."""
    room = width - cell_len(right) - 1
    left = clipped(left, room)
    return left + " " * (width - cell_len(left) - cell_len(right)) + right


def screen(
    item: StoredItem,
    options: Sequence[Option],
    progress: Progress,
    width: int,
    height: int,
    precedent: str = "",
    message: str = "",
    verdict: str = "",
) -> list[Line]:
    """The screen of one item: at most `height` lines of at most `width` cells.

    What must be seen comes first: who, what, how much, the tool's own verdict, the candidates and the keys. Reasons
    and summary take what room is left. `verdict` is what the key `a` accepts, "" where there is nothing to accept.
    """
    r = item.record
    applied = " + ".join(r.get("versions", ()))
    head = f"{item.department or say('（部门未知）', '(department unknown)')} {item.year or ''}　{say('依据', 'by')} {applied}"
    counts = say(
        f"{progress.at}/{progress.total} 已定 {progress.decided} 跳过 {progress.skipped}",
        f"{progress.at}/{progress.total} done {progress.decided} skipped {progress.skipped}",
    )
    money = amount(item.amount_wan)
    top: list[Line] = [
        [(sides(head, counts, width), _DIM)],
        [("─" * width, _DIM)],
        [(sides(item.title, money + (say(" 万元", " x10k CNY") if money else ""), width), _BOLD)],
    ]
    judged = say(*STATUSES[r["status"]]) + (
        say("，待复核", ", to review") if r["decision"] == "review" else ""
    )
    about = f"{say('性质', 'nature')} {say(*NATURES[r['nature']])} {percent(r['nature_score'])}　{say('分类', 'judged')} {judged}"
    if item.unit and item.unit != item.department:
        about += f"　{say('单位', 'unit')} {item.unit}"
    below: list[Line] = [[(clipped(about, width), "")]]
    if verdict:
        sure = sureness(r["status"], r["certainty"], r["doubt"]) if "certainty" in r else ""
        below.append([(sides(f" a {say('采用：', 'accept: ')}{verdict}", sure, width), _BOLD)])
    for f in r.get("findings", ())[:2]:
        below.append([(clipped(f"{f['rule']} {f['message']}", width), _WARN)])
    if precedent:
        below.append([(clipped(precedent, width), "green")])
    if item.decision is not None:
        d = item.decision
        from goufu.matcher.decisions.choice import choice_text

        said = say(*choice_text(d.outcome, d.code, d.name, d.nature))
        below.append(
            [(clipped(say(f"已认定：{said}　{d.officer}", f"decided: {said}  {d.officer}"), width), "green")]
        )
    for text in item.notes[-1:]:
        below.append([(clipped(say(f"备注：{text}", f"note: {text}"), width), _DIM)])
    foot = _footer(width, message)
    room = height - len(top) - len(below) - len(foot)
    listed = _options(options, width, room)
    summary_room = min(5, room - len(listed))
    summary: list[Line] = [[(text, _DIM)] for text in wrapped(item.summary, width, max(summary_room, 0))]
    body = [*top, *summary, *below, *listed][: height - len(foot)]
    return [*body, *([] for _ in range(height - len(foot) - len(body))), *foot]


def _options(options: Sequence[Option], width: int, room: int) -> list[Line]:
    """The candidates: two lines each where there is room for all, else one."""
    if not options:
        return [[(say("没有候选条目；按 s 搜索", "no candidates; press s to search"), _DIM)]]
    double = 2 * len(options) <= room - 2
    lines: list[Line] = []
    for number, o in enumerate(options[: max(room if not double else room // 2, 0)], 1):
        where = "" if o.section != "B" else say("（B 类）", " (class B)")
        lines.append(
            [
                (
                    sides(f" {number} {o.code} {o.name}{where}", percent(o.score), width),
                    _BOLD if number == 1 else "",
                )
            ]
        )
        if double:
            reasons = clauses(o.why) or " › ".join(o.path)
            lines.append([(clipped(f"     {reasons}", width), _DIM)])
    return lines


def _footer(width: int, message: str) -> list[Line]:
    lines: list[Line] = [[("─" * width, _DIM)]]
    row: Line = []
    used = 0
    for key, zh, en in KEYS:
        text = f" {say(zh, en)}  "
        size = cell_len(key + text)
        if used + size > width:
            lines.append(row)
            row, used = [], 0
        row += [(key, _BOLD), (text, _DIM)]
        used += size
    lines.append(row)
    lines += [[(text, _WARN)] for text in wrapped(message, width, 2)] or [[]]
    return lines


def help_screen(width: int, height: int) -> list[Line]:
    """What the keys do."""
    text = say(
        "a 采用所示的判断（也可以是“不是购买服务”“未列入目录”）；1-9 选用所列条目作为认定，判为不是购买服务的要再确认一次；s 按词语搜索本部门目录和 B 类；c 直接输入代码（也可写“未列”“不适用”“货物”“工程”“人员”等）；"
        "u 是购买服务，但目录没有列；x 不是购买服务，再选性质；n 写一条备注；k 跳过，下次再来；z 撤销刚才的认定；b 回上一项；q 退出。"
        "每一项认定当即记录，随时可以退出，再次运行从未认定的项目继续。别人先作了不同认定时不会被覆盖，会提示。",
        "a accept the verdict shown (also that it is no service, or not listed); 1-9 decide for the entry listed, which is "
        "asked again where the verdict is no service; s search by words in the department's sections and class B; c type a code; "
        "u a purchased service that is not listed; x no purchased service, then what it is; n write a note; k skip for now; "
        "z undo; b back to the item before; q quit. Every decision is kept at once: quit any time, and go on later with what "
        "is left. What somebody else decided meanwhile is never overwritten; you will be told.",
    )
    lines: list[Line] = [[(say("复核的按键", "keys of the review"), _BOLD)], []]
    lines += [[(line, "")] for line in wrapped(text, width, height - 4)]
    return [*lines, [], [(say("按任意键返回", "press any key to go back"), _DIM)]]


def nature_screen(width: int, likely: str) -> list[Line]:
    """The choice of what the money buys if it is no service."""
    lines: list[Line] = [[(say("不是购买服务，是什么？", "no purchased service; what is it?"), _BOLD)]]
    for key, nature in NATURE_KEYS.items():
        mark = say("　← 回车", "  ← Enter") if nature == likely else ""
        lines.append([(f" {key} ", _BOLD), (clipped(say(*NATURES[nature]) + mark, width - 4), "")])
    return [*lines, [(say("Esc 返回", "Esc back"), _DIM)]]


def sure_screen(width: int, verdict: str, choice: str) -> list[Line]:
    """Asks again before an entry is chosen for what was judged to be no purchased service."""
    told = say(
        f"购服的判断是：{verdict}。确定改作购买服务，认定为 {choice}？以后同样的项目都会照此认定。",
        f"The verdict is: {verdict}. Take it for a purchased service after all, as {choice}? Lines like it will follow.",
    )
    lines: list[Line] = [[(line, _WARN)] for line in wrapped(told, width, 6)]
    return [*lines, [(say("y 确定，其他键返回", "y yes, any other key back"), _DIM)]]


def search_screen(query: str, options: Sequence[Option], width: int, height: int) -> list[Line]:
    """What a search found, to choose from by number."""
    title = say(f"搜索“{query}”", f"search '{query}'")
    lines: list[Line] = [[(clipped(title, width), _BOLD)], [("─" * width, _DIM)]]
    if options:
        lines += _options(options, width, height - 5)
    else:
        lines.append([(say("没有相近的条目", "nothing is near"), _DIM)])
    return [
        *lines,
        [("─" * width, _DIM)],
        [(say("数字选用，s 再搜，Esc 返回", "number to choose, s again, Esc back"), _DIM)],
    ]
