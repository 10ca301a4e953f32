"""The relayer of a fast bridge: fronts transfers as soon as it dares, within the cap and its own money.

Both ends count against the cap, and so does what it has sent and no block has taken yet. A transfer that it cannot
front now is fronted when an older one is reimbursed, or takes the slow path.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.bridges.agents.beat import Beat
from venues.bridges.fast import FastPort
from venues.calls.bridging import Front
from venues.errand import Errand, offers
from venues.passages import Passage
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayer:
    """The relayer of one fast bridge."""

    name: str
    beat: Beat

    def next_ms(self, now_ms: int) -> int:
        """Return the next look."""
        return self.beat.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Front what has enough confirmations, oldest first, as far as cap and money go."""
        return offers(self._fronts(view, now_ms), self.name, view, self.beat.retry_ms, now_ms)

    def _fronts(self, view: View, now_ms: int) -> Iterator[Errand]:
        sent = {chain: self._sent(view, chain) for chain in self.beat.chains}
        waiting = [front for fronts in sent.values() for front in fronts.values()]
        left = self._cap(view) - self._exposed(view) - sum(front.transfer.cash for front in waiting)
        purse = {
            chain: view.state(chain).clearing.account(self.name).cash
            - sum(f.transfer.cash for f in sent[chain].values())
            for chain in self.beat.chains
        }
        for passage in view.on_its_way(self.beat.bridge):
            if not self._may_front(view, passage, now_ms):
                continue
            chain, transfer = passage.target, passage.transfer
            call = sent[chain].get(transfer.id)
            if call is None:
                if transfer.cash > min(left, purse[chain]):
                    continue
                left, purse[chain] = left - transfer.cash, purse[chain] - transfer.cash
                call = Front(bridge=self.beat.bridge, transfer=transfer, relayer=self.name)
            yield Errand(name=f"front:{transfer.id}", chain=chain, call=call)

    def _may_front(self, view: View, passage: Passage, now_ms: int) -> bool:
        """Return whether a transfer is sure enough, old enough, and not paid."""
        source, target = view.state(passage.source).bridges, view.state(passage.target).bridges
        there, here = source[self.beat.bridge], target[self.beat.bridge]
        if not isinstance(there, FastPort) or not isinstance(here, FastPort) or here.halted:
            return False
        known = passage.id in here.fronts or passage.id in here.settled
        confirmed = view.chain(passage.source).number - passage.number >= there.confirmations
        return not known and confirmed and now_ms >= passage.time_ms + there.reaction.draw_ms(there.id, passage.id)

    def _sent(self, view: View, chain: str) -> dict[str, Front]:
        """Return its payments that wait in a pool, by transfer."""
        calls = (transaction.call for transaction in view.chain(chain).waiting(self.name))
        return {call.transfer.id: call for call in calls if isinstance(call, Front)}

    def _ports(self, view: View) -> list[FastPort]:
        ports = (view.state(chain).bridges[self.beat.bridge] for chain in self.beat.chains)
        return [port for port in ports if isinstance(port, FastPort)]

    def _cap(self, view: View) -> int:
        return min((port.cap for port in self._ports(view)), default=0)

    def _exposed(self, view: View) -> int:
        return sum(port.exposed for port in self._ports(view))
