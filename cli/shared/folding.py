"""Where a line of Chinese and Latin text may end when it is folded to a width.

Chinese may be broken between any two characters, Latin words and figures only at blanks. No line begins with closing
punctuation or ends in opening punctuation (避头尾), and a figure stays with its unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goufu.catalog.characters import is_han
from rich.cells import cell_len

_NEVER_FIRST = frozenset("，。、；：！？…％‰·）〕】》〉”’」』］｝),.;:!?]}%")
_NEVER_LAST = frozenset("（〔【《〈“‘「『［｛([{¥￥第")
_UNITS = r"(?:[万亿千百]?元|万|亿|[个项条处行页年月日人家次天岁位份户]|号|%|\(10k|items?\b|lines?\b)"
#: a figure with its unit, the number of a document (〔2023〕47号), a label with the bare figure that ends its clause (已列 13，)
_WHOLE = re.compile(
    rf"[0-9][0-9,.]* ?{_UNITS}|[〔\[（(【][0-9]{{4}}[〕\]）)】][0-9]{{1,4}}号|"
    r" [0-9][0-9,.]*(?=[，；。（、]|$)"
)
#: what no terminal shows: bell, backspace, vertical tab, form feed, carriage return
_CONTROLS = dict.fromkeys((7, 8, 11, 12, 13))


def shown(value: object) -> str:
    """A value as a cell or line prints it: None as nothing, without what no terminal shows."""
    return "" if value is None else str(value).translate(_CONTROLS)


def fits(text: str, width: int) -> bool:
    """Whether `text` is one line that need not be folded to be `width` columns wide."""
    return "\n" not in text and "\t" not in text and cell_len(text) <= width


def folded(text: str, width: int) -> list[str]:
    """The lines of `text`, none wider than `width` and none with blanks at its end; a short one stays as it is."""
    if "\n" not in text and cell_len(text) <= width and text == text.rstrip():  # as most are
        return [text]
    lines = []
    for line in text.split("\n"):
        cuts = [0, *breaks(line, width), len(line)]
        lines += [line[a:b].rstrip() for a, b in zip(cuts, cuts[1:], strict=False)]
    return lines


def breaks(text: str, width: int) -> list[int]:
    """The offsets at which `text` is cut so that no line is wider than `width` columns; blanks before a cut do not count.

    What may not be broken and is wider than a line by itself is cut where the line is full.
    """
    cuts: list[int] = []
    used = 0
    for begin, end in _pieces(text):
        piece = text[begin:end].rstrip()
        wide = cell_len(piece)
        if used and used + wide > width:
            cuts.append(begin)
            used = 0
        if wide > width:
            wide = 0
            for n, character in enumerate(piece, begin):
                if wide and wide + cell_len(character) > width:
                    cuts.append(n)
                    wide = 0
                wide += cell_len(character)
        used += wide + end - begin - len(piece)
    return cuts


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of `text` that stay on one line, each with the blanks behind it."""
    held = {
        n
        for match in _WHOLE.finditer(text)
        if match[0][0] != " " or is_han(text[match.start() - 1 : match.start()])
        for n in range(match.start() + 1, match.end())
    }
    begin = 0
    for n in range(1, len(text)):
        before, after = text[n - 1], text[n]
        if n in held or after == " " or after in _NEVER_FIRST:
            continue
        if before == " " or ((_wide(before) or _wide(after)) and before not in _NEVER_LAST):
            yield begin, n
            begin = n
    if text:
        yield begin, len(text)


def _wide(character: str) -> bool:
    return cell_len(character) > 1
