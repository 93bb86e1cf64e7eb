"""The rooms and their arrows (CONTRIBUTING): who may import whom, no circles, nothing impure in the core."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: the modules of the public face and of what it keeps, above the matcher
FACE = {"arrow", "cache", "desk", "outcomes", "spark"}
#: each room and those it may import from, besides itself
MAY_IMPORT = {
    "catalog": set(),
    "disclosure": {"catalog"},
    "matcher": {"catalog", "disclosure"},
    "store": {"catalog", "disclosure", "matcher"},
    "cli": {"catalog", "disclosure", "matcher", "store", "web", *FACE},
    "web": {"catalog", "disclosure", "matcher", "store", "cli", *FACE},
}
#: all that `disclosure` may know of `catalog`
_SHARED = {f"goufu.catalog.{name}" for name in ("characters", "errors", "load", "names", "severity", "text")}
_IMPURE = {"sqlite3", "sqlalchemy", "sqlmodel", "rich", "typer", "socket", "urllib3"}


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for room in MAY_IMPORT:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(("goufu", *(parts[:-1] if parts[-1] == "__init__" else parts)))
            found[name] = ast.parse(path.read_text("utf-8"))
    return found


def _imports(tree: ast.AST, *, at_once: bool = False) -> Iterator[str]:
    """The modules a module imports; with `at_once` only those that it needs to be loaded at all."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            if not at_once:
                yield from _imports(node)
            continue
        if at_once and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules() else node.module
        else:
            yield from _imports(node, at_once=at_once)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_arrows_point_one_way(room: str) -> None:
    allowed = {room, *MAY_IMPORT[room]}
    for name, tree in modules().items():
        if name.split(".")[1] == room:
            others = {wanted for wanted in _imports(tree) if wanted.startswith("goufu.")}
            assert not {w for w in others if w.split(".")[1] not in allowed}, name
            if room == "disclosure":
                assert {w for w in others if w.split(".")[1] == "catalog"} <= _SHARED, name


def test_no_circles() -> None:
    graph = {
        name: {w for w in _imports(tree, at_once=True) if w in modules()} for name, tree in modules().items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_only_serve_knows_the_web() -> None:
    for name, tree in modules().items():
        if name.startswith("goufu.cli.") and name != "goufu.cli.commands.serve":
            assert not {w for w in _imports(tree) if w.startswith("goufu.web")}, name
        if name.startswith(
            "goufu.web.pages"
        ):  # the API and reconciliation hand out the commands' own records
            assert not {w for w in _imports(tree) if w.startswith("goufu.cli.commands")}, name


def test_renderers_import_no_commands() -> None:
    for name, tree in modules().items():
        if name.startswith(("goufu.cli.render.", "goufu.cli.shared.")):
            assert not {w for w in _imports(tree) if w.startswith("goufu.cli.commands")}, name


@pytest.mark.parametrize("room", ["catalog", "matcher"])
def test_the_core_is_pure(room: str) -> None:
    """No environment, database, terminal or network; only the second opinion by meaning may speak to what a caller names."""
    for name, tree in modules().items():
        if name.startswith(f"goufu.{room}") and not name.startswith("goufu.matcher.semantic"):
            assert not {w.split(".")[0] for w in _imports(tree)} & _IMPURE, name
            calls = {
                n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
            }
            assert "print" not in calls, name
            assert not {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} & {
                "environ",
                "getenv",
            }, name
