"""What auctioneer and solvers say to each other."""

from typing import Annotated, Final, Literal

from pydantic import Field

from intents.boundary import Amount, Boundary, SignedAmount
from intents.fees import RoundFees
from intents.intent import Intent
from solvers.bid import MAX_FILLS, Bid, BidFill
from venues.snapshot import Snapshot

MAX_BIDS: Final = 64
"""Bids of one solver in one round."""


class OpenIntent(Boundary):
    """An intent in the auction."""

    intent_id: str
    intent: Intent
    remaining: Amount


class Announcement(Boundary):
    """The start of a round. Goes to every solver alike."""

    kind: Literal["announcement"] = "announcement"
    round: int
    time_ms: int
    intents: tuple[OpenIntent, ...]
    snapshot: Snapshot
    snapshot_hash: str
    seal_key: str
    """Public key that bids of this round are sealed to, in hex."""

    nodes: int
    """Work budget: branch-and-bound nodes for each program."""

    fees: RoundFees | None = Field(default=None, exclude_if=lambda value: value is None)
    """What owners pay the house for a fill, on top of the price and within their limits."""


class BidSheet(Boundary):
    """All bids of one solver in one round; an empty sheet is an abstention."""

    kind: Literal["bids"] = "bids"
    solver: str
    round: int
    bids: tuple[Bid, ...] = Field(default=(), max_length=MAX_BIDS)


class SealedSheet(Boundary):
    """A bid sheet that only the auctioneer can open."""

    kind: Literal["sealed"] = "sealed"
    solver: str
    round: int
    sealed: str = Field(pattern=r"^[0-9a-f]*$")
    """Signed bid sheet, sealed to the round's key, in hex."""

    work: int = 0
    """Work units spent, as counted by the routers."""

    output: str = Field(default="", max_length=4096)
    """What the solver printed during the round, for its developer."""

    error: str = Field(default="", max_length=512)
    """Why the solver has no bids, if it failed."""


class Award(Boundary):
    """What a round brought one solver. Goes to that solver only."""

    kind: Literal["award"] = "award"
    round: int
    solver: str
    won: tuple[int, ...]
    """Positions of its winning bids in its sheet."""

    results: tuple["BidResult", ...]


class BidResult(Boundary):
    """Why a bid won, lost, or was dropped."""

    position: int
    outcome: Literal["won", "lost", "dropped"]
    code: str
    """`won`, `outbid`, `unfair`, `capacity`, `full` (as many winners as may be), or the check that dropped it."""

    score: SignedAmount
    """Users' surplus as the auctioneer computed it, and the fees that they pay, in USDC base units."""

    detail: str = ""
    beaten_by: tuple[str, ...] = ()
    """Winning bids that leave a losing one no room, as `solver/position`."""

    reference: SignedAmount | None = None
    """What the round reaches without this solver, in USDC base units with one for each fill; the winning score itself
    for a solver that wins nothing."""


class OwnSettlement(Boundary):
    """What a solver says it sends itself for one of its wins, in place of what was awarded."""

    position: int = Field(ge=0)
    fills: tuple[BidFill, ...] = Field(min_length=1, max_length=MAX_FILLS)
    """One for each fill that was awarded, of the same intents in the same order."""


class Decision(Boundary):
    """What a solver does about an award: settle by the published policy, or by itself, or nothing."""

    kind: Literal["decision"] = "decision"
    round: int
    solver: str
    settle: tuple[int, ...]
    """Positions of the winning bids that it settles."""

    own: Annotated[tuple[OwnSettlement, ...], Field(exclude_if=lambda value: not value)] = ()
    """What it sends itself for some of them."""

    error: str = Field(default="", max_length=512)


class Notice(Boundary):
    """News for one solver that asks for no answer."""

    kind: Literal["notice"] = "notice"
    solver: str
    topic: Literal["settled", "failed", "flag"]
    intent_id: str = ""
    detail: str = ""


class Hello(Boundary):
    """A solver that is ready."""

    kind: Literal["hello"] = "hello"
    solver: str
    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Ed25519 public key of its signatures."""

    software: str = Field(default="", max_length=128)
    """Shared software it declares to run, if any: known dependence."""
