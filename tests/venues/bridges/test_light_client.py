from intents.assets import USDC_UNIT
from tests.venues.bridges.stage import CARRIER, HOUR_MS, arrival_ms, gained, light_client, send, sent, world
from tests.venues.small_world import L1, L2, START_MS
from venues.bridges import LightClientPort

PROOF_MS = 600_000


def test_a_transfer_arrives_with_a_proof_that_is_made_once_the_source_is_final() -> None:
    made = world(light_client(L1), light_client(L2), (CARRIER,))
    send(made, L1, 1_000)
    made.advance(START_MS + 12_000)
    final_ms = made.chain(L1).reached_ms("final", 1, START_MS + 12_000)
    assert final_ms is not None

    arrived_ms = arrival_ms(made, L2, START_MS + HOUR_MS)

    assert arrived_ms is not None
    assert final_ms + PROOF_MS < arrived_ms <= final_ms + PROOF_MS + 30_000
    assert gained(made, L2) == sent(1_000).cash == 1_000 * USDC_UNIT - 1_500_000


def test_the_fee_goes_to_the_carrier_who_paid_the_gas() -> None:
    made = world(light_client(L1), light_client(L2), (CARRIER,))
    before = made.state(L2).wallets["carrier"]
    send(made, L1, 1_000)

    made.advance(START_MS + HOUR_MS)

    assert gained(made, L2, "carrier") == 1_500_000
    assert made.state(L2).wallets["carrier"] < before


def test_without_a_carrier_nothing_arrives_and_nothing_is_lost() -> None:
    made = world(light_client(L1), light_client(L2))
    send(made, L1, 1_000)

    made.advance(START_MS + HOUR_MS)

    port = made.state(L2).bridges["bridge"]
    assert isinstance(port, LightClientPort)
    assert dict(port.inbox) == {"t": sent(1_000)}


def test_what_has_no_proof_is_not_paid() -> None:
    assert light_client(L2).relayed("t", "carrier") == "reverted: nothing proves t"


def test_a_proof_is_used_once() -> None:
    paid = light_client(L2).arrived(sent(10), 0).relayed("t", "carrier")
    assert isinstance(paid, LightClientPort)

    assert paid.relayed("t", "carrier") == "reverted: nothing proves t"
    assert [due.cash for due in paid.pay_out()[1]] == [sent(10).cash, sent(10).fee]
