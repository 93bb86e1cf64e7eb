"""In a real browser: an officer's day, an auditor's day, and every page looked over for those who cannot see or point.

Skips where there is no Chromium, no playwright or no uvicorn; the look at accessibility also without axe-core-python.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from desk_example import DEPARTMENTS, WORK, chromium, recorded, served
from goufu.store.people import accept, add_person, invite
from goufu.store.runs import stored_item
from goufu.store.worklist import Wanted, tally
from goufu.web.app import create_app
from goufu.web.settings import Settings

pytestmark = pytest.mark.long

sync_api = pytest.importorskip("playwright.sync_api")
pytest.importorskip("uvicorn")
if not chromium():
    pytest.skip("no Chromium on this machine", allow_module_level=True)

PASSWORD = "一个够长的密码 2026"
OFFICER, AUDITOR = "经办甲", "审计乙"
WIDTHS = (360, 768, 1280, 1920)
SECTION = quote("行政审批")
PAGES = (
    "/", "/worklist", "/worklist/1", "/worklist/1?q=" + quote("没有这样的项目"), "/catalog?q=" + quote("道路清扫"),
    f"/catalog/2025-28/{SECTION}", f"/catalog/2025-28/{SECTION}/A150401", f"/catalog/compare?section={SECTION}",
    "/catalog/compare?section=" + quote("生态环境"), "/overview", "/overview?code=B0101", "/precedents", "/hand-over",
    "/hand-over/1", "/hand-over/1/filing", "/people", "/people/log", "/account", "/api/v1/docs", "/nowhere", "/sign-in",
)  # fmt: skip
#: what is opened on a page before it is looked over: a key that is pressed, or everything that unfolds
OPENED = {"/worklist/1": ("Space", "x", "?"), "/": ("",), "/people": ("",)}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """A server with accounts and a run of 60 lines: (its address, its store)."""
    path = tmp_path_factory.mktemp("office")
    app = create_app(Settings(folder=path / "web", db=str(path / "goufu.db"), accounts=True, workers=1))
    store = app.state.store
    for name, role, departments in ((OFFICER, "officer", [DEPARTMENTS[1]]), (AUDITOR, "administrator", [])):
        person = add_person(store, name, role, departments, "测试").id
        accept(store, invite(store, person, "测试"), PASSWORD)
    recorded(store, 60, AUDITOR)
    with served(app) as address:
        yield address, store


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


def signed_in(browser: Any, address: str, name: str, **more: Any) -> Any:
    """A page of a browser in which `name` has signed in by keyboard; what it logs as wrong fails the test."""
    context = browser.new_context(base_url=address, locale="zh-CN", **more)
    page = context.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    given_up = ("htmx:afterRequest", "htmx:sendAbort")  # a request that a later key made needless
    page.on(
        "console",
        lambda m: (
            page.wrong.append(m.text) if m.type == "error" and not m.text.startswith(given_up) else None
        ),
    )
    page.on(
        "request",
        lambda r: page.wrong.append(r.url) if not r.url.startswith((address, "data:", "blob:")) else None,
    )
    page.goto("/sign-in")
    # the browser gives the first field the keyboard some time after the page has loaded: what is typed before is lost
    for field, words in (("name", name), ("password", PASSWORD)):
        page.wait_for_function("id => document.activeElement.id === id", arg=field)
        page.keyboard.type(words)
        page.keyboard.press("Tab" if field == "name" else "Enter")
    page.wait_for_url(f"{address}/")
    return page


def test_an_officers_day(browser: Any, office: tuple[str, Any], tmp_path: Any) -> None:
    """Sign in, drop a file, review 20 lines by keyboard, take one back, note, search, hand over."""
    address, store = office
    rows = [f"{DEPARTMENTS[1]},{title}（{n}）,2026,{n + 10}.5" for n, title in enumerate(WORK * 2)]
    file = tmp_path / "甲县行政审批服务管理局2026年项目.csv"
    file.write_text("部门,项目名称,年度,金额（万元）\n" + "\n".join(rows) + "\n", encoding="utf-8-sig")
    page = signed_in(browser, address, OFFICER)
    page.on("dialog", lambda dialog: dialog.accept())
    page.set_input_files("#files", str(file))
    page.click("#drop button")
    page.wait_for_selector('#uploads a.button[href^="/worklist/"]', timeout=40_000)
    page.click('#uploads a.button[href^="/worklist/"]')
    page.wait_for_selector("#item h2")
    run = int(page.url.rpartition("/")[2].partition("?")[0])
    done = []
    for number in range(20):
        title = page.inner_text("#item h2")
        done.append(page.get_attribute("[role=option][aria-selected=true]", "id"))
        page.keyboard.press("1" if page.query_selector('#item [data-key="1"]') else "w")
        page.wait_for_selector(f"#done li:nth-child({1}):has-text({title!r})")
        page.wait_for_function(
            "before => document.querySelector('#item h2').textContent !== before", arg=title
        )
        assert tally(store, run, Wanted()).decided == number + 1
    assert len(set(done)) == 20, "every key decided another line"
    page.keyboard.press("u")
    page.wait_for_function("() => document.querySelectorAll('#done li').length === 19")
    assert tally(store, run, Wanted()).decided == 19
    assert page.get_attribute("[role=option][aria-selected=true]", "id") == done[-1]
    page.wait_for_selector(f'#item [data-line="{done[-1]}"]')
    page.keyboard.press("n")
    page.keyboard.type("已与业务科室核对")
    page.keyboard.press("Enter")
    page.wait_for_selector("#item .note:has-text('已与业务科室核对')")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("falvguwen")
    page.fill("#words", "法律顾问")
    page.wait_for_selector("#hits button:has-text('法律顾问')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('#done li').length === 20")
    page.keyboard.press("f")
    page.keyboard.type("档案")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#lines .what b')].every(b => b.textContent.includes('档案'))"
    )
    page.keyboard.press("Escape")
    page.click(f'a[href="/hand-over/{run}"]')
    with page.expect_download() as got:
        page.click('a[href$="workbook.xlsx"]')
    assert got.value.suggested_filename.endswith("workbook.xlsx")
    assert page.wrong == []
    page.context.close()


def test_an_auditors_day(browser: Any, office: tuple[str, Any]) -> None:
    """From the overview down to a line in two clicks; an entry's life; two versions compared; accept the sure; file."""
    address, store = office
    page = signed_in(browser, address, AUDITOR)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/overview")
    page.click(".chart a >> nth=0")
    page.click("table a >> nth=0")
    page.wait_for_selector("#lines [role=option]")
    assert "code=" in page.url
    page.wait_for_selector("#item h2")
    page.keyboard.press(" ")
    page.wait_for_selector("#item [data-unfold][open] .near .is-here")
    page.goto("/worklist/1")
    page.wait_for_selector("#item h2")
    sure = tally(store, 1, Wanted()).sure
    page.click("#tally button")
    page.wait_for_function("() => !document.querySelector('#tally button')")
    now = tally(store, 1, Wanted())
    assert sure > 0 and (now.sure, now.decided) == (0, sure)
    page.goto(f"/catalog/2025-28/{SECTION}/A150401")
    assert "沿革" in page.inner_text("main")
    page.goto("/catalog/compare?old=2024-37&new=2025-28")
    assert page.query_selector("ins, del") is not None
    page.goto("/hand-over/1/filing")
    assert "合计" in page.inner_text("tfoot")
    page.goto("/people/log")
    assert AUDITOR in page.inner_text("table")
    assert page.wrong == []
    page.context.close()


def test_the_printed_document_has_its_total_once(
    browser: Any, office: tuple[str, Any], tmp_path: Any
) -> None:
    """Its head is on every sheet, its total and the place to sign on the last alone; nothing of the page around it."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    address, _ = office
    page = signed_in(browser, address, AUDITOR)
    page.goto("/hand-over/1/filing")
    page.pdf(path=str(tmp_path / "printed.pdf"), prefer_css_page_size=True)
    sheets = [
        sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(tmp_path / "printed.pdf")
    ]
    assert len(sheets) > 1 and all("目录代码" in text for text in sheets)
    assert ["合计" in text and "负责人" in text for text in sheets] == [False] * (len(sheets) - 1) + [True]
    assert not any("合计" in text for text in sheets[:-1]) and not any("退出" in text for text in sheets)
    page.context.close()


def test_two_people_on_one_line(browser: Any, office: tuple[str, Any]) -> None:
    """The later one is shown what the earlier one did, and nothing is overwritten."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.decisions.choice import choice_named
    from goufu.store.decisions import decide
    from goufu.store.worklist import lines

    address, store = office
    item = lines(store, 1, Wanted(state="doubtful"))[0]
    page = signed_in(browser, address, AUDITOR)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/worklist/1?state=doubtful")
    page.wait_for_selector(f"#item h2:has-text('{item.title}')")
    decide(store, item.id, choice_named("货物", item, load_catalogs()), "同事丙", item.revision)
    page.keyboard.press("w")
    page.wait_for_selector("#item [role=alert]:has-text('同事丙')")
    page.wait_for_selector(f"#line-{item.id}.is-decided[aria-selected=true]:has-text('同事丙')")
    d = stored_item(store, item.id).decision
    assert d is not None and d.officer == "同事丙"
    page.context.close()


def test_a_key_takes_an_acceptance_back(browser: Any, office: tuple[str, Any]) -> None:
    """`u` after accepting all that are sure; the rows, the figures and the list of what was done follow."""
    address, store = office
    before = tally(store, 1, Wanted())
    page = signed_in(browser, address, AUDITOR)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address + "/worklist/1")
    page.wait_for_selector("#item h2")
    page.click("#tally button")
    page.wait_for_selector("#done li [data-undo]")
    assert tally(store, 1, Wanted()).sure == 0
    page.locator("#lines").focus()
    page.keyboard.press("u")
    page.wait_for_selector("#said .good")
    assert f"已撤回 {before.sure} 项" in page.inner_text("#said")
    assert page.locator("#done li").count() == 0
    assert tally(store, 1, Wanted()) == before
    page.wait_for_selector("#lines [aria-selected=true]")
    page.context.close()


def test_nothing_typed_is_lost(browser: Any, office: tuple[str, Any]) -> None:
    """A note that the server did not take stays, a sentence says so, and it is there again when its line is."""
    address, store = office
    page = signed_in(browser, address, AUDITOR)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(
        "/worklist/1?state=decided&order=document" if tally(store, 1, Wanted()).decided > 1 else "/worklist/1"
    )
    page.wait_for_selector("#item h2")
    line = page.get_attribute("#item h2", "data-line")
    page.route("**/note", lambda route: route.abort())
    page.keyboard.press("n")
    page.keyboard.type("合同到期日待查")
    page.keyboard.press("Enter")
    page.wait_for_selector("#said .error:has-text('没有保存')")
    assert page.input_value("#note") == "合同到期日待查"
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"#item h2:not([data-line={line}])")
    assert page.input_value("#note") == ""
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(f"#item h2[data-line={line}]")
    assert page.input_value("#note") == "合同到期日待查" and "还没有记下" in page.inner_text(".remark")
    page.unroute("**/note")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.wait_for_selector("#item .note:has-text('合同到期日待查')")
    assert page.inner_text("#said") == "" and page.input_value("#note") == ""
    page.context.close()


def test_a_file_that_is_too_large_is_not_sent(browser: Any, tmp_path: Any) -> None:
    """The page says so before anything is sent, and what was chosen is listed."""
    app = create_app(Settings(folder=tmp_path / "web", db=str(tmp_path / "goufu.db"), workers=0, upload_mb=1))
    large = tmp_path / "扫描.pdf"
    large.write_bytes(b"0" * (1024 * 1024 + 1))
    with served(app) as address:
        page = browser.new_page(base_url=address)
        sent = []
        page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
        page.goto("/")
        page.click("#drop p button")
        page.wait_for_selector("#said .error:has-text('请先选择文件')")
        page.set_input_files("#files", str(large))
        assert "扫描.pdf" in page.inner_text(".chosen")
        page.click("#drop p button")
        page.wait_for_selector("#said .error:has-text('太大')")
        assert sent == []
        page.close()


def test_keys_have_a_help_and_a_menu(browser: Any, office: tuple[str, Any]) -> None:
    """`?` opens the help, Esc shuts it; space brings the reasons into view; in the menu of `x` a number is a nature."""
    address, store = office
    page = signed_in(browser, address, AUDITOR, viewport={"width": 1280, "height": 800})
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/worklist/1?state=open")
    page.wait_for_selector("#item h2")
    line = page.get_attribute("#item h2", "data-line")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("w")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.keyboard.press(" ")
    page.wait_for_selector("#item [data-unfold][open]")
    page.wait_for_function(
        "() => document.querySelector('[data-unfold]').getBoundingClientRect().top < innerHeight / 2"
    )
    page.keyboard.press("x")
    page.keyboard.press("2")
    page.wait_for_selector("#done li:has-text('不是购买服务（工程）')")
    page.wait_for_function("() => document.activeElement.id === 'lines'")
    decided = stored_item(store, int(line.removeprefix("line-"))).decision
    assert decided is not None and (decided.outcome, decided.nature) == ("not_applicable", "works")
    assert page.wrong == []
    page.context.close()


def test_a_pdf_shows_the_page_of_the_line(browser: Any, tmp_path: Any) -> None:
    """A PDF is handed in and read; beside a line its page is shown, with the line framed."""
    pytest.importorskip("reportlab")
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    rows = [["项目名称", "金额（万元）"], *([title, f"{n + 1}.50"] for n, title in enumerate(WORK[:6]))]
    style = TableStyle(
        [("FONT", (0, 0), (-1, -1), "STSong-Light", 12), ("GRID", (0, 0), (-1, -1), 1, colors.black)]
    )
    file = tmp_path / "甲县城市管理局2026年项目支出预算表.pdf"
    SimpleDocTemplate(str(file), pagesize=landscape(A4)).build([Table(rows, [300, 120], style=style)])
    app = create_app(Settings(folder=tmp_path / "web", db=str(tmp_path / "goufu.db"), workers=1))
    with served(app) as address:
        page = browser.new_page(base_url=address)
        page.goto("/")
        page.set_input_files("#files", str(file))
        page.click("#drop p button")
        page.wait_for_selector('#uploads a.button[href^="/worklist/"]', timeout=60_000)
        page.wait_for_selector("#said .good:has-text('读完')")
        page.click('#uploads a.button[href^="/worklist/"]')
        page.wait_for_selector("#item h2")
        page.keyboard.press(" ")
        page.wait_for_selector("#item figure.page img")
        page.evaluate("document.querySelector('#item figure.page').scrollIntoView()")
        page.wait_for_function("() => document.querySelector('figure.page img').naturalWidth === 1100")
        framed = page.evaluate("""() => {
          const image = document.querySelector('figure.page img');
          const drawn = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
          drawn.getContext('2d').drawImage(image, 0, 0);
          const { data } = drawn.getContext('2d').getImageData(0, 0, drawn.width, drawn.height);
          let found = 0;
          for (let n = 0; n < data.length; n += 4) found += data[n] === 194 && data[n + 1] === 65 && data[n + 2] === 12;
          return found;
        }""")
        assert framed > 100
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(browser: Any, office: tuple[str, Any], scheme: str) -> None:
    """axe finds nothing serious on any page; nothing is cut off at the side, from a phone to a wide screen."""
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    address, _ = office
    page = signed_in(browser, address, AUDITOR, color_scheme=scheme)
    found = []
    for path in PAGES:
        page.goto(path)
        if path == "/worklist/1":
            page.wait_for_selector("#item h2")
        looked_for = (
            {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
        )  # the rest is the same in both
        for key in ("shut", *OPENED.get(path, ())):
            if not key:
                page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            elif key != "shut":
                page.keyboard.press(key)
            for violation in axe.run(page, options=looked_for)["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    where = [node["html"][:200] for node in violation["nodes"][:3]]
                    found.append((path, key, violation["id"], where))
        for width in WIDTHS if scheme == "light" else ():
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if over > 0:
                found.append((path, "", f"{over} px too wide", [str(width)]))
    assert not found, found
    assert [text for text in page.wrong if "404" not in text] == []
    page.context.close()
