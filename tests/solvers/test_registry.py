import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from solvers import registry
from solvers.adversaries.no_settle import NoSettle
from solvers.errors import SolverLoadError, SolversError, UnknownSolverError
from solvers.registry import SolverSpec, known, load, parse_spec
from solvers.strategies.greedy import Greedy

GOOD = """
from solvers.solver import Solver

class Quiet(Solver):
    def __init__(self, *, depth=1):
        self.depth = depth

    def solve(self, batch):
        return []
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a file with a good solver; what loading adds to the modules is taken out again."""
    for name in ("solver_file_mine", "solver_module"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    path = tmp_path / "mine.py"
    path.write_text(GOOD)
    return path


def line_of(kind: type[SolversError], spec: str) -> str:
    """Return the message of the error that a specification ends in."""
    with pytest.raises(kind) as caught:
        load(parse_spec(spec))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_name_is_its_own_target() -> None:
    assert parse_spec("greedy") == SolverSpec("greedy", "greedy")


def test_a_name_may_be_given_to_any_target() -> None:
    assert parse_spec("mine=greedy") == SolverSpec("mine", "greedy")


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("my.module:MySolver", "my-solver"),
        ("folder/my.py:Cheap", "cheap"),
        ("m:SOLVER2Go", "solver2-go"),
        ("m:plain_name", "plain-name"),
    ],
)
def test_a_target_without_a_name_is_called_after_its_class(target: str, name: str) -> None:
    assert parse_spec(target) == SolverSpec(name, target)


def test_options_have_the_type_that_they_look_like() -> None:
    spec = parse_spec("greedy?a=3&b=-1.5&c=true&d=False&e=word&f=&g=1e3")

    assert dict(spec.options) == {"a": 3, "b": -1.5, "c": True, "d": False, "e": "word", "f": "", "g": 1000.0}
    assert [type(value) for _, value in spec.options] == [int, float, bool, bool, str, str, float]


@pytest.mark.parametrize("spec", ["greedy", "mine=greedy", "a=m:B?x=1&y=word", "b=dir/my.py:C"])
def test_a_specification_reads_back_from_its_text(spec: str) -> None:
    assert parse_spec(str(parse_spec(spec))) == parse_spec(spec)


@pytest.mark.parametrize("spec", ["", "=greedy", "Mine=greedy", "a b=greedy", "-x=greedy", "mine=", "x" * 49, "a\nb"])
def test_a_name_that_is_none_is_refused_in_one_line(spec: str) -> None:
    with pytest.raises(SolverLoadError) as caught:
        parse_spec(spec)

    assert "is not a solver name" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_installed_solvers_are_found_by_name() -> None:
    assert {"greedy", "convex", "single-path", "matcher", "no-settle"} <= set(known())
    assert isinstance(load(parse_spec("greedy")), Greedy)


def test_a_class_is_found_by_import_path_with_its_options() -> None:
    solver = load(parse_spec("solvers.adversaries.no_settle:NoSettle?discount_bps=3.5"))

    assert isinstance(solver, NoSettle)
    assert solver.discount_bps == 3.5


def test_every_solver_can_be_told_what_software_it_declares() -> None:
    assert load(parse_spec("greedy?software=my-engine")).software == "my-engine"


def test_a_solver_that_lets_nobody_set_its_software_does_not_load(plugin: Path) -> None:
    plugin.write_text(GOOD + "\n    @property\n    def software(self):\n        return 'mine'\n")

    assert "Quiet: AttributeError" in line_of(SolverLoadError, f"{plugin}:Quiet?software=other")


def test_a_class_is_found_in_a_file(plugin: Path) -> None:
    solver = load(parse_spec(f"{plugin}:Quiet?depth=7"))

    assert type(solver).__name__ == "Quiet"
    assert vars(solver) == {"depth": 7}


def test_every_load_makes_a_solver_of_its_own() -> None:
    spec = parse_spec("greedy")

    assert load(spec) is not load(spec)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    message = line_of(UnknownSolverError, "gredy")

    assert "'gredy'" in message
    assert "greedy" in message
    assert "file.py:Class" in message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    message = line_of(SolverLoadError, f"{tmp_path / 'absent.py'}:X")

    assert "absent.py" in message
    assert "no such file" in message


def test_a_folder_is_no_solver_file(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()

    assert "no such file" in line_of(SolverLoadError, f"{tmp_path / 'folder.py'}:X")


def test_a_missing_class_is_named(plugin: Path) -> None:
    assert "has no Absent" in line_of(SolverLoadError, f"{plugin}:Absent")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        pytest.param("class X(:\n    pass", "SyntaxError", id="syntax error"),
        pytest.param("import no_such_package_here", "no_such_package_here", id="missing import"),
        pytest.param("raise SystemExit(3)", "SystemExit: 3", id="exit at import"),
        pytest.param("import sys\nsys.exit()", "SystemExit", id="exit without a code"),
        pytest.param("raise ValueError('one\\ntwo')", "ValueError: one", id="two lines of reason"),
        pytest.param("raise RuntimeError", "RuntimeError", id="no reason at all"),
        pytest.param("X = 7", "X is not a subclass", id="not a class"),
        pytest.param("class X:\n    pass", "X is not a subclass", id="not a solver"),
        pytest.param("\x00", "null bytes", id="no text"),
    ],
)
def test_a_file_that_does_not_load_says_why_in_one_line(plugin: Path, source: str, complaint: str) -> None:
    plugin.write_text(source)

    assert complaint in line_of(SolverLoadError, f"mine={plugin}:X")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("raise ValueError('no depth')", "X: ValueError: no depth"),
        ("raise SystemExit(2)", "X: SystemExit: 2"),
        ("raise ValueError('a\\n\\nb')", "X: ValueError: a"),
    ],
)
def test_a_constructor_that_fails_says_why_in_one_line(plugin: Path, body: str, complaint: str) -> None:
    plugin.write_text(GOOD.replace("Quiet", "X").replace("self.depth = depth", body))

    assert complaint in line_of(SolverLoadError, f"{plugin}:X")


def test_a_solver_without_solve_cannot_be_made(plugin: Path) -> None:
    plugin.write_text("from solvers.solver import Solver\nclass X(Solver):\n    pass")

    assert "abstract" in line_of(SolverLoadError, f"{plugin}:X")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("greedy?markup_bps=x", "option markup_bps is 'x'"),
        ("greedy?markup_bps=nan", "option markup_bps is nan: give a finite number"),
        (
            "matcher?engine=magic",
            "option engine is 'magic': Input should be 'auto', 'exact', 'convex', 'dual', 'greedy' or 'path'",
        ),
    ],
)
def test_an_option_of_the_wrong_kind_is_named(text: str, complaint: str) -> None:
    with pytest.raises(SolverLoadError, match=re.escape(complaint)):
        load(parse_spec(text))


def test_an_option_that_a_solver_does_not_take_is_named() -> None:
    assert "'depth'" in line_of(SolverLoadError, "greedy?depth=3")


def test_a_module_that_does_not_exist_is_named() -> None:
    assert "no_such_module_here" in line_of(SolverLoadError, "no_such_module_here:X")


def test_an_interruption_by_the_user_is_not_taken_for_a_broken_plugin(plugin: Path) -> None:
    plugin.write_text("raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        load(parse_spec(f"{plugin}:X"))


def test_an_entry_point_that_leads_nowhere_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_module_here:X", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **_: [broken])

    assert "no_such_module_here" in line_of(SolverLoadError, "broken")
