"""Every kind of thing that the environment can do to a settlement, at times and in sizes drawn from a seed."""

from dataclasses import replace
from typing import Any, Final

from intents.lifecycle import Cause
from tests.auction.injected import CALM, Injection, Sent
from tests.auction.lot import WINDOW_MS, Lot
from tests.auction.settlement.course import POLICY, STEADY
from tests.venues.calls.stage import dollars, options
from tests.venues.small_world import FEED, L1, L2, MINUTE_MS, PUT, START_MS
from venues.calls.upkeep import PostAnswer, Requote, Trade
from venues.faults import Fault
from venues.markets.clob import Quote
from venues.markets.venue import Order

ALL: Final = 1_000_000


def gas_spike(lot: Lot) -> Injection:
    """Everybody else offers so much more that the cap keeps the settlement out."""
    fault = lot.fault("gas_spike", L1, -lot.between(0, 8), lot.until_over(), factor_percent=lot.whole(400, 5_000))
    return lot.given(Cause.UNECONOMIC, faults=(fault,), load=crowded())


def surge(lot: Lot) -> Injection:
    """So many more come that the cap is not among the dearest any more."""
    load = replace(crowded(), spread=1.2)
    fault = lot.fault("demand_surge", L1, -lot.between(0, 8), lot.until_over(), factor_percent=lot.whole(3_000, 6_000))
    return lot.given(Cause.UNECONOMIC, faults=(fault,), load=load)


def mild_surge(lot: Lot) -> Injection:
    """More come than usual, and an offer that is raised still gets in."""
    fault = lot.fault("demand_surge", L1, lot.between(-20, 5), lot.between(60, 200), factor_percent=lot.whole(110, 160))
    return lot.given(None, faults=(fault,))


def outage(lot: Lot) -> Injection:
    """The chain of delivery stops before anything could land, until it is too late."""
    fault = lot.fault("outage", lot.where, lot.between(-5, 0), lot.until_over())
    return lot.given(Cause.HALTED, faults=(fault,))


def outage_at_home(lot: Lot) -> Injection:
    """Home stops before the lock is made, or so that too little time is left after it."""
    end = lot.until_over() if lot.rng.integers(2) else WINDOW_MS - lot.between(0.1, 1.5)
    fault = lot.fault("outage", L1, lot.between(-5, 0), end)
    return lot.given(Cause.HALTED, faults=(fault,), where=L2)


def outage_elsewhere(lot: Lot) -> Injection:
    """A chain stops that has nothing to do with the settlement, or nothing more."""
    target, start = (L2, lot.between(-20, 60)) if lot.where == L1 else (L1, lot.between(45, 90))
    return lot.given(None, faults=(lot.fault("outage", target, start, start + lot.between(20, 400)),))


def outage_afterwards(lot: Lot) -> Injection:
    """The chain of delivery stops when whoever kept to the policy has delivered."""
    fault = lot.fault("outage", lot.where, lot.between(45, 200), lot.until_over())
    return lot.given(None, faults=(fault,))


def short_outage(lot: Lot) -> Injection:
    """The chain stops, and there is time enough afterwards."""
    start = lot.between(-20, 20)
    return lot.given(None, faults=(lot.fault("outage", lot.where, start, start + lot.between(5, 100)),))


def halting_partition(lot: Lot) -> Injection:
    """A rollup stops while its network is split."""
    fault = lot.fault("partition", L2, lot.between(-5, 0), lot.until_over())
    return lot.given(Cause.HALTED, faults=(fault,), where=L2)


def forking_partition(lot: Lot) -> Injection:
    """A mined chain grows two branches: the one with the settlement loses, after the last instant."""
    fault = lot.fault("partition", L1, lot.between(-30, 0), lot.until_over(), share_ppm=ALL)
    return lot.given(Cause.REORGED, faults=(fault,), where=L1)


def reorg(lot: Lot) -> Injection:
    """The block of the delivery is undone, and the next block comes too late to make it good."""
    interval = lot.between(70, 115)
    award = START_MS + lot.whole(1, 3) * interval + 1_000
    last = START_MS + (award + WINDOW_MS - START_MS) // interval * interval
    at_ms = last + lot.whole(1, max(2, min(award + WINDOW_MS, last + interval) - last - 1))
    fault = Fault(id="reorg", kind="reorg", target=L1, from_ms=at_ms, until_ms=at_ms, depth=8, share_ppm=ALL)
    rules = replace(STEADY, interval_ms=interval)
    return replace(lot.given(Cause.REORGED, faults=(fault,), where=L1, home=rules), award_ms=award)


def mild_reorg(lot: Lot) -> Injection:
    """Blocks are undone, and what was in them lands again."""
    at_ms = lot.between(12, 90)
    fault = lot.fault("reorg", lot.where, at_ms, at_ms, depth=lot.whole(1, 12), share_ppm=lot.whole(0, ALL))
    return lot.given(None, faults=(fault,))


def reorg_then_outage(lot: Lot) -> Injection:
    """The block of a delivery elsewhere is undone, and the chain stops before it can be made good."""
    at_ms = lot.between(30, 200)
    undone = lot.fault("reorg", L2, at_ms, at_ms, depth=120, share_ppm=ALL)
    stop = lot.fault("outage", L2, at_ms + 1, lot.until_over())
    return lot.given(Cause.REORGED, faults=(undone, stop), where=L2)


def oracle_moved(lot: Lot) -> Injection:
    """A bribed oracle moves the price of an option maker through the bound."""
    lot = early(lot)
    shift = -lot.whole(40_000, 300_000)
    fault = lot.fault("oracle_manipulation", "feed", 1, lot.until_over(), nodes=lot.whole(4, 7), shift_ppm=shift)
    feed = replace(FEED, chain=L2, seed=(lot.seed, "feed"))
    return lot.given(Cause.SLIPPAGE, faults=(fault,), agents=(feed,), venue="amm", where=L2, slack=1.01, home=SLOW)


def maker_moved(lot: Lot) -> Injection:
    """The only maker asks for more before the settlement lands."""
    lot = early(lot)
    ask = Quote(dollars(lot.whole(6, 9)), options(20))
    call = Requote(venue="book", maker="maker", ladders={PUT: ((Quote(dollars(4), options(20)),), (ask,))})
    return lot.given(Cause.SLIPPAGE, agents=(lot.sent("maker", call, lot.between(1, 20)),), home=SLOW)


def taken(lot: Lot) -> Injection:
    """Somebody else takes so much that less is left than the settlement was to take."""
    lot = early(lot)
    return lot.given(Cause.NO_LIQUIDITY, agents=(bought(lot, lot.whole(1_901, 2_000)),), home=SLOW)


def taken_in_part(lot: Lot) -> Injection:
    """Somebody else takes of what the settlement was to take, and enough is left."""
    lot = early(lot)
    return lot.given(None, agents=(bought(lot, lot.whole(100, 1_600)),), home=SLOW)


def bought(lot: Lot, hundredths: int) -> Sent:
    """Return a rival that buys of the twenty puts that are on offer."""
    size = options(hundredths / 100)
    order = Order(venue="book", instrument=PUT, side="buy", quantity=size, bound=dollars(100_000))
    return lot.sent("amm", Trade(trader="amm", orders=(order,), venue_gas=120_000), lot.between(1, 20))


def stale(lot: Lot) -> Injection:
    """The oracle's answer is withdrawn before the settlement lands."""
    lot = early(lot)
    call = PostAnswer(price=0, observed_ms=lot.award_ms)
    return lot.given(Cause.STALE, agents=(lot.sent("keeper", call, lot.between(1, 20)),), venue="amm", home=SLOW)


def oracle_halt(lot: Lot) -> Injection:
    """An oracle says nothing for a while, and its last answer stands."""
    lot = early(lot)
    fault = lot.fault("oracle_halt", "feed", -lot.between(1, 20), lot.until_over())
    feed = replace(FEED, chain=lot.where, seed=(lot.seed, "feed"))
    return lot.given(None, faults=(fault,), agents=(feed,), venue="amm", home=SLOW)


def venue_halt(lot: Lot) -> Injection:
    """The venue takes no orders when the settlement comes."""
    admission = ("unavailable", "cancel_only", "unknown")[lot.whole(0, 2)]
    fault = lot.fault("venue_halt", "book", 1, lot.until_over(), admission=admission)
    return lot.given(Cause.HALTED, faults=(fault,))


def censored(lot: Lot) -> Injection:
    """Every producer leaves the solvers' transactions out."""
    chain = (L1, lot.where)[lot.whole(0, 1)]
    fault = lot.fault("censorship", chain, -1, lot.until_over(), share_ppm=ALL, senders=("solver", "trader"))
    return lot.given(Cause.LATE, faults=(fault,))


def mildly_censored(lot: Lot) -> Injection:
    """Some producers leave the solvers' transactions out."""
    fault = lot.fault("censorship", lot.where, -1, lot.until_over(), share_ppm=lot.whole(100_000, 600_000))
    return lot.given(None, faults=(replace(fault, senders=("solver", "trader")),))


def stalled(lot: Lot) -> Injection:
    """No block of either chain becomes safe: the solver is paid later, the owner is served."""
    fault = lot.fault("finality_stall", (L1, L2)[lot.whole(0, 1)], -lot.between(0, 60), lot.between(60, 800))
    return lot.given(None, faults=(fault,))


def stalled_lock(lot: Lot) -> Injection:
    """The lock does not become safe at home, so nothing is delivered against it."""
    fault = lot.fault("finality_stall", L1, -lot.between(0, 60), lot.until_over())
    return lot.given(Cause.LATE, faults=(fault,), where=L2, policy=replace(POLICY, lock_level="safe"))


def bridge_halt(lot: Lot) -> Injection:
    """The bridge takes nothing: the solver's cash comes back later, the owner is served."""
    return lot.given(None, faults=(lot.fault("bridge_halt", "bridge", lot.between(-30, 30), lot.until_over()),))


def poor_maker(lot: Lot) -> Injection:
    """The maker cannot back the quote that it made."""
    return lot.given(Cause.UNDERCOLLATERALISED, robbed="maker")


def poor_owner(lot: Lot) -> Injection:
    """The owner has taken the cash out of their vault."""
    return lot.given(Cause.UNDERCOLLATERALISED, robbed="vault")


def harmless_then_spike(lot: Lot) -> Injection:
    """A short outage, after which gas above the cap keeps the settlement out."""
    spike = gas_spike(lot)
    start = lot.between(20, 120)
    stop = lot.fault("outage", L1, start, start + lot.between(2, 60))
    return replace(spike, faults=(*spike.faults, stop))


def harmless_then_censored(lot: Lot) -> Injection:
    """A short outage, after which nobody takes the settlement."""
    shut = censored(replace(lot, where=L1))
    start = lot.between(20, 120)
    stop = lot.fault("outage", L1, start, start + lot.between(2, 60))
    return replace(shut, faults=(*shut.faults, stop))


def crowded() -> Any:
    """Return a load under which a block is full, so that the price decides."""
    return replace(CALM, rate_per_s=60.0)


SLOW: Final = replace(STEADY, interval_ms=MINUTE_MS)
"""A home that makes a block every minute, so that much can happen before the next."""


def early(lot: Lot) -> Lot:
    """Return a lot with the award right after a block of a slow home."""
    return replace(lot, award_ms=START_MS + MINUTE_MS + 1_000)


def clear(lot: Lot) -> Injection:
    """Nothing goes wrong."""
    return lot.given(None)
