"""Finding solvers: by name, entry point, import path, or file.

A specification is `what` or `name=what`, followed by options: `greedy`, `mine=my.py:MySolver?markup_bps=1.5`.
"""

import importlib
import importlib.util
import math
import re
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Final, get_type_hints
from urllib.parse import parse_qsl

from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError

from solvers.errors import SolverLoadError, UnknownSolverError
from solvers.solver import Solver

GROUP: Final = "solvernet.solvers"
"""Entry-point group in which a distribution announces its solvers."""

SOFTWARE: Final = "software"

Option = str | int | float | bool

_NAME = re.compile(r"[a-z0-9][-a-z0-9]{0,47}\Z")


@dataclass(frozen=True, slots=True)
class SolverSpec:
    """A solver to run: under which name, found where, with which options."""

    name: str
    target: str
    """Entry-point name, `package.module:Class`, or `file.py:Class`."""

    options: tuple[tuple[str, Option], ...] = ()

    def __str__(self) -> str:
        query = "&".join(f"{key}={value}" for key, value in self.options)
        return f"{self.name}={self.target}" + (f"?{query}" if query else "")


def parse_spec(text: str) -> SolverSpec:
    """Return the specification that a text gives.

    Raises:
        SolverLoadError: if the text is malformed.
    """
    head, _, query = text.partition("?")
    name, equals, target = head.partition("=")
    if not equals:
        name, target = _default_name(head), head
    if not target or not _NAME.match(name):
        raise SolverLoadError(text, f"{name!r} is not a solver name: small letters, digits and dashes, at most 48")
    options = tuple((key, _option(value)) for key, value in parse_qsl(query, keep_blank_values=True))
    return SolverSpec(name, target, options)


def known() -> tuple[str, ...]:
    """Return the names of all installed solvers, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load(spec: SolverSpec) -> Solver:
    """Return a new solver.

    The option `software` belongs to every solver: it is what the solver declares to be built on.

    Raises:
        UnknownSolverError: if no such solver is installed.
        SolverLoadError: if it is there but cannot be imported or made.
    """
    kind = _class_of(spec)
    options = dict(spec.options)
    software = options.pop(SOFTWARE, None)
    _check_types(spec, kind, options)
    try:
        solver = kind(**options)
        if software is not None:
            solver.software = str(software)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a plugin may raise anything, even SystemExit
        raise SolverLoadError(str(spec), f"{kind.__name__}: {_line(error)}") from None
    return solver


def _check_types(spec: SolverSpec, kind: type[Solver], options: dict[str, Option]) -> None:
    """Compare options with what the constructor says it takes, where it says so."""
    try:
        hints = get_type_hints(kind.__init__)
    except (NameError, TypeError):
        return
    for name, value in options.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise SolverLoadError(str(spec), f"option {name} is {value}: give a finite number")
        try:
            TypeAdapter(hints.get(name, object)).validate_python(value)
        except ValidationError as error:
            wrong = error.errors()[0]["msg"]
            raise SolverLoadError(str(spec), f"option {name} is {value!r}: {wrong}") from None
        except PydanticSchemaGenerationError:
            continue


def _class_of(spec: SolverSpec) -> type[Solver]:
    module, _, name = spec.target.rpartition(":")
    try:
        found = _from_module(module, name) if module else _entry_point(spec).load()
    except (UnknownSolverError, SolverLoadError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001  importing a plugin runs its code: it may even exit
        raise SolverLoadError(str(spec), _line(error)) from None
    if not (isinstance(found, type) and issubclass(found, Solver)):
        raise SolverLoadError(str(spec), f"{name or spec.target} is not a subclass of solvernet.Solver")
    return found


def _entry_point(spec: SolverSpec) -> EntryPoint:
    points = entry_points(group=GROUP, name=spec.target)
    if not points:
        raise UnknownSolverError(spec.target, known())
    return next(iter(points))


def _from_module(module: str, name: str) -> object:
    loaded = _from_file(Path(module)) if module.endswith(".py") else importlib.import_module(module)
    if not hasattr(loaded, name):
        raise SolverLoadError(f"{module}:{name}", f"{module} has no {name}")
    return getattr(loaded, name)


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise SolverLoadError(str(path), "no such file")
    spec = importlib.util.spec_from_file_location(f"solver_file_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise SolverLoadError(str(path), "not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _default_name(head: str) -> str:
    """Return the name of a solver that was given none: the entry point's, or the class's in small letters."""
    last = head.rpartition(":")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", last).lower().replace("_", "-")


def _option(value: str) -> Option:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(value.lower(), value)


def _line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
