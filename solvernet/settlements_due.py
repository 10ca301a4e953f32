"""Critical operations of a run; settlements are due because the ideal run made them."""

from collections.abc import Iterator

from auction.book import PAST_DEADLINE, Entry
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from risk.stability import Operation
from solvernet.engine import Engine
from solvernet.ideal import IdealOutcome


def operations(engine: Engine, ideal: IdealOutcome | None) -> list[Operation]:
    """Return the critical operations of a finished run: of oracles, of expiries, and settlements."""
    exercises = engine.exercise_record.operations(engine.auctioneer.world)
    return [*engine.recorder.operations, *exercises, *settlements(engine, ideal)]


def settlements(engine: Engine, ideal: IdealOutcome | None) -> list[Operation]:
    """Return the settlements that were due in a finished run; none if no ideal run says so.

    Their weight is the value of the ether that the due options are on, at the price when the intent was received; for
    one that never was, at the end of the window.
    """
    if ideal is None:
        return []
    book = engine.auctioneer.book
    received = [_settlement(engine, entry, ideal.filled.get(entry.intent_id, 0)) for entry in book.entries()]
    return [*(found for found in received if found is not None), *_never_received(engine, ideal)]


def _settlement(engine: Engine, entry: Entry, due: int) -> Operation | None:
    if not due or entry.cause is Cause.CANCELLED:
        return None
    weight = _weight(engine, due, entry.received_ms)
    good = weight * min(entry.filled, due) // due
    return Operation(
        kind="intent_settlement",
        name=entry.intent_id,
        due_ms=entry.intent.valid_until_ms,
        weight=weight,
        good=good,
        cause=None if good == weight else _missed(entry),
    )


def _missed(entry: Entry) -> Cause:
    """Return why an intent was not filled as it was due; one that came past its own deadline came late."""
    return Cause.LATE if entry.reason == PAST_DEADLINE else entry.cause or Cause.NO_SOLUTION


def _never_received(engine: Engine, ideal: IdealOutcome) -> Iterator[Operation]:
    """Yield the settlements of intents that never reached the auctioneer."""
    end_ms = engine.name.window.end
    for name, due in ideal.filled.items():
        if name not in engine.auctioneer.book:
            weight = _weight(engine, due, end_ms)
            yield Operation(
                kind="intent_settlement", name=name, due_ms=end_ms, weight=weight, good=0, cause=Cause.DROPPED
            )


def _weight(engine: Engine, quantity: int, time_ms: int) -> int:
    price = engine.auctioneer.world.truth.price(time_ms)
    return price * quantity * USDC_UNIT // (PRICE_UNIT * OPTION_UNIT)
