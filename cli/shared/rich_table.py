"""Tables as rich draws them: in colour on a terminal, with cells of several styles, in columns that must shrink.

`goufu.cli.shared.plain_table` draws the others the same without loading it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from goufu.cli.shared.folding import breaks
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from goufu.cli.shared.output import Column
    from rich.console import JustifyMethod, OverflowMethod
    from rich.containers import Lines


def print_rich_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    columns: Sequence[Column],
    width: int,
    title: str = "",
    extra: str = "",
) -> None:
    """Print the rows under their heads, `width` wide at most; `title` above and `extra` below where there are any."""
    console = console_of(width)
    table = Table(
        box=box.SIMPLE_HEAD, expand=any(c.ratio for c in columns), pad_edge=False, padding=(0, 1, 0, 0)
    )
    for head, column in zip(heads, columns, strict=True):
        table.add_column(
            head,
            justify="right" if column.right else "left",
            ratio=column.ratio,
            max_width=column.width,
            no_wrap=column.right,
            overflow="fold",
            style=column.style,
        )
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else FoldedText(cell) for cell in row))
    if title:
        console.print(FoldedText(title, style="bold"))
    console.print(table)
    if extra:
        console.print(FoldedText(extra))


def console_of(width: int) -> Console:
    """Stdout as rich writes to it, `width` columns wide."""
    return Console(width=width, highlight=False)


class FoldedText(Text):
    """Text that a console folds by the rules of `goufu.cli.shared.folding`; everything else is as with any text of rich."""

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
