"""What owners are told about fees before anything is auctioned."""

from dataclasses import replace

from auction.charges import Charges
from auction.fee_notice import fee_notice
from intents.assets import PRICE_UNIT
from intents.fees import FeeRule
from tests.auction.hall import RULES, hall
from tests.venues.calls.stage import signed

RULE = FeeRule(notional_ppm=300, premium_ppm=125_000, surplus_ppm=200_000)


def test_owners_are_told_the_rule_and_the_most_that_volume_costs_at_the_present_price() -> None:
    """Ten options at 0.03 % of the oracle's price each."""
    rules = replace(RULES, charges=Charges(rule=RULE))
    world = hall(rules=rules).auctioneer.world
    intent = signed(quantity=10.0).intent

    told = fee_notice(rules, world, intent)

    answer = world.state(rules.reference_chain).answer.price / PRICE_UNIT
    assert str(RULE) in told
    assert f"at most {answer * 10 * 0.0003:,.2f} USDC" in told


def test_nothing_is_told_where_fills_are_free() -> None:
    assert fee_notice(RULES, hall().auctioneer.world, signed().intent) == ""
