"""The whole story of one intent, read from the ledger: also why it was not filled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auction.errors import LedgerError
from auction.ledger import Row
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.intent import Intent, SignedIntent
from intents.wants import Exposure, Package
from solvernet.binding import Binding, binding
from solvernet.bounds_in_words import bounds_in_words
from solvernet.fee_parts import FeesPart
from solvernet.recording import Recording, read

SHORTEST_PREFIX = 4
"""Fewest hex digits that may stand for an intent id."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to the intent."""

    time_ms: int
    row: int
    """Ledger row it was read from."""

    what: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that happened to one intent."""

    intent_id: str
    title: str
    lines: tuple[Line, ...]
    verdict: str
    """How it ended and why, in one line."""

    binding: Binding | None = None
    """What kept it from being filled, if something did."""


def explain(folder: Path, prefix: str) -> Story:
    """Return the story of the intent whose id begins with `prefix`.

    Raises:
        LedgerError: if there is no ledger, or no intent, or several, begin like that.
    """
    recording = read(folder)
    intent_id, signed = _found(recording, prefix)
    lines = tuple(_lines(recording.rows, intent_id))
    kept = binding(recording.rows, intent_id, signed.intent)
    title = _title(signed.intent) + _charged(recording.name.scenario.fees)
    return Story(intent_id, title, lines, _verdict(recording.rows, intent_id), kept)


def _found(recording: Recording, prefix: str) -> tuple[str, SignedIntent]:
    if len(prefix) < SHORTEST_PREFIX:
        raise LedgerError(f"{prefix!r} is too short; give at least {SHORTEST_PREFIX} digits of the intent's id")
    found = {}
    for row in recording.rows:
        body = _body(row)
        if row.event.kind in {"intent.received", "intent.refused"} and str(body["intent_id"]).startswith(prefix):
            found[str(body["intent_id"])] = SignedIntent.model_validate(body["signed"], strict=False)
    if not found:
        raise LedgerError(f"no intent of this run begins with {prefix!r}")
    if len(found) > 1:
        raise LedgerError(f"{len(found)} intents begin with {prefix!r}; give more digits")
    return next(iter(found.items()))


def _lines(rows: Sequence[Row], intent_id: str) -> Iterator[Line]:
    """Yield what happened, in order."""
    positions: dict[tuple[int, str], dict[int, str]] = {}
    """Positions of bids on the intent, by round and solver, with what they offered."""

    fills: set[str] = set()
    for row in rows:
        body = _body(row)
        if body.get("intent_id") == intent_id and "fill" in body:
            fills.add(str(body["fill"]))
        if row.event.kind == "bids.opened":
            positions[row.event.round, str(body["solver"])] = _offers(body, intent_id)
        for what in _happenings(row, body, intent_id, fills, positions):
            yield Line(row.event.time_ms, row.seq, what)


def _happenings(
    row: Row,
    body: dict[str, Any],
    intent_id: str,
    fills: set[str],
    positions: dict[tuple[int, str], dict[int, str]],
) -> Iterator[str]:
    kind = row.event.kind
    if kind in {"intent.received", "intent.refused"} and body["intent_id"] == intent_id:
        yield "received and admitted" if kind == "intent.received" else f"refused: {body['code']}, {body['detail']}"
    elif kind == "intent.state" and body["intent_id"] == intent_id:
        yield _state(body)
    elif kind == "round.benchmark" and intent_id in body["alone"]:
        yield _yardstick(row.event.round, body["alone"][intent_id])
    elif kind == "bids.judged":
        offers = positions.get((row.event.round, str(body["solver"])), {})
        for result in body["results"]:
            if result["position"] in offers:
                yield f"{body['solver']} {offers[result['position']]}: {_result(result)}"
    elif kind == "fill.awarded" and body["intent_id"] == intent_id:
        where = "at home" if body["chain"] == body["home"] else f"on {body['chain']}, away from {body['home']}"
        fee = f", fee {_usd(body['fee'])} within the limit" if "fee" in body else ""
        yield f"awarded to {body['solver']}: {_options(body['quantity'])} {where}, bond {_usd(body['bond'])}{fee}"
    elif kind in {"step", "own.refused"}:
        yield from _sent(kind, body, intent_id, fills)
    elif kind == "fill.delivered" and body["intent_id"] == intent_id:
        yield f"delivered: {_options(body['quantity'])}"
    elif kind == "fill.undone" and body["intent_id"] == intent_id:
        yield "the block of the delivery was taken back"
    elif kind in {"fill.failed", "fill.breached"} and body["intent_id"] == intent_id:
        yield _failure(body) if kind == "fill.failed" else _breach(body)


def _offers(body: dict[str, Any], intent_id: str) -> dict[int, str]:
    """Return the bids of a sheet that are on the intent, by position, in words."""
    offers = {}
    for position, bid in enumerate(body["bids"]):
        parts = [fill for fill in bid["fills"] if fill["intent_id"] == intent_id]
        if parts:
            quantity = sum(int(fill["quantity"]) for fill in parts)
            debit = sum(int(fill["debit"]) for fill in parts)
            batch = " in a batch" if len({fill["intent_id"] for fill in bid["fills"]}) > 1 else ""
            offers[position] = f"bid {_usd(debit)} for {_options(quantity)}{batch}"
    return offers


def _verdict(rows: Sequence[Row], intent_id: str) -> str:
    states = [_body(row) for row in rows if row.event.kind == "intent.state" and _body(row)["intent_id"] == intent_id]
    if not states:
        return "refused before it had a state"
    last = states[-1]
    filled = f", {_options(last['filled'])} filled" if int(last.get("filled", "0")) else ""
    cause = f" because of {last['cause']}: {last.get('reason', '')}" if last.get("cause") else ""
    return f"{last['state']}{filled}{cause}"


def _title(intent: Intent) -> str:
    want = intent.want
    if isinstance(want, Package):
        what = " ".join(f"{leg.ratio:+d} {leg.instrument}" for leg in want.legs)
    elif isinstance(want, Exposure):
        what = bounds_in_words(want)
    else:
        knots = ", ".join(f"{k.value / USDC_UNIT:g} at {k.price / PRICE_UNIT:g}" for k in want.knots)
        what = f"a payoff of at least {knots} on {want.expiry}"
    kind = "most" if intent.limit >= 0 else "least"
    side = "debit" if intent.limit >= 0 else "credit"
    limit = f"{kind} {side} {abs(intent.limit) / USDC_UNIT:.2f} USDC a unit"
    return f"{_options(intent.quantity)} of {what}; {limit}, {intent.fill.replace('_', ' ')}, home {intent.home}"


def _charged(fees: FeesPart | None) -> str:
    """Return what owners are charged, for the end of a title; nothing where fills are free."""
    rule = fees.charges().rule if fees else None
    return f"; fee, within the limit and counted in the surplus of bids: {rule}" if rule else ""


def _state(body: dict[str, Any]) -> str:
    reason = f": {body['reason']}" if body.get("reason") else ""
    return f"is {body['state'].replace('_', ' ')}{reason}"


def _yardstick(number: int, found: dict[str, Any]) -> str:
    if found["cause"] is None:
        return f"round {number}: the house finds a route that leaves {_usd(found['surplus'])} to the owner"
    cost = f"; the cheapest costs {_usd(found['unit_cost'])} a unit" if found["unit_cost"] else ""
    return f"round {number}: the house finds no route within the limit ({found['cause']}{cost})"


def _result(result: dict[str, Any]) -> str:
    detail = f", {result['detail']}" if result.get("detail") else ""
    if result.get("beaten_by"):
        detail += f"; no room beside {', '.join(result['beaten_by'])}"
    if result["outcome"] == "dropped":
        return f"dropped, {result['code']}{detail}"
    if result.get("needed") is not None:
        more = int(result["needed"]) - int(result["score"])
        detail += f"; {_usd(result['needed'])} would have won, {_usd(more)} more"
    return f"{result['outcome']} with a surplus of {_usd(result['score'])} ({result['code']}{detail})"


def _sent(kind: str, body: dict[str, Any], intent_id: str, fills: set[str]) -> Iterator[str]:
    """Yield what was sent for an intent, or who may not send it."""
    if kind == "step" and body["fill_id"] in fills:
        yield _step(body)
    elif kind == "own.refused" and intent_id in body["intents"]:
        most = f"it could take {_usd(body['could_take'])}, its free stake is {_usd(body['free'])}"
        yield f"{body['solver']} may not send it itself: {most}; it is sent by the policy"


def _step(body: dict[str, Any]) -> str:
    price = f" at {int(body['price_wei']) / 1e9:.3g} gwei" if "price_wei" in body else ""
    reason = f": {body['reason']}" if body.get("reason") else ""
    return f"{body['step']} on {body['chain']} {body['what']}{price}{reason}"


def _failure(body: dict[str, Any]) -> str:
    who = f"{body['solver']} is responsible" if body["responsible"] == "solver" else "nobody is responsible"
    would = "; it would have landed otherwise" if body["but_for"] else ""
    slashed = f"; {_usd(body['slashed'])} of its bond goes to the owner" if int(body["slashed"]) else ""
    return f"failed, {body['cause']}: {body['detail']}; {who}{would}{slashed}"


def _breach(body: dict[str, Any]) -> str:
    owed = f"the owner lost {_usd(body['damage'])} by it" if int(body["damage"]) else "the owner lost nothing by it"
    paid = f", {_usd(body['slashed'])} of its stake go to the owner" if int(body["slashed"]) else ""
    fee = f", {_usd(body['fined'])} to the house for its fee" if int(body.get("fined", 0)) else ""
    what = f"{body['solver']} settled something else than it was awarded ({body['code']}: {body['detail']})"
    return f"{what}; {owed}{paid}{fee}"


def _options(quantity: str | int) -> str:
    return f"{int(quantity) / OPTION_UNIT:g} units"


def _usd(amount: str | int) -> str:
    return f"{int(amount) / USDC_UNIT:,.2f} USDC"


def _body(row: Row) -> dict[str, Any]:
    return row.event.body if isinstance(row.event.body, dict) else {}
