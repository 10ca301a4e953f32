"""One step on its way to a block, and what is noted of it."""

from dataclasses import dataclass
from typing import Final, Literal

from auction.settlement.plan import Step
from venues.calls.self_transfer import SelfTransfer
from venues.chain_state import ChainState
from venues.chains.transaction import Block, Call

StepStatus = Literal["waiting", "sent", "done", "failed"]
ENDED: Final[frozenset[StepStatus]] = frozenset({"done", "failed"})

Happening = Literal[
    "sent",
    "raised",
    "dropped",
    "landed",
    "reverted",
    "expired",
    "undone",
    "published",
    "completed",
    "cancelling",
    "cancelled",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent:
    """Something that happened to a step."""

    fill_id: str
    step: str
    chain: str
    what: Happening
    time_ms: int
    block: int = 0
    price_wei: int = 0
    cost_wei: int = 0
    reason: str = ""


@dataclass(slots=True)
class Sending:
    """A step on its way."""

    step: Step
    sender: str
    not_before_ms: int = 0
    status: StepStatus = "waiting"
    transaction_id: str = ""
    offered_wei: int = 0
    tip_wei: int = 0
    cap_wei: int = 0
    ether_due_wei: int = 0
    """What its sender has to hold for it: the cap, and for its posting as many times the first price."""

    sent_block: int = 0
    attempts: int = 0
    reason: str = ""
    block: Block | None = None
    """Block in which it landed well."""

    was_undone: bool = False
    """Whether it was in a block that was taken back."""

    doomed: int = 0
    """Blocks on end on which it would have failed."""

    foreseen: str = ""
    """Why it would fail as things stand; empty if it would not, or is not looked at."""

    is_cancelled: bool = False
    """Whether a transfer to oneself stands in its place in the pool."""

    was_private: bool = False
    """Whether it was handed to builders alone at first."""

    last_private: int = 0
    """Last block in which builders who alone have it may include it; zero once it is public."""

    @property
    def fill_id(self) -> str:
        """Fill that the step is for."""
        return self.step.id.rpartition("/")[0]

    @property
    def call(self) -> Call[ChainState]:
        """What its transaction asks of the chain."""
        return SelfTransfer(account=self.sender) if self.is_cancelled else self.step.call

    @property
    def version(self) -> int:
        """How often it was put into a pool, replacements counted."""
        return int(self.transaction_id.rpartition("#")[2] or 0)

    def told(self, reason: str) -> str:
        """Return why it fails: had its block not been taken back, it would not have."""
        return f"reorged: its block was taken back, then {reason}" if self.was_undone else reason

    def event(self, what: Happening, time_ms: int, *, price_wei: int = 0, reason: str = "") -> StepEvent:
        """Return the note of something that happened to it outside a block."""
        return StepEvent(
            fill_id=self.fill_id,
            step=self.step.kind,
            chain=self.step.chain,
            what=what,
            time_ms=time_ms,
            price_wei=price_wei,
            reason=reason,
        )
