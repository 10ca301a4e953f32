"""Bad input of a user of the command line or the library: one line that says what, where, and what to do."""

from pathlib import Path


class SolvernetError(Exception):
    """Root of the errors of this package: bad input."""


class UnknownScenarioError(SolvernetError):
    """A name that belongs to no scenario and no file."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no scenario {name!r}; known are {', '.join(known)}, or give the path of a .toml file")
        self.name = name


class InvalidScenarioError(SolvernetError):
    """A scenario file that cannot be used."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"scenario {where}: {what}")
        self.where = where


class UnknownWindowError(SolvernetError):
    """A window that the scenario does not have."""

    def __init__(self, scenario: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"scenario {scenario} has no window {name!r}; it has {', '.join(known)}")
        self.name = name


class ForeignPackageError(SolvernetError):
    """Another distribution's `intents` package hides ours."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"the package `intents` at {path} is not Solvernet's: an unrelated distribution of that name is installed;"
            " remove it with `pip uninstall intents` and reinstall solvernet"
        )


class RunAbortedError(SolvernetError):
    """A run that could not go on; what was committed stays."""


class InterruptedRunError(SolvernetError):
    """A run that its user ended with Ctrl-C; what was committed stays."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "interrupted; the ledger holds every round that was committed:"
            f" solvernet resume {folder} goes on from there"
        )
        self.folder = folder
