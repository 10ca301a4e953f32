"""Swaps on the load of 12 March: what honest parties get, and what an outage does."""

from dataclasses import replace

from solvernet import swap_trial
from solvernet.market_data import to_ms
from solvernet.swap_trial import Trial, run
from venues.faults import Fault, Faults
from venues.htlc.swap import look

START_MS = to_ms("2020-03-12T14:00:00Z")
TRIAL = Trial(start_ms=START_MS, swaps=3)


def test_on_crowded_chains_honest_parties_exchange_and_nothing_is_left_over() -> None:
    scenario = swap_trial.day()
    swaps = swap_trial.swaps_of(scenario, TRIAL)
    world = swap_trial.world_of(scenario, TRIAL, swaps)
    before = {chain: world.state(chain).totals() for chain in world.chain_ids}
    world.advance(START_MS + 3 * 3_600_000)

    assert {chain: world.state(chain).totals() for chain in world.chain_ids} == before
    assert swap_trial.tally(look(world, swap) for swap in swaps).outcomes == {"exchanged": 3}


def test_an_outage_of_ethereum_costs_the_taker_what_they_locked() -> None:
    """The destination is locked when Ethereum stops; when it starts again, the source can be cancelled."""
    from_ms = START_MS + 1_200_000
    chain = swap_trial.ethereum(swap_trial.day())
    out = Fault(id="out", kind="outage", target=chain, from_ms=from_ms, until_ms=from_ms + 5_400_000)

    found = run(replace(TRIAL, swaps=1, faults=Faults((out,))))

    assert found.outcomes == {"taker lost": 1}
