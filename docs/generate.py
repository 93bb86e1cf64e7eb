"""The two pages that must not drift from the program: `reference.md` from docstrings, `cli.md` from the commands' help.

python docs/generate.py            # writes both
python docs/generate.py --check    # exit 1 where a page is not what it should be; the tests do the same
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
#: what a reader of the reference may rely on, in reading order
MODULES = (
    "goufu.desk",
    "goufu.catalog.load",
    "goufu.catalog.model",
    "goufu.catalog.concordance.changes",
    "goufu.disclosure.read",
    "goufu.disclosure.model",
    "goufu.matcher.model",
    "goufu.matcher.audit",
    "goufu.matcher.search",
    "goufu.catalog.errors",
)
_REFERENCE = """# Reference

Made from the docstrings by `make docs`; do not edit. The names of [`goufu`](python.md) itself are those of
`goufu.desk`, `load_catalogs`, `read_document` and `compare`.

"""
_COMMANDS = """# Commands

Made from `goufu --help` by `make docs`; do not edit.

"""


def reference() -> str:
    """The reference of MODULES as Markdown. The rooms are laid out as they are when installed, for griffe reads files."""
    from griffe import GriffeLoader, Parser
    from griffe2md import render_object_docs

    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "goufu"
        shutil.copytree(ROOT / "goufu", package)
        for room in ("catalog", "disclosure", "matcher", "store", "cli", "web"):
            shutil.copytree(ROOT / room, package / room)
        loader = GriffeLoader(search_paths=[folder], docstring_parser=Parser.google)
        loader.load("goufu", try_relative_path=False)
        pages = [render_object_docs(loader.modules_collection[name], _LOOKS) for name in MODULES]
    text = "\n\n".join(page.strip() for page in pages)
    text = re.sub(r"\[([^\]]+)\]\(#[^)]+\)", r"\1", text)  # to anchors that a page of Markdown does not have
    return _REFERENCE + text + "\n"


_LOOKS = {
    "heading_level": 2,
    "show_signature_annotations": True,
    "separate_signature": True,
    "show_submodules": False,
    "summary": False,
    "filters": ["!^_"],
    "members_order": "alphabetical",
    "line_length": 100,
}


def commands() -> str:
    """Every command with its arguments and options, as Markdown."""
    import typer
    from goufu.cli.main import app
    from typer.cli import get_docs_for_click

    command = typer.main.get_command(app)
    with typer.Context(command, info_name="goufu") as context:
        page = get_docs_for_click(obj=command, ctx=context, name="goufu")
    return _COMMANDS + page.replace("# `goufu`\n\n", "", 1).strip() + "\n"


PAGES = {"reference.md": reference, "cli.md": commands}


def main() -> None:
    """Write the pages; with --check write nothing and exit 1 where one is stale."""
    stale = []
    for name, make in PAGES.items():
        text = make()
        if (DOCS / name).is_file() and (DOCS / name).read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            (DOCS / name).write_text(text, encoding="utf-8")
    if stale:
        print("stale:" if "--check" in sys.argv else "written:", *stale, file=sys.stderr)
    sys.exit(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    main()
