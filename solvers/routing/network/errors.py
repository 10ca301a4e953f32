"""Errors of the network: markets and aims that make no sense, and an optimiser that gives up."""

from solvers.errors import SolversError


class NetworkError(SolversError):
    """Root of the errors of this package."""


class MalformedNetworkError(NetworkError):
    """An array of a family of markets that cannot be."""

    def __init__(self, family: str, field: str, rule: str) -> None:
        super().__init__(f"{family}.{field} must be {rule}")
        self.family = family
        self.field = field


class MalformedAimError(NetworkError):
    """An aim that the network cannot serve."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"the aim must have {rule}")


class InexactWeightsError(NetworkError):
    """Weights that are no small fractions, so that second-order cones cannot express them exactly."""

    def __init__(self, weights: tuple[float, ...], limit: int) -> None:
        super().__init__(f"weights {weights} are no fractions with a denominator up to {limit}; use the dual engine")
        self.weights = weights


class OptimiserError(NetworkError):
    """A conic solver that ended without a usable answer."""

    def __init__(self, solver: str, status: str) -> None:
        super().__init__(f"{solver} ended with status {status!r}; use the dual engine")
        self.status = status


class UnpricedMarketError(NetworkError):
    """Markets that fixed costs cannot be routed over: their output is not a curve of one tender."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} pools of several tokens: split them into pools of two, or leave them out")
