"""A loser that is told what it needs wins with it, and with less it does not."""

from dataclasses import replace

import pytest

from auction.winner_determination.exact import Exact
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.prices import charged, prices
from auction.winner_determination.threshold import winning_scores
from venues.seeds import generator


def offer(name: str, score: int, solver: str = "", **takes: int) -> Offer:
    return Offer(id=name, solver=solver or name, score=score, takes=takes)


def random_round(seed: int, *, with_reaches: bool) -> tuple[list[Offer], Limits]:
    """Return a round of up to 14 offers over four intents and two venues."""
    rng = generator(seed, "round")
    offers = []
    for number in range(int(rng.integers(3, 15))):
        items = [f"i{k}" for k in range(4) if rng.random() < 0.4] or ["i0"]
        takes = {name: int(rng.integers(1, 11)) for name in items}
        takes |= {venue: int(rng.integers(1, 8)) for venue in ("v0", "v1") if rng.random() < 0.5}
        reaches = {v: takes[v] + int(rng.integers(0, 12)) for v in ("v0", "v1") if v in takes and with_reaches}
        solver = f"s{int(rng.integers(0, 4))}"
        score = int(rng.integers(1, 200))
        offers.append(Offer(id=f"{number:02}", solver=solver, score=score, takes=takes, reaches=reaches))
    most = [None, 2, 3][int(rng.integers(0, 3))]
    own = [None, 1, 2][int(rng.integers(0, 3))]
    capacity = {f"i{k}": 10 for k in range(4)} | {"v0": 12}
    return offers, Limits(capacity=capacity, most_winners=most, most_per_solver=own)


def wins(offers: list[Offer], limits: Limits, name: str, score: int) -> bool:
    """Return whether an offer wins once it has another score."""
    changed = [replace(o, score=score) if o.id == name else o for o in offers]
    return any(winner.id == name for winner in Exact(changed, limits).best().winners)


@pytest.mark.parametrize("with_reaches", [False, True])
@pytest.mark.parametrize("seed", range(15))
def test_the_told_score_wins_and_two_less_does_not(seed: int, with_reaches: bool) -> None:
    offers, limits = random_round(seed, with_reaches=with_reaches)
    winners = {winner.id for winner in Exact(offers, limits).best().winners}
    losers = [o.id for o in offers if o.id not in winners]

    told = winning_scores(offers, losers, limits)

    for name, score in told.items():
        assert wins(offers, limits, name, score)
        assert not wins(offers, limits, name, score - 2)
    for name in set(losers) - set(told):
        assert not wins(offers, limits, name, 10**6)


def test_a_loser_has_to_beat_all_whose_place_it_takes() -> None:
    offers = [offer("a", 30, x=1), offer("b", 20, y=1), offer("ab", 40, x=1, y=1)]

    assert winning_scores(offers, ["ab"], Limits(capacity={"x": 1, "y": 1})) == {"ab": 51}


def test_what_can_never_win_is_told_nothing() -> None:
    offers = [offer("a", 30, x=1), offer("b", 20, x=2)]

    assert winning_scores(offers, ["b"], Limits(capacity={"x": 1})) == {}


def test_prices_of_whole_winners_add_up_to_what_they_took_the_place_for() -> None:
    offers = [offer("a", 30, x=1), offer("b", 20, y=1), offer("ab", 40, x=1, y=1)]
    limits = Limits(capacity={"x": 1, "y": 1})

    due = charged(offers[2], prices(offers, offers[:2], limits))

    assert sum(due.values()) >= 40
    assert set(due) <= {"x", "y"}


@pytest.mark.parametrize("seed", range(40))
def test_no_loser_is_worth_more_than_its_way_in_costs_where_offers_win_whole(seed: int) -> None:
    offers, limits = random_round(seed, with_reaches=False)
    limits = replace(limits, most_winners=None, most_per_solver=None)
    best = Exact(offers, limits).best()
    found = prices(offers, best.winners, limits)
    value = sum(price * limits.capacity[name] for name, price in found.items())
    spare = sum(max(0.0, o.score - sum(charged(o, found).values())) for o in offers)

    assert value + spare >= best.score - len(offers) * 3
    if abs(value + spare - best.score) < 1:
        winners = {winner.id for winner in best.winners}
        assert all(sum(charged(o, found).values()) >= o.score - 3 for o in offers if o.id not in winners)
