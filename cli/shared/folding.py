"""Where a line of Chinese and Latin text may end when it is folded to a width.

Chinese may be broken between any two characters, Latin words and figures only at blanks. No line begins with closing
punctuation or ends in opening punctuation (避头尾), and a figure stays with its unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod, OverflowMethod
    from rich.containers import Lines

_NEVER_FIRST = frozenset("，。、；：！？…％‰·）〕】》〉”’」』］｝),.;:!?]}%")
_NEVER_LAST = frozenset("（〔【《〈“‘「『［｛([{¥￥第")
_UNITS = r"(?:[万亿千百]?元|万|亿|[个项条处行页年月日人家次天岁位份户]|号|%|\(10k|items?\b|lines?\b)"
#: a figure with its unit, the number of a document (〔2023〕47号), a label with the bare figure that ends its clause (已列 13，)
_WHOLE = re.compile(
    rf"[0-9][0-9,.]* ?{_UNITS}|[〔\[（(【][0-9]{{4}}[〕\]）)】][0-9]{{1,4}}号|"
    r"(?<=[\u4e00-\u9fff]) [0-9][0-9,.]*(?=[，；。（、]|$)"
)


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
    held = {n for match in _WHOLE.finditer(text) for n in range(match.start() + 1, match.end())}
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


class FoldedText(Text):
    """Text that a console folds by these rules; everything else is as with any text of rich."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """The lines of the text, none wider than `width`."""
        plain = self.plain
        if cell_len(plain) <= width and "\n" not in plain and plain == plain.rstrip():  # as most cells
            return super().wrap(
                console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap
            )
        folded = Text("\n", style=self.style, justify=self.justify, overflow=self.overflow).join(
            part
            for line in self.split(allow_blank=True)
            for part in self._parts(line, 0 if no_wrap else width)
        )
        return folded.wrap(
            console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap
        )

    @staticmethod
    def _parts(line: Text, width: int) -> Iterator[Text]:
        for part in line.divide(breaks(line.plain, width)) if width else (line,):
            part.rstrip()
            yield part
