"""The blank list that departments fill in: a workbook with the headings that `goufu.disclosure.lists.headings` knows.

Columns, notes and choices stand in `data/template.toml`. What is filled in is read back by `read_document` without
any further word; sheets of notes and choices hold no items.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory
from goufu.catalog.text import Lang

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@lru_cache(maxsize=2)
def template(path: Path | None = None) -> dict[str, Any]:
    """The table `data/template.toml`. Raises CatalogError where it cannot be read."""
    path = path or data_directory() / "template.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(
            f"空白表格的定义无法读取：{error}", f"cannot be read: {error}", str(path)
        ) from None


#: the words of the workbook besides its columns
_WORDS: dict[Lang, dict[str, str]] = {
    "zh": {
        "notes": "填写说明",
        "choices": "选项",
        "other": "不在下拉中",
        "other_note": "也可以这样填，确定即可。",
        "amount": "金额",
        "amount_note": "请只写数字，以万元计。",
        "column": "列",
        "how": "怎么填",
        "then": "填好后：goufu classify 项目清单.xlsx",
    },
    "en": {
        "notes": "notes",
        "choices": "choices",
        "other": "not in the list",
        "other_note": "It may be written so, too; choose OK.",
        "amount": "amount",
        "amount_note": "Figures only, in units of 10,000 yuan.",
        "column": "column",
        "how": "what to fill in",
        "then": "Then: goufu classify list.xlsx",
    },
}


def _in_lang(column: dict[str, Any], lang: Lang) -> dict[str, Any]:
    """A column with its heading, note and choices in `lang`."""
    if lang == "zh":
        return column
    return column | {
        "heading": column["english"],
        "note": column["note_english"],
        "choices": column.get("choices_english", column.get("choices", [])),
    }


def write_template(path: Path, departments: Sequence[str], year: int, lang: Lang = "zh") -> None:
    """Write the blank list to `path` (.xlsx): headings with notes, drop-downs, and a sheet that explains each column.

    `departments` are offered for 部门; `year` and those beside it for 年度. Other values may be typed in. Headings and notes
    are in `lang`.
    """
    import xlsxwriter

    table = template()
    columns = [_in_lang(column, lang) for column in table["column"]]
    words = _WORDS[lang]
    book = xlsxwriter.Workbook(str(path), _OPTIONS)
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    needed = book.add_format(
        {"bold": True, "bg_color": "#FCE8D5", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    text = book.add_format({"text_wrap": True, "valign": "top"})
    money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
    sheet = book.add_worksheet(table["sheet_english" if lang == "en" else "sheet"])
    notes = book.add_worksheet(words["notes"])
    options = book.add_worksheet(words["choices"])
    offered = 0
    for n, column in enumerate(columns):
        sheet.write_string(0, n, column["heading"], needed if column.get("required") else head)
        sheet.write_comment(0, n, column["note"], {"x_scale": 2, "y_scale": 1.2})
        sheet.set_column(n, n, column["width"], money if column.get("kind") == "amount" else text)
        choices = column.get("choices", [])
        if choices == "departments":
            choices = list(departments)
        elif choices == "years":
            choices = [year - 1, year, year + 1]
        if choices:
            options.write_column(0, offered, [column["heading"], *choices])
            options.set_column(offered, offered, 28)
            letter = chr(65 + offered)
            offered += 1
            sheet.data_validation(
                1,
                n,
                table["rows"],
                n,
                {
                    "validate": "list",
                    "source": f"={words['choices']}!${letter}$2:${letter}${len(choices) + 1}",
                    "error_type": "information",  # another value may be typed in
                    "error_title": words["other"],
                    "error_message": words["other_note"],
                },
            )
        elif column.get("kind") == "amount":
            sheet.data_validation(
                1,
                n,
                table["rows"],
                n,
                {
                    "validate": "decimal",
                    "criteria": ">=",
                    "value": 0,
                    "error_type": "warning",
                    "error_title": words["amount"],
                    "error_message": words["amount_note"],
                },
            )
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    notes.set_column(0, 0, 24)
    notes.set_column(1, 1, 80, text)
    notes.write_row(0, 0, [words["column"], words["how"]], head)
    for n, column in enumerate(columns, 1):
        notes.write_row(n, 0, [column["heading"], column["note"]])
    notes.write_string(len(columns) + 2, 0, words["then"])
    book.close()
