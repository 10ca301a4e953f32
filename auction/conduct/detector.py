"""What a detector of dependence is: something that turns an auction into bets on pairs."""

from dataclasses import dataclass
from typing import Protocol

from auction.conduct.eprocess import Floats
from auction.conduct.margins import AuctionRecord
from intents.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionView:
    """An auction as detectors see it; arrays are in the order of `solvers`."""

    record: AuctionRecord
    solvers: tuple[str, ...]
    """All solvers seen so far, in order of first appearance."""

    surprise: Floats
    """What a solver's own past does not foretell of its margin, in basis points; `nan` without a trusted bid."""

    agreement: Floats
    """Agreement of each pair's surprises, in [-1, 1]; `nan` where it cannot be told."""


class Detector(Protocol):
    """One test of independence.

    It may keep state, but a bet may use nothing of the auction that it is not settled by: given all earlier
    auctions, its expected value must be at most zero if the two solvers of a pair bid independently.
    """

    @property
    def sides(self) -> int:
        """Number of bets on each pair, each with a wealth of its own; the pair's evidence is their mean."""
        ...

    def bet(self, view: AuctionView) -> Floats:
        """Return what the bets of this auction come to, of shape (sides, solvers, solvers).

        Symmetric in the solvers, in [-1, 1]; `nan` where there is no bet.
        """
        ...

    def to_json(self) -> Json:
        """Return the detector's name and thresholds, without floats."""
        ...
