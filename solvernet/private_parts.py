"""Sections of a scenario file for builders who take private transactions, and for how settlement uses them."""

from collections.abc import Mapping
from typing import Literal, Protocol

from pydantic import Field

from intents.boundary import Boundary
from solvernet.completion_parts import DepositPart
from solvernet.quantities import Share
from solvernet.scenario_parts import ChainPart, Policy
from venues.chains.presets import PRESETS


class BuilderPart(Boundary):
    """An honest builder who takes transactions that nobody else sees."""

    chain: str
    share: Share
    """Of the chain's blocks."""


class PrivatePart(Boundary):
    """How steps of settlement are handed to builders instead of the public pool."""

    patience_blocks: int = Field(gt=0)
    """Blocks after which a step that nobody included goes to the public pool."""

    premium_percent: int = Field(ge=100)
    """What builders are offered, as a percentage of the public offer."""

    delay_percent: float = Field(ge=0)
    """What one block of waiting is taken to cost, of what is traded."""

    choice: Literal["priced", "always"] = "priced"
    """Whether the way that is expected to cost less is taken, or the private one wherever there is one."""


class SettlementPart(Policy):
    """The settlement policy, with private inclusion and safety deposits."""

    private: PrivatePart | None = None
    doomed_blocks: int = Field(default=0, ge=0)
    """Blocks on end after which a step that would fail on each of them is given up; zero never looks ahead."""

    ways_back: int = Field(default=1, ge=1)
    """Most bridges that a solver's cash may go back over; the first that takes it does."""

    in_parallel: bool = False
    """Whether fills of one bid on different chains go their ways at once, or one after the other."""

    deposit: DepositPart | None = None
    """Safety deposits of locks; none if left out."""


class ProducerPart(Protocol):
    """Somebody who makes blocks."""

    @property
    def chain(self) -> str:
        """Name of the chain."""


def flaw(
    builders: Mapping[str, BuilderPart], adversaries: Mapping[str, ProducerPart], chains: Mapping[str, ChainPart]
) -> str | None:
    """Return why builders cannot be in a scenario with such chains and adversaries, or `None` if they can."""
    for name, part in builders.items():
        if part.chain not in chains:
            return f"{part.chain!r} is referred to but not defined"
        rules = PRESETS.get(chains[part.chain].preset)
        if rules is not None and (rules.arrival is not None or rules.sequencing is not None):
            return f"builders.{name}: the sequencer makes the blocks of {part.chain}, and what waits there is private"
        if name in adversaries:
            return f"builders.{name}: there is an adversary of that name"
    for chain in sorted({part.chain for part in builders.values()}):
        shares = [part.share for part in builders.values() if part.chain == chain]
        shares += [getattr(part, "share", 0.0) for part in adversaries.values() if part.chain == chain]
        if sum(shares) > 1:
            return f"builders and adversaries make more than all blocks of {chain}"
    return None
