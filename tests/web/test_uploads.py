"""Handing in: what is acknowledged is there, what is refused leaves nothing, and names of files lead nowhere."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from goufu.catalog.errors import GoufuError
from goufu.store import uploads
from goufu.store.runs import run_items, run_named, runs
from goufu.store.uploads import LostClaimError
from goufu.web.app import create_app
from goufu.web.folder import content_path, held_alone, prepare
from goufu.web.intake import tidy_file_name
from goufu.web.reading import Job, read_one
from offices import OWN, Office, signed_in, token_of
from starlette.testclient import TestClient

LINES = (
    "部门,项目名称,预算金额（万元）,年度\n"
    + f"{OWN},政务服务热线运行,12.50,2026\n{OWN},消防设施改造工程,30,2026\n"
)


@pytest.fixture
def officer(app: Any, office: Office) -> TestClient:
    return signed_in(app, office.people["officer"])


def hand(client: TestClient, *files: tuple[str, bytes], **fields: str) -> Any:
    """The form as a browser sends it: with a file without a name where none was chosen."""
    chosen = [("files", one) for one in files or [("", b"")]]
    return client.post("/upload", files=chosen, data=fields, follow_redirects=False)


def left(office: Office) -> list[Path]:
    """Every file of an upload that lies in the server's folder."""
    return [p for name in ("uploads", "incoming") for p in (office.folder / "web" / name).iterdir()]


def newest(app: Any) -> uploads.Handed:
    return uploads.uploads(app.state.store, 1)[0]


def read(app: Any) -> uploads.Handed:
    """Read what waits longest, in this process."""
    handed = uploads.claim(app.state.store, app.state.worker)
    assert handed is not None
    read_one(Job(app.state.settings.db, content_path(app.state.settings.folder, handed.uid), handed))
    return uploads.upload(app.state.store, handed.uid)


def test_what_is_acknowledged_is_there(app: Any, office: Office, officer: TestClient) -> None:
    data = LINES.encode()
    assert hand(officer, ("清单.csv", data), year="2026").status_code == 303
    handed = newest(app)
    assert (handed.state, handed.name, handed.size) == ("queued", "清单.csv", len(data))
    assert handed.sha256 == hashlib.sha256(data).hexdigest() and handed.departments == (OWN,)
    assert [p.read_bytes() for p in left(office)] == [data]
    assert left(office)[0].name == handed.uid


def test_what_is_read_is_a_run_as_classify_saves_it(app: Any, officer: TestClient, tmp_path: Path) -> None:
    from goufu.cli.commands.classify import classify
    from goufu.store.address import StoreAddress
    from goufu.store.schema import open_store

    hand(officer, ("清单.csv", LINES.encode()), year="2026")
    done = read(app)
    assert (done.state, done.items, done.message) == ("done", 2, "")
    run = run_named(app.state.store, str(done.run))
    (tmp_path / "清单.csv").write_text(LINES, encoding="utf-8")
    classify(
        [str(tmp_path / "清单.csv")],
        year=2026,
        save=True,
        by="甲",
        db=str(tmp_path / "other.db"),
        form="json",
    )
    other = open_store(StoreAddress(tmp_path / "other.db"))
    same = run_named(other)
    assert (run.officer, run.settings, run.inputs) == (same.officer, same.settings, same.inputs)
    assert (run.program, run.index_digest, run.catalogs) == (same.program, same.index_digest, same.catalogs)
    saved = [(i.title, i.place, i.fingerprint, i.record) for i in run_items(app.state.store, run.id)]
    assert saved == [(i.title, i.place, i.fingerprint, i.record) for i in run_items(other, same.id)]
    assert {i.department for i in run_items(app.state.store, run.id)} == {OWN}
    page = officer.get("/uploads").text
    assert f"/worklist/{run.id}" in page and "hx-trigger" not in page
    other.engine.dispose()


def test_a_pasted_table(app: Any, officer: TestClient) -> None:
    text = "项目名称\t预算金额（万元）\n城区道路清扫保洁服务\t120\n"
    assert hand(officer, text=text, department="住房和城乡建设").status_code == 303
    handed = newest(app)
    assert handed.name == "粘贴"
    assert read(app).state == "done"


def test_what_cannot_be_read_says_why(app: Any, officer: TestClient) -> None:
    hand(officer, ("空.csv", b"   "), ("别的.txt", "今天天气不错。".encode()))
    assert [read(app).state for _ in range(2)] == ["failed", "failed"]
    page = officer.get("/uploads").text
    assert (
        page.count("空.csv") == 1
        and ">未读成</span> 没有" in page
        and "再读一次" in page
        and "hx-trigger" not in page
    )
    uid = newest(app).uid
    assert officer.post(f"/uploads/{uid}/again", follow_redirects=False).status_code == 303
    assert uploads.upload(app.state.store, uid).state == "queued"
    assert officer.post(f"/uploads/{uid}/again", follow_redirects=False).status_code == 404


def test_a_table_without_headings_leads_to_the_blank_list(app: Any, officer: TestClient) -> None:
    """What is said can be done in a browser; the blank list, filled in, is read."""
    openpyxl = pytest.importorskip("openpyxl")
    hand(officer, ("无表头.csv", "编号,金额\n1,2\n".encode()))
    failed = read(app)
    assert (
        failed.state == "failed"
        and "没有“项目名称”" in failed.message
        and "goufu template" not in failed.message
    )
    assert "可在“上传”页下载" in failed.message and "goufu" not in failed.english
    assert 'href="/blank.xlsx"' in officer.get(f"/uploads/{failed.uid}").text
    said = officer.post(
        "/api/v1/classify", content="编号,金额\n1,2\n".encode(), headers={"Content-Type": "text/csv"}
    )
    assert "goufu template" not in said.text
    assert 'href="/blank.xlsx"' in officer.get("/").text
    blank = officer.get("/blank.xlsx")
    assert "attachment" in blank.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(blank.content))
    heads = [cell.value for cell in book.worksheets[0][1]]
    row = {"项目名称": "政务服务热线运行", "部门": OWN}
    book.worksheets[0].append([row.get(head.split("（")[0]) for head in heads])
    filled = io.BytesIO()
    book.save(filled)
    hand(officer, ("项目清单.xlsx", filled.getvalue()), year="2026")
    done = read(app)
    assert (done.state, done.items) == ("done", 1), done.message


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("C:\\预算.xlsx", "预算.xlsx"),
        ("/", "未命名"),
        ("..", "未命名"),
        ("a\r\nX-Evil: 1.txt", "a X-Evil 1.txt"),
        ("a\x00b.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("长" * 500 + ".xlsx", "长" * 115 + ".xlsx"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("预算 (1).csv", "预算 (1).csv"),
    ],
)
def test_hostile_names(app: Any, office: Office, officer: TestClient, name: str, kept: str) -> None:
    found = tidy_file_name(name)
    if "Evil" in name:  # a drive's colon on Windows paths
        assert "\r" not in found and "\n" not in found
    else:
        assert found == kept
    safe = name.replace("\r", "").replace("\n", "").replace("\x00", "")
    before = {p for p in office.folder.rglob("*") if p.is_file()}
    assert hand(officer, (safe, b"x")).status_code == 303
    made = {p for p in office.folder.rglob("*") if p.is_file()} - before
    assert {p.parent.name for p in made} <= {"uploads", office.folder.name}, made
    assert newest(app).name == tidy_file_name(safe)
    assert "<script>alert" not in officer.get("/uploads").text


@pytest.mark.parametrize("uid", ["..", "../secret.key", "x" * 32, "", "0" * 31 + "/"])
def test_no_uid_leads_elsewhere(office: Office, uid: str) -> None:
    with pytest.raises(ValueError):
        content_path(office.folder, uid)


@pytest.fixture
def small(office: Office) -> Iterator[tuple[Any, TestClient]]:
    """A server that takes one megabyte, three files, four waiting."""
    app = create_app(office.settings(upload_mb=1, upload_files=3, upload_waiting=4, request_kb=8))
    with TestClient(app):
        yield app, signed_in(app, office.people["officer"])


def test_bombs_leave_nothing(office: Office, small: tuple[Any, TestClient]) -> None:
    app, client = small
    before = len(uploads.uploads(app.state.store))
    much = b"x" * ((1 << 20) + 1)

    def dripping() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(64):
            yield b"x" * (1 << 18)

    form = {"Content-Type": "multipart/form-data; boundary=b"}
    part = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    file = part % (b"files", b'; filename="a"', b"x")
    for what, answer in {
        "a file too large": hand(client, ("a.bin", b"x"), ("b.bin", much)),
        "too many files": hand(client, *[(f"{n}.csv", b"x") for n in range(4)]),
        "a length that is told": client.post("/upload", content=b"", headers={**form, "Content-Length": str(1 << 40)}),
        "no length told": client.post("/upload", content=dripping(), headers=form),
        "a form broken off": client.post("/upload", content=file, headers=form),
        "no form": client.post("/upload", content=b"\x00" * 100, headers=form),
        "no boundary": client.post("/upload", content=file, headers={"Content-Type": "multipart/form-data"}),
        "another kind": client.post("/upload", content=b"{}", headers={"Content-Type": "application/json"}),
        "a long header": client.post("/upload", content=b"--b\r\nX: " + b"x" * 9000 + b"\r\n\r\n", headers=form),
        "many headers": client.post("/upload", content=b"--b\r\n" + b"X: y\r\n" * 5000 + b"\r\n", headers=form),
        "many fields": client.post("/upload", content=b"".join(part % (b"f%d" % n, b"", b"") for n in range(99)) + file + b"--b--\r\n", headers=form),
        "a long field": client.post("/upload", content=part % (b"text", b"", much) + b"--b--\r\n", headers=form),
        "nothing": hand(client, year="2026"),
        "no such department": hand(client, ("a.csv", b"x"), department="没有这个部门的名称"),
        "no year": hand(client, ("a.csv", b"x"), year="二〇二六"),
    }.items():  # fmt: skip
        assert answer.status_code in (400, 413), (what, answer.status_code)
        assert left(office) == [], what
    assert len(uploads.uploads(app.state.store)) == before
    assert hand(client, *[(f"{n}.csv", b"x") for n in range(3)]).status_code == 303
    assert hand(client, *[(f"{n}.csv", b"x") for n in range(2)]).status_code == 400, "four may wait"
    assert len(left(office)) == 3


def test_other_requests_are_small(small: tuple[Any, TestClient]) -> None:
    _, client = small
    data = {"csrf": token_of(client), "name": "x" * 9000, "password": "x"}
    refused = client.post("/sign-in", data=data)
    assert refused.status_code == 413 and "太大，没有收下" in refused.text
    assert "回到首页" in refused.text and "去登录" not in refused.text, "who it was is not known yet"
    assert "Too large, nothing was taken" in client.post("/sign-in?lang=en", data=data).text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    told = client.post("/account/tokens", content=iter([b"name=" + b"x" * 5000] * 3), headers=form)
    assert told.status_code in (400, 413)


def test_a_packed_bomb_costs_only_itself(app: Any, officer: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", b"<x>" + b" " * (64 << 20))
    hand(officer, ("炸弹.xlsx", packed.getvalue()), ("清单.csv", LINES.encode()))
    first, second = read(app), read(app)
    assert first.state == "failed" and "炸弹.xlsx" in first.message
    assert second.state == "done"


def test_a_full_disk_is_a_sentence(
    app: Any, office: Office, officer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("goufu.web.intake.sync_stream", full)
    answer = hand(officer, ("清单.csv", LINES.encode()))
    assert answer.status_code == 400 and "磁盘已满" in answer.text and left(office) == []


def test_a_claim_that_was_lost_makes_no_second_run(app: Any, officer: TestClient) -> None:
    """A process that outlived its server finds that the file was queued anew, and records nothing."""
    store, worker = app.state.store, app.state.worker
    hand(officer, ("清单.csv", LINES.encode()))
    before = len(runs(store))
    old = uploads.claim(store, worker)
    assert old is not None and uploads.put_back(store, worker) == 1
    job = Job(app.state.settings.db, content_path(app.state.settings.folder, old.uid), old)
    read_one(job)
    assert len(runs(store)) == before and uploads.upload(store, old.uid).state == "queued"
    assert read(app).state == "done" and len(runs(store)) == before + 1
    read_one(job)
    assert len(runs(store)) == before + 1
    with pytest.raises(LostClaimError):
        uploads.progress(store, old.uid, old.attempts, 1, 2)


def test_a_file_that_ends_its_process_twice_is_given_up(app: Any, officer: TestClient) -> None:
    store = app.state.store
    hand(officer, ("坏.csv", b"x"))
    for state in ("queued", "failed"):
        handed = uploads.claim(store, app.state.worker)
        assert handed is not None
        uploads.broke(store, handed.uid, handed.attempts)
        assert uploads.upload(store, handed.uid).state == state
    assert "中断了 2 次" in newest(app).message


def test_a_server_reads_only_what_lies_with_it(app: Any, officer: TestClient) -> None:
    hand(officer, ("清单.csv", LINES.encode()))
    assert uploads.claim(app.state.store, "another server") is None
    assert uploads.claim(app.state.store, app.state.worker) is not None


def test_one_server_at_a_time_in_a_folder(office: Office) -> None:
    folder = office.folder / "web"
    with held_alone(folder), pytest.raises(GoufuError, match="已有一个 goufu serve"), held_alone(folder):
        pass
    with held_alone(folder):
        prepare(folder)
        (folder / "incoming" / "x.part").write_bytes(b"x")
        prepare(folder)
        assert left(office) == []


def test_a_colleague_sees_the_run_and_a_neighbour_does_not(
    app: Any, office: Office, officer: TestClient
) -> None:
    """A file without a department belongs to whoever handed it in, and to the colleagues."""
    from goufu.store.scope import Scope

    hand(officer, ("清单.csv", "项目名称,预算金额（万元）,年度\n城区道路清扫保洁服务,12,2026\n".encode()))
    run = read(app).run
    assert run is not None
    names = {
        who: run in {r.id for r in runs(app.state.store.within(scope))}
        for who, scope in (
            ("colleague", Scope((OWN,), "同事")),
            ("neighbour", Scope(("甲县城市管理局",), "乙")),
        )
    }
    assert names == {"colleague": True, "neighbour": False}
