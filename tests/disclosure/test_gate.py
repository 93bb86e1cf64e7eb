"""The gate: what may be opened, how much is taken in, and what a document of a few kilobytes can not do any more."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import mutations
import pytest
from goufu.catalog.characters import sound, visible
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import LIMITS, limit, limits_asked, read_bytes, read_stream, set_limits
from goufu.disclosure.read import documents, read_content, read_document


@pytest.fixture(autouse=True)
def _ordinary_limits() -> Iterator[None]:
    yield
    set_limits({})


def with_part(name: str, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A seed with one of its parts changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(mutations.seeds()[name])) as source,
        zipfile.ZipFile(buffer, "w", 8) as out,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            out.writestr(entry.filename, change(data) if entry.filename == part else data)
    return buffer.getvalue()


def refused(data: bytes, said: str, name: str = "a.bin") -> None:
    start = time.process_time()
    with pytest.raises(GoufuError, match=said) as caught:
        read_content(data, name)
    assert "\n" not in caught.value.message
    assert time.process_time() - start < 20


def test_every_limit_can_be_raised_by_its_name() -> None:
    set_limits(limits_asked(f"{name}={LIMITS[name].value * 2}" for name in LIMITS))
    assert all(limit(name) == LIMITS[name].value * 2 for name in LIMITS)
    for wrong in ("cells", "cells=", "cells=-1", "cells=²", "cells=0", "sells=1", "cells=" + "9" * 5000):
        with pytest.raises(GoufuError, match="--limit"):
            limits_asked([wrong])


def test_every_limit_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")
    for name, one in LIMITS.items():
        assert f"| `{name}` | {one.value:,} |" in page


@pytest.mark.parametrize(
    ("name", "value", "seed"),
    [("rows", 3, "a.txt"), ("cells", 5, "a.csv"), ("xml-nodes", 20, "a.docx"), ("page-nodes", 10, "a.html"),
     ("cells", 9, "a.docx"), ("cells", 9, "a.html"), ("parts", 2, "a.xlsx"), ("line-chars", 10, "a.txt"),
     ("cells", 3, "a.xlsx"), ("style-steps", 0, "a.html")],
)  # fmt: skip
def test_the_refusal_names_the_limit(name: str, value: int, seed: str) -> None:
    data = mutations.seeds()[seed]
    set_limits({name: value})
    refused(data, f"--limit {name}", seed)
    set_limits({})
    assert len(read_content(data, seed).items) == mutations.ITEMS


def test_a_stream_without_end_is_left_in_time() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"\0" * size

    set_limits({"file-mb": 2})
    with pytest.raises(GoufuError, match="--limit file-mb"):
        read_stream(Endless())  # type: ignore[arg-type]


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices are POSIX's")
def test_only_ordinary_files_and_links_to_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "null.csv").symlink_to("/dev/null")
    (tmp_path / "good.csv").write_bytes(mutations.seeds()["a.csv"])
    (tmp_path / "link.csv").symlink_to("good.csv")
    for name, said in (
        ("pipe.csv", "管道"),
        ("null.csv", "通过链接"),
        ("lost.csv", "不存在"),
        (".", "文件夹"),
    ):
        with pytest.raises(GoufuError, match=said):
            read_bytes(tmp_path / name)
    assert len(read_document(tmp_path / "link.csv").items) == mutations.ITEMS
    files, errors = documents([tmp_path])  # in a folder they are passed over
    assert sorted(path.name for path in files) == ["good.csv", "link.csv"] and not errors


def test_patterns_do_not_go_through_everything(tmp_path: Path) -> None:
    deep = tmp_path / "甲" / "乙"
    deep.mkdir(parents=True)
    for path in (tmp_path / "一.csv", deep / "二.csv", deep / "三.txt"):
        path.write_text("x")

    def found(pattern: str) -> list[str]:
        return [p.name for p in documents([f"{tmp_path}/{pattern}"])[0]]

    assert found("**/*.csv") == ["一.csv", "二.csv"]
    assert found("甲/**/*.[ct]*") == ["三.txt", "二.csv"]
    assert found("**/乙/二.csv") == ["二.csv"] and found("*.csv") == ["一.csv"]
    for nothing, said in (("", "空的"), ("  ", "空的"), ("**", "文件夹"), (f"{tmp_path}/**", "文件夹")):
        assert said in documents([nothing])[1][0].message
    set_limits({"entries": 2})
    assert "--limit entries" in documents([f"{tmp_path}/**/*.csv"])[1][0].message
    assert "--limit entries" in documents([tmp_path])[1][0].message


def test_empty_paragraphs_by_the_million() -> None:
    """What took eight gigabytes: hundreds of megabytes of nothing in a zip of a few hundred kilobytes."""
    refused(
        with_part(
            "a.docx",
            "word/document.xml",
            lambda d: d.replace(b"<w:sectPr", b"<w:p/>" * 5_000_000 + b"<w:sectPr", 1),
        ),
        "过大",
    )
    # the same below the ratio of packing
    set_limits({"xml-nodes": 100_000})
    noise = b"".join(b'<w:p w:rsidR="%08X"/>' % (n * 2654435761 % 2**32) for n in range(60_000))
    refused(with_part("a.docx", "word/document.xml", lambda d: d.replace(b"<w:sectPr", noise + b"<w:sectPr", 1)), "xml-nodes")  # fmt: skip


@pytest.mark.parametrize("value", ["²", "٣", "9" * 5000, "-1", "", "1e3", "99999"])
def test_spans_that_are_no_numbers(value: str) -> None:
    spans = f'<w:tcPr><w:gridSpan w:val="{value}"/>'.encode()
    word = with_part("a.docx", "word/document.xml", lambda d: d.replace(b"<w:tcPr>", spans, 3))
    page = mutations.seeds()["a.html"].replace(b"colspan=1", f"colspan='{value}'".encode())
    for data in (word, page.replace(b"rowspan='1'", f"rowspan='{value}'".encode())):
        try:
            read = read_content(data, "a")
        except GoufuError:
            continue
        assert {item.title for item in read.items} <= {
            "某县城市管理局",
            *(title for title, _ in mutations.ROWS),
        }


def test_a_word_file_without_a_body() -> None:
    refused(
        with_part(
            "a.docx",
            "word/document.xml",
            lambda d: b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'/>",
        ),
        "损坏",
    )
    refused(with_part("a.docx", "word/document.xml", lambda d: b""), "损坏")  # fmt: skip


@pytest.mark.parametrize("charset", ["no-such-charset", "idna", "rot13", "undefined", "unicode_escape"])
def test_a_charset_that_there_is_not(charset: str) -> None:
    page = mutations.seeds()["a.html"].replace(b"charset='utf-8'", f"charset='{charset}'".encode())
    assert page != mutations.seeds()["a.html"]
    try:
        read = read_content(page, "a.html")
    except GoufuError:
        return
    assert len(read.items) in (0, mutations.ITEMS)


def test_a_zip_that_unpacks_to_more_than_it_says() -> None:
    data = bytearray(mutations.seeds()["a.xlsx"])
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + 24] != b"xl/worksheets/sheet1.xml":
        at = data.index(b"PK\x01\x02", at + 4)
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    refused(bytes(data), "损坏")


def test_attributes_without_end() -> None:
    many = b"<html><body><p " + b" ".join(b"a%d" % n for n in range(300_000)) + b">x</p></body></html>"
    refused(many, "attributes")


def test_texts_of_an_item_are_cut_with_a_remark() -> None:
    read = read_content(f"项目名称,部门,金额\n{'保洁' * 5000},某局,1\n清运,某局,2\n".encode(), "a.csv")
    assert [len(item.title) for item in read.items] == [501, 2]
    assert ["10,000" in remark.text for remark in read.remarks if "title" in remark.text] == [True]


def test_half_a_pair_is_shown_as_its_number_and_stays_apart() -> None:
    assert sound("a\ud800b") == visible("a\ud800b") == "a\\ud800b"
    assert sound("\udcb9") != sound("\udcba") and sound("😀") == "😀"
