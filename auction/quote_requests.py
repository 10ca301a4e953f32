"""The auctioneer asks desks for quotes before a round, for what the open intents want.

One request for each structure, for the largest amount that a single intent wants of it, early enough for the blind
period to end before the round opens. Makers do not learn who asks, nor which side the owner is on. What an intent wants
of a payoff floor is taken to be the package a desk would deliver by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from auction.book import Entry, IntentBook
from intents.lifecycle import State
from intents.options import OptionSeries, parse_series
from solvers.routing.replication import legs_for
from venues.calls.quoting import RequestQuotes
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Transaction
from venues.markets.rfq import RfqDesk
from venues.markets.structure import is_structure, structure_of
from venues.view import Offer
from venues.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTimes:
    """When rounds open, and how long before them quotes are asked for."""

    start_ms: int
    every_ms: int
    lead_ms: int

    def is_near(self, now_ms: int) -> bool:
        """Return whether the next round opens within the lead."""
        return (now_ms - self.start_ms) % self.every_ms >= self.every_ms - self.lead_ms


class QuoteRequests:
    """Watches the open intents and asks the desks of every chain; an observer of the world."""

    def __init__(self, book: IntentBook, times: RoundTimes, sender: str) -> None:
        self._book = book
        self._times = times
        self._sender = sender

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Ask the desks of the chain that made a block, as the next round draws near."""
        now_ms, state = produced.summary.time_ms, world.state(chain_id)
        desks = [venue for venue in state.venues.values() if isinstance(venue, RfqDesk)]
        if not desks or not self._times.is_near(now_ms):
            return
        wanted = self._wanted(chain_id, listed(state))
        for desk in sorted(desks, key=lambda each: each.id):
            open_now = {name for name, request in desk.requests.items() if world.now_ms <= request.until_ms}
            for structure, amount in wanted.items():
                if structure not in open_now:
                    world.submit(self._offer(desk, structure, amount, world.now_ms))

    def _wanted(self, chain: str, series: Sequence[OptionSeries]) -> dict[str, int]:
        """Return the largest amount of each structure that an open intent wants on a chain, in order of name."""
        found: dict[str, int] = {}
        for entry in self._book.entries():
            asked = _asked(entry, chain, series)
            if asked is not None:
                found[asked[0]] = max(found.get(asked[0], 0), asked[1])
        return dict(sorted(found.items()))

    def _offer(self, desk: RfqDesk, structure: str, amount: int, now_ms: int) -> Offer:
        call = RequestQuotes(venue=desk.id, structure=structure, amount=amount)
        message = Transaction(
            id=f"{self._sender}:{desk.id}:{structure}:{now_ms}",
            sender=self._sender,
            call=call,
            max_fee_wei=0,
            submitted_ms=now_ms,
        )
        return Offer(desk.chain, message, is_message=True)


def listed(state: ChainState) -> tuple[OptionSeries, ...]:
    """Return the option series traded on a chain."""
    names = {name for venue in state.venues.values() for name in venue.instruments()}
    return tuple(parse_series(name) for name in sorted(names) if "-" in name and not is_structure(name))


def _asked(entry: Entry, chain: str, series: Sequence[OptionSeries]) -> tuple[str, int] | None:
    """Return the structure and the amount that an intent wants on a chain, if it is open and a desk would quote it."""
    intent = entry.intent
    if entry.state is not State.OPEN or (intent.chains and chain not in intent.chains):
        return None
    legs = legs_for(intent.want, entry.remaining, series)
    found = structure_of(legs) if legs else None
    return (found[0], found[2]) if found else None
