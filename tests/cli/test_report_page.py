"""The report page: self-contained and escaped as text; searched, filtered, unfolded and printed in a real browser."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from goufu.catalog.load import load_catalogs
from goufu.cli.render.report_page import report_page
from goufu.disclosure.assemble import read_disclosure
from goufu.disclosure.model import BudgetItem, Disclosure, Place
from goufu.matcher.audit import Audit, audit

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
TODAY = date(2026, 1, 1)
SCRIPT = "<script>document.title='taken'</script>"


def of(stem: str) -> Audit:
    return audit(read_disclosure(EXAMPLES / f"{stem}.txt"), load_catalogs(), TODAY)


@pytest.fixture(scope="module")
def city() -> Audit:
    return of("孝义市城市管理局2026")


@pytest.fixture(scope="module")
def page(city: Audit) -> str:
    return report_page([city])


def hostile() -> Audit:
    names = (
        f"路灯维护{SCRIPT}",
        "x\" onmouseover=\"document.title='taken'",
        "'><img src=x onerror=alert(1)>",
        "{{ 7*7 }}",
    )
    items = tuple(
        BudgetItem(
            f"h-{n}", name, f"某局{SCRIPT}", SCRIPT, 2026, SCRIPT, Decimal(1), place=Place(SCRIPT, line=1)
        )
        for n, name in enumerate(names)
    )
    made = Disclosure(
        SCRIPT, f"某局{SCRIPT}", 2026, items, statement="无", statement_place=Place(SCRIPT, line=2)
    )
    return audit(made, load_catalogs(), TODAY)


def test_the_page_needs_nothing_from_outside_and_is_small(page: str) -> None:
    assert len(page.encode()) < 1_500_000
    assert "Content-Security-Policy" in page and "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert "http://" not in page and "https://" not in page


def test_every_item_and_finding_is_on_the_page(page: str, city: Audit) -> None:
    assert page.count('<details class="item') == 82
    for a, f in city.all_findings:
        assert f'href="#{f.rule}"' in page and f'id="{f.rule}"' in page, a


def test_what_a_department_wrote_is_text() -> None:
    text = report_page([hostile()])
    assert SCRIPT not in text and "&lt;script&gt;" in text
    assert "<img" not in text and "{{ 7*7 }}" in text
    assert not re.search(r"<[^>]*\sonmouseover=", text)


def test_several_departments_share_a_page() -> None:
    text = report_page([of("孝义市人民政府办公室2026"), of("孝义市行政审批服务管理局2025")])
    assert text.count('<section class="part"') == 2 and 'name="d"' in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


# ------------------------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, page: str) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("page")
    texts = {"city": page, "hostile": report_page([hostile()])}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


@pytest.fixture
def opened(browser: Any, files: dict[str, str]) -> Iterator[Any]:
    shown = browser.new_page(viewport={"width": 1200, "height": 900})
    problems: list[str] = []
    shown.on("pageerror", lambda error: problems.append(str(error)))
    shown.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    shown.goto(files["city"])
    yield shown
    assert problems == []
    shown.close()


def visible(shown: Any) -> int:
    return int(shown.locator("details.item:visible").count())


def test_search_narrows_the_list_and_says_how_many(opened: Any) -> None:
    opened.keyboard.press("/")
    opened.keyboard.type("污水 运营")
    assert 2 <= visible(opened) < 10
    assert opened.locator("output[name=shown]").inner_text().startswith(f"显示 {visible(opened)} / 82 项")
    opened.keyboard.press("Escape")
    assert visible(opened) == 82
    opened.keyboard.press("/")
    opened.keyboard.type("没有这样的项目")
    assert visible(opened) == 0 and opened.locator("#nothing").is_visible()


def test_filters_by_status_finding_and_review(opened: Any, city: Audit) -> None:
    opened.select_option("select[name=s]", "listed")
    assert visible(opened) == sum(a.status == "listed" for a in city.assessments)
    opened.keyboard.press("Escape")
    opened.locator("body").click(position={"x": 5, "y": 5})
    opened.keyboard.press("f")
    assert visible(opened) == sum(bool(a.findings) for a in city.assessments)
    opened.keyboard.press("f")
    opened.keyboard.press("r")
    assert visible(opened) == sum(a.decision == "review" for a in city.assessments)


def test_a_bar_filters_by_its_code(opened: Any, city: Audit) -> None:
    bar = opened.locator('.bars button[data-code="A110103"]')
    bar.click()
    assert visible(opened) == sum(bool(a.coded and a.coded.code == "A110103") for a in city.assessments)
    assert bar.get_attribute("aria-pressed") == "true"
    opened.locator("button[name=code]").click()
    assert visible(opened) == 82


def test_an_item_unfolds_by_keyboard_to_evidence_and_law(opened: Any) -> None:
    opened.keyboard.press("/")
    opened.keyboard.type("协管员经费 684")
    opened.keyboard.press("Enter")
    opened.keyboard.press("Enter")
    item = opened.locator("details.item[open]")
    assert item.count() == 1
    text = item.inner_text()
    assert "GF203" in text and "证据" in text and "第十条第（五）项" in text and "第 525 行" in text
    opened.keyboard.press("Escape")
    opened.keyboard.press("j")
    after = opened.evaluate("document.activeElement.closest('details').id")
    opened.keyboard.press("k")
    assert after != opened.evaluate("document.activeElement.closest('details').id")


def test_a_keystroke_is_answered_at_once(opened: Any) -> None:
    """Measured by the browser itself, from the event to the second frame after it."""
    opened.evaluate(
        """() => new Promise((done) => {
            const q = document.querySelector("input[name=q]");
            q.value = "服";
            const begun = performance.now();
            q.dispatchEvent(new Event("input", {bubbles: true}));
            window.took = performance.now() - begun;
            requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = performance.now() - begun; done(); }));
        })"""
    )
    assert opened.evaluate("window.took") < 100
    assert opened.evaluate("window.drawn") < 1000


@pytest.mark.parametrize("width", [400, 800, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_width_in_both_lights(
    browser: Any, files: dict[str, str], width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    shown = context.new_page()
    shown.goto(files["city"])
    shown.keyboard.press("x")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    ground = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", ground)[:3]))
    assert (brightness < 200) == (scheme == "dark")
    before = ground
    shown.click("button[name=theme]")
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") != before
    context.close()


def test_it_prints_as_a_document(opened: Any) -> None:
    opened.emulate_media(media="print")
    assert not opened.locator("form.tools").is_visible()
    assert not opened.locator("button[name=print]").is_visible()
    assert opened.locator("details.item").nth(0).is_visible()
    assert len(opened.pdf(prefer_css_page_size=True)) > 20_000


def test_a_hostile_name_runs_nothing(browser: Any, files: dict[str, str]) -> None:
    shown = browser.new_page()
    shown.goto(files["hostile"])
    shown.keyboard.press("x")
    shown.locator("summary").nth(1).hover()
    assert shown.title() != "taken"
    assert SCRIPT in shown.locator("details.item").nth(0).inner_text()
    shown.close()
