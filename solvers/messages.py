"""What auctioneer and solvers say to each other."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from intents.boundary import Amount, Boundary, SignedAmount
from intents.fees import RoundFees
from intents.intent import Intent
from solvers.bid import MAX_FILLS, Bid, BidFill
from solvers.bid_codes import BidCode
from solvers.opened_bids import OpenedRound
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
    code: BidCode
    """Why; `solvers.bid_codes` says what each means."""

    score: SignedAmount
    """Users' surplus as the auctioneer computed it, and the fees that they pay, in USDC base units."""

    detail: str = ""
    beaten_by: tuple[str, ...] = ()
    """Winning bids that leave a losing one no room, as `solver/position`."""

    needed: SignedAmount | None = None
    """Least score at which a losing bid would have won for certain, all else as it was; `None` where it is not worked
    out, or the bid could not win at any score."""

    prices: Mapping[str, SignedAmount] = Field(default_factory=dict)
    """What a losing bid takes of each resource that is short, at the marginal prices of the round, in USDC base units;
    for an unfair one, what it gives each owner too little."""

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


class StepEvidence(Boundary):
    """Something that happened to one transaction of a settlement."""

    time_ms: int
    step: str
    chain: str
    what: str
    """`sent`, `raised`, `dropped`, `landed`, `reverted`, `expired` or `undone`."""

    block: int = 0
    reason: str = ""


class FillEvidence(Boundary):
    """One fill, as far as it speaks against its solver: all of it can be looked up in the ledger."""

    fill_id: str
    intent_id: str
    round: int
    award_ms: int
    deliver_by_ms: int
    """Last instant at which a block could deliver it."""

    bond: Amount
    """USDC base units at stake."""

    slashed: Amount
    detail: str
    """The first breach of the settlement policy."""

    but_for: bool
    """Whether it would have landed had the policy been followed."""

    steps: tuple[StepEvidence, ...] = ()


class Ban(Boundary):
    """Why a solver's bids are refused, until when, on what evidence, and how to contest it."""

    code: str
    """Row of the rule table; `fault` where every single fault suspends."""

    since_ms: int
    until_ms: int
    """Bids are refused before this instant."""

    reason: str
    fills: tuple[FillEvidence, ...] = ()
    figures: Mapping[str, int] = Field(default_factory=dict)
    """What the rule compares, by name."""

    appeal: str
    """What to send, and against what it is checked."""


class Notice(Boundary):
    """News for one solver that asks for no answer."""

    kind: Literal["notice"] = "notice"
    solver: str
    topic: Literal["settled", "failed", "flag", "banned", "opened"]
    intent_id: str = ""
    detail: str = ""
    ban: Ban | None = None
    """The ban, where the news is one."""

    opened: Annotated[OpenedRound | None, Field(exclude_if=lambda value: value is None)] = None
    """All bids of a round, where the news is that they are opened."""


class Hello(Boundary):
    """A solver that is ready."""

    kind: Literal["hello"] = "hello"
    solver: str
    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Ed25519 public key of its signatures."""

    software: str = Field(default="", max_length=128)
    """Shared software it declares to run, if any: known dependence."""
