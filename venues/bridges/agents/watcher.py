"""The watcher of an optimistic bridge: disputes what was never sent, and fetches the bonds it wins."""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.bridges.agents.beat import Beat
from venues.bridges.optimistic import OptimisticPort, Proposal
from venues.calls.bridging import DisputeProposal, JudgeDispute
from venues.errand import Errand, offers
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """A watcher of one optimistic bridge."""

    name: str
    beat: Beat

    def next_ms(self, now_ms: int) -> int:
        """Return the next look."""
        return self.beat.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Dispute what is false, and have disputes judged."""
        errands = [errand for chain in self.beat.chains for errand in self._errands(view, chain, now_ms)]
        return offers(errands, self.name, view, self.beat.retry_ms, now_ms)

    def _errands(self, view: View, chain: str, now_ms: int) -> Iterator[Errand]:
        port, bridge = view.state(chain).bridges[self.beat.bridge], self.beat.bridge
        if not isinstance(port, OptimisticPort):
            return
        for name, proposal in sorted(port.proposals.items()):
            if now_ms < proposal.time_ms + port.liveness_ms and not self._was_sent(view, port, proposal):
                call = DisputeProposal(bridge=bridge, transfer=name, disputer=self.name)
                yield Errand(name=f"dispute:{name}", chain=chain, call=call)
        for key, dispute in sorted(port.disputes.items()):
            if now_ms >= dispute.time_ms + port.verdict_ms:
                yield Errand(name=f"judge:{key}", chain=chain, call=JudgeDispute(bridge=bridge, dispute=key))

    def _was_sent(self, view: View, port: OptimisticPort, proposal: Proposal) -> bool:
        """Return whether the source holds exactly this transfer."""
        if port.known.get(proposal.transfer.id) == proposal.transfer:
            return True
        coming = (passage for passage in view.on_its_way(self.beat.bridge) if passage.target == port.chain)
        return any(passage.transfer == proposal.transfer for passage in coming)
