"""Travellers: everybody else who moves USDC over a bridge, both ways, at random times and in random amounts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from venues.bridges.agents.beat import Beat
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.transaction import Transaction
from venues.errand import Errand, priced
from venues.seeds import SeedPath, generator
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Travellers:
    """The users of one bridge, as one account on both chains."""

    name: str
    beat: Beat
    rate: float
    """Mean number of transfers each way between two looks; Poisson."""

    median: int
    """USDC base units of a transfer; lognormal."""

    spread: float
    """Standard deviation of the logarithm of the amount."""

    seed: SeedPath

    def next_ms(self, now_ms: int) -> int:
        """Return the next look."""
        return self.beat.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send what the draw of the instant says, unless the bridge is known to take nothing."""
        return tuple(offer for chain in self.beat.chains for offer in self._sendings(view, chain, now_ms))

    def _sendings(self, view: View, chain: str, now_ms: int) -> Iterator[Offer]:
        draw = generator(*self.seed, chain, now_ms)
        amounts = [
            math.ceil(self.median * math.exp(self.spread * z)) for z in draw.standard_normal(draw.poisson(self.rate))
        ]
        if view.state(chain).bridges[self.beat.bridge].halted:
            return
        for index, cash in enumerate(amounts):
            yield Offer(chain, self._sending(view, chain, (index, cash), now_ms))

    def _sending(self, view: View, chain: str, what: tuple[int, int], now_ms: int) -> Transaction[ChainState]:
        index, cash = what
        call = BridgeOut(bridge=self.beat.bridge, account=self.name, cash=cash)
        errand = Errand(name=f"{chain}:{index}", chain=chain, call=call)
        return priced(errand, self.name, view.chain(chain), None, now_ms)
