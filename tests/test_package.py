"""What is installed: one package, `goufu`, with its rooms and its data in it, and nothing beside it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel brings."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import hatchling.build; print(hatchling.build.build_wheel({str(folder)!r}))"
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    target = folder / "site"
    with zipfile.ZipFile(folder / made.stdout.split()[-1]) as wheel:
        wheel.extractall(target)
    return target


def test_nothing_but_goufu_is_installed(installed: Path) -> None:
    names = {entry.name for entry in installed.iterdir()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"goufu"}
    rooms = {entry.name for entry in (installed / "goufu").iterdir() if entry.is_dir()}
    assert rooms == {"catalog", "disclosure", "matcher", "store", "cli", "web", "data"}
    assert (installed / "goufu" / "py.typed").is_file()


def test_the_installed_package_works_alone(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.path = [p for p in sys.path if p != sys.argv[2]]; sys.path.insert(0, sys.argv[1])\n"
        "import goufu\n"
        "a, = goufu.classify([{'title': '城区道路清扫保洁服务', 'department': '某县城市管理局', 'year': 2026}])\n"
        "print(goufu.__file__, a.codes[0].code)\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, str(installed), str(ROOT)],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    where, found = shown.stdout.split()
    assert Path(where).is_relative_to(installed)
    assert found == "A110109"


def test_the_public_face_is_complete() -> None:
    import goufu

    assert all(callable(getattr(goufu, name)) for name in goufu.__all__)
    assert set(goufu.__all__) <= set(dir(goufu))
