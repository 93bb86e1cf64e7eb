"""Called wrongly: one Chinese sentence with what was perhaps meant; help in Chinese; completion with Tab."""

import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import called
import click
import pytest
import typer
from goufu.cli.main import app
from goufu.cli.shared.usage import english_help

OFFICE = Path(__file__).parents[2] / "examples" / "disclosures" / "孝义市人民政府办公室2026.txt"


def goufu(*words: str | Path, lang: str = "zh", stdin: str = "", **more: str) -> CompletedProcess[str]:
    return called.goufu(*words, lang="", said=stdin, GOUFU_LANG=lang, **more)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["clasify", "x"], "没有命令“clasify”，是不是 classify？"),
        (["store", "statu"], "没有命令“statu”，是不是 status？"),
        (["classify", "--fromat", "csv"], "没有选项“--fromat”，是不是 --format"),
        (["classify"], "缺少参数 “文件…”"),
        (["batch", "x"], "缺少选项 --output"),
        (["lookup", "A15", "-n", "x"], "'x' 不是整数"),
        (["lookup", "A15", "-n", "0"], "不在允许的范围 x>=1 内"),
        (["lookup", "A15", "--format"], "选项 --format 后面要有值"),
        (["lookup", "a", "b"], "多出了参数“b”"),
    ],
)
def test_a_wrong_call_is_told_in_chinese(words: list[str], told: str) -> None:
    made = goufu(*words)
    assert made.returncode == 2 and made.stdout == ""
    assert told in made.stderr and len(made.stderr.strip().splitlines()) == 1
    assert "--help" in made.stderr


def test_the_same_in_english() -> None:
    made = goufu("clasify", "x", lang="en")
    assert made.stderr == "goufu: no such command 'clasify', perhaps classify? see goufu --help\n"


def test_a_language_that_is_none_is_told() -> None:
    made = goufu("--lang", "fr", "rules")
    assert made.returncode == 2 and "--lang 应为 zh 或 en" in made.stderr and made.stdout == ""


def _texts(command: click.Command) -> Iterator[tuple[str, str]]:
    """What the help of `command` and of those below it says, and what stands for values: (table, text)."""
    if command.help:
        yield "texts", command.help
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            yield "texts", text
        if parameter.metavar:
            yield "values", parameter.metavar
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _texts(below)


def test_every_text_of_the_help_has_its_english() -> None:
    texts = list(_texts(typer.main.get_command(app)))
    assert len(texts) > 100
    known = english_help()
    missing = {t for table, t in texts if re.search("[\u4e00-\u9fff]", t) and t not in known[table]}
    assert not missing
    assert set(known["texts"]) <= {t for _, t in texts}


@pytest.mark.parametrize("words", [[], ["classify"], ["precedents", "sign"], ["import"]])
def test_the_help_in_english_has_no_chinese(words: list[str]) -> None:
    shown = goufu(*words, "--help", lang="en").stdout
    assert shown.startswith("Usage: goufu") and "[env" in shown or words
    left = re.sub("like 孝义市财政局|like GF301=.*", "", shown)
    assert not re.findall("[\u4e00-\u9fff]+", left)
    assert "\\[" not in shown


def test_no_chinese_marks_stand_between_english_words(tmp_path: Path) -> None:
    for words in (["lookup", "A15"], ["diff", "2024-37"], ["diff", "2024-37", "x"], ["classify"]):
        told = goufu(*words, lang="en")
        assert not re.search("[、；，“”]", told.stderr), told.stderr
    assert "missing argument FILE…" in goufu("classify", lang="en").stderr


def test_a_pasted_text_is_named_in_the_language_chosen() -> None:
    assert goufu("classify", "-", stdin="").stderr == "标准输入：没有内容。\n"
    assert goufu("classify", "-", stdin="", lang="en").stderr.startswith("standard input: ")


def test_what_has_no_amount_is_told_beside_the_sum() -> None:
    made = goufu("classify", "-", "-d", "城市管理局", "--year", "2026", stdin="污水处理\n保洁服务 30万元\n")
    assert "共 2 项 30.00 万元（1 项没有金额）" in made.stdout + made.stderr


def test_a_missing_folder_is_told_in_chinese(tmp_path: Path) -> None:
    calls: list[list[str | Path]] = [
        ["classify", tmp_path / "没有"],
        ["classify", OFFICE, "-o", tmp_path / "没有" / "x.xlsx"],
        ["batch", tmp_path / "没有", "-o", tmp_path / "报告"],
    ]
    for words in calls:
        made = goufu(*words)
        assert made.returncode == 2 and "不存在" in made.stderr and "No such" not in made.stderr
    (tmp_path / "文件").write_text("", encoding="utf-8")
    made = goufu("batch", OFFICE, "-o", tmp_path / "文件")
    assert made.returncode == 2 and "已有同名文件" in made.stderr


def test_help_is_chinese_by_default_and_names_the_true_defaults() -> None:
    for words in ([], ["classify"], ["store"], ["store", "status"], ["precedents"]):
        made = goufu(*words, "--help")
        assert made.returncode == 0
        for english in ("Usage", "Options", "Commands", "Show this", "default:", "required"):
            assert english not in made.stdout, (words, english)
    flat = "".join(goufu("classify", "--help").stdout.split())
    assert "默认预算年度的1月1日" in flat and "默认今天" not in flat
    assert "Usage: goufu classify" in goufu("classify", "--help", lang="en").stdout


def completed(line: str, shell: str = "bash") -> list[str]:
    words = line.split(" ")
    told = goufu(
        _GOUFU_COMPLETE=f"complete_{shell}",
        COMP_WORDS=line,
        COMP_CWORD=str(len(words) - 1),
        _TYPER_COMPLETE_ARGS=line,
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_WORD_TO_COMPLETE=words[-1],
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


def test_tab_completes_commands_departments_codes_versions_and_rules() -> None:
    assert "classify" in completed("goufu cl")
    assert {"住房和城乡建设", "住建"} <= set(completed("goufu tree -d 住"))
    assert "A150401" in completed("goufu lookup A1504")
    assert "2024-37" in completed("goufu diff 2024")
    assert "GF203" in completed("goufu rules GF2")


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell", "pwsh"])
def test_every_shell_is_answered(shell: str) -> None:
    assert any("行政审批" in line for line in completed("goufu tree -d 行政", shell))


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".bash_completions/goufu.sh"),
        ("zsh", ".zfunc/_goufu"),
        ("fish", ".config/fish/completions/goufu.fish"),
    ],
)
def test_the_completion_is_installed(shell: str, place: str, tmp_path: Path) -> None:
    made = goufu("--install-completion", shell, HOME=str(tmp_path))
    assert made.returncode == 0 and "重新打开终端" in made.stdout
    assert "_GOUFU_COMPLETE" in (tmp_path / place).read_text(encoding="utf-8")


def test_an_unknown_shell_is_told() -> None:
    made = goufu("--install-completion", "csh")
    assert made.returncode == 2 and "csh" in made.stderr
    assert "_GOUFU_COMPLETE" in goufu("--show-completion", "powershell").stdout
