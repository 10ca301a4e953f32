"""An owner who is a solver too gives itself presents, for the rewards that the rules pay on them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pytest

from auction.charges import Charges
from auction.rules import AuctionRules
from intents.fees import PPM, FeeRule
from solvers.bid import Bid
from solvers.solver import Batch
from tests.auction.hall import RULES, Hall, hall, plain
from tests.venues.calls.stage import OWNER, dollars, signed
from tests.venues.small_world import L1, L2

PRESENT = dollars(50)
CHARGED = replace(RULES, charges=Charges(rule=FeeRule(notional_ppm=300, surplus_ppm=200_000), consistency_ppm=PPM))
"""All fees of a winner may be its reward, and all that is left is shared: the most that can come back."""


def generous(batch: Batch) -> Sequence[Bid | None]:
    """Bid what the route costs, less a present to the owner."""
    found = []
    for job in batch.intents:
        bid = batch.route(job, engine="path").to_bid(markup_bps=0)
        if bid is not None:
            (fill,) = bid.fills
            found.append(bid.model_copy(update={"fills": (fill.model_copy(update={"debit": fill.debit - PRESENT}),)}))
    return found


def dealt(rules: AuctionRules, fees: int = 0) -> Hall:
    """Return a run in which `solver` wins an intent by a present against a rival that bids in earnest."""
    here = hall(rules=rules, fees=fees, solver=generous, rival=plain())
    here.post(signed(quantity=2.0))
    here.play()
    here.live(300)
    here.auctioneer.close_books()
    here.live(300)
    return here


def pocket(here: Hall) -> int:
    """Return the USDC that owner and solver have together, on both chains."""
    states = [here.auctioneer.world.state(chain) for chain in (L1, L2)]
    return sum(
        state.escrow.vault(OWNER.address)
        + state.clearing.account(OWNER.address).cash
        + state.clearing.account("solver").cash
        for state in states
    )


@pytest.mark.parametrize("payment", ["vcg", "core"])
def test_where_rewards_come_of_own_fees_a_present_to_oneself_does_not_pay(payment: Literal["vcg", "core"]) -> None:
    charged, free = dealt(replace(CHARGED, payment=payment)), dealt(RULES)

    assert charged.noted("reward.due")
    assert pocket(charged) <= pocket(free)


def test_where_they_come_of_a_given_sum_the_present_is_paid_out_of_it() -> None:
    given, free = dealt(replace(RULES, payment="vcg"), dollars(80)), dealt(RULES)

    assert pocket(given) - pocket(free) >= PRESENT
