"""What a route risks besides what it costs."""

from dataclasses import dataclass

from solvers.routing.layers import Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Worked out from the whole lots of a route, each part where it was asked for."""

    success: float = 1.0
    """Chance that all venues and bridges it uses work."""

    margin: float = 0.0
    """Dollars of margin that its positions add to those held before, over all chains; negative where they free some."""

    margin_cost: float = 0.0
    """What that costs until the last expiry, in dollars."""

    tail_loss: float = 0.0
    """Mean loss in the worst share of cases of failing venues, in dollars."""

    ends_ms: int | None = None
    """When it has ended in 99 of 100 cases, from the snapshot on."""

    transfers: tuple[Transfer, ...] = ()
    """Cash that has to be brought first; its fees and gas are in the cost of the route."""

    worth: float = 0.0
    """Surplus less the cost of margin and what the tail weighs, in dollars."""
