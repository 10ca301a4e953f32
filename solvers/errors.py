"""Errors of solvers: one that cannot be found or loaded, and one that breaks its word at run time."""


class SolversError(Exception):
    """Root of the errors of this package."""


class UnknownSolverError(SolversError):
    """A name that belongs to no solver."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"no solver {name!r}; known are {', '.join(known)}, or give package.module:Class or file.py:Class"
        )
        self.name = name


class SolverLoadError(SolversError):
    """A solver that is there but does not load."""

    def __init__(self, spec: str, why: str) -> None:
        super().__init__(f"solver {spec!r} does not load: {why}")
        self.spec = spec


class NoProgramError(SolversError):
    """An objective or a risk for an engine that maximises nothing."""

    def __init__(self, engine: str) -> None:
        super().__init__(f"engine {engine!r} has no objective to replace: use 'exact' or 'auto'")
        self.engine = engine


class TwoAimsError(SolversError):
    """An objective of one's own together with a risk, which is an objective too."""

    def __init__(self) -> None:
        super().__init__("give either an objective or a risk: price the risk in the objective, or leave it out")
