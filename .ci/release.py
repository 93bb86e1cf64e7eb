"""What a release is made of: `make release` runs all of it, `python .ci/release.py age` only looks at a date, offline.

In dist/ come to lie: the wheel, built twice from two copies of the sources and refused where a byte differs;
`requirements.txt`, every package a user gets with its version and the hashes of its files for each platform asked;
`licences.tsv`; and `sbom.cdx.json`, the same as a CycloneDX bill of materials.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
#: days after which pins count as stale: advisories for them may be out
MAX_AGE = 180
#: what goufu is installed on: tag of the platform, version of Python
PLATFORMS = [
    (platform, python)
    for platform in ("manylinux_2_28_x86_64", "win_amd64", "macosx_13_0_arm64")
    for python in ("3.11", "3.13")
]
#: licences that a package of goufu's may not have: they would bind goufu too
REFUSED = re.compile(r"\b(?:A?GPL|SSPL|BUSL|Commons Clause|non-?commercial)", re.IGNORECASE)


def main() -> None:
    """Check the pins, build the wheel, and lay what a release needs into dist/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("age", "wheel", "all"), nargs="?", default="all")
    parser.add_argument("--here", action="store_true", help="hashes for this platform and Python only")
    asked = parser.parse_args()
    check_age(date.today())
    if asked.what == "age":
        return
    dist = ROOT / "dist"
    dist.mkdir(exist_ok=True)
    wheel = build_twice(dist)
    if asked.what == "wheel":
        return
    found = resolved(wheel, [None] if asked.here else PLATFORMS)
    write_requirements(found, dist / "requirements.txt")
    write_sbom(wheel, dist / "sbom.cdx.json")
    write_licences(dist / "sbom.cdx.json", dist / "licences.tsv")
    for path in sorted(dist.iterdir()):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")


def check_age(today: date) -> None:
    """End with a sentence where the pins are older than MAX_AGE, or do not allow what pyproject.toml asks for."""
    text = CONSTRAINTS.read_text(encoding="utf-8")
    said = re.search(r"^# Checked: (\d{4}-\d{2}-\d{2})$", text, re.MULTILINE)
    if not said:
        sys.exit("constraints.txt does not say when it was checked (# Checked: YYYY-MM-DD)")
    age = (today - date.fromisoformat(said[1])).days
    if age > MAX_AGE:
        sys.exit(
            f"constraints.txt was checked {age} days ago; test newer versions, look for advisories, renew it"
        )
    pinned = {name(line.split("==")[0]) for line in text.splitlines() if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(w for some in project["optional-dependencies"].values() for w in some),
    ]
    missing = sorted({name(re.split(r"[<>=!~;\[ ]", one)[0]) for one in wanted} - pinned)
    if missing:
        sys.exit(f"constraints.txt has no version of {', '.join(missing)}")
    print(f"constraints.txt: {len(pinned)} versions, checked {age} days ago")


def name(text: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", text.strip()).lower()


def build_twice(dist: Path) -> Path:
    """The wheel in `dist`, built from two fresh copies of what is committed; ends where they differ."""
    made: list[Path] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in ("one", "two"):
            copy = Path(folder, number)
            subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
            copy.mkdir()
            archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
            subprocess.run(["tar", "-x", "-C", str(copy)], input=archive.stdout, check=True)
            environment = {
                **os.environ,
                "SOURCE_DATE_EPOCH": "1577836800",
                "PYTHONHASHSEED": number == "one" and "1" or "2",
            }
            subprocess.run(
                [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(copy / "out")],
                cwd=copy, check=True, env=environment, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            made += (copy / "out").glob("*.whl")
        first, second = (path.read_bytes() for path in made)
        if first != second:
            sys.exit("two builds of the same sources differ")
        for old in dist.glob("*.whl"):
            old.unlink()
        print(f"{made[0].name}: the same {len(first)} bytes twice")
        return Path(shutil.copy(made[0], dist))


def resolved(wheel: Path, platforms: list[tuple[str, str] | None]) -> dict[str, dict[str, Any]]:
    """Every package the wheel brings, by name: version, hashes of the files for each platform, licence."""
    found: dict[str, dict[str, Any]] = {}
    for one in platforms:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--dry-run",
        ]
        command += ["--ignore-installed", "--report", "-", "-c", str(CONSTRAINTS), f"{wheel}[postgres,rdf]"]
        if one:
            command += [
                "--only-binary",
                ":all:",
                "--target",
                "nowhere",
                "--python-version",
                one[1],
                *(word for tag in tags(one[0]) for word in ("--platform", tag)),
            ]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for part in report["install"]:
            about = part["metadata"]
            if about["name"] == "goufu":
                continue
            entry = found.setdefault(name(about["name"]), {"version": about["version"], "hashes": set()})
            if entry["version"] != about["version"]:
                sys.exit(f"{about['name']} comes in two versions; pin it in constraints.txt")
            entry["hashes"].add(part["download_info"]["archive_info"]["hashes"]["sha256"])
    return found


def tags(platform: str) -> list[str]:
    """The tags of files that run on a platform: pip counts what is named alone, and not the older manylinux."""
    if not platform.startswith("manylinux_2_28_"):
        return [platform]
    machine = platform.removeprefix("manylinux_2_28_")
    return [*(f"manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1)), f"manylinux2014_{machine}"]


def licence(component: dict[str, Any]) -> str:
    """The licence of a component of the bill of materials: its expression, else what it is called."""
    told = [
        one.get("expression") or one.get("license", {}).get("id") or one.get("license", {}).get("name", "")
        for one in component.get("licenses", [])
    ]
    return "; ".join(dict.fromkeys(text.strip().split("\n")[0][:80] for text in told if text)) or "?"


def write_requirements(found: dict[str, dict[str, Any]], path: Path) -> None:
    """The requirements of every platform with the hashes of their files, for `pip install --require-hashes`."""
    lines = ["# pip install --require-hashes -r requirements.txt, then pip install --no-deps the wheel"]
    for package, entry in sorted(found.items()):
        lines.append(
            f"{package}=={entry['version']}"
            + "".join(f" \\\n    --hash=sha256:{h}" for h in sorted(entry["hashes"]))
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_licences(sbom: Path, path: Path) -> None:
    """A line for each component; ends where one may not be used."""
    found = json.loads(sbom.read_text(encoding="utf-8"))["components"]
    told = sorted((name(one["name"]), one.get("version", ""), licence(one)) for one in found)
    path.write_text("".join("\t".join(line) + "\n" for line in told), encoding="utf-8")
    # psycopg is under the LGPL, which only binds whoever changes it
    bad = [
        one for one, _, text in told if REFUSED.search(re.sub(r"(?i)LGPL\S*|Lesser General[^;]*", "", text))
    ]
    if bad:
        sys.exit(f"licence not allowed: {', '.join(bad)} (see {path.name})")


def write_sbom(wheel: Path, path: Path) -> None:
    """What a fresh environment with the wheel holds, as CycloneDX JSON, the same on every run."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        python = Path(folder, "Scripts" if os.name == "nt" else "bin", "python")
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check",
             "-c", str(CONSTRAINTS), str(wheel)],
            check=True,
        )  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--output-format", "JSON",
             "--pyproject", str(ROOT / "pyproject.toml"), "--output-file", str(path), str(python)],
            check=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
