"""The world as solvers see it: venues, bridges, oracle answers and gas prices at one instant."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from pydantic import Field, TypeAdapter

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Amount, SignedAmount
from intents.canonical import content_id
from venues.bridges import BridgePort
from venues.chain_state import ChainState
from venues.markets.kinds import AnyVenue
from venues.markets.venue import Market

VenueValue = Annotated[AnyVenue, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What one solver can work with on one chain."""

    cash: SignedAmount
    """USDC base units in its clearing account."""

    ether: SignedAmount
    """Wei in its clearing account."""

    gas: Amount
    """Wei in its wallet, for gas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    """One chain at one instant."""

    chain: str
    spot: Amount
    """Answer of its oracle, in dollars times `PRICE_UNIT`."""

    spot_observed_ms: int
    gas_price_wei: Amount
    """What the settlement policy pays for a unit of gas at this instant."""

    venues: tuple[VenueValue, ...]
    bridges: tuple[BridgePort, ...]
    holdings: dict[str, Holdings] = field(default_factory=dict)
    """By solver."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All chains at one instant. Immutable; what is derived from it is kept with it."""

    time_ms: int
    ether_price: Amount
    """Price at which gas is converted, in dollars times `PRICE_UNIT`."""

    chains: tuple[ChainView, ...]

    @cached_property
    def by_chain(self) -> dict[str, ChainView]:
        """Chains by their id."""
        return {view.chain: view for view in self.chains}

    @cached_property
    def by_venue(self) -> dict[str, AnyVenue]:
        """Venues by their id."""
        return {venue.id: venue for view in self.chains for venue in view.venues}

    def market(self, chain: str) -> Market:
        """Return what the venues of a chain see."""
        return Market(now_ms=self.time_ms, spot=self.by_chain[chain].spot)

    def gas_cash(self, chain: str, gas: int) -> int:
        """Return what `gas` costs on a chain, in USDC base units, rounded up."""
        wei = gas * self.by_chain[chain].gas_price_wei
        return -(-wei * self.ether_price * USDC_UNIT // (ETH_UNIT * PRICE_UNIT))

    def bridge(self, source: str, target: str) -> BridgePort | None:
        """Return the bridge end on `source` that leads to `target`, if there is one.

        Of several it is the quickest of those that are open, and of equal ones the first by name.
        """
        ports = [port for port in self.by_chain[source].bridges if port.peer == target]
        return min(ports, key=lambda port: (not self.is_open(port), port.delay_ms, port.id), default=None)

    def bridge_liquidity(self, port: BridgePort) -> int:
        """Return the USDC that can come out at the far end of a bridge now, none while it is halted.

        What one end has paid on trust takes from the cap that it shares with the other.
        """
        far = next((end for end in self.by_chain[port.peer].bridges if end.id == port.id), None)
        if far is None or port.halted or far.halted:
            return 0
        return max(0, far.liquidity - port.exposed)

    def is_open(self, port: BridgePort) -> bool:
        """Return whether a bridge takes transfers; one of liquidity does even if they have to wait."""
        return not port.halted if port.kind == "liquidity" else self.bridge_liquidity(port) > 0

    @cached_property
    def hash(self) -> str:
        """Content id: the SHA-256 of the canonical JSON, in hex."""
        return content_id(_ADAPTER.dump_python(self, mode="json"))


_ADAPTER: TypeAdapter[Snapshot] = TypeAdapter(Snapshot)


def encode(snapshot: Snapshot) -> bytes:
    """Return the JSON text of a snapshot; equal snapshots have equal texts."""
    return _ADAPTER.dump_json(snapshot)


def decode(text: bytes) -> Snapshot:
    """Return the snapshot of a JSON text.

    Raises:
        pydantic.ValidationError: if the text is not one.
    """
    return _ADAPTER.validate_json(text, strict=True)


def view_chain(state: ChainState, gas_price_wei: int, solvers: tuple[str, ...], now_ms: int = 0) -> ChainView:
    """Return what solvers may see of a chain's state at an instant."""
    return ChainView(
        chain=state.chain,
        spot=state.answer.price,
        spot_observed_ms=state.answer.observed_ms,
        gas_price_wei=gas_price_wei,
        venues=tuple(state.seen(name, now_ms) for name in sorted(state.venues)),
        bridges=tuple(state.bridges[name].as_seen() for name in sorted(state.bridges)),
        holdings={
            name: Holdings(
                cash=state.clearing.account(name).cash,
                ether=state.clearing.account(name).ether,
                gas=state.wallets.get(name, 0),
            )
            for name in solvers
        },
    )
