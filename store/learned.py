"""The office's own correction as a file beside its store: a table that a person can read, correct and delete.

`goufu.db` has `goufu.learned.tsv` beside it; a shared database, whose correction belongs to the one who fitted it, has it
in the user's data folder. A file that is not understood is refused as a whole: half a correction is none.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from goufu.catalog.errors import GoufuError
from goufu.matcher.learn import Learned
from goufu.matcher.nature_names import NATURES, Nature
from goufu.store.address import StoreAddress, default_path

_FIRST = "# goufu learned 1"
_HEADER = ("what", "of", "to", "weight", "name")
#: no weight that was ever fitted is as large
_MOST = 20.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A correction and what is said of it: when it was learned, from how many lines, with what gain."""

    learned: Learned
    told: tuple[str, ...] = ()


def learned_path(place: StoreAddress) -> Path:
    """Where the correction of the store at `place` is kept, whether there is one or not."""
    return (place.path or default_path()).with_suffix(".learned.tsv")


def write_learned(path: Path, kept: Kept) -> None:
    """Write the correction to `path`, whole or not at all. Raises GoufuError where it cannot be written."""
    learned = kept.learned
    rows: list[tuple[str, str, str, float, str]] = []
    rows += [
        ("entry", s, c, w, n) for (s, c, n), w in sorted(learned.entries.items(), key=lambda e: -abs(e[1]))
    ]
    rows += [("class_b", "", "", learned.class_b, "")] if learned.class_b else []
    rows += [("nature", n, "", w, "") for n, w in sorted(learned.natures.items())]
    rows += [("ending", end, n, w, "") for (end, n), w in sorted(learned.endings.items())]
    rows += [("fits", "", "", learned.fits, "")] if learned.fits else []
    lines = [_FIRST, *(f"# {line}" for line in kept.told), "\t".join(_HEADER)]
    lines += [f"{what}\t{of}\t{to}\t{weight:.3f}\t{name}" for what, of, to, weight, name in rows]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tsv")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write("\n".join(lines) + "\n")
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise GoufuError(
            f"无法写入：{error.strerror}", f"cannot be written: {error.strerror}", str(path)
        ) from None


def read_learned(path: Path) -> Kept:
    """The correction in the file at `path`. Raises GoufuError where it is not one."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path, 1, str(error)) from None
    if not lines or lines[0].strip() != _FIRST:
        raise _damaged(path, 1, lines[0][:30] if lines else "")
    told = tuple(line[2:] for line in lines[1:] if line.startswith("# "))
    entries: dict[tuple[str, str, str], float] = {}
    natures: dict[Nature, float] = {}
    endings: dict[tuple[str, Nature], float] = {}
    singles = {"class_b": 0.0, "fits": 0.0}
    kinds = {str(n): n for n in NATURES}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#") or line.split("\t") == list(_HEADER):
            continue
        cells = line.split("\t")
        try:
            what, of, to, weight, name = cells[0], cells[1], cells[2], float(cells[3]), "".join(cells[4:5])
            if not abs(weight) <= _MOST:
                raise ValueError
            if what == "entry":
                entries[of, to, name] = weight
            elif what == "nature":
                natures[kinds[of]] = weight
            elif what == "ending":
                endings[of, kinds[to]] = weight
            elif what in singles:
                singles[what] = weight
            else:
                raise ValueError
        except (IndexError, ValueError, KeyError):
            raise _damaged(path, number, line[:40]) from None
    return Kept(Learned(entries, singles["class_b"], natures, endings, singles["fits"]), told)


def forget(path: Path) -> bool:
    """Delete the correction; returns whether there was one. Raises GoufuError where it cannot be deleted."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise GoufuError(
            f"无法删除：{error.strerror}", f"cannot be deleted: {error.strerror}", str(path)
        ) from None
    return True


def _damaged(path: Path, line: int, text: str) -> GoufuError:
    return GoufuError(
        f"不是学得的修正（“{text}”）；用 goufu learn --forget 删除，或加 --no-learned",
        f"is no learned correction ('{text}'); delete it by goufu learn --forget, or use --no-learned",
        f"{path}:{line}",
    )
