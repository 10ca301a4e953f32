"""The honest proposer of an optimistic bridge: proposes what was sent, and brings its proposals to their end.

It also has payments written off that turned out to be false, which is when the reserve pays.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.bridges.agents.beat import Beat
from venues.bridges.optimistic import OptimisticPort
from venues.bridges.transfer import Transfer
from venues.calls.bridging import ExecuteProposal, Propose, WriteOff
from venues.errand import Errand, offers
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposer:
    """A proposer of one optimistic bridge."""

    name: str
    beat: Beat

    def next_ms(self, now_ms: int) -> int:
        """Return the next look."""
        return self.beat.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Propose, pay out and write off what is due."""
        errands = [errand for way in self.beat.ways for errand in self._errands(view, way, now_ms)]
        return offers(errands, self.name, view, self.beat.retry_ms, now_ms)

    def _errands(self, view: View, way: tuple[str, str], now_ms: int) -> Iterator[Errand]:
        port, bridge = view.state(way[1]).bridges[self.beat.bridge], self.beat.bridge
        if not isinstance(port, OptimisticPort) or port.halted:
            return
        for name, proposal in sorted(port.proposals.items()):
            if proposal.proposer == self.name and now_ms >= proposal.time_ms + port.liveness_ms:
                yield Errand(name=f"execute:{name}", chain=way[1], call=ExecuteProposal(bridge=bridge, transfer=name))
        for name in sorted(port.trusted):
            if not isinstance(port.unfounded(name, now_ms), str):
                yield Errand(name=f"write-off:{name}", chain=way[1], call=WriteOff(bridge=bridge, transfer=name))
        left = port.cap - port.exposed
        purse = view.state(way[1]).clearing.account(self.name).cash
        for transfer in self._unproposed(view, way, now_ms):
            if transfer.total <= left and port.bond <= purse:
                left, purse = left - transfer.total, purse - port.bond
                call = Propose(bridge=bridge, transfer=transfer, proposer=self.name)
                yield Errand(name=f"propose:{transfer.id}", chain=way[1], call=call)

    def _unproposed(self, view: View, way: tuple[str, str], now_ms: int) -> Iterator[Transfer]:
        """Yield what was sent this way and is neither proposed nor paid, in the order of its sending."""
        there, here = (view.state(chain).bridges[self.beat.bridge] for chain in way)
        if not isinstance(there, OptimisticPort) or not isinstance(here, OptimisticPort):
            return
        for name, transfer in sorted(here.known.items()):
            if name not in here.settled and name not in here.proposals:
                yield transfer
        for passage in view.on_its_way(self.beat.bridge):
            if passage.source != way[0] or passage.id in here.settled or passage.id in here.proposals:
                continue
            confirmed = view.chain(way[0]).number - passage.number >= there.confirmations
            if confirmed and now_ms >= passage.time_ms + there.reaction.draw_ms(there.id, passage.id):
                yield passage.transfer
