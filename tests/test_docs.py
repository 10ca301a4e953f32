"""The documentation tells the truth: its commands run, its code compiles, its links lead somewhere."""

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer

from solvernet.cli.app import app, run_app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LONG = "docs/explanation"
"""Pages whose commands make long measurements: these run as a proof."""

LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(ROOT)), text)
        for page in PAGES
        for kind, text in FENCE.findall(page.read_text(encoding="utf-8"))
        if kind == language
    ]


def commands(text: str) -> list[list[str]]:
    """Return the arguments of each line, all of which call the program."""
    lines = [shlex.split(line) for line in text.strip().splitlines()]
    assert all(program == "solvernet" for program, *_ in lines)
    return [arguments for _, *arguments in lines]


@pytest.mark.parametrize(("page", "text"), blocks("sh"))
def test_the_commands_of_a_page_are_understood(page: str, text: str) -> None:
    program = typer.main.get_command(app)
    for name, *arguments in commands(text):
        command = program.commands[name]
        assert command.make_context(name, arguments).params, page


@pytest.mark.parametrize(
    ("page", "text"),
    [pytest.param(*block, marks=pytest.mark.proof if block[0].startswith(LONG) else ()) for block in blocks("sh")],
)
def test_the_commands_of_a_page_run(page: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    if page.startswith("docs/tutorial") and "run calm-v1" not in text:
        folder = tmp_path / "runs" / "first"
        assert run_app(["run", "calm-v1", "--window", "short", "--no-ideal", "--no-report", "--out", str(folder)]) == 0

    for arguments in commands(text):
        assert run_app(arguments) == 0


@pytest.mark.parametrize(("page", "text"), blocks("python"))
def test_the_code_of_a_page_compiles(page: str, text: str) -> None:
    assert ast.parse(text).body


def test_the_tutorial_shows_the_example_as_it_is() -> None:
    shown = next(text for page, text in blocks("python") if page == "docs/tutorial/first-solver.md")

    assert shown.strip() == (ROOT / "examples" / "my_solver.py").read_text(encoding="utf-8").strip()


def test_the_example_is_short() -> None:
    code = (ROOT / "examples" / "my_solver.py").read_text(encoding="utf-8")

    assert sum(bool(line.strip()) for line in code.splitlines()) <= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_decision_records_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:3]) for path in (ROOT / "docs" / "decisions").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))
