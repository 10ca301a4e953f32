"""Exercise before expiry, and the records that options with a barrier and on the mean pay by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry, parse_series
from tests.venues.calls.stage import applied, refusal, run
from tests.venues.small_world import L2, MINUTE_MS, chain_state
from venues.calls.exercise import Exercise, RecordFixing, RecordTouch
from venues.calls.upkeep import PostAnswer, SettleExpiry
from venues.chain_state import ChainState
from venues.chains.transaction import Applied
from venues.clearing import Account, ClearingHouse, any_lacking
from venues.exercise import assignment, exercised

EXPIRY = parse_expiry("27MAR20")
HOUR_MS = 60 * MINUTE_MS
PUT, CALL = "ETH-27MAR20-140-P-A", "ETH-27MAR20-140-C-A"
SETTLE = SettleExpiry(expiry_ms=EXPIRY, accounts=3)


def _held(symbol: str, *answers: tuple[float, int], options: int = 3) -> ChainState:
    """Return a chain on which the trader holds options of the maker, after answers: hours from the expiry, dollars."""
    made = chain_state(L2, dollars=150)
    clearing = made.clearing.change("trader", positions={symbol: options * OPTION_UNIT})
    found = replace(made, clearing=clearing.change("maker", positions={symbol: -options * OPTION_UNIT}))
    for hours, dollars in answers:
        time_ms = EXPIRY + round(hours * HOUR_MS)
        found = applied(PostAnswer(price=dollars * PRICE_UNIT, observed_ms=time_ms), found, time_ms)
    return found


def _exercise(symbol: str = PUT, *, options: int = 3, least: float = 0.0, tip: float = 0.0) -> Exercise:
    cash = (round(amount * USDC_UNIT) for amount in (least, tip))
    least_cash, tip_cash = cash
    return Exercise(
        owner="trader",
        symbol=symbol,
        quantity=options * OPTION_UNIT,
        least=least_cash,
        keeper="keeper",
        tip=tip_cash,
        writers=1,
    )


def _cash(before: ChainState, after: ChainState, owner: str = "trader") -> float:
    return (after.clearing.account(owner).cash - before.clearing.account(owner).cash) / USDC_UNIT


def test_an_exercised_put_pays_the_strike_less_the_mean_and_is_gone() -> None:
    before = _held(PUT, (-2, 130))

    after = applied(_exercise(tip=0.5), before, EXPIRY - HOUR_MS)

    assert _cash(before, after) == 30 - 0.5
    assert _cash(before, after, "maker") == -30
    assert _cash(before, after, "keeper") == 0.5
    assert after.clearing.open_interest() == {}
    assert after.totals() == before.totals()


def test_a_writer_without_cash_pays_an_exercised_call_in_ether() -> None:
    full = _held(CALL, (-2, 160))
    poor = full.clearing.accounts.set("maker", Account(0, 3 * ETH_UNIT, {CALL: -3 * OPTION_UNIT}))
    before = replace(full, clearing=replace(full.clearing, accounts=poor))

    after = applied(_exercise(CALL), before, EXPIRY - HOUR_MS)

    got = after.clearing.account("trader").ether - before.clearing.account("trader").ether
    assert got == 3 * 20 * ETH_UNIT // 160
    assert after.totals() == before.totals()


@pytest.mark.parametrize(
    ("call", "dollars", "time_ms", "reason"),
    [
        (_exercise(), 130, EXPIRY, "late: ETH-27MAR20-140-P-A has expired"),
        (_exercise(options=4), 130, EXPIRY - 1, "reverted: trader holds 3000000000000000000 of"),
        (_exercise(), 150, EXPIRY - 1, "slippage: ETH-27MAR20-140-P-A pays 0.00 USDC"),
        (_exercise(least=31), 130, EXPIRY - 1, "slippage: ETH-27MAR20-140-P-A pays 30.00 USDC, 31.00 asked"),
        (_exercise(tip=-0.01), 130, EXPIRY - 1, "reverted: a tip of -10000 is none"),
        (_exercise(tip=0.61), 130, EXPIRY - 1, "reverted: a tip of 610000 is more than"),
        (_exercise("ETH-27MAR20-140-P"), 130, EXPIRY - 1, "reverted: ETH-27MAR20-140-P cannot be exercised"),
    ],
)
def test_what_may_not_be_exercised_reverts(call: Exercise, dollars: int, time_ms: int, reason: str) -> None:
    assert refusal(call, _held(PUT, (-1, dollars)), time_ms).startswith(reason)


def test_an_american_option_that_nobody_exercised_pays_nothing_and_says_what_was_lost() -> None:
    before = _held(PUT, (-2, 130))

    outcome = run(SETTLE, before, EXPIRY)

    assert isinstance(outcome, Applied)
    assert _cash(before, outcome.state) == 0
    lapsed = next(log for log in outcome.logs if log.name == "Lapsed")
    assert (lapsed.get("symbol"), lapsed.get("worth"), lapsed.get("holders")) == (PUT, 30 * USDC_UNIT, 1)


@given(
    st.lists(st.integers(1, 10**19), min_size=1, max_size=6), st.floats(0.001, 1.0), st.integers(1, 139 * PRICE_UNIT)
)
def test_an_exercise_falls_on_all_writers_alike_and_every_unit_is_accounted_for(
    written: list[int], part: float, price: int
) -> None:
    series, total = parse_series(PUT), sum(written)
    accounts = {
        f"writer{i}": Account(140 * USDC_UNIT * held // OPTION_UNIT + 1, 0, {PUT: -held})
        for i, held in enumerate(written)
    }
    before = ClearingHouse(accounts=Map({**accounts, "holder": Account(0, 0, {PUT: total})}))
    quantity = max(int(total * part), 1)

    shares = assignment(before, PUT, quantity)
    after = exercised(before, "holder", series, quantity, price).clearing

    assert sum(share for _, share in shares) == quantity
    assert all(
        abs(share - quantity * -before.account(owner).positions[PUT] / total) <= 1 + 1e-9 * total
        for owner, share in shares
    )
    assert after.totals() == before.totals()
    assert not any(any_lacking(after.shortfall(owner)) for owner in after.accounts)
    owed = quantity * series.intrinsic(price) * USDC_UNIT // (OPTION_UNIT * PRICE_UNIT)
    assert 0 <= after.account("holder").cash - owed <= len(written)


@pytest.mark.parametrize(
    ("written", "quantity", "shares"),
    [
        ({"a": 3, "b": 1}, 3, {"a": 2, "b": 1}),
        ({"a": 1, "b": 3}, 3, {"a": 1, "b": 2}),
        ({"a": 5, "b": 3, "c": 2}, 3, {"a": 1, "b": 1, "c": 1}),
        ({"a": 5, "b": 3, "c": 2}, 4, {"a": 2, "b": 1, "c": 1}),
        ({"a": 1, "b": 1, "c": 1}, 2, {"a": 1, "b": 1}),
    ],
)
def test_what_rounding_leaves_falls_on_the_largest_remainders_then_by_name(
    written: dict[str, int], quantity: int, shares: dict[str, int]
) -> None:
    """By hand: three units, written three to one, are 2.25 and 0.75 of them; what is left falls on 0.75."""
    house = ClearingHouse(accounts=Map({name: Account(0, 0, {PUT: -held}) for name, held in written.items()}))

    assert dict(assignment(house, PUT, quantity)) == shares


OUT, IN = "ETH-27MAR20-140-P-DO100", "ETH-27MAR20-140-P-DI100"


@pytest.mark.parametrize(("symbol", "pays"), [(OUT, 0.0), (IN, 30.0)])
def test_a_touched_barrier_that_was_recorded_decides(symbol: str, pays: float) -> None:
    touched = _held(symbol, (-6, 120), (-5, 99), (-4.9, 120))
    recorded = applied(RecordTouch(symbol=symbol, answer_ms=EXPIRY - 5 * HOUR_MS), touched, EXPIRY - 4 * HOUR_MS)
    after = applied(
        PostAnswer(price=130 * PRICE_UNIT, observed_ms=EXPIRY - 2 * HOUR_MS), recorded, EXPIRY - 2 * HOUR_MS
    )

    assert _cash(after, applied(SETTLE, after, EXPIRY)) == pays


@pytest.mark.parametrize(("symbol", "pays"), [(OUT, 30.0), (IN, 0.0)])
def test_a_touch_that_nobody_recorded_is_forgotten_with_its_answer(symbol: str, pays: float) -> None:
    before = _held(symbol, (-6, 120), (-5, 99), (-4.9, 130), (-2.5, 130), (-0.2, 130))

    assert _cash(before, applied(SETTLE, before, EXPIRY)) == pays


@pytest.mark.parametrize(("symbol", "pays"), [(OUT, 0.0), (IN, 30.0)])
def test_a_touch_that_the_chain_remembers_at_the_settlement_counts_unrecorded(symbol: str, pays: float) -> None:
    before = _held(symbol, (-2, 120), (-1, 99), (-0.9, 130))

    assert _cash(before, applied(SETTLE, before, EXPIRY)) == pays


def test_a_touch_is_proved_by_an_answer_that_is_remembered_and_touches() -> None:
    before = _held(OUT, (-2, 120), (-1, 99))

    missing, beside = EXPIRY - 90 * MINUTE_MS, EXPIRY - 2 * HOUR_MS
    assert refusal(RecordTouch(symbol=OUT, answer_ms=missing), before, EXPIRY).startswith("late: no answer")
    assert "does not touch" in refusal(RecordTouch(symbol=OUT, answer_ms=beside), before, EXPIRY)
    again = applied(RecordTouch(symbol=OUT, answer_ms=EXPIRY - HOUR_MS), before, EXPIRY)
    assert "touched before" in refusal(RecordTouch(symbol=OUT, answer_ms=EXPIRY - HOUR_MS), again, EXPIRY)


MEAN = "ETH-27MAR20-140-P-M"


def test_an_option_on_the_mean_pays_by_recorded_remembered_and_last_prices() -> None:
    """By hand: 100 recorded five hours before; 120 remembered for two hours and one; 130 at the end: 117.5."""
    early = _held(MEAN, (-6, 100))
    fixed = applied(RecordFixing(hour_ms=EXPIRY - 5 * HOUR_MS), early, EXPIRY - 5 * HOUR_MS)
    before = fixed
    for hours, dollars in ((-4.5, 110), (-2.9, 120), (-0.7, 130)):
        at = EXPIRY + round(hours * HOUR_MS)
        before = applied(PostAnswer(price=dollars * PRICE_UNIT, observed_ms=at), before, at)

    after = applied(SETTLE, before, EXPIRY)

    assert _cash(before, after) == 3 * (140 - 117.5)


def test_an_hour_is_recorded_once_when_it_has_passed_and_before_it_is_forgotten() -> None:
    before = _held(MEAN, (-6, 100), (-2.8, 110), (-0.5, 120))
    hour = RecordFixing(hour_ms=EXPIRY - HOUR_MS)

    assert "no full hour" in refusal(hour, before, EXPIRY - HOUR_MS - 1)
    assert "no full hour" in refusal(RecordFixing(hour_ms=EXPIRY - HOUR_MS + 1), before, EXPIRY)
    assert "forgotten" in refusal(RecordFixing(hour_ms=EXPIRY - 4 * HOUR_MS), before, EXPIRY)
    assert "recorded before" in refusal(hour, applied(hour, before, EXPIRY), EXPIRY)
