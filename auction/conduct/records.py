"""From rounds to what conduct looks at: one record for each intent in each round."""

from collections.abc import Mapping, Sequence

from auction.conduct.margins import AuctionRecord
from auction.house import Benchmark
from auction.scoring import Scored
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.intent import SignedIntent


def records_of(
    round_number: int,
    time_ms: int,
    intents: Mapping[str, tuple[SignedIntent, int]],
    scored: Sequence[Scored],
    house: Benchmark,
    price: int,
) -> tuple[AuctionRecord, ...]:
    """Return the records of a round, in order of intent.

    A bid for a part of an intent counts at its own rate for the whole, so that margins compare price and not size. A
    bid at the owner's limit is left out: it says where the limit is, and nothing of its maker's margin.

    Args:
        round_number: The round.
        time_ms: When it closed.
        intents: Signed intents with what remained of each.
        scored: Bids that held, winners and losers.
        house: The auctioneer's own solutions.
        price: Price of ether, in dollars times `PRICE_UNIT`.
    """
    records = []
    for name, (signed, remaining) in sorted(intents.items()):
        yardstick = house.alone[name]
        if not yardstick.quantity:
            continue
        surplus: dict[str, int] = {}
        for bid in scored:
            if bid.bid.intents == (name,) and bid.gain(name) > 0:
                rate = bid.score_on(name) * remaining // bid.quantity(name)
                surplus[bid.bid.solver] = max(rate, surplus.get(bid.bid.solver, rate))
        record = AuctionRecord(
            auction=f"{round_number}/{name}",
            time_ms=time_ms,
            bucket=signed.intent.want.kind,
            notional=max(price * remaining * USDC_UNIT // (PRICE_UNIT * OPTION_UNIT), 1),
            benchmark=yardstick.surplus * remaining // yardstick.quantity,
            surplus=surplus,
        )
        records.append(record)
    return tuple(records)
