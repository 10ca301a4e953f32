from dataclasses import replace
from typing import Final

import pytest

from intents.assets import OPTION_UNIT, PRICE_UNIT
from intents.options import parse_expiry
from tests.venues.small_world import BUSY, L1, L2, MINUTE_MS, PUT, QUIET, SYMBOLS, chain_state, make_chain, sight, truth
from venues.calls.upkeep import SettleExpiry
from venues.chain_state import Answer, ChainState
from venues.chains.background import DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S, ChainRules
from venues.chains.produced import Produced
from venues.keeper import ExpiryKeeper
from venues.view import Offer, View

EARLY, LATE = (parse_expiry(label) for label in ("13MAR20", "27MAR20"))
START: Final = EARLY - 10 * MINUTE_MS
EARLY_PUT = "ETH-13MAR20-140-P"
KEEPER = ExpiryKeeper(name="keeper", chain=L2, expiries=(EARLY, LATE), retry_ms=MINUTE_MS)
ON_L1 = replace(KEEPER, chain=L1)
RISING = DemandStep(0, 11.0, 400.0, 0.2, (0.45, 0.27, 0.18, 0.10))
"""Everybody pays twenty times what they pay when it is `BUSY`."""


def _state(chain: str = L2, *symbols: str) -> ChainState:
    """Return a chain on which the trader holds a put of each series from the maker."""
    made = chain_state(chain)
    clearing = made.clearing
    for symbol in symbols or (EARLY_PUT,):
        clearing = clearing.change("trader", positions={symbol: OPTION_UNIT})
        clearing = clearing.change("maker", positions={symbol: -OPTION_UNIT})
    return replace(made, clearing=clearing, answer=Answer(130 * PRICE_UNIT, START, START))


def _chain(state: ChainState, rules: ChainRules = ROLLUP_2S, step: DemandStep = QUIET) -> Chain[ChainState]:
    return make_chain(state, rules, step, start_ms=START)


def _view(chain: Chain[ChainState]) -> View:
    return sight(truth(130.0), chain)


def _live(
    keeper: ExpiryKeeper, chain: Chain[ChainState], until_ms: int
) -> tuple[list[Offer], list[Produced[ChainState]]]:
    """Let the keeper act at its times, and the chain make its blocks; return the offers and the blocks."""
    offers: list[Offer] = []
    blocks = []
    due = keeper.next_ms(START)
    while min(due, chain.next_block_ms) <= until_ms:
        if due < chain.next_block_ms:
            for offer in keeper.act(_view(chain), due):
                assert chain.submit(offer.transaction, offer.replaces) == "waiting"
                offers.append(offer)
            due = keeper.next_ms(due)
        else:
            blocks.append(chain.produce())
    return offers, blocks


def _settled(chain: Chain[ChainState]) -> list[int]:
    return [settlement.expiry_ms for settlement in chain.state.clearing.settlements]


def test_an_expiry_is_settled_in_the_next_block() -> None:
    chain = _chain(_state())

    _live(KEEPER, chain, EARLY + 4_000)

    (settlement,) = chain.state.clearing.settlements
    assert (settlement.expiry_ms, settlement.price) == (EARLY, 130 * PRICE_UNIT)
    assert settlement.time_ms == EARLY + ROLLUP_2S.interval_ms


def test_an_expiry_is_settled_once_however_long_it_lasts() -> None:
    chain = _chain(_state())

    offers, blocks = _live(KEEPER, chain, EARLY + 30 * MINUTE_MS)

    assert _settled(chain) == [EARLY]
    assert len(offers) == 1
    assert [receipt.status for block in blocks for receipt in block.receipts] == ["success"]


def test_nothing_is_sent_before_the_expiry_or_without_positions() -> None:
    held, empty = _chain(_state()), _chain(chain_state(L2))

    assert KEEPER.act(_view(held), EARLY - 1) == ()
    assert len(KEEPER.act(_view(held), EARLY)) == 1
    assert KEEPER.act(_view(empty), EARLY) == ()


def test_positions_of_other_expiries_are_left_alone() -> None:
    chain = _chain(_state(L2, EARLY_PUT, PUT))

    _live(KEEPER, chain, EARLY + 5 * MINUTE_MS)

    assert _settled(chain) == [EARLY]
    assert set(chain.state.clearing.account("trader").positions) == {PUT}


def test_each_of_several_expiries_that_are_due_is_sent() -> None:
    chain = _chain(_state(L2, *SYMBOLS))

    offers = KEEPER.act(_view(chain), LATE)

    calls = [offer.transaction.call for offer in offers]
    assert [call.expiry_ms for call in calls if isinstance(call, SettleExpiry)] == [EARLY, LATE]
    assert len({offer.transaction.id for offer in offers}) == 2


def test_gas_covers_everybody_with_positions() -> None:
    (offer,) = KEEPER.act(_view(_chain(_state(L2, *SYMBOLS))), EARLY)

    assert offer.transaction.call == SettleExpiry(expiry_ms=EARLY, accounts=2)


@pytest.mark.parametrize(("after_ms", "sent"), [(MINUTE_MS - 1, 0), (MINUTE_MS, 1)])
def test_a_transaction_that_waits_is_left_alone_until_the_retry(after_ms: int, sent: int) -> None:
    chain = _chain(_state())
    (first,) = KEEPER.act(_view(chain), EARLY)
    chain.submit(first.transaction)

    assert len(KEEPER.act(_view(chain), EARLY + after_ms)) == sent


@pytest.mark.parametrize(("keeper", "rules"), [(ON_L1, ETHEREUM_2020), (KEEPER, ROLLUP_2S)])
def test_a_transaction_that_still_waits_is_replaced_by_one_that_the_pool_takes(
    keeper: ExpiryKeeper, rules: ChainRules
) -> None:
    chain = _chain(_state(keeper.chain), rules)
    (first,) = keeper.act(_view(chain), EARLY)
    chain.submit(first.transaction)

    (second,) = keeper.act(_view(chain), EARLY + MINUTE_MS)

    assert second.replaces == first.transaction.id
    assert second.transaction.max_fee_wei * 100 >= first.transaction.max_fee_wei * 110
    assert chain.submit(second.transaction, second.replaces) == "waiting"
    assert chain.waiting("keeper") == (second.transaction,)


def test_a_replacement_pays_the_going_price_if_that_has_risen_further() -> None:
    calm, risen = (_chain(_state(L1), ETHEREUM_2020, step) for step in (BUSY, RISING))
    for _ in range(30):
        calm.produce()
        risen.produce()
    (first,) = ON_L1.act(_view(calm), EARLY)
    risen.submit(first.transaction)

    (second,) = ON_L1.act(_view(risen), EARLY + MINUTE_MS)

    assert second.transaction.max_fee_wei > risen.fee_quantile(0.8, 20) > 2 * first.transaction.max_fee_wei


def test_fees_rise_until_the_expiry_is_settled() -> None:
    """The first transaction goes out at a price that nobody includes: its chain has forgotten what blocks cost."""
    chain = _chain(_state(L1), ETHEREUM_2020, RISING)
    keeper = replace(ON_L1, retry_ms=15_000)
    for _ in range(30):
        chain.produce()
    assert chain.time_ms < EARLY
    (cheap,) = keeper.act(_view(_chain(_state(L1), ETHEREUM_2020)), EARLY)
    chain.submit(replace(cheap.transaction, submitted_ms=START))

    offers, blocks = _live(keeper, chain, EARLY + 10 * MINUTE_MS)

    assert offers[0].replaces == cheap.transaction.id
    assert _settled(chain) == [EARLY]
    assert [receipt.status for block in blocks for receipt in block.receipts] == ["success"]


def test_a_transaction_that_the_pool_dropped_is_sent_again() -> None:
    chain = _chain(_state())
    (first,) = KEEPER.act(_view(chain), EARLY)
    chain.submit(first.transaction)
    chain.withdraw(first.transaction.id)

    (second,) = KEEPER.act(_view(chain), EARLY + 1_000)

    assert second.replaces is None
    assert second.transaction.id != first.transaction.id


def test_a_settlement_without_an_oracle_price_is_tried_again_when_there_is_one() -> None:
    silent = replace(_state(), answer=Answer(0, 0, 0))
    chain = _chain(silent)
    _, blocks = _live(KEEPER, chain, EARLY + MINUTE_MS - 1)
    chain.state = replace(chain.state, answer=Answer(130 * PRICE_UNIT, EARLY, EARLY))

    (again,) = KEEPER.act(_view(chain), EARLY + MINUTE_MS)
    chain.submit(again.transaction, again.replaces)
    chain.produce()

    assert [receipt.reason for block in blocks for receipt in block.receipts] == ["stale: no oracle price"]
    assert _settled(chain) == [EARLY]


def test_it_wakes_at_the_first_expiry_and_then_at_every_retry() -> None:
    assert KEEPER.next_ms(START) == EARLY
    assert KEEPER.next_ms(EARLY) == EARLY + MINUTE_MS
    assert KEEPER.next_ms(LATE - 1) == LATE
    assert KEEPER.next_ms(LATE) == LATE + MINUTE_MS
