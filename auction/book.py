"""The auctioneer's book of intents: who is admitted, what state each is in, and why.

`(owner, nonce)` belongs to the first intent that used it: the same intent again is a no-op, another one is refused.
What an owner has in the vault is reserved for their open intents, so that nobody bids for what cannot be paid.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

from intents.assets import ETH, OPTION_UNIT
from intents.errors import InvalidSignatureError
from intents.intent import Intent, SignedIntent
from intents.lifecycle import FINAL_STATES, Cause, IntentEvent, State, check_step
from intents.signing import verify
from intents.wants import Package, collateral_per_unit, expiries

PAST_DEADLINE: Final = "past_deadline"
"""Code of the refusal of an intent that comes when its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What can be traded, for admission."""

    chains: frozenset[str]
    instruments: frozenset[str]
    venues: frozenset[str]


@dataclass(slots=True)
class Entry:
    """One intent and where it stands."""

    intent_id: str
    signed: SignedIntent
    state: State
    received_ms: int
    filled: int = 0
    """Units delivered."""

    cause: Cause | None = None
    """Why it is not filled, as far as is known."""

    reason: str = ""
    refunded: bool = False
    """Whether a lock of it went back to the owner."""

    attempts: int = 0
    """Settlements begun."""

    has_failed: bool = False
    """Whether a settlement of it failed: what went wrong then is why it is not filled."""

    @property
    def intent(self) -> Intent:
        """The terms."""
        return self.signed.intent

    @property
    def remaining(self) -> int:
        """Units not delivered."""
        return self.intent.quantity - self.filled


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an intent or a cancellation is not accepted."""

    code: str
    detail: str
    intent_id: str | None = None


class IntentBook:
    """All intents of a run."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._entries: dict[str, Entry] = {}
        self._nonces: dict[tuple[str, int], str] = {}
        self._events: list[IntentEvent] = []

    def __getitem__(self, intent_id: str) -> Entry:
        return self._entries[intent_id]

    def __contains__(self, intent_id: object) -> bool:
        return intent_id in self._entries

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries in the order of admission."""
        return tuple(self._entries.values())

    def drain(self) -> tuple[IntentEvent, ...]:
        """Return the events since the last call."""
        events, self._events = tuple(self._events), []
        return events

    def admit(self, signed: SignedIntent, now_ms: int, vaults: Mapping[tuple[str, str], int]) -> Entry | Refusal:
        """Take in an intent, or say why not.

        Args:
            signed: The intent.
            now_ms: Present.
            vaults: Free USDC of owners on their home chains, by `(owner, chain)`.
        """
        try:
            intent_id = verify(signed)
        except InvalidSignatureError as error:
            return Refusal("bad_signature", str(error))
        known = self._entries.get(intent_id)
        if known is not None:
            return Refusal(known.reason, "it was refused before", intent_id) if _refused(known) else known
        intent = signed.intent
        taken = self._nonces.get((intent.owner.lower(), intent.nonce))
        if taken is not None:
            return Refusal("nonce_used", f"nonce {intent.nonce} belongs to intent {taken[:12]}", intent_id)
        refusal = self._unfit(intent, now_ms) or self._unfunded(intent, vaults)
        if refusal is not None:
            return self._reject(intent_id, signed, now_ms, refusal)
        self._nonces[intent.owner.lower(), intent.nonce] = intent_id
        entry = Entry(intent_id, signed, State.RECEIVED, now_ms)
        self._entries[intent_id] = entry
        self._note(entry, now_ms)
        self.move(entry, State.OPEN, now_ms)
        return entry

    def cancel(self, intent_id: str, now_ms: int) -> Refusal | None:
        """Cancel an open intent, or say why it cannot be."""
        entry = self._entries.get(intent_id)
        if entry is None:
            return Refusal("unknown_intent", f"no intent {intent_id[:12]} is known", intent_id)
        if entry.state is not State.OPEN:
            return Refusal("not_open", f"intent {intent_id[:12]} is {entry.state}", intent_id)
        entry.cause, entry.reason = Cause.CANCELLED, "cancelled by its owner"
        self.move(entry, State.PARTIALLY_FILLED if entry.filled else State.CANCELLED, now_ms)
        return None

    def move(self, entry: Entry, state: State, now_ms: int) -> None:
        """Take an intent one step on its way, and note it."""
        check_step(entry.state, state)
        entry.state = state
        self._note(entry, now_ms)

    def open_for(self, now_ms: int, award_ms: int, down: Container[str] = ()) -> tuple[Entry, ...]:
        """Return the intents that may be auctioned now, in a round whose awards are made at `award_ms`.

        Those at home on a chain that is down wait: nothing can be paid from their escrow.
        """
        valid = [
            entry
            for entry in self._entries.values()
            if entry.state is State.OPEN and entry.intent.valid_from_ms <= now_ms
            if award_ms <= entry.intent.valid_until_ms
        ]
        for entry in valid:
            if entry.intent.home in down and not entry.has_failed:
                entry.cause, entry.reason = Cause.HALTED, f"{entry.intent.home} makes no blocks"
        return tuple(entry for entry in valid if entry.intent.home not in down)

    def expire(self, now_ms: int) -> None:
        """End the open intents whose time is over."""
        for entry in self._entries.values():
            if entry.state is State.OPEN and entry.intent.valid_until_ms < now_ms:
                self.end(entry, now_ms)

    def end(self, entry: Entry, now_ms: int) -> None:
        """End an open intent with what it has got so far."""
        if entry.cause is None:
            what = "what is left of it" if entry.filled else "it"
            entry.cause, entry.reason = Cause.NO_SOLUTION, f"{what} was never in an auction"
        if entry.filled:
            self.move(entry, State.PARTIALLY_FILLED, now_ms)
        else:
            self.move(entry, State.REFUNDED if entry.refunded else State.EXPIRED, now_ms)

    def reopen(self, entry: Entry, now_ms: int) -> None:
        """Take up an intent that had ended with a delivery which was taken back and could not be made good.

        One that is cancelled or whose time is over ends with what is left.
        """
        if entry.state is State.FILLED and entry.remaining:
            self.move(entry, State.OPEN, now_ms)
        elif entry.state is State.PARTIALLY_FILLED and not entry.filled:
            ended = State.CANCELLED if entry.cause is Cause.CANCELLED else State.EXPIRED
            self.move(entry, State.REFUNDED if entry.refunded else ended, now_ms)

    def unfinished(self) -> tuple[Entry, ...]:
        """Return the intents without a final state."""
        return tuple(entry for entry in self._entries.values() if entry.state not in FINAL_STATES)

    def reserved(self, owner: str, home: str) -> int:
        """Return the USDC that an owner's unfinished intents may still take from their vault."""
        return sum(
            entry.intent.escrow(entry.remaining)
            for entry in self.unfinished()
            if entry.intent.owner.lower() == owner.lower() and entry.intent.home == home
        )

    def _unfit(self, intent: Intent, now_ms: int) -> Refusal | None:
        if intent.valid_until_ms <= now_ms:
            return Refusal(PAST_DEADLINE, f"it was valid until {intent.valid_until_ms}, it is {now_ms}")
        unknown = sorted({intent.home, *intent.chains} - self._listing.chains)
        if unknown:
            return Refusal(
                "unknown_chain", f"no chain {unknown[0]} here; known are {', '.join(sorted(self._listing.chains))}"
            )
        strange = sorted(set(intent.venues) - self._listing.venues)
        if strange:
            return Refusal("unknown_venue", f"no venue {strange[0]} here")
        return self._untradable(intent, now_ms)

    def _untradable(self, intent: Intent, now_ms: int) -> Refusal | None:
        want = intent.want
        names = {leg.instrument for leg in want.legs} if isinstance(want, Package) else set()
        missing = sorted(names - self._listing.instruments - {ETH})
        if missing:
            return Refusal("unknown_series", f"no series {missing[0]} is listed")
        if not isinstance(want, Package) and not any(f"-{want.expiry}-" in name for name in self._listing.instruments):
            return Refusal("unknown_series", f"no series of {want.expiry} is listed")
        if any(expiry <= now_ms for expiry in expiries(want)):
            return Refusal("expired_series", "a leg has expired")
        if collateral_per_unit(want) is None:
            return Refusal("unbounded_loss", "no amount of cash backs it: buy a call or ether to cover what is sold")
        if intent.limit > 0 and intent.limit * intent.quantity < OPTION_UNIT:
            return Refusal("senseless_limit", "the limit rounds to nothing")
        return None

    def _unfunded(self, intent: Intent, vaults: Mapping[tuple[str, str], int]) -> Refusal | None:
        free = vaults.get((intent.owner, intent.home), 0) - self.reserved(intent.owner, intent.home)
        need = intent.escrow(intent.quantity)
        if need > free:
            return Refusal("insufficient_funds", f"the escrow needs {need}, the vault has {max(free, 0)} free")
        return None

    def _reject(self, intent_id: str, signed: SignedIntent, now_ms: int, refusal: Refusal) -> Refusal:
        """Record a well-signed intent that cannot be taken, so that its owner can ask why."""
        entry = Entry(intent_id, signed, State.RECEIVED, now_ms, cause=Cause.REJECTED, reason=refusal.code)
        self._entries[intent_id] = entry
        self._note(entry, now_ms)
        self.move(entry, State.REJECTED, now_ms)
        return Refusal(refusal.code, refusal.detail, intent_id)

    def _note(self, entry: Entry, now_ms: int) -> None:
        final = entry.state in FINAL_STATES and entry.state is not State.FILLED
        self._events.append(
            IntentEvent(
                intent_id=entry.intent_id,
                state=entry.state,
                time_ms=now_ms,
                reason=entry.reason if final or entry.state is State.OPEN else "",
                cause=entry.cause if final else None,
                filled=entry.filled,
            )
        )


def _refused(entry: Entry) -> bool:
    return entry.state is State.REJECTED
