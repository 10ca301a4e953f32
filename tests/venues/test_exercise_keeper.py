"""The keeper that acts before expiries, on a quiet rollup and on a chain where everybody pays more."""

from dataclasses import replace
from typing import Final

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry
from tests.venues.small_world import L1, L2, MINUTE_MS, QUIET, chain_state, make_chain, sight, truth
from venues.calls.exercise import Exercise
from venues.chain_state import Answer, ChainState
from venues.chains.background import DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S, ChainRules
from venues.exercise_keeper import ExerciseKeeper
from venues.view import Offer

EXPIRY: Final = parse_expiry("13MAR20")
START: Final = EXPIRY - 60 * MINUTE_MS
PUT, OUT, MEAN = "ETH-13MAR20-140-P-A", "ETH-13MAR20-140-P-DO132", "ETH-13MAR20-140-P-M"
KEEPER = ExerciseKeeper(name="keeper", chain=L2, symbols=(PUT, OUT, MEAN), lead_ms=20 * MINUTE_MS, period_ms=30_000)
DEAR = DemandStep(0, 11.0, 400.0, 0.2, (0.45, 0.27, 0.18, 0.10))


def _state(symbol: str, options: int = 10, dollars: int = 130, chain: str = L2) -> ChainState:
    made = chain_state(chain)
    clearing = made.clearing.change("trader", positions={symbol: options * OPTION_UNIT})
    clearing = clearing.change("maker", positions={symbol: -options * OPTION_UNIT})
    answer = Answer(dollars * PRICE_UNIT, START - 120 * MINUTE_MS, START - 120 * MINUTE_MS)
    return replace(made, clearing=clearing, answer=answer)


def _chain(state: ChainState, rules: ChainRules = ROLLUP_2S, step: DemandStep = QUIET) -> Chain[ChainState]:
    return make_chain(state, rules, step, start_ms=START)


def _live(keeper: ExerciseKeeper, chain: Chain[ChainState], until_ms: int) -> list[Offer]:
    offers: list[Offer] = []
    due = keeper.next_ms(START)
    while min(due, chain.next_block_ms) <= until_ms:
        if due < chain.next_block_ms:
            for offer in keeper.act(sight(truth(130.0), chain), due):
                assert chain.submit(offer.transaction, offer.replaces) == "waiting"
                offers.append(offer)
            due = keeper.next_ms(due)
        else:
            chain.produce()
    return offers


def test_an_american_option_is_exercised_once_and_not_before_its_time() -> None:
    chain = _chain(_state(PUT))
    keeper = replace(KEEPER, symbols=(PUT,))

    assert _live(keeper, chain, EXPIRY - 21 * MINUTE_MS) == []
    before = chain.state.clearing.account("trader").cash
    offers = _live(keeper, chain, EXPIRY)

    assert len(offers) == 1
    gained = chain.state.clearing.account("trader").cash - before
    tip = chain.state.clearing.account("keeper").cash
    assert gained + tip == 100 * USDC_UNIT
    assert tip > 0
    assert PUT not in chain.state.clearing.open_interest()


def test_what_is_worth_nothing_is_left_alone() -> None:
    assert _live(replace(KEEPER, symbols=(PUT,)), _chain(_state(PUT, dollars=140)), EXPIRY) == []


def test_an_exercise_that_its_gas_would_eat_is_left_alone() -> None:
    """The same ten options on a chain where gas is dear, and a thousand that pay for it."""
    keeper = replace(KEEPER, chain=L1, symbols=(PUT,))
    few, many = (_chain(_state(PUT, options, chain=L1), ETHEREUM_2020, DEAR) for options in (10, 1_000))

    assert _live(keeper, few, EXPIRY - MINUTE_MS) == []
    (first, *_) = _live(keeper, many, EXPIRY - MINUTE_MS)
    assert isinstance(first.transaction.call, Exercise)
    assert first.transaction.call.tip > 10 * 10 * USDC_UNIT // 50


def test_one_that_waits_is_raised_under_the_same_name() -> None:
    chain = _chain(_state(PUT, 1_000, chain=L1), ETHEREUM_2020)
    keeper = replace(KEEPER, chain=L1, symbols=(PUT,))
    (first,) = keeper.act(sight(truth(130.0), chain), EXPIRY - 10 * MINUTE_MS)
    chain.submit(first.transaction)

    (second,) = keeper.act(sight(truth(130.0), chain), EXPIRY - 9 * MINUTE_MS)

    assert second.replaces == first.transaction.id
    assert second.transaction.max_fee_wei > first.transaction.max_fee_wei


def test_a_touched_barrier_and_every_full_hour_are_recorded() -> None:
    chain = _chain(_state(OUT, dollars=131))

    _live(KEEPER, chain, EXPIRY - 30 * MINUTE_MS)

    seen = chain.state.clearing.observed
    assert dict(seen.touched) == {OUT: START - 120 * MINUTE_MS}
    assert dict(seen.fixings) == {START: 131 * PRICE_UNIT, START - 60 * MINUTE_MS: 131 * PRICE_UNIT}


def test_a_barrier_that_was_not_touched_is_left_alone() -> None:
    assert _live(replace(KEEPER, symbols=(OUT,)), _chain(_state(OUT, dollars=133)), EXPIRY) == []
