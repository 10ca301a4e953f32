"""The carrier: brings proofs to where they count, and pays the gas.

It proves and finalises withdrawals from a rollup, and carries the proofs of a light client.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.bridges.agents.beat import Beat
from venues.bridges.canonical import CanonicalPort
from venues.bridges.light_client import LightClientPort
from venues.calls.bridging import FinaliseWithdrawal, ProveWithdrawal, RelayProof
from venues.errand import Errand, offers
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Somebody who carries proofs for one bridge."""

    name: str
    beat: Beat

    def next_ms(self, now_ms: int) -> int:
        """Return the next look."""
        return self.beat.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Carry what can be carried."""
        errands = [errand for chain in self.beat.chains for errand in self._errands(view, chain, now_ms)]
        return offers(errands, self.name, view, self.beat.retry_ms, now_ms)

    def _errands(self, view: View, chain: str, now_ms: int) -> Iterator[Errand]:
        port, bridge = view.state(chain).bridges[self.beat.bridge], self.beat.bridge
        if port.halted:
            return
        if isinstance(port, LightClientPort):
            for name in sorted(port.inbox):
                call = RelayProof(bridge=bridge, transfer=name, carrier=self.name)
                yield Errand(name=f"relay:{name}", chain=chain, call=call)
        elif isinstance(port, CanonicalPort):
            for name in sorted(port.inbox):
                ready_ms = port.ready_ms(port.inbox[name])
                if ready_ms is None:
                    prove = ProveWithdrawal(bridge=bridge, transfer=name)
                    yield Errand(name=f"prove:{name}", chain=chain, call=prove)
                elif now_ms > ready_ms:
                    finalise = FinaliseWithdrawal(bridge=bridge, transfer=name)
                    yield Errand(name=f"finalise:{name}", chain=chain, call=finalise)
