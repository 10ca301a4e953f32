"""The auction of the express lane: who goes before everybody else for the next minute.

Time is cut into rounds. Bids for a round are sealed and end some seconds before it begins; the highest bidder gets the
lane and pays the second highest bid, or the reserve price if there is no other. Who bids least is never asked for more
than it is worth to them, so that saying what it is worth is the best they can do.

Source: OffchainLabs/nitro-contracts, `src/express-lane-auction/ExpressLaneAuction.sol` (least lengths of a round and
its parts, second price, bids below the reserve refused). Rounds of 60 s that close 15 s before: unverified.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LEAST_ROUND_MS: Final = 10_000
LEAST_CLOSING_MS: Final = 5_000
LEAST_RESERVE_MS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRules:
    """How the lane is sold."""

    round_ms: int = 60_000
    closing_ms: int = 15_000
    """Time before a round in which no bids for it are taken, and the sale is settled."""

    reserve_submission_ms: int = 15_000
    """Time before that in which the reserve price can no longer be moved."""

    reserve_wei: int
    """Least price."""

    origin_ms: int = 0
    """Beginning of round zero, in Unix milliseconds."""

    def __post_init__(self) -> None:
        if self.round_ms < LEAST_ROUND_MS:
            raise ValueError(f"a round lasts at least {LEAST_ROUND_MS} ms, not {self.round_ms}")
        if self.closing_ms < LEAST_CLOSING_MS:
            raise ValueError(f"bids close at least {LEAST_CLOSING_MS} ms before a round, not {self.closing_ms}")
        if self.reserve_submission_ms < LEAST_RESERVE_MS:
            raise ValueError(f"the reserve stands for at least {LEAST_RESERVE_MS} ms, not {self.reserve_submission_ms}")
        if self.closing_ms + self.reserve_submission_ms > self.round_ms:
            raise ValueError("a round is shorter than its parts")

    def round_at(self, time_ms: int) -> int:
        """Return the round in force at an instant."""
        return (time_ms - self.origin_ms) // self.round_ms

    def starts_ms(self, number: int) -> int:
        """Return the beginning of a round."""
        return self.origin_ms + number * self.round_ms

    def is_settling(self, number: int, time_ms: int) -> bool:
        """Return whether bids for a round are closed and it has not begun."""
        starts_ms = self.starts_ms(number)
        return starts_ms - self.closing_ms <= time_ms < starts_ms


@dataclass(frozen=True, slots=True)
class Bid:
    """What somebody would pay for a round, in wei."""

    bidder: str
    amount_wei: int


@dataclass(frozen=True, slots=True)
class Sale:
    """Who got a round, and for what."""

    round: int
    winner: str
    price_wei: int


def ranked(bids: Iterable[Bid], number: int) -> tuple[Bid, ...]:
    """Return bids, highest first; equal ones in an order that no bidder can foresee to its use in all rounds."""

    def tie(bid: Bid) -> bytes:
        return hashlib.sha256(f"{number}\n{bid.bidder}\n{bid.amount_wei}".encode()).digest()

    return tuple(sorted(bids, key=lambda bid: (-bid.amount_wei, tie(bid))))


def sale_of(bids: Iterable[Bid], number: int, rules: RoundRules) -> Sale | None:
    """Return the sale of a round, or none if nobody bids the reserve price."""
    valid = [bid for bid in ranked(bids, number) if bid.amount_wei >= rules.reserve_wei]
    if not valid:
        return None
    price_wei = valid[1].amount_wei if len(valid) > 1 else rules.reserve_wei
    return Sale(number, valid[0].bidder, price_wei)
