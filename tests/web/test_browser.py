"""In a real browser: an officer's day, an auditor's day, and every page looked over for those who cannot see or point.

Skips where there is no Chromium, no playwright or no uvicorn; the look at accessibility also without axe-core-python.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from desk_example import DEPARTMENTS, WORK, chromium, judged, recorded, served
from goufu.catalog.load import load_catalogs
from goufu.catalog.severity import Severity
from goufu.catalog.text import same
from goufu.matcher.model import Finding
from goufu.store.people import accept, add_person, invite
from goufu.store.runs import Input, record_run, stored_item
from goufu.store.worklist import PAGE, Wanted, tally
from goufu.web.app import create_app
from goufu.web.settings import Settings

pytestmark = pytest.mark.long

sync_api = pytest.importorskip("playwright.sync_api")
pytest.importorskip("uvicorn")
if not chromium():
    pytest.skip("no Chromium on this machine", allow_module_level=True)

PASSWORD = "一个够长的密码 2026"
OFFICER, AUDITOR = "经办甲", "审计乙"
#: how long a file may take to be read, in milliseconds: many tests may share the machine, and who waits costs nothing
READ = 300_000
WIDTHS = (360, 768, 1280, 1920)
SECTION = quote("行政审批")
PAGES = (
    "/", "/worklist", "/worklist/1", "/worklist/1?q=" + quote("没有这样的项目"), "/catalog?q=" + quote("道路清扫"),
    f"/catalog/2025-28/{SECTION}", f"/catalog/2025-28/{SECTION}/A150401", f"/catalog/compare?section={SECTION}",
    "/catalog/compare?section=" + quote("生态环境"), "/overview", "/overview?code=B0101", "/precedents", "/hand-over",
    "/hand-over/1", "/hand-over/1/filing", "/people", "/people/log", "/account", "/api/v1/docs", "/nowhere", "/sign-in",
)  # fmt: skip
#: what is opened on a page before it is looked over: a key that is pressed, or everything that unfolds
OPENED = {"/worklist/1": ("Space", "/", "x", "?"), "/": ("",), "/people": ("",)}


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
    page.set_default_timeout(120_000)
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
    page.wait_for_selector('#uploads a.button[href^="/worklist/"]', timeout=READ)
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
    run = recorded(store, 12, AUDITOR)
    before = tally(store, run, Wanted())
    page = signed_in(browser, address, AUDITOR)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/worklist/{run}")
    page.wait_for_selector("#item h2")
    page.click("#tally button")
    page.wait_for_selector("#done li [data-undo]")
    assert tally(store, run, Wanted()).sure == 0
    page.locator("#lines").focus()
    page.keyboard.press("u")
    page.wait_for_selector("#said .good")
    assert f"已撤回 {before.sure} 项" in page.inner_text("#said")
    assert page.locator("#done li").count() == 0
    assert tally(store, run, Wanted()) == before
    page.wait_for_selector("#lines [aria-selected=true]")
    page.context.close()


def test_the_filter_follows_the_keys(browser: Any, office: tuple[str, Any]) -> None:
    """Rows, count and address are those of the words; the end of the list brings the next; nothing found is said."""
    address, store = office
    page = signed_in(browser, address, AUDITOR)
    page.goto("/worklist/1")
    page.wait_for_selector("#item h2")
    rows, shown = page.locator("#lines [role=option]"), page.locator("#shown")
    many = "n => document.querySelectorAll('#lines [role=option]').length >= n"
    total, some = tally(store, 1, Wanted()).wanted, tally(store, 1, Wanted("清扫")).wanted
    assert total > rows.count() >= PAGE
    page.evaluate("document.getElementById('list').scrollTop = 1e6")
    page.wait_for_function(many, arg=PAGE + 1)
    page.keyboard.press("f")
    page.keyboard.type("清扫")
    page.wait_for_function("n => document.getElementById('shown').textContent.startsWith(`${n} `)", arg=some)
    assert 0 < some < total and rows.count() == min(some, PAGE)
    assert all("清扫" in text for text in rows.all_inner_texts())
    page.wait_for_url(f"{address}/worklist/1?q={quote('清扫')}&*")
    first = rows.first.get_attribute("id")
    page.wait_for_selector(f"#item h2[data-line={first}]")
    assert page.evaluate("document.getElementById('list').scrollTop") == 0
    assert rows.first.get_attribute("aria-selected") == "true"
    page.keyboard.type("没有")
    page.wait_for_selector("#more .none")
    assert rows.count() == 0 and shown.inner_text().startswith("0 ")
    page.fill("#q", "")
    page.wait_for_function(many, arg=PAGE)
    page.evaluate("document.getElementById('list').scrollTop = 1e6")
    page.wait_for_function(many, arg=PAGE + 1)
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
    """It is left out as soon as it is chosen, which the page says; the others are listed and can be sent."""
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
        small = tmp_path / "清单.csv"
        small.write_text("项目名称,金额\n保洁,1\n", encoding="utf-8")
        page.set_input_files("#files", [str(large), str(small)])
        page.wait_for_selector("#said .error:has-text('太大，没有选上：扫描.pdf')")
        assert sent == [] and "扫描.pdf" not in page.inner_text(".chosen")
        assert "清单.csv" in page.inner_text(".chosen")
        page.click("#drop p button")
        page.wait_for_selector("#uploads tbody tr")
        assert page.locator("#uploads tbody tr").count() == 1 and "清单.csv" in page.inner_text("#uploads")
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
        page.wait_for_selector('#uploads a.button[href^="/worklist/"]', timeout=READ)
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


#: what axe finds serious or critical: the rule, and the first places
SERIOUS = """async (options) => (await axe.run(options)).violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))])"""
#: what can be pressed and is too small for a finger; a link within a sentence is as high as its line, a tick is pressed by its words
TOO_SMALL = """() => [...document.querySelectorAll('a, button, summary, select, input, textarea')].filter((node) => {
  const { width, height } = ((node.type === 'checkbox' && node.closest('label')) || node).getBoundingClientRect();
  if (!width || !height || node.closest('.unseen, .skip') || !node.checkVisibility({ contentVisibilityAuto: true })) return false;
  if (node.matches('.unseen, input[type=file]') || (node.matches('a') && getComputedStyle(node).display === 'inline')) return false;
  return Math.round(width) < 24 || Math.round(height) < 24;
}).map((node) => node.outerHTML.slice(0, 120))"""


def test_every_page_is_for_everybody(browser: Any, office: tuple[str, Any]) -> None:
    """axe finds nothing serious on any page, light or dark; nothing is cut off at the side, from a phone to a wide
    screen; what is pressed is large enough."""
    axe = pytest.importorskip("axe_core_python.base").AXE_SCRIPT
    address, store = office
    run = f"/worklist/{with_findings(store)}"
    page = signed_in(browser, address, AUDITOR, color_scheme="light")
    found: list[tuple[Any, ...]] = []
    for path in (*PAGES, run):
        page.goto(path)
        if "/worklist/" in path and "?" not in path:
            page.wait_for_selector("#item h2")
        page.evaluate(axe)
        for key in ("shut", *OPENED.get(path, ("",) if path == run else ())):
            if not key:
                page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            elif key == "/":
                page.keyboard.press(key)
                page.fill("#words", "法律顾问")
                page.wait_for_selector("#hits button")
                page.keyboard.press("Escape")
            elif key != "shut":
                page.keyboard.press(key)
            for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
                page.emulate_media(color_scheme=scheme)  # the rest is the same in both
                wrong = page.evaluate(SERIOUS, {"resultTypes": ["violations"], **rules})
                found += [(path, key, scheme, rule, where) for rule, where in wrong]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            over, small = page.evaluate(
                f"[document.documentElement.scrollWidth - document.documentElement.clientWidth, ({TOO_SMALL})()]"
            )
            if over > 0:
                found.append((path, "", f"{over} px too wide", [str(width)]))
            if small:
                found.append((path, "", f"too small at {width}", small[:3]))
    assert not found, found
    assert [text for text in page.wrong if "404" not in text] == []
    page.context.close()


def with_findings(store: Any) -> int:
    """A run of 8 lines of a document with a long name and five long findings."""
    said = same(
        "“绩效管理情况”公开的项目，其他运转类与特定目标类之和：所印 65.09 万元，算得 130.18 万元，" * 3
    )
    law = same("财政部令第102号第十一条")
    levels: tuple[Severity, ...] = ("error", "warning", "warning", "warning", "notice")
    found = [("预算.xlsx", Finding("GF302", level, said, law, said)) for level in levels]
    name = Input(
        "甲县城市管理局等三部门2026年部门预算项目支出明细表（含一次性项目和经常性项目，报审查稿）.xlsx",
        1,
        "1" * 64,
    )
    return record_run(store, judged(8), [name], load_catalogs(), AUDITOR, "0", {}, findings=found)


def test_the_lines_keep_the_screen(browser: Any, office: tuple[str, Any]) -> None:
    """On a small laptop the head, the findings on the document and the filter leave more than half of it to the lines."""
    address, store = office
    page = signed_in(browser, address, AUDITOR, viewport={"width": 1280, "height": 720})
    page.goto(f"/worklist/{with_findings(store)}")
    page.wait_for_selector("#item h2")
    height = "document.querySelector('{}').getBoundingClientRect().height"
    assert page.evaluate(height.format("#list")) > 360
    feet = "[...document.querySelectorAll('#filter label')].map((one) => Math.round(one.getBoundingClientRect().bottom))"
    assert len(set(page.evaluate(feet))) == 1, "the filter is one row"
    page.click("details.document summary")
    assert page.inner_text("details.document").count("GF302") == 5
    assert page.evaluate(height.format("#list")) > 200
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.fill("#words", "服务")
    page.wait_for_selector("#hits button")
    seen = "document.querySelector('#hits button').getBoundingClientRect().bottom < document.querySelector('#item').getBoundingClientRect().bottom"
    assert page.evaluate(seen), "what is found stands in sight"
    page.context.close()


@pytest.mark.parametrize(("width", "row"), [(360, False), (768, True), (1280, True)])
def test_a_line_is_one_row_from_a_tablet_on(
    browser: Any, office: tuple[str, Any], width: int, row: bool
) -> None:
    """Title, verdict and amount stand side by side where there is room, and a figure is never broken."""
    address, _ = office
    page = signed_in(browser, address, AUDITOR, viewport={"width": width, "height": 900})
    page.goto("/worklist/1")
    page.wait_for_selector("#item h2")
    boxes = page.evaluate(
        "() => [...document.querySelectorAll('#lines .line')].slice(0, 3).map(line =>"
        " ['.what', '.verdict', '.money'].map(part => line.querySelector(part).getBoundingClientRect().toJSON()))"
    )
    for what, verdict, money in boxes:
        assert (verdict["left"] >= what["right"]) is row
        assert money["right"] <= width and money["height"] < 40
    assert page.wrong == []
    page.context.close()
