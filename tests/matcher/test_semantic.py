"""The second opinion by meaning: what it may change, what it sends, what it keeps, and how its sources may fail."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embedding_server import Service, serving, vector
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.model import Assessment
from goufu.matcher.semantic import endpoint as endpoints
from goufu.matcher.semantic.cache import Cached
from goufu.matcher.semantic.embedding import SemanticError, Vectors, unit
from goufu.matcher.semantic.endpoint import endpoint
from goufu.matcher.semantic.local import local_model
from goufu.matcher.semantic.rerank import Reranker, item_texts, reordered
from hypothesis import given
from hypothesis import strategies as st

KEY = "sk-geheim-0123456789"
#: a line that several class B entries could be; 内部影音 is what the service is told it means
LINE = BudgetItem("1", "宣传片", department="某县卫生健康局", year=2026)
MEANING = (("宣传片", "内部影音制作服务"),)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


class Counted:
    """Embeddings without a service, and how many texts were asked for."""

    identity = "counted"

    def __init__(self, meanings: Sequence[Sequence[str]] = ()) -> None:
        self.meanings, self.texts = meanings, [""][:0]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return unit([vector(text, self.meanings) for text in texts], len(texts), "")


def judged(items: Sequence[BudgetItem], model: Reranker | None = None) -> list[Assessment]:
    return assess(items, load_catalogs(), today=date(2026, 1, 1), semantic=model)


# ------------------------------------------------------------------------------------------- what it may change


def test_where_both_agree_the_first_keeps_place_and_score() -> None:
    said = reordered(np.array([0.6, 0.3, 0.1]), np.array([0.8, 0.5, 0.4]))
    assert said.order == (0, 1, 2) and not said.turned and said.scores[0] == 0.6
    assert said.near == (None, None, None)


def test_a_close_first_gives_way_and_the_new_one_is_no_surer_than_the_old_was() -> None:
    said = reordered(np.array([0.5, 0.3, 0.2]), np.array([0.3, 0.35, 0.8]))
    assert said.order[0] == 2 and said.turned
    assert said.scores[0] <= 0.5 and said.near[0] == pytest.approx(0.8)


def test_a_sure_first_stays_whatever_the_model_says() -> None:
    chances = np.array([0.99, *[0.01 / 9] * 9])
    assert not reordered(chances, np.array([0.0] * 9 + [1.0])).turned


def test_differences_that_are_noise_change_nothing() -> None:
    assert not reordered(np.array([0.4, 0.35, 0.25]), np.array([0.5, 0.501, 0.5])).turned


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=10),
    st.lists(st.floats(-1.0, 1.0), min_size=10, max_size=10),
)
def test_scores_stay_probabilities_in_order(some: list[float], cosines: list[float]) -> None:
    total = sum(some) or 1.0
    chances = np.array(sorted((x / total for x in some), reverse=True))
    said = reordered(chances, np.array(cosines[: len(chances)]))
    assert sorted(said.order) == list(range(len(chances)))
    assert all(0 <= s <= chances[0] + 1e-9 for s in said.scores) and sum(said.scores) <= 1 + 1e-6
    assert list(said.scores) == sorted(said.scores, reverse=True)


def test_the_model_decides_between_close_candidates_and_a_person_looks() -> None:
    (plain,), (other,) = judged([LINE]), judged([LINE], Reranker(Counted(MEANING)))
    assert plain.codes[0].code == "A150201"
    assert (other.codes[0].code, other.codes[0].name) == ("B1206", "内部影音制作服务")
    assert other.decision == "review"
    assert other.codes[0].why[0].zh.startswith("语义相近 0.9")
    assert other.codes[0].score <= plain.codes[0].score
    assert (other.nature, other.status, other.fit) == (plain.nature, plain.status, plain.fit)


def test_a_changed_first_place_is_never_auto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goufu.matcher.rank.auto_threshold", lambda: 0.0)
    assert judged([LINE])[0].decision == "auto"
    assert judged([LINE], Reranker(Counted((("宣传片", "卫生健康知识宣传服务"),))))[0].decision == "auto"
    assert judged([LINE], Reranker(Counted(MEANING)))[0].decision == "review"


def test_the_record_contract_is_the_same() -> None:
    items = [
        LINE,
        replace(LINE, id="2", title="机关食堂餐饮服务"),
        replace(LINE, id="3", title="遗属补助"),
        replace(LINE, id="4", title="法律顾问", department="某某集团"),
    ]
    plain = [a.record() for a in judged(items)]
    other = [a.record() for a in judged(items, Reranker(Counted(MEANING)))]
    assert [list(r) for r in plain] == [list(r) for r in other]
    assert [list(c) for r in plain for c in r["codes"]] == [list(c) for r in other for c in r["codes"]]
    assert plain[1]["codes"][0] == other[1]["codes"][0] and plain[1]["decision"] == other[1]["decision"]
    assert plain[2] == other[2]  # no purchased service


# ------------------------------------------------------------------------------------------- what it is given


def test_what_is_not_a_service_or_may_name_a_person_is_not_given_to_the_model() -> None:
    model = Counted()
    titles = ("遗属补助", "信访人法律援助服务", "购置打印机", "宣传活动")
    judged([replace(LINE, id=t, title=t) for t in titles], Reranker(model))
    assert [t for t in model.texts if "宣传活动" in t][0] == "宣传活动"
    assert not [t for t in model.texts if t.startswith(("遗属", "信访", "购置"))]


def test_numbers_names_of_the_office_and_the_rest_of_a_summary_stay_here() -> None:
    item = BudgetItem(
        "1",
        "2026年某县水利局河道保洁项目经费",
        department="某县水利局",
        summary="联系 0350-0000000、１３８００００００００、身份证 14230119800101001X、a.b@example.com。"
        + "清理河道" * 60,
    )
    (text,) = item_texts([item])
    assert text.startswith("河道保洁。") and len(text) < 130
    for part in ("2026", "某县", "0350", "0000000", "1423", "example", "１３８", "138"):
        assert part not in text


def test_nothing_is_imported_or_connected_to_unless_asked_for() -> None:
    code = (
        "import socket, sys\n"
        "def never(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = never\n"
        "sys.argv = ['goufu', 'classify', 'examples/disclosures/孝义市人民政府办公室2026.txt', '--format', 'jsonl']\n"
        "from goufu.cli.main import app\n"
        "app(standalone_mode=False)\n"
        "found = [m for m in ('goufu.matcher.semantic', 'urllib3', 'onnxruntime', 'tokenizers') if m in sys.modules]\n"
        "assert not found, found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------------------------------- the service


def test_requests_are_in_parts_and_the_key_is_a_bearer(service: Service) -> None:
    texts = [f"项目{n}服务" for n in range(70)]
    found = Cached(endpoint(service.address + "/", "bge", KEY)).embed(texts)
    assert [len(one["input"]) for one in service.heard] == [32, 32, 6]
    assert set(service.paths) == {"/v1/embeddings"} and {one["model"] for one in service.heard} == {"bge"}
    assert {h["Authorization"] for h in service.headers} == {f"Bearer {KEY}"}
    assert np.allclose(found, unit([vector(t) for t in texts], 70, ""))
    endpoint(service.address, "bge").embed(["一"])
    assert "Authorization" not in service.headers[-1]


def test_a_busy_service_is_asked_again_and_proxies_are_not_used(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    service.statuses = [503]
    assert endpoint(service.address, "bge").embed(["一"]).shape == (1, 64)
    assert len(service.heard) == 2


@pytest.mark.parametrize(
    ("status", "word", "requests"),
    [(401, "GOUFU_SEMANTIC_KEY", 1), (404, "--semantic-model", 1), (400, "管理员", 1), (302, "最终地址", 1), (500, "管理员", 3)],
)  # fmt: skip
def test_an_error_of_the_service_says_what_to_do_and_never_the_key(
    service: Service, status: int, word: str, requests: int
) -> None:
    service.status, service.location = status, service.address + "/elsewhere" if status == 302 else ""
    with pytest.raises(SemanticError) as raised:
        endpoint(service.address, "bge", KEY).embed(["一"])
    for text in (raised.value.text("zh"), raised.value.text("en")):
        assert str(status) in text and KEY not in text and "\x1b" not in text
    assert word in raised.value.message and "no bge" in raised.value.message
    assert len(service.heard) == requests


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"{}", b"null", b'{"data": 1}', b"[" * 5_000,
        b'{"data": [{"index": 0, "embedding": [1, 2]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 0, "embedding": [1, 2]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [0, 0]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [NaN, 0]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": ["1", "2"]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1e300, 1e300]}]}',
        b'{"data": [{"index": 0, "embedding": "AAAA"}, {"index": 1, "embedding": "AAAA"}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1, 1' + b"0" * 400 + b"]}]}",
    ],
)  # fmt: skip
def test_an_answer_that_is_no_embeddings_is_one_sentence(service: Service, body: bytes) -> None:
    service.body = body
    with pytest.raises(SemanticError, match="向量"):
        endpoint(service.address, "bge").embed(["一", "二"])


def test_an_answer_without_end_is_not_read_to_the_end(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "_LARGEST", 100)
    with pytest.raises(SemanticError, match="不是句向量"):
        endpoint(service.address, "bge").embed(["一"])


def test_nobody_there_and_somebody_who_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "_READ", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(SemanticError, match="没有及时回应"):
            endpoint(f"http://127.0.0.1:{port}/v1", "bge").embed(["一"])
    with pytest.raises(SemanticError, match="连不上"):
        endpoint(f"http://127.0.0.1:{port}/v1", "bge").embed(["一"])


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://u:sk-geheim-1@h/v1",
        "http://h/v1?key=sk-geheim-1",
        "http://h:99999999/v1",
        "http://h/v1 x",
        "http://h/v1#sk-geheim-1",
        "http://[h/v1",
    ],
)
def test_addresses_that_are_none_or_hold_secrets(address: str) -> None:
    with pytest.raises(SemanticError) as raised:
        endpoint(address, "bge")
    assert "geheim" not in str(raised.value)


def test_a_model_must_be_named_and_a_key_be_one_word() -> None:
    with pytest.raises(SemanticError, match="--semantic-model"):
        endpoint("http://h/v1", " ")
    with pytest.raises(SemanticError, match="GOUFU_SEMANTIC_KEY") as raised:
        endpoint("http://h/v1", "bge", "sk-geheim\r\nX: y")
    assert "geheim" not in str(raised.value)
    assert KEY not in repr(endpoint("http://h/v1", "bge", f" {KEY}\n"))


# ------------------------------------------------------------------------------------------- the cache


def test_what_was_embedded_once_is_not_asked_for_again(tmp_path: Path) -> None:
    first, second = Counted(), Counted()
    one = Cached(first, tmp_path).embed(["甲", "乙", "甲"])
    two = Cached(second, tmp_path).embed(["乙", "丙", "甲"])
    assert first.texts == ["甲", "乙"] and second.texts == ["丙"]
    assert np.array_equal(one[[1, 0]], two[[0, 2]])
    (file,) = tmp_path.iterdir()
    assert "甲".encode() not in file.read_bytes() and file.stat().st_mode & 0o077 == 0


def test_what_came_before_a_failure_is_kept(service: Service, tmp_path: Path) -> None:
    texts = [f"项目{n}服务" for n in range(70)]
    service.statuses = [200, 400]
    for _ in range(2):
        try:
            Cached(endpoint(service.address, "bge"), tmp_path).embed(texts)
        except SemanticError:
            continue
    assert [len(one["input"]) for one in service.heard] == [32, 32, 32, 6]


def test_another_model_has_another_file(tmp_path: Path) -> None:
    other = Counted()
    other.identity = "other"
    Cached(Counted(), tmp_path).embed(["甲"])
    Cached(other, tmp_path).embed(["甲"])
    assert len(list(tmp_path.iterdir())) == 2 and other.texts == ["甲"]


@pytest.mark.parametrize("damage", [b"", b"no database at all, but long enough to be taken for one" * 40])
def test_a_damaged_file_costs_only_time(tmp_path: Path, damage: bytes) -> None:
    Cached(Counted(), tmp_path).embed(["甲"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    for expected in (["甲"], []):
        model = Counted()
        assert Cached(model, tmp_path).embed(["甲"]).shape == (1, 64)
        assert model.texts == expected


def test_a_damaged_vector_is_asked_for_again(tmp_path: Path) -> None:
    kept = Cached(Counted(), tmp_path)
    kept.embed(["甲", "乙"])
    for damage in (b"\x00", b"", np.full(64, np.nan, "<f2").tobytes()):
        with sqlite3.connect(str(kept.path)) as connection:
            connection.execute("UPDATE vectors SET vector = ?", (damage,))
        connection.close()
        model = Counted()
        Cached(model, tmp_path).embed(["甲", "乙"])
        assert model.texts == ["甲", "乙"]


def test_where_nothing_can_be_written_it_works_for_the_run(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for folder in (blocked / "cache", None):
        model = Counted()
        kept = Cached(model, folder)
        kept.embed(["甲"])
        assert kept.embed(["甲"]).shape == (1, 64) and model.texts == ["甲"]


def test_a_model_replaced_under_its_name_is_noticed_by_the_length(tmp_path: Path) -> None:
    Cached(Counted(), tmp_path).embed(["甲"])
    with pytest.raises(SemanticError, match="请删除此缓存文件"):
        Cached(Counted((("乙",),)), tmp_path).embed(["甲", "乙"])


def test_several_processes_may_write_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.matcher.test_semantic import Cached, Counted\n"
        "for n in range(60): Cached(Counted(), Path(sys.argv[1])).embed([f'{sys.argv[2]}{n}', f'x{n}'])\n"
    )
    root = Path(__file__).parents[2]
    environment = {"PYTHONPATH": f"{root}:{root / 'tests' / 'matcher'}"}
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], env=environment) for name in "ab"
    ]
    assert [process.wait() for process in running] == [0, 0]
    model = Counted()
    Cached(model, tmp_path).embed([f"{name}{n}" for name in "abx" for n in range(60)])
    assert model.texts == []


# ------------------------------------------------------------------------------------------- a model folder


def make_model(folder: Path, words: str = "甲乙丙服务", pooling: str = "mean_tokens") -> None:
    """A model of one layer: every character has a direction of its own, [CLS] and unknown ones a common one."""
    onnx = pytest.importorskip("onnx", reason="the tests' model is made with onnx")
    tokenizers = pytest.importorskip("tokenizers", reason="the extra goufu[semantic] is not installed")
    pytest.importorskip("onnxruntime", reason="the extra goufu[semantic] is not installed")
    from onnx import TensorProto, helper, numpy_helper

    vocabulary = {word: n for n, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *words))}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
    tokenizer.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    (folder / "onnx").mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.eye(len(vocabulary), dtype=np.float32)
    table[3] = 0
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", "size"])],
        [numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "onnx" / "model.onnx"))
    write(folder / "modules.json", [{"type": f"sentence_transformers.models.{m}"} for m in ("Transformer", "Pooling", "Normalize")])  # fmt: skip
    write(folder / "1_Pooling" / "config.json", {f"pooling_mode_{pooling}": True, "pooling_mode_max_tokens": False})  # fmt: skip
    write(folder / "sentence_bert_config.json", {"max_seq_length": 6})


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_folder_gives_means_over_the_words_and_not_the_padding(tmp_path: Path) -> None:
    make_model(tmp_path)
    found = local_model(tmp_path).embed(["甲", "甲乙乙乙丙丙丙丙"])
    assert found.shape == (2, 9) and np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)
    expected = np.zeros(9)
    expected[[2, 4]] = 0.5**0.5  # [CLS], 甲 and the empty [SEP]
    assert np.allclose(found[0], expected, atol=1e-3)
    assert found[1][6] == 0  # cut off: six tokens are [CLS] 甲 乙 乙 乙 [SEP]
    many = local_model(tmp_path).embed(["甲乙", *["丙"] * 40])
    assert many.shape == (41, 9)
    assert "huggingface_hub" not in sys.modules


def test_a_folder_that_takes_the_first_token(tmp_path: Path) -> None:
    make_model(tmp_path, pooling="cls_token")
    (one, two) = local_model(tmp_path).embed(["甲", "丙乙"])
    assert np.array_equal(one, two) and one[2] == 1


def test_another_file_in_the_folder_is_another_model(tmp_path: Path) -> None:
    make_model(tmp_path)
    before = local_model(tmp_path).identity
    with (tmp_path / "onnx" / "model.onnx").open("ab") as file:
        file.write(b"\x00")
    assert local_model(tmp_path).identity != before


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("tokenizer.json", None, "tokenizer.json"),
        ("onnx/model.onnx", None, "onnx/model.onnx"),
        ("modules.json", [{"type": "sentence_transformers.models.Dense"}], "Dense"),
        ("modules.json", {"a": 1}, "JSON"),
        ("modules.json", [1], "不支持"),
        ("1_Pooling/config.json", {"pooling_mode_lasttoken": True}, "lasttoken"),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, "cls"),
    ],
)
def test_a_folder_that_is_incomplete_or_not_supported(
    tmp_path: Path, name: str, content: Any, word: str
) -> None:
    make_model(tmp_path)
    (tmp_path / name).unlink() if content is None else write(tmp_path / name, content)
    with pytest.raises(SemanticError, match=word):
        local_model(tmp_path)


@pytest.mark.parametrize("name", ["tokenizer.json", "onnx/model.onnx"])
def test_a_damaged_model_is_one_sentence(tmp_path: Path, name: str) -> None:
    make_model(tmp_path)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(SemanticError, match="用不起来") as raised:
        local_model(tmp_path).embed(["甲"])
    assert "\n" not in str(raised.value)


def test_a_folder_orders_candidates_too(tmp_path: Path) -> None:
    make_model(tmp_path, "".join(dict.fromkeys("宣传活动内部影音制作服务卫生健康知识")))
    (found,) = judged([LINE], Reranker(Cached(local_model(tmp_path), tmp_path)))
    assert len(found.codes) == 5 and found.record()["codes"]
