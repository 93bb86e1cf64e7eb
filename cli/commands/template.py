"""`goufu template`: a blank list to fill in, with drop-downs and notes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.output import language, note, whole_file


def template(
    output: Annotated[Path, typer.Option("--output", "-o", help="写入的 .xlsx 文件，如 项目清单.xlsx")],
    year: Annotated[int | None, typer.Option("--year", help="预算年度；默认明年")] = None,
) -> None:
    """生成空白的项目清单，填好后交给 classify；部门等列有下拉，每列有说明。"""
    from goufu.cli.shared.options import day
    from goufu.disclosure.template import write_template
    from goufu.matcher.departments import load_departments

    if output.suffix.lower() != ".xlsx":
        raise GoufuError(
            "空白清单是 .xlsx 文件，请这样指定：-o 项目清单.xlsx", "the list is an .xlsx file: -o list.xlsx"
        )
    if output.exists():
        raise GoufuError(
            "文件已存在，不覆盖；请换一个文件名",
            "the file exists and is not overwritten; choose another name",
            str(output),
        )
    with whole_file(output) as temporary:
        write_template(temporary, list(load_departments()), year or day(None).year + 1, language())
    note(
        f"已写入 {output}，填好后：goufu classify {output}", f"wrote {output}; then: goufu classify {output}"
    )
