"""What the auctioneer's own routing costs: work, which repeats, and never time, which does not."""

from collections.abc import Sequence

from intents.boundary import Boundary


class HouseCost(Boundary):
    """The house's work over a run."""

    work: int
    """Simplex iterations, branch-and-bound nodes and simulated orders of all rounds."""

    most: int
    """The same of the round that took most."""

    nodes: int
    """Branch-and-bound nodes after which each of its programs stops: one for each intent, one for all together."""


def house_cost(work: Sequence[int], nodes: int) -> HouseCost:
    """Return the cost of a house that spent this work in each round."""
    return HouseCost(work=sum(work), most=max(work, default=0), nodes=nodes)
