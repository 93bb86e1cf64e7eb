"""`goufu batch`: many documents or whole folders; a report for each and one overview, continued where it was stopped.

Each document is judged in a process of its own pool and leaves its reports and a short summary, so that memory stays
flat however many there are and a damaged file costs only itself. What is done is written down at once in the output
folder; a document is judged again only when it, the catalog data, the options or goufu changed. The overview is made
from the summaries alone.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError, os_reason
from goufu.cli.shared.audits import IgnoreFileOption, IgnoreOption, Settings, YearOption, settings
from goufu.cli.shared.collector import look_now_and_then
from goufu.cli.shared.fingerprint import fingerprint
from goufu.cli.shared.options import BudgetDayOption, DepartmentOption, HeadingsOption, LimitOption
from goufu.cli.shared.output import (
    headings,
    language,
    note,
    print_line,
    say,
    set_headings,
    set_language,
    whole_file,
)
from goufu.cli.shared.semantic import SemanticModelOption, SemanticOption, Source, source
from goufu.cli.shared.store_access import DbOption, NoLearnedOption, NoStoreOption, known_learned
from goufu.disclosure.formats.gate import limits_raised, set_limits

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from goufu.disclosure.model import Disclosure
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Finding
    from goufu.matcher.semantic.embedding import SemanticError

#: the file in the output folder that says what is done, a line of JSON for each document
LEDGER = "批次记录.jsonl"
#: how it was called before; a folder begun then goes on
_FORMER_LEDGER = "goufu-batch.jsonl"
REPORTS = (".html", ".xlsx", ".jsonl", ".csv")
#: documents a worker judges before a fresh one takes its place
_LIFE = 200
#: documents under way for each worker
_AHEAD = 2

Summary = dict[str, Any]


def batch(
    files: Annotated[
        list[str], typer.Argument(metavar="文件或文件夹…", help="部门预算公开文件、文件夹或通配符")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="文件夹", help="报告和总览写入此文件夹")],
    reports: Annotated[
        str,
        typer.Option("--reports", metavar="格式", help="每个文件的报告：html、xlsx、jsonl、csv，逗号隔开"),
    ] = "html,xlsx",
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="同时进行的进程数；默认按处理器数")
    ] = None,
    heads: HeadingsOption = "en",
    department: DepartmentOption = None,
    year: YearOption = None,
    on: BudgetDayOption = None,
    ignore: IgnoreOption = None,
    ignore_file: IgnoreFileOption = None,
    again: Annotated[bool, typer.Option("--again", help="已完成的也重做")] = False,
    no_store: NoStoreOption = False,
    no_learned: NoLearnedOption = False,
    db: DbOption = None,
    semantic: SemanticOption = None,
    semantic_model: SemanticModelOption = None,
    limits: LimitOption = None,
) -> None:
    """成批核对文件夹中的部门预算：逐个出报告，合出总览；中断后再次运行即继续。"""
    look_now_and_then()
    set_headings(heads)
    kinds = tuple(f".{kind.strip().lstrip('.').lower()}" for kind in reports.split(",") if kind.strip())
    unknown = [kind for kind in kinds if kind not in REPORTS]
    if unknown:
        raise GoufuError(
            f"不认识报告格式“{unknown[0][1:]}”；可用 html、xlsx、jsonl、csv",
            f"unknown report '{unknown[0][1:]}'; use html, xlsx, jsonl, csv",
        )
    how = replace(
        settings(department, year, on, ignore, ignore_file),
        db=db,
        remember=not no_store,
        learned=known_learned(db, not no_learned),
        semantic=source(semantic, semantic_model, threads=1),  # there is a worker for each processor
    )
    paths = _inputs(files, output)
    if not paths:
        raise typer.Exit(2)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GoufuError(
            f"不能建立文件夹：{os_reason(error)[0]}",
            f"the folder cannot be made: {os_reason(error)[1]}",
            str(output),
        ) from None
    summaries = run(paths, output, how, kinds, jobs or os.cpu_count() or 1, again)
    _overview(output, summaries)
    failed = [s for s in summaries if s.get("error")]
    done = len(summaries) - len(failed)
    print_line(
        say(
            f"完成 {done} 个文件，{sum(s.get('items', 0) for s in summaries):,} 项；未能读取 {len(failed)} 个。总览：{output / overview_name('.html')}",
            f"{done} documents, {sum(s.get('items', 0) for s in summaries):,} items; {len(failed)} could not be read. Overview: {output / overview_name('.html')}",
        )
    )
    plain = sum("plain" in s for s in summaries)
    if plain:
        note(
            f"{plain} 个文件未经语义重排，报告按通常排序；再次运行同一命令只补做这些文件",
            f"{plain} documents were ranked without the semantic model; the same command again does only these",
        )
    if failed:
        raise typer.Exit(2)


def _inputs(files: Sequence[str], output: Path) -> list[Path]:
    """The documents meant, without those that lie in the output folder."""
    from goufu.cli.shared.own_reports import without_own_reports
    from goufu.disclosure.read import documents

    paths, errors = documents(files)
    paths = without_own_reports(paths, files)
    for error in errors:
        note(error.text("zh"), error.text("en"))
    inside = output.resolve()
    return [path for path in paths if not path.resolve().is_relative_to(inside)]


# ------------------------------------------------------------------------------------------- what is done


def run(
    paths: Sequence[Path], output: Path, how: Settings, kinds: tuple[str, ...], jobs: int, again: bool = False
) -> list[Summary]:
    """Judge what is not done yet and return the summaries of all `paths`, in their order."""
    former = output / _FORMER_LEDGER
    known = {} if again else {**ledger(former), **ledger(output / LEDGER)}
    base = fingerprint(how, kinds)
    keys = {path: _key(path, base) for path in paths}
    done: dict[Path, Summary] = {}
    for path in paths:
        before = known.get(sound(str(path)))
        if (
            before
            and before["key"] == keys[path]
            and not before.get("error")
            and _still_there(output, before)
        ):
            done[path] = before
    waiting = [path for path in paths if path not in done]
    if done:
        note(
            f"已完成 {len(done)} 个，本次 {len(waiting)} 个", f"{len(done)} done before, {len(waiting)} to do"
        )
    told: set[str] = set()
    # whoever stops the run between here and the end loses only the documents under way
    _rewrite(output / LEDGER, [*done.values()])
    former.unlink(missing_ok=True)
    with (output / LEDGER).open("a", encoding="utf-8", newline="\n") as book, _bar(len(waiting)) as step:
        for path, summary in _judged(waiting, output, how, kinds, keys, jobs):
            done[path] = summary
            book.write(json.dumps(summary, ensure_ascii=False) + "\n")
            book.flush()
            if summary.get("error"):
                note(summary["error"], summary["error_en"])
            if "plain" in summary and summary["plain"] not in told:
                told.add(summary["plain"])
                note(summary["plain"], summary["plain_en"])
            step(1)
    return [done[path] for path in paths if path in done]


def ledger(path: Path) -> dict[str, Summary]:
    """What the ledger says is done, by file; a line broken off by a stop is passed over."""
    found: dict[str, Summary] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return found
    for line in lines:
        try:
            summary = json.loads(line)
            found[summary["path"]] = summary
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _rewrite(path: Path, summaries: Sequence[Summary]) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(
            "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in summaries),
            encoding="utf-8",
            newline="\n",
        )


def _still_there(output: Path, summary: Summary) -> bool:
    return all((output / name).is_file() for name in summary["reports"])


def _key(path: Path, base: str) -> str:
    import hashlib

    told = hashlib.sha256(base.encode())
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                told.update(block)
    except OSError:
        pass  # the worker says what is wrong with it
    return told.hexdigest()


# ------------------------------------------------------------------------------------------- the workers


def _judged(
    paths: Sequence[Path],
    output: Path,
    how: Settings,
    kinds: tuple[str, ...],
    keys: dict[Path, str],
    jobs: int,
) -> Iterator[tuple[Path, Summary]]:
    """The summaries of `paths` as they are done. A document that brings its worker down is told apart and tried alone."""
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    left = list(reversed(paths))
    while left:
        under_way: dict[Future[Summary], Path] = {}
        try:
            with _pool(min(jobs, len(left))) as pool:
                while left or under_way:
                    while left and len(under_way) < jobs * _AHEAD:
                        path = left.pop()
                        under_way[pool.submit(judge_one, path, output, how, kinds, keys[path])] = path
                    ready, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in ready:
                        summary = future.result()
                        yield under_way.pop(future), summary
        except BrokenProcessPool:
            for path in under_way.values():
                yield path, _alone(path, output, how, kinds, keys[path])


def _alone(path: Path, output: Path, how: Settings, kinds: tuple[str, ...], key: str) -> Summary:
    """One document in a pool of its own, after one of several brought a pool down."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        with _pool(1) as pool:
            return pool.submit(judge_one, path, output, how, kinds, key).result()
    except BrokenProcessPool:
        return _failure(
            path,
            key,
            GoufuError(
                "处理它的进程中断了：超出内存或时间上限，或程序库出错；其他文件不受影响，确需读取请加 --limit memory-mb=数 或 seconds=数。",
                "The process that read it ended: beyond its limit of memory or time, or a fault in a library; other files are not affected. Raise --limit memory-mb=NUMBER or seconds=NUMBER if it must be read.",
                sound(str(path)),
            ),
        )


def _pool(jobs: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(
        jobs,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(language(), headings(), limits_raised()),
        max_tasks_per_child=_LIFE,
    )


def _begin(lang: str, heads: str, limits: Mapping[str, int]) -> None:
    """What a worker sets up: the language, its fence, and one thread for arithmetic, as there is a worker for each processor."""
    import signal

    from goufu.cli.shared.worker_limits import limit_memory

    set_limits(limits)
    limit_memory()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    set_language(lang)
    set_headings(heads)


def judge_one(path: Path, output: Path, how: Settings, kinds: tuple[str, ...], key: str) -> Summary:
    """Judge one document, write its reports into `output`, and say in short what was found. Never raises."""
    from goufu.cli.shared.faults import unforeseen
    from goufu.cli.shared.worker_limits import timed
    from goufu.disclosure.read import read_document

    where = sound(str(path))
    try:
        with timed() as step:
            one, missed = _audited(read_document(path, lambda *_: step()), how, lambda *_: step())
        if not one.assessments:
            raise GoufuError("没有读到任何项目。", "No budget item was read.", where)
        names = [_write(output, path, kind, one) for kind in kinds]
        summary = summary_of(path, key, one, names)
        if missed:  # without a key that fits, the next run judges it again
            summary |= {"key": "", "plain": missed.text("zh"), "plain_en": missed.text("en")}
        return summary
    except GoufuError as error:
        return _failure(path, key, error)
    except Exception as error:  # one document, whatever is wrong with it, must not cost the others
        return _failure(
            path,
            key,
            unforeseen(error, where),
        )


#: models that failed in this worker; none is waited for twice
_FAILED: dict[Source, SemanticError] = {}


def _audited(
    disclosure: Disclosure, how: Settings, step: Callable[[int], None]
) -> tuple[Audit, SemanticError | None]:
    """The audit of a document; without the second opinion, and why, where its model fails in a long run."""
    from goufu.cli.shared.audits import audit_disclosure

    if how.semantic is None:
        return audit_disclosure(disclosure, how, step), None
    from goufu.matcher.semantic.embedding import SemanticError

    if how.semantic not in _FAILED:
        try:
            return audit_disclosure(disclosure, how, step), None
        except SemanticError as error:
            _FAILED[how.semantic] = error
    return audit_disclosure(disclosure, replace(how, semantic=None), step), _FAILED[how.semantic]


def _failure(path: Path, key: str, error: GoufuError) -> Summary:
    return {
        "path": sound(str(path)),
        "file": sound(path.name),
        "key": key,
        "reports": [],
        "error": error.text("zh"),
        "error_en": error.text("en"),
    }


def report_name(path: Path, kind: str) -> str:
    """The name of a report: that of the document, with a few letters of its path, as two may share a name."""
    import hashlib

    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*#%]+', "_", sound(path.stem))[:80].strip(". ") or say(
        "报告", "report"
    )
    return f"{stem}-{hashlib.sha256(sound(str(path)).encode()).hexdigest()[:6]}{kind}"


def overview_name(kind: str) -> str:
    """The name of the overview in the language chosen: 总览.html."""
    return say("总览", "overview") + kind


def _write(output: Path, path: Path, kind: str, one: Audit) -> str:
    from goufu.cli.commands.classify import WRITERS

    name = report_name(path, kind)
    with whole_file(output / name) as temporary:
        WRITERS[kind](temporary, [one])
    return name


def summary_of(path: Path, key: str, one: Audit, reports: Sequence[str]) -> Summary:
    """What the overview needs of one document: counts and sums (万元), a few kilobytes however long it is."""
    some, d = one.assessments, one.disclosure
    natures: dict[str, Decimal] = defaultdict(Decimal)
    codes: dict[str, Decimal] = defaultdict(Decimal)
    for a in some:
        natures[a.nature] += a.item.amount_wan or Decimal(0)
        if a.coded:
            codes[f"{a.coded.code} {a.coded.name}"] += a.item.amount_wan or Decimal(0)
    open_findings = [(a, f) for a, f in one.all_findings if not f.silenced]
    return {
        "path": sound(str(path)),
        "file": d.file,
        "key": key,
        "reports": list(reports),
        "department": d.department or some[0].item.department,
        "year": d.year or some[0].item.year,
        "sections": list(dict.fromkeys(s for a in some for s in a.sections)),
        "versions": list(dict.fromkeys(v for a in some for v in a.versions)),
        "items": len(some),
        "amount": float(sum(natures.values(), Decimal(0))),
        "natures": {nature: float(amount) for nature, amount in natures.items()},
        "services": float(sum((a.item.amount_wan or Decimal(0) for a in some if a.gov_service), Decimal(0))),
        "statuses": dict(Counter(a.status for a in some)),
        "review": sum(a.decision == "review" for a in some),
        "severities": dict(Counter(f.severity for _, f in open_findings)),
        "rules": dict(Counter(f.rule for _, f in open_findings)),
        "fired": _fired(f for _, f in open_findings),
        "silenced": sum(1 for _, f in one.all_findings if f.silenced),
        "codes": {c: float(codes[c]) for c in sorted(codes, key=lambda c: -codes[c])[:10]},
        "remarks": sum(r.level != "notice" for r in d.remarks),
    }


def _fired(findings: Iterable[Finding]) -> dict[str, dict[str, int]]:
    """How often each rule fired with each severity."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for f in findings:
        found[f.rule][f.severity] += 1
    return {rule: dict(counts) for rule, counts in found.items()}


def _bar(total: int) -> Any:
    """A progress bar on a terminal's stderr, however few documents there are."""
    from goufu.cli.shared.progress import progress

    return progress(total, "核对", "judging", short=2)


def _overview(output: Path, summaries: Sequence[Summary]) -> None:
    from goufu.cli.render.overview_page import overview_page, write_overview

    with whole_file(output / overview_name(".html")) as temporary:
        temporary.write_text(overview_page(summaries), encoding="utf-8")
    with whole_file(output / overview_name(".xlsx")) as temporary:
        write_overview(temporary, summaries)
