"""Solvernet: an intent-based solver network for option trades."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from solvers.bid import Bid, BidFill
    from solvers.messages import OwnSettlement
    from solvers.solver import Batch, Solver

__version__ = "0.1.0"

__all__ = ["Batch", "Bid", "BidFill", "OwnSettlement", "Solver", "__version__"]

_PLACES: Final = {
    "Batch": "solvers.solver",
    "Bid": "solvers.bid",
    "BidFill": "solvers.bid",
    "OwnSettlement": "solvers.messages",
    "Solver": "solvers.solver",
}


def __getattr__(name: str) -> object:
    """Return what solver authors import from here; the command line does not wait for it."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
