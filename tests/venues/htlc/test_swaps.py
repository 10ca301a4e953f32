"""Swaps from beginning to end: honest parties, absent ones, dishonest ones, and third parties who finish them."""

from dataclasses import replace

import pytest

from intents.assets import ETH_UNIT, USDC_UNIT
from tests.venues.htlc.locks import DEPOSIT, MAKER, STRANGER, TAKER
from tests.venues.htlc.swaps import BIDDING, COMPLETES, MAKES, RULES, SWAP, TAKES, lived, result, world
from tests.venues.small_world import BUSY, GAS, L1, L2, RICH, START_MS, chain_state, make_chain, sight, truth
from venues.chains.presets import ETHEREUM_2020
from venues.chains.transaction import Transaction
from venues.faults import Fault, Faults
from venues.htlc.calls import OpenLock, Withdraw
from venues.htlc.ladder import accepts, ladder
from venues.htlc.lock import HashLock
from venues.htlc.outcomes import Outcome, outcome, tally
from venues.htlc.sending import Errand, offers
from venues.htlc.swap import Sight, look
from venues.htlc.timelocks import Schedule
from venues.view import Offer
from venues.world import World

GONE_MS = 2**53


def gone_after(world: World) -> int:
    """Return the instant at which both locks of an undisturbed swap stand: a taker may leave then."""
    destination = look(world, SWAP).destination
    assert destination is not None
    return destination.opened_ms + 4_000


def gains(scene: World, who: str) -> tuple[int, int, int]:
    """Return what somebody gained: dollars on the source, ether on the destination, deposits in wallets, rounded."""
    source, destination = scene.state(L1), scene.state(L2)
    dollars = source.clearing.account(who).cash - RICH.cash
    ether = destination.clearing.account(who).ether - RICH.ether
    wallets = source.wallets[who] + destination.wallets[who] - 2 * GAS
    return dollars // USDC_UNIT, ether // ETH_UNIT, round(wallets / DEPOSIT)


def test_honest_parties_exchange_what_they_agreed_on() -> None:
    scene = lived(MAKES, TAKES)

    assert result(scene) == "exchanged"
    assert gains(scene, MAKER) == (-1_000, 5, 0)
    assert gains(scene, TAKER) == (1_000, -5, 0)


def test_nobody_else_is_needed_where_the_taker_does_what_they_should() -> None:
    found = look(lived(MAKES, TAKES, COMPLETES), SWAP)

    for lock in (found.source, found.destination):
        assert lock is not None
        assert (lock.ended_by, lock.is_public) == (TAKER, False)


@pytest.mark.parametrize("agents", [(MAKES,), (MAKES, TAKES), (MAKES, TAKES, COMPLETES)])
def test_money_is_neither_made_nor_lost(agents: tuple[object, ...]) -> None:
    scene = lived(*agents)  # type: ignore[arg-type]

    assert [scene.state(chain).totals() for chain in (L1, L2)] == [chain_state(chain).totals() for chain in (L1, L2)]


def test_without_an_answer_the_maker_takes_everything_back() -> None:
    scene = lived(MAKES)

    assert result(scene) == "unanswered"
    assert gains(scene, MAKER) == (0, 0, 0)


def test_a_swap_that_the_maker_lets_lapse_costs_nobody_anything() -> None:
    lapsing = replace(SWAP, goes_through=False)

    scene = lived(replace(MAKES, swaps=(lapsing,)), replace(TAKES, swaps=(lapsing,)))

    assert result(scene, lapsing) == "called off"
    assert gains(scene, MAKER) == gains(scene, TAKER) == (0, 0, 0)


def test_a_third_party_completes_what_the_taker_left_and_earns_both_deposits() -> None:
    leaves_ms = gone_after(lived(MAKES, TAKES, minutes=2))

    scene = lived(MAKES, replace(TAKES, away=((leaves_ms, GONE_MS),)), COMPLETES)

    locks = [state.hashlocks["swap"] for state in (scene.state(L1), scene.state(L2))]
    assert result(scene) == "exchanged"
    assert gains(scene, TAKER)[:2] == (1_000, -5)
    assert sum(lock.ended_by == STRANGER for lock in locks) == gains(scene, STRANGER)[2] >= 1
    assert locks[0].ended_by == STRANGER


def test_a_taker_who_leaves_after_the_secret_is_out_loses_if_nobody_helps() -> None:
    leaves_ms = gone_after(lived(MAKES, TAKES, minutes=2))

    scene = lived(MAKES, replace(TAKES, away=((leaves_ms, GONE_MS),)))

    assert result(scene) == "taker lost"
    assert gains(scene, MAKER)[:2] == (0, 5)


def test_a_third_party_gives_back_what_nobody_took() -> None:
    """The maker has sent one transaction and is never seen again."""
    assert isinstance(SCHEDULE, Schedule)
    scene = world(COMPLETES)
    sent(scene, L1, MAKER, OpenLock(terms=SWAP.terms("source", SCHEDULE), deadline_ms=SWAP.until_ms))

    scene.advance(START_MS + 600_000)

    assert result(scene) == "unanswered"
    assert gains(scene, MAKER) == (0, 0, -1)
    assert gains(scene, STRANGER)[2] == 1


@pytest.mark.parametrize(("deposit", "acts"), [(DEPOSIT, True), (1, False)])
def test_a_third_party_acts_only_where_the_deposit_is_worth_the_gas(deposit: int, acts: bool) -> None:
    cheap = replace(SWAP, deposit_wei=deposit)
    leaves_ms = gone_after(lived(MAKES, TAKES, minutes=2))
    takes = replace(TAKES, swaps=(cheap,), away=((leaves_ms, GONE_MS),))

    scene = lived(replace(MAKES, swaps=(cheap,)), takes, replace(COMPLETES, swaps=(cheap,)))

    assert (scene.state(L1).hashlocks["swap"].ended_by == STRANGER) == acts


def test_a_maker_does_not_begin_what_takes_too_long() -> None:
    scene = lived(replace(MAKES, rules=replace(RULES, longest_ms=60_000)), TAKES)

    assert result(scene) == "unopened"


def test_a_ladder_allows_for_what_a_party_wants_to_survive() -> None:
    lenient = replace(RULES, allowances={L2: 600_000})

    assert lenient.timing(world().chain(L2), START_MS).inclusion_ms == 603_000
    assert lenient.timing(world().chain(L1), START_MS) == RULES.timing(world().chain(L1), START_MS)


def outage(after_ms: int) -> Faults:
    """Return an outage of the destination for ten minutes, some time after the secret would be shown."""
    ripe_ms = look(lived(MAKES, TAKES, minutes=2), SWAP).ripe_ms
    assert ripe_ms is not None
    from_ms = ripe_ms + after_ms
    return Faults((Fault(id="out", kind="outage", target=L2, from_ms=from_ms, until_ms=from_ms + 600_000),))


def test_a_maker_keeps_the_secret_while_the_destination_stands() -> None:
    scene = lived(MAKES, TAKES, COMPLETES, minutes=30, faults=outage(-1_000))

    assert result(scene) == "called off"
    assert gains(scene, MAKER)[:2] == gains(scene, TAKER)[:2] == (0, 0)


def test_an_outage_that_no_chain_foretold_can_cost_the_maker() -> None:
    """The secret has just been shown: the taker withdraws, and the destination stands until it can be cancelled."""
    scene = lived(MAKES, TAKES, COMPLETES, minutes=30, faults=outage(1_000))

    assert result(scene) == "maker lost"


def test_a_ladder_that_allows_for_the_outage_loses_nothing() -> None:
    lenient = replace(RULES, allowances={L2: 660_000})
    agents = (replace(agent, rules=lenient) for agent in (MAKES, TAKES, COMPLETES))

    scene = lived(*agents, minutes=60, faults=outage(1_000))  # type: ignore[arg-type]

    assert result(scene) == "exchanged"


def sent(scene: World, chain: str, sender: str, call: OpenLock | Withdraw) -> None:
    transaction = Transaction(id=f"{sender}!", sender=sender, call=call, max_fee_wei=10**12, submitted_ms=scene.now_ms)
    assert scene.submit(Offer(chain, transaction)) == "waiting"


def test_a_taker_leaves_alone_what_is_not_safe() -> None:
    scene = world(TAKES)
    scene.advance(START_MS + 60_000)
    timings = [RULES.timing(scene.chain(chain), scene.now_ms) for chain in (L1, L2)]
    schedule = ladder(*timings)
    assert isinstance(schedule, Schedule)
    hasty = replace(schedule, source=replace(schedule.source, cancellation_ms=schedule.revealed_by_ms))
    assert not accepts(hasty, *timings)
    sent(scene, L1, MAKER, OpenLock(terms=SWAP.terms("source", hasty), deadline_ms=SWAP.until_ms))

    scene.advance(START_MS + 600_000)

    assert result(scene) == "open"
    assert look(scene, SWAP).destination is None


def test_a_taker_leaves_alone_what_is_not_as_agreed() -> None:
    scene = world(TAKES)
    scene.advance(START_MS + 60_000)
    assert isinstance(SCHEDULE, Schedule)
    less = replace(SWAP.terms("source", SCHEDULE), amount=USDC_UNIT)
    sent(scene, L1, MAKER, OpenLock(terms=less, deadline_ms=SWAP.until_ms))

    scene.advance(START_MS + 180_000)

    assert look(scene, SWAP).source is not None
    assert look(scene, SWAP).destination is None


def test_a_maker_keeps_the_secret_from_a_taker_who_locks_too_little() -> None:
    scene = world(MAKES)
    scene.advance(START_MS + 90_000)
    source = look(scene, SWAP).source
    assert source is not None
    schedule = source.terms.schedule
    less = replace(SWAP.terms("destination", schedule), amount=ETH_UNIT)
    cancellation_ms = source.opened_ms + schedule.source.cancellation_ms
    sent(scene, L2, TAKER, OpenLock(terms=less, deadline_ms=GONE_MS, source_cancellation_ms=cancellation_ms))

    scene.advance(START_MS + 600_000)

    found = look(scene, SWAP)
    assert found.source is not None
    assert (found.source.state, found.is_out(scene.now_ms)) == ("cancelled", False)


def test_equal_worlds_live_through_equal_swaps() -> None:
    scene = world(MAKES, TAKES, COMPLETES)
    scene.advance(START_MS + 100_000)
    twin = scene.fork()
    for each in (scene, twin):
        each.advance(START_MS + 600_000)

    assert scene.state(L1).hashlocks == twin.state(L1).hashlocks
    assert scene.state(L2).hashlocks == twin.state(L2).hashlocks


def test_what_waits_is_raised_after_some_blocks_and_never_doubled() -> None:
    """Offered when the price was low; the chain has since risen twentyfold."""
    chain = make_chain(chain_state(L1), ETHEREUM_2020, BUSY)
    view = sight(truth(140.0), chain)
    errand = Errand(L1, Withdraw(lock_id="swap", caller=TAKER, secret=SWAP.secret))
    for _ in range(20):
        chain.produce()
    old = Transaction(id=f"{TAKER}:Withdraw:swap:1", sender=TAKER, call=errand.call, max_fee_wei=10**9)
    chain.submit(replace(old, submitted_ms=chain.time_ms))
    chain.produce()

    early = offers([errand], TAKER, view, BIDDING, chain.time_ms)
    for _ in range(2):
        chain.produce()
    (late,) = offers([errand], TAKER, view, BIDDING, chain.time_ms)

    assert early == ()
    assert late.replaces == old.id
    assert late.transaction.max_fee_wei == BIDDING.price(chain)
    assert chain.submit(late.transaction, late.replaces) == "waiting"
    assert len(chain.waiting(TAKER)) == 1


SCHEDULE = ladder(RULES.timing(world().chain(L1), START_MS), RULES.timing(world().chain(L2), START_MS))


def sighted(source: str, destination: str) -> Sight:
    """Return a swap with locks in some states; none where there is no state."""
    assert isinstance(SCHEDULE, Schedule)
    mine, theirs = (
        HashLock(terms=SWAP.terms(side, SCHEDULE), opened_ms=0, ended_ms=7, ended_by=TAKER, state=state)
        if state
        else None  # type: ignore[arg-type]
        for side, state in (("source", source), ("destination", destination))
    )
    return Sight(SWAP, mine, theirs)


@pytest.mark.parametrize(
    ("source", "destination", "expected"),
    [
        ("", "", "unopened"),
        ("locked", "", "open"),
        ("cancelled", "", "unanswered"),
        ("locked", "withdrawn", "open"),
        ("withdrawn", "locked", "open"),
        ("withdrawn", "withdrawn", "exchanged"),
        ("cancelled", "cancelled", "called off"),
        ("withdrawn", "cancelled", "maker lost"),
        ("cancelled", "withdrawn", "taker lost"),
    ],
)
def test_what_became_of_a_swap_is_read_from_its_locks(source: str, destination: str, expected: Outcome) -> None:
    assert outcome(sighted(source, destination)) == expected


def test_a_tally_counts_outcomes_and_who_ended_them() -> None:
    one = sighted("withdrawn", "withdrawn")
    assert one.source is not None
    helped = replace(one, source=replace(one.source, ended_by=STRANGER, is_public=True))

    found = tally([helped, sighted("cancelled", ""), sighted("", "")])

    assert found.outcomes == {"exchanged": 1, "unanswered": 1, "unopened": 1}
    assert (found.public_withdrawals, found.public_cancellations, found.by_third_parties) == (1, 0, 1)
    assert (found.longest_ms, found.ladder_ms) == (7, one.source.terms.schedule.length_ms)


def dated(source_ms: int, destination_ms: int, **source: object) -> Sight:
    """Return a swap whose locks were opened at some times, and are locked."""
    seen = sighted("locked", "locked")
    assert seen.source is not None
    assert seen.destination is not None
    mine = replace(seen.source, opened_ms=source_ms, **source)  # type: ignore[arg-type]
    return replace(seen, source=mine, destination=replace(seen.destination, opened_ms=destination_ms))


def test_the_secret_is_shown_when_both_locks_are_final() -> None:
    assert isinstance(SCHEDULE, Schedule)
    withdrawal_ms = SCHEDULE.source.withdrawal_ms
    assert withdrawal_ms == SCHEDULE.destination.withdrawal_ms

    assert dated(0, 7_000).shown_ms == 7_000 + withdrawal_ms
    assert dated(7_000, 0).shown_ms == 7_000 + withdrawal_ms
    assert not dated(0, 7_000).is_out(6_999 + withdrawal_ms)
    assert dated(0, 7_000).is_out(7_000 + withdrawal_ms)


def test_the_secret_is_kept_where_the_destination_would_already_be_in_public() -> None:
    assert isinstance(SCHEDULE, Schedule)
    private_ms = SCHEDULE.destination.public_withdrawal_ms - SCHEDULE.destination.withdrawal_ms

    assert dated(private_ms, 0).shown_ms is not None
    assert dated(private_ms + 1, 0).shown_ms is None


def test_the_secret_is_kept_where_a_lock_has_ended_before() -> None:
    assert isinstance(SCHEDULE, Schedule)
    ripe_ms = SCHEDULE.source.withdrawal_ms

    assert dated(0, 0, state="cancelled", ended_ms=ripe_ms - 1).shown_ms is None
    assert dated(0, 0, state="withdrawn", ended_ms=ripe_ms).shown_ms == ripe_ms
