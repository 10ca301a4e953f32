"""Solvernet: an intent-based solver network for option trades."""

from solvers.bid import Bid, BidFill
from solvers.messages import OwnSettlement
from solvers.solver import Batch, Solver

__version__ = "0.1.0"

__all__ = ["Batch", "Bid", "BidFill", "OwnSettlement", "Solver", "__version__"]
