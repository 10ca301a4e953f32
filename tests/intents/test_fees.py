"""Fees for volume and on surplus, and the limits that leave room for them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.fees import PPM, FeeRule, RoundFees, contracts_per_unit
from intents.intent import LOT, Intent
from intents.wants import Leg, Package, Payoff

PUT = "ETH-27MAR20-130-P"
LOW = "ETH-27MAR20-100-P"
DERIBIT = FeeRule(notional_ppm=300, premium_ppm=125_000)
"""Published: 0.03 % of the underlying, at most 12.5 % of the option's price."""


def intent(limit: int, want: Package | Payoff | None = None, quantity: int = 100 * OPTION_UNIT) -> Intent:
    return Intent(
        owner="0x" + "00" * 20,
        nonce=1,
        home="eip155:1",
        want=want or builders.single(PUT),
        quantity=quantity,
        limit=limit,
        valid_from_ms=0,
        valid_until_ms=1,
    )


def test_a_contract_costs_three_hundredths_of_a_percent_of_the_underlying() -> None:
    fees = DERIBIT.at(200 * PRICE_UNIT)

    assert fees.fee(intent(100 * USDC_UNIT), 2 * OPTION_UNIT, 20 * USDC_UNIT) == 120_000


def test_a_cheap_option_costs_an_eighth_of_its_price() -> None:
    """Deribit's own example: an option at 0.0001 costs 0.0000125 instead of 0.0003 of the underlying."""
    fees, underlying = DERIBIT.at(10_000 * PRICE_UNIT), 10_000 * USDC_UNIT

    fee = fees.fee(intent(100 * USDC_UNIT), OPTION_UNIT, underlying // 10_000)

    assert fee == underlying * 125 // 10**7
    assert fee < fees.most_for_volume(intent(100 * USDC_UNIT), OPTION_UNIT) == underlying * 3 // 10**4


def test_a_fee_on_surplus_is_a_share_of_what_is_left_below_the_limit_after_volume() -> None:
    fees = FeeRule(notional_ppm=300, premium_ppm=125_000, surplus_ppm=200_000).at(200 * PRICE_UNIT)

    fee = fees.fee(intent(11_060_000), OPTION_UNIT, 10 * USDC_UNIT)

    assert fee == 60_000 + (1_060_000 - 60_000) // 5


@pytest.mark.parametrize(
    ("want", "contracts"),
    [
        (builders.single(PUT, ratio=-1), 1),
        (builders.vertical("27MAR20", 130, 100, "P"), 1),
        (Package(legs=(Leg(instrument=PUT, ratio=2), Leg(instrument=LOW, ratio=-3))), 3),
        (Package(legs=(Leg(instrument="ETH", ratio=1),)), 0),
        (builders.hedge("27MAR20", 130, deductible=2), 1),
        (builders.band("27MAR20", 100, 130), 1),
    ],
)
def test_the_side_of_a_package_with_more_options_counts_and_a_floor_by_its_steepest_slope(
    want: Package | Payoff, contracts: int
) -> None:
    assert contracts_per_unit(want) == contracts


def test_a_rule_is_told_in_words() -> None:
    both = FeeRule(notional_ppm=300, premium_ppm=125_000, surplus_ppm=200_000)

    assert str(both.at(1)) == (
        "0.03 % of the underlying, at most 12.5 % of the premium and 20 % of what a fill gains over the limit"
    )


rules = st.builds(
    RoundFees,
    notional_ppm=st.integers(0, PPM // 10),
    premium_ppm=st.integers(1, PPM - 1),
    surplus_ppm=st.integers(0, PPM - 1),
    spot=st.integers(1, 10_000 * PRICE_UNIT),
)
limits = st.integers(-300 * USDC_UNIT, 300 * USDC_UNIT)
quantities = st.integers(1, 10_000).map(lambda lots: lots * LOT)


@settings(max_examples=60)
@given(rules, limits, quantities, st.integers(0, 400 * USDC_UNIT))
def test_a_price_within_the_net_limit_and_its_fee_are_within_what_was_signed(
    fees: RoundFees, limit: int, quantity: int, below: int
) -> None:
    signed = intent(limit)
    debit = fees.net(signed).max_debit(quantity) - below * quantity // OPTION_UNIT

    fee = fees.fee(signed, quantity, debit)

    assert fee >= 0
    assert debit + fee <= signed.max_debit(quantity)


@settings(max_examples=60)
@given(rules, limits)
def test_the_net_limit_takes_no_more_than_the_fee(fees: RoundFees, limit: int) -> None:
    signed = intent(limit)

    above = fees.net(signed).limit + 2

    assert above + fees.for_volume(signed, OPTION_UNIT, above) > limit


@settings(max_examples=60)
@given(rules, limits)
def test_the_least_limit_is_the_smallest_that_pays_for_a_cost_and_its_fee(fees: RoundFees, cost: int) -> None:
    least = fees.least_limit(intent(0), cost)

    assert fees.net(intent(least)).limit >= cost
    assert fees.net(intent(least - 1)).limit < cost
