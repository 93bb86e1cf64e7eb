"""The little of CSS that says whether a part of a page is shown: `display` and `visibility`, in the page's own styles.

Selectors of tags, classes, ids, attributes and places among siblings, with their combinators, are understood; what
depends on a pointer or a window (:hover, @media print) does not hide anything from a reader.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from goufu.disclosure.formats.gate import Meter

#: characters of style sheets that are looked at; pages carry whole frameworks
MAX_CSS = 2_000_000

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_SIMPLE = re.compile(
    r"(?P<tag>\*|[\w-]+)|#(?P<id>[\w-]+)|\.(?P<class>[\w-]+)|"
    r"\[\s*(?P<name>[\w:-]+)\s*(?:(?P<how>[~|^$*]?=)\s*[\"']?(?P<value>[^\"'\]]*)[\"']?\s*[is]?\s*)?\]|"
    r":(?P<pseudo>first-child|last-child|only-child|nth-child)(?:\(\s*(?P<nth>[^)]*)\))?"
)
_COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
_NTH = re.compile(r"(?:(?P<a>[+-]?\d*)n)?\s*(?P<b>[+-]?\s*\d+)?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One selector with what it declares: its compounds from the left, and the combinator before each."""

    compounds: tuple[tuple[Mapping[str, str], ...], ...]
    combinators: tuple[str, ...]
    styles: Mapping[str, str]
    rank: tuple[int, int, int, int]


class StyleSheet:
    """The rules of a page's style elements that bear on what is shown."""

    def __init__(self, text: str) -> None:
        self._by_key: dict[str, list[_Rule]] = defaultdict(list)
        self._counted = Meter("style-steps")
        for n, (selectors, body) in enumerate(_rules(_COMMENT.sub(" ", text[:MAX_CSS]))):
            styles = declared(body)
            if not styles:
                continue
            for selector in selectors.split(","):
                rule = _rule(selector.strip(), styles, n)
                if rule is not None:
                    self._by_key[_key(rule.compounds[-1])].append(rule)

    def of(self, node: Any) -> dict[str, str]:
        """What the rules declare for an element; of several the more special, then the later, counts."""
        if not self._by_key:
            return {}
        keys = ["*", node.tag, *(f".{name}" for name in (node.get("class") or "").split())]
        if name := node.get("id"):
            keys.append(f"#{name}")
        rules = [
            rule for key in keys for rule in self._by_key.get(key, ()) if _matches(rule, node, self._counted)
        ]
        styles: dict[str, str] = {}
        for rule in sorted(rules, key=lambda rule: rule.rank):
            styles |= rule.styles
        return styles


def declared(body: str) -> dict[str, str]:
    """`display` and `visibility` of a declaration block, in lower case; what office programs hide is display: none.

    Also a line through the text, a place above the line and the colours of text and ground and the size of letters, where it
    declares them. What lets everything through is not displayed.
    """
    styles: dict[str, str] = {}
    for declaration in body.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.lower().replace("!important", "").strip()
        if (
            name in ("display", "visibility")
            and value
            or (name in ("text-decoration", "text-decoration-line") and "line-through" in value)
            or (name == "vertical-align" and value == "super")
            or (name in ("color", "font-size") and value)
        ):
            styles[name] = value
        elif name in ("background", "background-color") and value:
            styles["background"] = value
        elif name == "opacity" and no_size(value) or name == "mso-hide" and value == "all":
            styles["display"] = "none"
    return styles


def no_size(value: str) -> bool:
    """Whether a length or a share is nothing: 0, 0px, 0.0."""
    return bool(re.fullmatch(r"0*(?:\.0*)?(?:px|pt|em|rem|%)?", value)) and "0" in value


def colour(value: str) -> str:
    """A colour as it is compared with another: "#rrggbb" where it is written in figures, white or black, else as it is."""
    flat = "".join(value.split()).lower()
    if named := {"white": "#ffffff", "black": "#000000", "windowtext": "#000000", "window": "#ffffff"}.get(
        flat
    ):
        return named
    if re.fullmatch(r"#[0-9a-f]{3}", flat):
        return "#" + "".join(2 * digit for digit in flat[1:])
    if match := re.fullmatch(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})(?:,1(?:\.0*)?)?\)", flat):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups())
    return flat


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of a style sheet, those inside @media that a screen obeys among them."""
    at = 0
    while (start := text.find("{", at)) >= 0:
        prelude = text[at:start].rpartition(";")[2].strip()
        end = _closing(text, start)
        inside = text[start + 1 : end]
        at = end + 1
        if not prelude.startswith("@"):
            yield prelude, inside
        elif re.match(r"@(?:media|supports|layer)\b", prelude) and not re.search(r"\bprint\b", prelude):
            yield from _rules(inside)


def _closing(text: str, start: int) -> int:
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return match.start()
    return len(text)


def _rule(selector: str, styles: Mapping[str, str], order: int) -> _Rule | None:
    """The rule of one selector; None where it holds something that is not known here, such as :hover or ::before."""
    compounds: list[tuple[Mapping[str, str], ...]] = []
    combinators: list[str] = []
    at = 0
    while at < len(selector):
        if compounds:
            between = _COMBINATOR.match(selector, at)
            if between is None:
                return None
            combinators.append(between[1] or " ")
            at = between.end()
        simple = []
        while at < len(selector) and (match := _SIMPLE.match(selector, at)):
            simple.append({name: value for name, value in match.groupdict().items() if value is not None})
            at = match.end()
        if not simple:
            return None
        compounds.append(tuple(simple))
    if not compounds:
        return None
    every = [one for compound in compounds for one in compound]
    ids = sum("id" in one for one in every)
    tags = sum(one.get("tag", "*") != "*" for one in every)
    return _Rule(
        tuple(compounds),
        tuple(combinators),
        styles,
        (ids, len(every) - ids - sum("tag" in one for one in every), tags, order),
    )


def _key(compound: tuple[Mapping[str, str], ...]) -> str:
    """By what a rule is found quickly: an id, else a class, else a tag of the element it is about."""
    for kind, mark in (("id", "#"), ("class", ".")):
        for one in compound:
            if kind in one:
                return mark + one[kind]
    return next((one["tag"].lower() for one in compound if "tag" in one), "*")


def _matches(rule: _Rule, node: Any, counted: Meter) -> bool:
    last = len(rule.compounds) - 1
    return _is(rule.compounds[last], node, counted) and _leads(rule, last, node, counted, set())


def _leads(rule: _Rule, n: int, node: Any, counted: Meter, failed: set[tuple[int, Any]]) -> bool:
    """Whether what stands before compound `n` of a selector is found around `node`; what failed is not tried again."""
    if n == 0:
        return True
    if (n, node) in failed:
        return False
    combinator, wanted = rule.combinators[n - 1], rule.compounds[n - 1]
    if combinator == ">":
        around = [node.getparent()]
    elif combinator == " ":
        around = list(node.iterancestors())
    else:
        before = node.itersiblings(preceding=True)
        around = list(before) if combinator == "~" else [next(before, None)]
    if any(
        other is not None and _is(wanted, other, counted) and _leads(rule, n - 1, other, counted, failed)
        for other in around
    ):
        return True
    failed.add((n, node))
    return False


def _is(compound: tuple[Mapping[str, str], ...], node: Any, counted: Meter) -> bool:
    counted.add(1)
    return isinstance(node.tag, str) and all(_fits(one, node, counted) for one in compound)


def _fits(one: Mapping[str, str], node: Any, counted: Meter) -> bool:
    if "tag" in one:
        return one["tag"] == "*" or one["tag"].lower() == node.tag
    if "id" in one:
        return bool(node.get("id") == one["id"])
    if "class" in one:
        return one["class"] in (node.get("class") or "").split()
    if "name" in one:
        return _attribute(node.get(one["name"].lower()), one.get("how", ""), one.get("value", ""))
    siblings = (
        [other for other in node.getparent() if isinstance(other.tag, str)] if _has_parent(node) else [node]
    )
    counted.add(len(siblings) // 10)
    place = siblings.index(node) + 1
    if one["pseudo"] == "nth-child":
        return _nth(one.get("nth", ""), place)
    first, last = place == 1, place == len(siblings)
    return {"first-child": first, "last-child": last, "only-child": first and last}[one["pseudo"]]


def _has_parent(node: Any) -> bool:
    return node.getparent() is not None


def _attribute(value: str | None, how: str, wanted: str) -> bool:
    if value is None:
        return False
    return {
        "": True,
        "=": value == wanted,
        "~=": wanted in value.split(),
        "|=": value == wanted or value.startswith(f"{wanted}-"),
        "^=": bool(wanted) and value.startswith(wanted),
        "$=": bool(wanted) and value.endswith(wanted),
        "*=": bool(wanted) and wanted in value,
    }[how]


def _nth(formula: str, place: int) -> bool:
    """Whether `place` (from 1) is one that `2`, `odd` or `2n+1` means."""
    formula = {"odd": "2n+1", "even": "2n"}.get(formula.strip().lower(), formula.strip())
    match = _NTH.match(formula)
    if match is None or not formula:
        return False
    b = int((match["b"] or "0").replace(" ", ""))
    if match["a"] is None:
        return place == b
    a = int(match["a"] + "1" if match["a"] in ("", "+", "-") else match["a"])
    return place == b if not a else (place - b) % a == 0 and (place - b) // a >= 0
