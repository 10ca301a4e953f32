"""Messages to a desk for requests for quotes: somebody asks, makers answer. They are signed, not sent to the chain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.markets.rfq import RfqDesk
from venues.markets.rfq_quotes import FirmQuote, Request
from venues.markets.structure import expiry_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestQuotes:
    """Ask all makers of a desk what an amount of a structure costs, either way."""

    venue: str
    structure: str
    amount: int
    gas: int = 0

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the request open, unless one for the structure is."""
        desk = _open_desk(state, self.venue)
        if isinstance(desk, Reverted):
            return desk
        now_ms = block.time_ms
        known = desk.requests.get(self.structure)
        if known is not None and now_ms <= known.until_ms:
            return Reverted(f"open: {self.structure} is asked for until {known.until_ms}")
        until_ms = min(now_ms + desk.life_ms, expiry_of(self.structure) - 1)
        if self.amount <= 0 or until_ms <= now_ms + desk.blind_ms:
            return Reverted(f"reverted: {self.amount} of {self.structure} cannot be asked for")
        request = Request(amount=self.amount, opened_ms=now_ms, visible_ms=now_ms + desk.blind_ms, until_ms=until_ms)
        live = {name: each for name, each in desk.requests.items() if now_ms <= each.until_ms}
        fields = (("structure", self.structure), ("amount", self.amount))
        after = replace(desk, requests=live | {self.structure: request})
        return Applied(state.with_venue(after), (Log("QuotesRequested", fields),))


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveQuotes:
    """Answer requests with quotes of one maker. What it has signed before stands until it expires."""

    venue: str
    maker: str
    quotes: Mapping[str, tuple[FirmQuote, ...]]
    """By structure."""

    gas: int = 0

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the quotes added where the maker has none that stands and is not frozen."""
        desk = _open_desk(state, self.venue)
        if isinstance(desk, Reverted):
            return desk
        now_ms = block.time_ms
        rule, exposure = desk.protections.get(self.maker), desk.exposures.get(self.maker)
        frozen = rule is not None and exposure is not None and exposure.is_frozen(rule, now_ms)
        requests = dict(desk.requests)
        for name, quotes in self.quotes.items():
            request = requests.get(name)
            if request is None or now_ms > request.until_ms:
                continue
            standing = desk.good(request, now_ms)
            if frozen or any(quote.maker == self.maker for quote in standing):
                continue
            mine = tuple(quote for quote in quotes if self._may_stand(quote, request, now_ms))
            requests[name] = replace(request, quotes=(*standing, *mine))
        return Applied(state.with_venue(replace(desk, requests=requests)))

    def _may_stand(self, quote: FirmQuote, request: Request, now_ms: int) -> bool:
        """Return whether a quote is its maker's own, in time, and fits what the request still leaves."""
        left = request.left(quote.side)
        fits = quote.quantity == left if quote.whole else 0 < quote.quantity <= left
        return quote.maker == self.maker and quote.given_ms == now_ms < quote.until_ms and quote.price > 0 and fits


def _open_desk(state: ChainState, venue_id: str) -> RfqDesk | Reverted:
    desk = state.venues.get(venue_id)
    if not isinstance(desk, RfqDesk):
        return Reverted(f"reverted: {venue_id} is no desk for quotes")
    if desk.status != "available":
        return Reverted(f"halted: {venue_id} is {desk.status}")
    return desk
