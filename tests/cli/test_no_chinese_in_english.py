"""`--lang en` says everything of its own in English: what is left in Chinese is a name, a quotation or the input.

Taken out are whole names of the catalogs (entries, sections, documents), what the documents themselves print, and what
is in quotation marks; a single Han character that is left then is goufu's own. Every command is tried, with every kind of
file it writes. Records in the store, and notes of the apparatus, are kept in Chinese: programs get them as kept, people
see them quoted.
"""

import csv
import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

import called
import openpyxl
import pytest
from goufu.catalog.load import load_catalogs, load_readings
from goufu.catalog.validity import applicable
from goufu.cli.main import COMMANDS
from goufu.disclosure.read import read_document
from lxml import etree, html

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
APPROVALS = EXAMPLES / "孝义市行政审批服务管理局2025.txt"
OFFICE, LABOUR = EXAMPLES / "孝义市人民政府办公室2026.txt", EXAMPLES / "孝义市人力资源和社会保障局2026.txt"
HAN = re.compile(r"[㐀-鿿]+")
#: a list with lines of every kind, an amount and a code that cannot be read, and a total that is wrong
LINES = """项目名称,部门,金额（万元）,年度,摘要,目录代码,目录名称,目录文件
大厅保洁服务,行政审批服务管理局,12.5,2026,楼内保洁,A150402,,
办公电脑采购,行政审批服务管理局,3,2026,,,,
劳务派遣人员工资,行政审批服务管理局,x5,2026,,,,
道路改造及监理,某镇人民政府,50,2026,,,,
系统运维,,7,2026,,A999999,甲乙,晋财综〔2024〕37号
合计,,99,,,,,
"""
PLACES = ("政务大厅", "审批大厅", "办事大厅", "分厅", "办公区", "机关", "服务站", "档案室", "车队", "信访室")
#: an office whose guards are property management to it
DECIDED = "项目名称,部门,年度,核定代码\n" + "".join(
    f"{place}保安服务,行政审批,2026,B1102\n{place}综合窗口服务,行政审批,2026,A180601 综合窗口服务\n"
    for place in PLACES
)
_QUOTED = re.compile(r"'[^'\n]*'|“[^”\n]*”|‘[^’\n]*’")


def _printed(found: object) -> Iterator[str]:
    """Every text that a document holds, checks, remarks and places left out: these are goufu's."""
    if isinstance(found, str):
        yield from found.splitlines()
    elif isinstance(found, (list, tuple)):
        for one in found:
            yield from _printed(one)
    elif dataclasses.is_dataclass(found):
        for field in dataclasses.fields(found):
            if field.name not in ("checks", "remarks", "place"):
                yield from _printed(getattr(found, field.name))


@cache
def names() -> tuple[str, ...]:
    """Every name that may stay Chinese, the longest first."""
    found = {path.stem for path in EXAMPLES.iterdir()}
    for version in load_catalogs():
        found |= {version.number, version.title, *version.sections, *_printed(version.note)}
        found |= {entry.name for entry in version.entries}
        for reading in load_readings(version.id):
            found |= set(_printed((reading.chosen, reading.why, [text for _, text in reading.witnesses])))
    for path in (OFFICE, LABOUR, APPROVALS):
        found |= set(_printed(read_document(path)))
    found |= set(re.split(r"[,\n]", LINES + DECIDED))
    return tuple(sorted((name for name in found if HAN.search(name)), key=len, reverse=True))


def leaks(text: str) -> list[str]:
    """The runs of Han characters in `text` that are no name and no quotation."""
    if HAN.search(text):
        for name in names():
            text = text.replace(name, " ")
    return HAN.findall(_QUOTED.sub(" ", text))


def english(*words: str | Path) -> str:
    done = called.goufu(*words, lang="en")
    done.check_returncode()
    return done.stdout


@pytest.mark.parametrize("path", [OFFICE, LABOUR], ids=["office", "labour"])
def test_the_judgement(path: Path) -> None:
    """Reasons, messages, evidence, notes, and the law they cite, in every record."""
    records = [json.loads(line) for line in english("classify", path, "--format", "jsonl").splitlines()]
    assert records
    for record in records:
        said = [c["why"] for c in (*record["codes"], *record["elsewhere"])]
        said += [[f["message"], f["basis"], f["evidence"]] for f in record["findings"]]
        said += [[record.get(key, "")] for key in ("gap", "department_note", "precedent", "learned")]
        for sentence in (sentence for some in said for sentence in some):
            assert not leaks(sentence), sentence


@pytest.mark.parametrize(
    "words",
    [
        ("lookup", "污水处理", "--format", "json"),
        ("lookup", "公务用车租赁费和劳务派遣", "--format", "json"),
        ("lookup", "wsclfw", "--format", "json"),
        ("diff", "2024-37", "2025-28", "-d", "生态环境", "--format", "json"),
        ("rules",),
        ("rules", "GF304"),
        ("catalogs",),
    ],
    ids=" ".join,
)
def test_what_is_looked_up(words: tuple[str, ...]) -> None:
    asked = words[1] if words[1:] else "\n"
    left = [line for line in english(*words).splitlines() if leaks(line) and leaks(line.replace(asked, " "))]
    assert not left


def test_what_applies_and_why() -> None:
    for on in ("2021-01-01", "2024-01-01", "2025-01-01", "2026-01-01"):
        from datetime import date

        for section in ("教育", "住房和城乡建设", "B", "没有"):
            for reason in applicable(load_catalogs(), section, date.fromisoformat(on)).reasons:
                assert not leaks(reason.text.en), reason.text.en


Goufu = Callable[..., CompletedProcess[str]]


def of_json(text: str) -> Iterator[str]:
    """Every string of JSON or JSON Lines, what the store and the apparatus keep in Chinese left out."""
    for line in text.splitlines() if text[:1] == "{" else [text]:
        yield from _strings(json.loads(line))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            if key != "words":  # those of the title that speak for a part
                yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def said_in(path: Path) -> Iterator[str]:
    """Every text of a file that a reader can see."""
    if path.suffix == ".xlsx":
        yield from _of_workbook(path)
    elif path.suffix == ".html":
        tree = html.parse(str(path)).getroot()
        etree.strip_tags(tree, "ins", "del", "mark")  # names with their differing characters marked
        for element in tree.iter():
            if isinstance(element.tag, str) and element.tag not in ("script", "style"):
                marks = (element.get(name) for name in ("title", "alt", "aria-label", "placeholder", "value"))
                yield from filter(None, (element.text, element.tail, *marks))
    elif path.suffix == ".csv":
        for row in csv.reader(path.read_text("utf-8-sig").splitlines()):
            for cell in row:
                yield from of_json(cell) if cell[:1] in ("[", "{") else cell.splitlines()
    else:
        yield from of_json(path.read_text("utf-8"))


def _of_workbook(path: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(path):
        yield sheet.title
        for part in (sheet.oddHeader, sheet.oddFooter):
            if part is not None:
                yield from (side.text for side in (part.left, part.center, part.right) if side.text)
        for rule in sheet.data_validations.dataValidation:
            yield from filter(None, (rule.promptTitle, rule.prompt, rule.errorTitle, rule.error))
        if sheet.sheet_state == "visible":  # the hidden one has the Chinese words that an officer may write
            for row in sheet.iter_rows():
                for cell in row:
                    yield from str(cell.value or "").splitlines()
                    yield from cell.comment.text.splitlines() if cell.comment else ()


def left_in(texts: Iterator[str]) -> list[str]:
    return [text for text in texts if leaks(text)]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "lines.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    path = tmp_path / "decided.csv"
    path.write_text(DECIDED, encoding="utf-8")
    return path


def quiet(done: CompletedProcess[str], *codes: int) -> CompletedProcess[str]:
    """What a command said, checked: no Chinese on either stream, no traceback, one of the exit codes."""
    assert done.returncode in (codes or (0,)), done.stderr
    assert not left_in(iter(done.stderr.splitlines()))
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.long
@pytest.mark.parametrize("which", ["office", "labour", "approvals", "lines"])
def test_what_is_read_and_judged(which: str, goufu: Goufu, lines: Path, tmp_path: Path) -> None:
    path = {"office": OFFICE, "labour": LABOUR, "approvals": APPROVALS, "lines": lines}[which]
    for command in ("items", "classify"):
        shown = quiet(goufu(command, path, lang="en", wide=True))
        assert not left_in(iter(shown.stdout.splitlines()))
        for suffix in ("xlsx", "csv", "jsonl", *(["html"] if command == "classify" else [])):
            out = tmp_path / f"{command}.{suffix}"
            quiet(goufu(command, path, "-o", out, lang="en", wide=True))
            assert not left_in(said_in(out)), suffix


@pytest.mark.long
def test_many_files(goufu: Goufu, lines: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    quiet(goufu("batch", OFFICE, lines, "-o", out, "--reports", "html", lang="en", wide=True))
    found = [path for path in out.rglob("*") if path.suffix in (".html", ".xlsx")]
    assert len(found) >= 4
    for path in found:
        assert not left_in(said_in(path)), path.name


def test_the_blank_list(goufu: Goufu, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    quiet(goufu("template", "-o", path, lang="en"))
    # what budget systems themselves call a class or a method is offered as they call it
    assert not [text for text in left_in(said_in(path)) if not re.fullmatch(r"[一-鿿]{2,5}", text)]
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("title") + 1, "河道保洁")
    sheet.cell(2, heads.index("amount_wan") + 1, 12.5)
    sheet.cell(2, heads.index("gov_service") + 1, "yes")
    book.save(path)
    (item,) = read_document(path).items
    assert (item.title, str(item.amount_wan), item.gov_service) == ("河道保洁", "12.50", True)


@pytest.mark.long
def test_the_catalog(goufu: Goufu, tmp_path: Path) -> None:
    for words in (
        ("catalogs", "--errata"),
        ("catalogs", "--readings"),
        ("catalogs", "2025-28"),
        ("tree",),
        ("tree", "-d", "水利", "--format", "csv"),
        ("history", "A140601", "-d", "生态环境"),
        ("history", "B1001"),
        ("diff", "2021-34", "2025-28", "--why"),
        ("import", OFFICE),
    ):
        shown = quiet(goufu(*words, lang="en", wide=True), 0, 1)
        assert not left_in(iter(shown.stdout.splitlines())), words
    for suffix in ("html", "xlsx"):
        out = tmp_path / f"changes.{suffix}"
        quiet(goufu("diff", "2024-37", "2025-28", "-o", out, lang="en", wide=True))
        assert not left_in(said_in(out)), suffix


@pytest.mark.long
def test_the_store(goufu: Goufu, lines: Path, decided: Path, tmp_path: Path) -> None:
    book = tmp_path / "report.xlsx"
    keys = "u\nc\nA150402\nx\n2\nk\n1\nz\nn\nunder way\nq\n"
    for words, more, codes in (
        (("classify", APPROVALS, "--save", "-o", book), {}, (0,)),
        (("classify", lines, "--save"), {}, (0,)),
        (("review", "1", "--all"), {"said": keys}, (0,)),
        (("decide", book, "--dry-run"), {}, (0, 1)),
        (("runs",), {}, (0,)),
        (("show", "1"), {}, (0,)),
        (("show", "1", "-i", "2"), {}, (0,)),
        (("compare", "1", "2"), {}, (0,)),
        (("precedents", "list"), {}, (0,)),
        (("evaluate", "--from-store"), {}, (0,)),
        (("evaluate", decided, "-o", tmp_path / "page.html"), {}, (0,)),
        (("learn", decided), {}, (0,)),
        (("learn", decided, "--apply"), {}, (0, 1)),
        (("learn",), {}, (0, 2)),
        (("store", "status"), {}, (0,)),
        (("backup", tmp_path / "kept.zip"), {}, (0,)),
        (("restore", tmp_path / "kept.zip", "--replace"), {}, (0,)),
        (("delete", "2", "--yes"), {}, (0,)),
        (("users", "list"), {}, (0, 2)),
    ):
        shown = quiet(goufu(*words, lang="en", wide=True, by="officer", **more), *codes)
        assert not left_in(iter(shown.stdout.splitlines())), words
    assert not left_in(said_in(tmp_path / "page.html"))


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_help_and_refusals(command: str, goufu: Goufu) -> None:
    alone = () if command == "serve" else ((command,),)  # which would serve
    for words in ((command, "--help"), (command, "--nonsense"), *alone):
        shown = quiet(goufu(*words, lang="en"), 0, 1, 2)
        assert not left_in(iter(shown.stdout.splitlines())), words
