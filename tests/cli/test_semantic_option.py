"""`--semantic`: off unless given; one sentence where the model fails, and a batch that goes on without it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import called
import pytest
from embedding_server import Service, serving
from goufu.cli.commands.batch import LEDGER, ledger

pytestmark = pytest.mark.long

KEY = "sk-geheim-0123456789"
HEADINGS = "id,department,year,title,summary,amount_wan\n"
LINES = (
    HEADINGS
    + "1,某县卫生健康局,2026,宣传片,,5\n2,某县卫生健康局,2026,机关食堂餐饮服务,,8\n3,某县卫生健康局,2026,遗属补助,,1\n"
)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        running.meanings = (("宣传片", "内部影音制作服务"),)
        yield running


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


def goufu(*words: str | Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """goufu with its cache and store under `home`."""
    return called.goufu(*words, lang="", XDG_CACHE_HOME=str(home), XDG_DATA_HOME=str(home), **environment)


def test_the_order_changes_where_the_model_says_so_and_only_once_is_it_asked(
    service: Service, items: Path, tmp_path: Path
) -> None:
    plain = goufu("classify", items, "--format", "jsonl", home=tmp_path)
    assert service.heard == []
    words = ("classify", items, "--format", "jsonl", "--semantic", service.address, "--semantic-model", "bge")
    one = goufu(*words, home=tmp_path, GOUFU_SEMANTIC_KEY=KEY)
    asked = len(service.heard)
    assert one.returncode == 0 and asked and one.stderr == plain.stderr
    before, after = ([json.loads(line) for line in r.stdout.splitlines()] for r in (plain, one))
    assert [list(r) for r in before] == [list(r) for r in after]
    assert [r["gov_service_catalog_code"] for r in before] == ["A150201", "B1105", None]
    assert [r["gov_service_catalog_code"] for r in after] == ["B1206", "B1105", None]
    assert after[0]["decision"] == "review" and after[0]["codes"][0]["why"][0].startswith("语义相近")
    assert not [text for text in service.texts if "遗属" in text]

    named = {"GOUFU_SEMANTIC": service.address, "GOUFU_SEMANTIC_MODEL": "bge"}
    two = goufu("classify", items, "--format", "jsonl", home=tmp_path, **named)
    assert two.stdout == one.stdout and len(service.heard) == asked
    off = goufu("classify", items, "--format", "jsonl", "--semantic", "", home=tmp_path, **named)
    assert off.stdout == plain.stdout


def test_the_key_goes_to_the_service_and_nowhere_else(service: Service, items: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    words = ("classify", items, "--semantic", service.address, "--semantic-model", "bge", "--save", "-o", out)
    done = goufu(*words, home=tmp_path, GOUFU_SEMANTIC_KEY=KEY)
    assert done.returncode == 0, done.stderr
    assert {h["Authorization"] for h in service.headers} == {f"Bearer {KEY}"}
    kept = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert {p.suffix for p in kept} >= {".jsonl", ".sqlite", ".db", ".arrays"}
    assert not [p for p in kept if KEY.encode() in p.read_bytes()]
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--semantic", "http://127.0.0.1:9/v1"), "--semantic-model"),
        (("--semantic", "http://127.0.0.1:9/v1", "--semantic-model", "bge"), "连不上"),
        (("--semantic", "10.0.0.5:8000/v1"), "http://"),
        (("--semantic", "http://u:secret@h/v1", "--semantic-model", "bge"), "不含用户名"),
        (("--semantic", "docs"), "tokenizer.json"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    items: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    if words[-1] == "docs":
        pytest.importorskip("tokenizers", reason="the extra goufu[semantic] is not installed")
        pytest.importorskip("onnxruntime", reason="the extra goufu[semantic] is not installed")
    done = goufu("classify", items, *words, home=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and said in done.stderr and "secret" not in done.stderr


@pytest.mark.parametrize(
    ("missing", "place"),
    [("urllib3", "http://127.0.0.1:9/v1"), ("tokenizers", "docs"), ("onnxruntime", "docs")],
)
def test_without_the_extra_one_sentence_says_how_to_install_it(
    items: Path, tmp_path: Path, missing: str, place: str
) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        f"sys.argv = ['goufu', 'classify', {str(items)!r}, '--semantic', {place!r}, '--semantic-model', 'm']\n"
        "from goufu.cli.main import run; run()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2 and "goufu[semantic]" in done.stderr and "Traceback" not in done.stderr


def test_a_service_that_fails_in_the_middle_stops_classify_with_a_sentence(
    service: Service, items: Path, tmp_path: Path
) -> None:
    service.status = 401
    words = ("--semantic", service.address, "--semantic-model", "bge")
    done = goufu("--lang", "en", "classify", items, *words, home=tmp_path, GOUFU_SEMANTIC_KEY=KEY)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "GOUFU_SEMANTIC_KEY" in done.stderr and KEY not in done.stderr


def test_a_batch_goes_on_without_the_service_and_catches_up_later(service: Service, tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in "甲乙丙":
        (source / f"{name}.csv").write_text(LINES.replace("3,", f"{name},"), encoding="utf-8")
    model = ("--semantic", service.address, "--semantic-model", "bge")
    words = ("batch", source, "-o", out, "--reports", "jsonl", "--jobs", "1", *model)

    def codes() -> list[str]:
        reports = [out / s["reports"][0] for s in ledger(out / LEDGER).values()]
        return [
            json.loads(r.read_text(encoding="utf-8").splitlines()[0])["codes"][0]["code"] for r in reports
        ]

    service.status = 400
    failing = goufu(*words, home=tmp_path)
    assert failing.returncode == 0 and codes() == ["A150201"] * 3
    assert len(service.heard) == 1  # one worker asks a model that failed only once
    assert failing.stderr.count("HTTP 400") == 1 and "3 个文件未经语义重排" in failing.stderr
    service.status = 200
    caught_up = goufu(*words, home=tmp_path)
    assert "语义" not in caught_up.stderr and codes() == ["B1206"] * 3
    assert "已完成 3 个" in goufu(*words, home=tmp_path).stderr
    plain = goufu(*words[:-4], home=tmp_path)
    assert "已完成" not in plain.stderr and codes() == ["A150201"] * 3
