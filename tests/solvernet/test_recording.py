"""What users send while solvers think stands in the ledger where it happened, and is heard there again."""

from pathlib import Path

from eth_account.signers.local import LocalAccount

from auction.ledger import Event, Ledger
from intents import builders
from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.intent import Intent
from intents.signing import sign
from solvernet import __version__
from solvernet.engine import MOST_DRAIN_ROUNDS, Engine
from solvernet.recording import read
from solvernet.replay import replay
from tests.solvernet.conftest import name_of
from tests.solvernet.killed_runs import cut_text

TEXT = cut_text("calm-v1")


def intent_of(engine: Engine, user: LocalAccount) -> Intent:
    return Intent(
        owner=user.address,
        nonce=1,
        home=engine.flow.users[0].home,
        want=builders.single("ETH-27MAR20-190-P"),
        quantity=10 * OPTION_UNIT,
        limit=12 * USDC_UNIT,
        valid_from_ms=engine.now_ms,
        valid_until_ms=engine.now_ms + 200_000,
    )


def with_a_posting_while_solvers_think(folder: Path) -> str:
    """Write the ledger of a run without bids, and return the intent that is posted and given up in its first round."""
    engine = Engine(name_of(TEXT), {}, __version__)
    window, user = engine.name.window, engine.flow.users[0].account
    posted = ""
    rounds = (window.end - window.start) // engine.every_ms
    for number in range(1, rounds + MOST_DRAIN_ROUNDS + 1):
        engine.advance(window.start + number * engine.every_ms)
        if number > rounds and engine.is_over():
            break
        engine.open_round()
        if number == 1:
            posted = str(engine.auctioneer.receive(sign(intent_of(engine, user), user)).intent_id)
            engine.auctioneer.cancel(posted)
        engine.close_round([], {})
        engine.settle({})
    engine.finish()
    ledger = Ledger(folder)
    ledger.name({"version": __version__, "scenario_text": TEXT, "solvers": "single-path", "window": "", "seed": "7"})
    ledger.commit(engine.drain())
    ledger.close()
    return posted


def test_it_is_heard_again_in_its_place(tmp_path: Path) -> None:
    with_a_posting_while_solvers_think(tmp_path / "run")

    assert replay(tmp_path / "run").difference is None


def test_a_recording_tells_it_from_what_came_between_rounds(tmp_path: Path) -> None:
    posted = with_a_posting_while_solvers_think(tmp_path / "run")
    recording = read(tmp_path / "run")

    def of(events: list[Event]) -> list[tuple[str, object]]:
        return [(event.kind, event.body["intent_id"]) for event in events if isinstance(event.body, dict)]

    assert of(recording.arrivals(1, "bidding")) == [("intent.received", posted), ("intent.cancel", posted)]
    assert recording.arrivals(1, "between") == []
