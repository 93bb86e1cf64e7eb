"""The pages that must not drift: the reference, the commands, and the examples of docs/python.md and the README."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["reference.md", "cli.md"])
def test_the_page_is_what_the_program_says(page: str, generate: ModuleType) -> None:
    made = generate.PAGES[page]()
    assert (ROOT / "docs" / page).read_text("utf-8") == made, "run `make docs`"


@pytest.mark.parametrize("page", ["docs/python.md", "README.md"])
def test_the_examples_run(
    page: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    blocks = _BLOCK.findall((ROOT / page).read_text("utf-8"))
    assert blocks
    exec(compile("\n".join(blocks), page, "exec"), {})  # the page is one session, from top to bottom
    assert capsys.readouterr().out.strip()
