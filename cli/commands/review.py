"""`goufu review`: a recorded run item by item in the terminal; every decision is kept at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer
from goufu.cli.shared.collector import look_now_and_then
from goufu.cli.shared.options import DepartmentOption
from goufu.cli.shared.output import as_recorded, note, say
from goufu.cli.shared.store_access import (
    ByOption,
    DbOption,
    RunArgument,
    known_precedents,
    officer,
    opened,
    run_title,
)

if TYPE_CHECKING:
    from goufu.catalog.model import CatalogVersion
    from goufu.cli.render.review_screen import Line, Option
    from goufu.matcher.decisions.choice import Choice
    from goufu.matcher.decisions.recorded import StoredItem
    from goufu.store.engine import Store


def review(
    run: RunArgument = "last",
    every: Annotated[bool, typer.Option("--all", help="所有项目，不只是待复核的")] = False,
    again: Annotated[bool, typer.Option("--again", help="已认定的也再看一遍")] = False,
    department: DepartmentOption = None,
    by: ByOption = None,
    db: DbOption = None,
) -> None:
    """在终端逐项复核一次运行，作出认定；随时退出，下次继续。"""
    from goufu.catalog.load import load_catalogs
    from goufu.store.runs import run_items, run_named

    look_now_and_then()
    store = opened(db)
    found = run_named(store, run)
    items = [
        item
        for item in run_items(store, found.id)
        if (again or item.decision is None)
        and (every or again or item.record["decision"] == "review")
        and (department is None or department in item.department or department in item.record["sections"])
    ]
    if not items:
        note(
            f"{run_title(found)}：没有待复核的项目（--all 看全部，--again 重看已认定的）",
            f"{run_title(found)}: nothing to review (--all for every item, --again for decided ones)",
        )
        return
    desk = _Desk(store, load_catalogs(), officer(by), items, db)
    try:
        desk.work()
    except KeyboardInterrupt:
        desk.leave()
    left = sum(i.decision is None for i in desk.items)
    note(
        f"本次认定 {desk.decided} 项，还有 {left} 项未认定；再次运行 goufu review {found.id} 继续",
        f"{desk.decided} decided now, {left} left; go on with goufu review {found.id}",
    )


@dataclass
class _Step:
    """A decision of this session that can be undone: where it was made, what stood before, the revision it made."""

    at: int
    before: Choice | None
    revision: int


@dataclass
class _Desk:
    """One review session: the items, the place in them, and what can be undone."""

    store: Store
    versions: tuple[CatalogVersion, ...]
    officer: str
    items: list[StoredItem]
    db: str | None
    at: int = 0
    decided: int = 0
    skipped: set[int] = field(default_factory=set)
    steps: list[_Step] = field(default_factory=list)
    message: str = ""
    going: bool = True

    def work(self) -> None:
        """Show an item, do what the key says, until there are no more or the officer quits."""
        from goufu.cli.shared.keys import one_key

        keys: dict[str, Callable[[], None]] = {
            "s": self.search,
            "c": self.code,
            "a": self.accept,
            "\r": self.accept,
            "\n": self.accept,
            "u": self.unlisted,
            "x": self.no_service,
            "n": self.note,
            "k": self.skip,
            " ": self.skip,
            "z": self.undo,
            "b": self.back,
            "?": self.help,
            "q": self.leave,
            "": self.leave,
        }
        while self.going and self.at < len(self.items):
            options, precedent = self._options()
            self._show_item(options, precedent)
            self.message = ""
            key = one_key()
            if key in keys or key.lower() in keys:
                keys.get(key, keys.get(key.lower(), self.help))()
            elif key.isdecimal() and 1 <= int(key) <= len(options):
                self._decide(self._entry(options[int(key) - 1]))
            elif key != "esc":
                self.message = say(f"没有这个键：{key}（? 帮助）", f"no such key: {key} (? help)")
        if self.going and sys.stdout.isatty():
            _clear()

    def leave(self) -> None:
        """End the session; everything decided is kept already."""
        self.going = False
        if sys.stdout.isatty():
            _clear()

    @property
    def item(self) -> StoredItem:
        return self.items[self.at]

    def _options(self) -> tuple[Sequence[Option], str]:
        """The candidates of the item, a precedent's entry first, and the precedent in words."""
        from goufu.cli.render.review_screen import Option, options_of

        options = options_of(self.item.record)
        said = self._precedent()
        if said is None:
            return options, as_recorded(self.item.record.get("precedent", ""))
        words, choice = said
        if choice is None:
            return options, words
        same = next((o for o in options if (o.section, o.code) == (choice.section, choice.code)), None)
        first = same or Option(
            choice.version, choice.section, choice.code, choice.name, (), 0.0, (say("先例", "precedent"),)
        )
        return (first, *(o for o in options if o is not same))[:5], words

    def _precedent(self) -> tuple[str, Choice | None] | None:
        """What was decided on this item's equals since the run: in words, and as a choice where it is an entry."""
        from goufu.matcher.decisions.choice import Choice, choice_text
        from goufu.matcher.precedents.similarity import title_key

        item = self.item
        from goufu.catalog.names import tidy_name

        request = (item.section, title_key(item.title, item.department), tidy_name(item.department))
        with known_precedents(self.db) as source:
            found = source.equals([request]).get(request, ()) if source else ()
        own = [
            p
            for p in found
            if p.department == request[2]
            and not (
                p.run == item.run and p.title == item.title and p.summary == item.summary and item.decision
            )
        ]
        if not own:
            return None
        p = own[0]
        words = (
            say("先例", "precedent")
            + f" {p.decided_on} “{p.title}” {say(*choice_text(p.outcome, p.code, p.name, p.nature))}"
        )
        if p.outcome != "code":
            return words, None
        version = next((v for v in self.versions if v.id == p.version), None)
        entry = version.find(p.entry_section, p.code) if version else None
        if entry is None or p.version not in item.record["versions"]:
            return words, None
        return words, Choice("code", "service", entry.version, entry.section, entry.code, entry.name)

    def _entry(self, option: Option) -> Choice:
        from goufu.matcher.decisions.choice import Choice

        return Choice("code", "service", option.version, option.section, option.code, option.name)

    def _verdict(self) -> Choice | None:
        """The tool's own verdict on the item as a choice; None where it comes to none."""
        from goufu.store.worklist import verdict_of

        return verdict_of(self.item, self.versions)

    def accept(self) -> None:
        """Decide as the tool judged."""
        verdict = self._verdict()
        if verdict is None:
            self.message = say("购服没有得出可采用的判断", "there is no verdict to accept")
        else:
            self._decide(verdict)

    def _sure(self, choice: Choice) -> bool:
        """Ask again before an entry is chosen for what was judged to be no purchased service."""
        from goufu.cli.render.review_screen import sure_screen
        from goufu.cli.shared.keys import one_key

        verdict = self._verdict()
        if choice.outcome != "code" or verdict is None or verdict.outcome != "not_applicable":
            return True
        _print(sure_screen(_size()[0], say(*verdict.text()), say(*choice.text())))
        return one_key().lower() == "y"

    def _decide(self, choice: Choice) -> None:
        """Keep the choice; where somebody was faster, say so and show what stands."""
        from goufu.store.decisions import decide
        from goufu.store.errors import ConflictError
        from goufu.store.runs import stored_item

        item = self.item
        if not self._sure(choice):
            self.message = say("没有改动", "nothing was changed")
            return
        try:
            revision, done = decide(self.store, item.id, choice, self.officer, item.revision, "review")
        except ConflictError as error:
            self.items[self.at] = stored_item(self.store, item.id)
            self.message = error.text(say("zh", "en"))
            return
        if done:
            self.steps.append(_Step(self.at, _standing(item), revision))
            self.decided += item.decision is None
        self.items[self.at] = stored_item(self.store, item.id)
        self.skipped.discard(self.at)
        said = say(*choice.text())
        self.message = say(f"已记录：{clip(item.title)} → {said}", f"kept: {clip(item.title)} → {said}")
        self.at += 1

    def search(self) -> None:
        """Entries by words, to choose from."""
        from goufu.cli.render.review_screen import Option, search_screen
        from goufu.cli.shared.keys import one_key, one_line
        from goufu.matcher.search import look_up

        from goufu.cache import default_cache

        while True:
            query = one_line(say("搜索词：", "search: "))
            if not query:
                return
            sections = tuple(self.item.record["sections"]) or ("B",)
            day = self.item.reference_date
            hits = look_up(query, self.versions, day, sections, cache=default_cache(), limit=9).entries
            options = [
                Option(
                    h.version,
                    h.section,
                    h.code,
                    h.name,
                    h.path,
                    h.score,
                    tuple(say(*reason) for reason in h.why),
                )
                for h in hits
            ]
            width, height = _size()
            _print(search_screen(query, options, width, height))
            key = one_key()
            if key.isdecimal() and 1 <= int(key) <= len(options):
                self._decide(self._entry(options[int(key) - 1]))
                return
            if key.lower() != "s":
                return

    def code(self) -> None:
        """A code typed by hand, checked against the catalog in force."""
        from goufu.catalog.errors import GoufuError
        from goufu.cli.shared.keys import one_line
        from goufu.matcher.decisions.choice import choice_named

        text = one_line(say("代码：", "code: "))
        if not text:
            return
        try:
            self._decide(choice_named(text, self.item, self.versions))
        except GoufuError as error:
            self.message = error.text(say("zh", "en"))

    def unlisted(self) -> None:
        """A purchased service that the catalog does not list."""
        from goufu.matcher.decisions.choice import choice_named

        self._decide(choice_named("未列", self.item, self.versions))

    def no_service(self) -> None:
        """No purchased service; then what it is."""
        from goufu.cli.render.review_screen import NATURE_KEYS, nature_screen
        from goufu.cli.shared.keys import one_key
        from goufu.matcher.decisions.choice import Choice, likely_other

        likely = likely_other(self.item)
        width, _ = _size()
        _print(nature_screen(width, likely))
        key = one_key()
        if key in NATURE_KEYS:
            self._decide(Choice("not_applicable", NATURE_KEYS[key]))  # type: ignore[arg-type]
        elif key in ("\r", "\n", " "):
            self._decide(Choice("not_applicable", likely))

    def note(self) -> None:
        """A remark on the item, kept beside it."""
        from goufu.cli.shared.keys import one_line
        from goufu.store.decisions import remark
        from goufu.store.runs import stored_item

        text = one_line(say("备注：", "note: "))
        if text:
            remark(self.store, self.item.id, text, self.officer)
            self.items[self.at] = stored_item(self.store, self.item.id)
            self.message = say("备注已记录", "the note is kept")

    def skip(self) -> None:
        """Leave the item for later."""
        self.skipped.add(self.at)
        self.at += 1

    def back(self) -> None:
        """To the item before."""
        if self.at:
            self.at -= 1
        else:
            self.message = say("这是第一项", "this is the first item")

    def undo(self) -> None:
        """Take back the last decision of this session and go to its item."""
        from goufu.store.decisions import decide, withdraw
        from goufu.store.errors import ConflictError
        from goufu.store.runs import stored_item

        if not self.steps:
            self.message = say("没有可撤销的认定", "there is nothing to undo")
            return
        step = self.steps.pop()
        item = self.items[step.at]
        try:
            if step.before is None:
                withdraw(self.store, item.id, self.officer, step.revision)
                self.decided -= 1
            else:
                decide(self.store, item.id, step.before, self.officer, step.revision, "review")
        except ConflictError as error:
            self.message = error.text(say("zh", "en"))
        else:
            self.message = say(f"已撤销：{clip(item.title)}", f"undone: {clip(item.title)}")
        self.items[step.at] = stored_item(self.store, item.id)
        self.at = step.at

    def help(self) -> None:
        """What the keys do."""
        from goufu.cli.render.review_screen import help_screen
        from goufu.cli.shared.keys import one_key

        width, height = _size()
        _print(help_screen(width, height))
        one_key()

    def _show_item(self, options: Sequence[Option], precedent: str) -> None:
        from goufu.cli.render.review_screen import Progress, screen

        width, height = _size()
        progress = Progress(self.at + 1, len(self.items), self.decided, len(self.skipped))
        verdict = self._verdict()
        said = say(*verdict.text()) if verdict else ""
        _print(screen(self.item, options, progress, width, height - 1, precedent, self.message, said))


def _standing(item: StoredItem) -> Choice | None:
    """What was decided on an item, as a choice that can be made again."""
    from goufu.matcher.decisions.choice import Choice

    d = item.decision
    if d is None:
        return None
    return Choice(d.outcome, d.nature, d.version, d.section, d.code, d.name, d.note)  # type: ignore[arg-type]


def clip(title: str) -> str:
    """A title short enough for a message."""
    from goufu.cli.render.review_screen import clipped

    return clipped(title, 30)


def _size() -> tuple[int, int]:
    from shutil import get_terminal_size

    size = get_terminal_size((80, 24))
    return max(size.columns, 40), max(size.lines, 10)


def _clear() -> None:
    sys.stdout.write("\x1b[2J\x1b[H")
    sys.stdout.flush()


def _print(lines: Sequence[Line]) -> None:
    """Put a screen up, from the top where there is a terminal."""
    from rich.console import Console
    from rich.text import Text

    if sys.stdout.isatty():
        _clear()
    console = Console(width=_size()[0], highlight=False)
    for line in lines:
        console.print(Text.assemble(*line), no_wrap=True, overflow="crop", soft_wrap=False)
