"""What becomes of messages while the broker is away, slow or forgetful."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvernet.network_faults import RESEND_MS, NetworkFaults
from venues.faults import Fault, FaultKind, Faults

END_MS = 100_000
NAMES = tuple(f"solver-{index}" for index in range(400))


def fault(kind: FaultKind, from_ms: int, until_ms: int, *, delay_ms: int = 0, share_ppm: int = 0) -> Fault:
    name = f"{kind}@{from_ms}"
    return Fault(
        id=name, kind=kind, target="", from_ms=from_ms, until_ms=until_ms, delay_ms=delay_ms, share_ppm=share_ppm
    )


def network(*faults: Fault) -> NetworkFaults:
    return NetworkFaults(Faults(tuple(sorted(faults, key=lambda item: item.from_ms)), (1, "faults")))


stretches = st.tuples(st.integers(0, END_MS), st.integers(1, 30_000)).map(lambda pair: (pair[0], sum(pair)))
outages = st.builds(lambda span: fault("broker_outage", *span), stretches)
delays = st.builds(lambda span, ms: fault("message_delay", *span, delay_ms=ms), stretches, st.integers(1, 20_000))
losses = st.builds(lambda span, ppm: fault("message_loss", *span, share_ppm=ppm), stretches, st.integers(1, 999_999))
networks = st.builds(lambda faults: network(*faults), st.lists(outages | delays | losses, max_size=5))


@given(st.integers(0, END_MS))
def test_where_nothing_is_wrong_a_message_arrives_as_it_is_sent(sent_ms: int) -> None:
    assert NetworkFaults().arrival_ms(sent_ms, "a") == sent_ms


@given(networks, st.integers(0, END_MS), st.text(max_size=4))
def test_a_message_arrives_once_there_is_a_broker_and_not_before_it_is_sent(
    found: NetworkFaults, sent_ms: int, name: str
) -> None:
    arrival_ms = found.arrival_ms(sent_ms, name)

    assert arrival_ms >= sent_ms
    assert not found.cuts(arrival_ms, arrival_ms)


@given(networks, st.integers(0, END_MS), st.text(max_size=4))
def test_all_that_was_sent_has_arrived_once_it_is_quiet(found: NetworkFaults, sent_ms: int, name: str) -> None:
    assert found.arrival_ms(sent_ms, name) <= found.quiet_ms(END_MS)


def test_a_message_that_finds_no_broker_arrives_when_it_is_back() -> None:
    found = network(fault("broker_outage", 1_000, 5_000), fault("broker_outage", 5_000, 7_000))

    assert [found.arrival_ms(time_ms, "a") for time_ms in (999, 1_000, 6_999, 7_000)] == [999, 7_000, 7_000, 7_000]


def test_a_message_is_held_up_by_the_delay_and_then_by_an_outage() -> None:
    found = network(fault("message_delay", 0, 1_000, delay_ms=4_000), fault("broker_outage", 4_500, 9_000))

    assert [found.arrival_ms(time_ms, "a") for time_ms in (100, 700, 1_000)] == [4_100, 9_000, 1_000]


def test_a_lost_message_is_sent_again_after_the_time_out_of_its_receipt() -> None:
    found = network(fault("message_loss", 0, END_MS, share_ppm=500_000))

    waits = [found.arrival_ms(1, name) - 1 for name in NAMES]

    assert {wait % RESEND_MS for wait in waits} == {0}
    assert 0.42 < waits.count(0) / len(waits) < 0.58
    assert 0.17 < waits.count(RESEND_MS) / len(waits) < 0.33


def test_the_bids_of_about_the_stated_share_of_solvers_are_lost_while_it_lasts() -> None:
    found = network(fault("message_loss", 1_000, 2_000, share_ppm=250_000))

    assert 0.18 < len(found.lost_sheets(1_000, 1, NAMES)) / len(NAMES) < 0.32
    assert found.lost_sheets(1_000, 1, NAMES) != found.lost_sheets(1_000, 2, NAMES)
    assert found.lost_sheets(2_000, 1, NAMES) == frozenset()


def test_who_else_bids_does_not_change_whose_bids_are_lost() -> None:
    found = network(fault("message_loss", 0, END_MS, share_ppm=400_000))

    assert found.lost_sheets(0, 3, NAMES[:50]) == found.lost_sheets(0, 3, NAMES) & set(NAMES[:50])


@pytest.mark.parametrize(("from_ms", "until_ms", "is_cut"), [(0, 999, False), (0, 1_000, True), (1_999, 2_500, True)])
def test_an_interval_is_cut_if_an_outage_reaches_into_it(from_ms: int, until_ms: int, *, is_cut: bool) -> None:
    found = network(fault("broker_outage", 1_000, 2_000))

    assert found.cuts(from_ms, until_ms) is is_cut
    assert not found.cuts(2_000, 3_000)
