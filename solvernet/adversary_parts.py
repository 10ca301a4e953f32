"""Sections of a scenario file for adversaries of the environment, and for the traders whom they feed on."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field, model_validator

from intents.boundary import Boundary
from solvernet.quantities import Dollars, Seconds, Share
from venues.chains.presets import PRESETS

Positive = Annotated[float, Field(gt=0, le=1e12)]
Percent = Annotated[float, Field(ge=0, lt=100)]

ACCOUNT: Final = "adversary."
"""How the accounts of adversaries begin."""

SPOT_KINDS: Final = frozenset({"concentrated", "constant_product"})
"""Kinds of venues that trade ether."""


class ChainPreset(Protocol):
    """What has to be known of a chain."""

    @property
    def preset(self) -> str:
        """Name of its rules."""


class VenuePlace(Protocol):
    """What has to be known of a venue."""

    @property
    def chain(self) -> str:
        """Name of its chain."""

    @property
    def kind(self) -> str:
        """Kind of venue."""


class SwapperPart(Boundary):
    """A trader who swaps at a spot pool now and then."""

    venue: str
    cash: Dollars
    ether: Dollars
    period_s: Positive
    offset_s: Seconds = 0.0
    chance: Share = 1.0
    """Probability of a swap every period."""

    size_median: Positive
    size_spread: Annotated[float, Field(ge=0, le=5)]
    tolerance_percent: Percent
    fee_quantile: Share = 0.5
    """Of recent gas prices, what is offered where there is no base fee."""

    is_private: bool = False
    """Whether they hand their transactions to builders instead of the public pool, where there are any."""


class SearcherPart(Boundary):
    """Somebody who watches a chain and trades on what others are about to do."""

    kind: Literal["sandwich", "oracle_front_run", "back_run"]
    chain: str
    venues: tuple[str, ...] = Field(min_length=1)
    cash: Dollars
    ether: Dollars
    sees: Literal["pool", "blocks"] = "pool"
    """Whether the chain's waiting transactions are public."""

    period_s: Positive = 1.0
    offset_s: Seconds = 0.0
    latency_s: tuple[Seconds, Seconds] = (0.02, 0.12)
    """Range of the time that its transactions take where the first come are served first."""

    market_latency_s: Seconds = 1.0
    """Age of what it sees of the market."""

    lead_s: Seconds = 60.0
    """Time before a delayed oracle's step from which it trades on it."""

    least_profit: Dollars = 1.0

    @property
    def trades_at(self) -> tuple[str, ...]:
        """Venues it trades at."""
        return self.venues

    @model_validator(mode="after")
    def _can_see(self) -> "SearcherPart":
        if self.kind == "sandwich" and self.sees == "blocks":
            raise ValueError("a sandwich needs a pool that can be seen")
        if self.latency_s[0] > self.latency_s[1]:
            raise ValueError("latency_s must be a range, the least first")
        return self


class CensorPart(Boundary):
    """Producers who leave somebody's transactions out."""

    kind: Literal["censor"]
    chain: str
    share: Share
    """Of the chain's blocks."""

    senders: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """Kinds of calls, such as `PostAnswer`; with neither senders nor calls, everybody's are left out."""

    @property
    def trades_at(self) -> tuple[str, ...]:
        """Nowhere."""
        return ()


class FavourPart(Boundary):
    """Producers who put the transactions of their own searchers first."""

    kind: Literal["reorder"]
    chain: str
    share: Share
    own: tuple[str, ...] = Field(min_length=1)
    """Names of adversaries."""

    @property
    def trades_at(self) -> tuple[str, ...]:
        """Nowhere: its searchers trade."""
        return ()


class SequencerPart(Boundary):
    """A sequencer who puts its own orders around those of others."""

    kind: Literal["front_running_sequencer"]
    chain: str
    share: Share = 1.0
    venues: tuple[str, ...] = Field(min_length=1)
    cash: Dollars
    ether: Dollars
    least_profit: Dollars = 1.0

    @property
    def trades_at(self) -> tuple[str, ...]:
        """Venues it trades at."""
        return self.venues


AdversaryPart = SearcherPart | CensorPart | FavourPart | SequencerPart
"""All adversaries, told apart by `kind`."""


def flaw(
    adversaries: Mapping[str, AdversaryPart],
    swappers: Mapping[str, SwapperPart],
    venues: Mapping[str, VenuePlace],
    chains: Mapping[str, ChainPreset],
) -> str | None:
    """Return why adversaries and traders cannot be in a scenario with such venues and chains, or `None` if they can."""
    for name, part in adversaries.items():
        rules = PRESETS.get(chains[part.chain].preset)
        is_hidden = rules is not None and (rules.arrival is not None or rules.sequencing is not None)
        if is_hidden and isinstance(part, SearcherPart) and part.sees == "pool":
            return f"adversaries.{name}: only the sequencer sees what waits on {part.chain}"
        away = next((venue for venue in part.trades_at if venues[venue].chain != part.chain), None)
        if away is not None:
            return f"adversaries.{name}: {away!r} is not on {part.chain}"
        for own in part.own if isinstance(part, FavourPart) else ():
            searcher = adversaries.get(own)
            if not isinstance(searcher, SearcherPart) or searcher.chain != part.chain:
                return f"adversaries.{name}: {own!r} is not a searcher on {part.chain}"
    for chain in sorted({part.chain for part in adversaries.values()}):
        shares = [p.share for p in adversaries.values() if p.chain == chain and not isinstance(p, SearcherPart)]
        if sum(shares) > 1:
            return f"adversaries make more than all blocks of {chain}"
    for name, trader in swappers.items():
        if venues[trader.venue].kind not in SPOT_KINDS:
            return f"swappers.{name}: {trader.venue!r} is not a pool of ether"
    return None
