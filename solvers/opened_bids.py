"""The bids of a round as everybody may see them, once the epoch that it belongs to is over."""

from typing import Literal

from intents.boundary import Boundary, SignedAmount
from solvers.bid import Bid
from solvers.bid_codes import BidCode


class OpenedBid(Boundary):
    """One bid, and what became of it."""

    position: int
    """In the sheet of its solver."""

    outcome: Literal["won", "lost", "dropped"]
    code: BidCode
    score: SignedAmount
    """As the auctioneer computed it, in USDC base units; zero for one that did not hold."""

    bid: Bid


class OpenedSheet(Boundary):
    """All bids of one solver in a round; none if it sent none."""

    solver: str
    bids: tuple[OpenedBid, ...]


class OpenedRound(Boundary):
    """All bids of a round, those that lost among them, by solver."""

    kind: Literal["opened_round"] = "opened_round"
    round: int
    sheets: tuple[OpenedSheet, ...]
