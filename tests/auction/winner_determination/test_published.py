"""The published cases of the greedy rule, and that the exact choice beats it where it can be beaten.

Sources: `comb_auctions.json` (see `tests/vectors/auction`); the inline tests of the CoW Protocol's winner selection
(`crates/autopilot/src/domain/competition/winner_selection.rs` of cowprotocol/services at 6a3eb426), of which a few
numbers are restated here and all are run where the folder beside the repository has them.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from auction.payments.reference import greedy_references
from auction.payments.vcg import Cap, capped, vcg_rewards
from auction.winner_determination.exact import Exact
from auction.winner_determination.fairness import fair
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.native_score import PairOrder, native_score
from auction.winner_determination.offer import Limits, Offer
from tests.auction.winner_determination.rounds import on_items, one_of_each

CARRIED = json.loads((Path(__file__).parents[2] / "vectors/auction/comb_auctions.json").read_text())
COW = Path(__file__).parents[4] / "shared/vectors/auction/cow_winner_selection.json"
UNIT = 10**18
MOST_WINNERS = 10
NATIVE_PRICE = 1000


def on_pairs(name: str, solver: str, parts: dict[str, int]) -> Offer:
    return Offer(id=name, solver=solver, score=sum(parts.values()), takes=dict.fromkeys(parts, 1), parts=parts)


def limits_of(offers: list[Offer]) -> Limits:
    return Limits(capacity={pair: 1 for offer in offers for pair in offer.takes}, most_winners=MOST_WINNERS)


def cow_offers(case: dict[str, Any]) -> list[Offer]:
    orders = {
        name: PairOrder(
            side=order["side"],
            sell_token=order["sell_token"],
            buy_token=order["buy_token"],
            sell_amount=int(order["sell_amount"]),
            buy_amount=int(order["buy_amount"]),
        )
        for name, order in case["auction"]["orders"].items()
    }
    offers = []
    for name, solution in case["solutions"].items():
        parts: dict[str, int] = {}
        for order_name, trade in solution["trades"].items():
            order = orders[order_name]
            executed = int(trade["sell_amount"]), int(trade["buy_amount"])
            parts[order.pair] = parts.get(order.pair, 0) + native_score(order, *executed, NATIVE_PRICE)
        offers.append(on_pairs(name, solution["solver"], parts))
    return offers


def cow_cases() -> list[Any]:
    return json.loads(COW.read_text())["cases"] if COW.exists() else []


@pytest.mark.parametrize("case", CARRIED["cases"], ids=lambda case: case["name"])
def test_greedy_mode_gives_the_published_winners_references_and_rewards(case: dict[str, Any]) -> None:
    offers = []
    for solution in case["solutions"]:
        parts: dict[str, int] = {}
        for trade in solution["trades"]:
            pair = f"{trade['sell_token']}>{trade['buy_token']}"
            parts[pair] = parts.get(pair, 0) + trade["score"]
        offers.append(on_pairs(solution["id"], solution["solver"], parts))
    kept = list(fair(offers))

    references = greedy_references(kept, limits_of(kept))

    cap = Cap(most=CARRIED["reward_cap_upper"], most_lost=CARRIED["reward_cap_lower"])
    rewards = capped(vcg_rewards(references), dict.fromkeys(references.scores, cap))
    assert {offer.id for offer in references.choice.winners} == set(case["winners"])
    assert references.choice.score == case["winning_score"]
    assert dict(references.scores) == case["reference_scores"]
    assert rewards == case["rewards"]


@pytest.mark.skipif(not COW.exists(), reason="the folder shared/ with the published cases is not here")
@pytest.mark.parametrize("number", range(5))
def test_greedy_mode_equals_every_case_of_the_largest_network(number: int) -> None:
    case = cow_cases()[number]
    offers = cow_offers(case)

    kept = list(fair(offers))
    references = greedy_references(kept, limits_of(kept))

    assert len(cow_cases()) == 5
    assert [offer.id for offer in kept] == case["expected_fair_solutions"]
    assert {offer.id for offer in references.choice.winners} == set(case["expected_winners"])
    assert {name: str(score) for name, score in references.scores.items()} == case["expected_reference_scores"]


@pytest.mark.skipif(not COW.exists(), reason="the folder shared/ with the published cases is not here")
def test_exact_mode_is_never_worse_on_the_published_cases_and_better_on_one() -> None:
    found = {}
    for case in cow_cases():
        kept = list(fair(cow_offers(case)))
        found[case["name"]] = (choose_greedily(kept, limits_of(kept)).score, Exact(kept, limits_of(kept)).best().score)

    assert all(exact >= greedy for greedy, exact in found.values())
    assert found["reference_better_than_winners"] == (300, 380)


def test_greed_takes_the_largest_batch_where_two_smaller_ones_give_more() -> None:
    offers = [on_items(1, "large", 300, "ABC"), on_items(2, "pair", 280, "AB"), on_items(3, "rest", 100, "C")]

    assert choose_greedily(offers, one_of_each("ABC")).score == 300
    assert Exact(offers, one_of_each("ABC")).best().score == 380


def test_greed_can_owe_its_winner_less_than_nothing_and_exactness_cannot() -> None:
    offers = [on_items(1, "large", 300, "ABC"), on_items(2, "pair", 280, "AB"), on_items(3, "rest", 100, "C")]
    solved = Exact(offers, one_of_each("ABC"))

    assert vcg_rewards(greedy_references(offers, one_of_each("ABC"))) == {"large": -80}
    assert solved.best().score >= max(solved.without(solver).score for solver in ("large", "pair", "rest"))


def test_scores_on_one_pair_add_up_before_they_are_compared() -> None:
    both = on_pairs("both", "a", {"A>B": 200})
    one = on_pairs("one", "b", {"A>B": 150})

    assert fair([both, one]) == (both, one)
    assert choose_greedily([one, both], limits_of([one, both])).winners == (both,)


def test_a_batch_is_dropped_if_a_bid_on_one_pair_gives_it_more_however_good_the_rest() -> None:
    batch = on_pairs("batch", "a", {"A>B": 100, "C>D": 100})
    alone = on_pairs("alone", "b", {"A>B": 150})

    assert fair([batch, alone]) == (alone,)


def test_equal_to_the_baseline_is_fair() -> None:
    batch = on_pairs("batch", "a", {"A>B": 100, "C>D": 100})
    alone = on_pairs("alone", "b", {"A>B": 100})

    assert fair([batch, alone]) == (batch, alone)


def test_a_score_of_zero_still_wins_what_nobody_else_wants() -> None:
    zero = on_pairs("zero", "a", {"A>B": 0})

    assert choose_greedily([zero], limits_of([zero])).winners == (zero,)
    assert Exact([zero], limits_of([zero])).best().winners == (zero,)


def test_greedy_ties_go_by_the_revealed_seed() -> None:
    offers = [on_items(i, f"s{i}", 7, "A") for i in range(4)]

    winners = {choose_greedily(offers, one_of_each("A"), bytes([k])).winners[0].id for k in range(30)}

    assert winners == {"0", "1", "2", "3"}


def test_the_score_of_a_sale_is_what_comes_in_above_the_limit() -> None:
    order = PairOrder(side="sell", sell_token="A", buy_token="B", sell_amount=UNIT, buy_amount=UNIT)

    assert native_score(order, UNIT, UNIT * 11 // 10, NATIVE_PRICE) == 100


def test_the_score_of_a_purchase_is_what_is_saved_at_the_limit_price() -> None:
    order = PairOrder(side="buy", sell_token="A", buy_token="B", sell_amount=2 * UNIT, buy_amount=UNIT)

    assert native_score(order, UNIT * 8 // 5, UNIT, NATIVE_PRICE) == 200


def test_what_a_partial_sale_owes_is_rounded_up() -> None:
    order = PairOrder(side="sell", sell_token="A", buy_token="B", sell_amount=3, buy_amount=10)

    assert native_score(order, 1, 4, UNIT) == 0
