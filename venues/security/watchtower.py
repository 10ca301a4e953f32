"""Who sees to it that signing a wrong answer costs stake, and who tries to be gone before it does.

A watchtower compares the answers of a feed with the market. A wrong one is evidence against those who signed it: after
the time that evidence takes, every service that the signers answer to for it is told. A signer who runs asks for its
stake back at once, and learns what the delay is for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from venues.calls.staking import CollectStake, LeaveStake, SlashOperator
from venues.chain_state import Answer, ChainState
from venues.chains.transaction import Call, Transaction
from venues.oracles.posting import most_fee_wei
from venues.view import Offer, View

MILLION: Final = 1_000_000
TIP_WEI: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A feed whose signers have stake."""

    chain: str
    """CAIP-2 id of the chain that it reports to."""

    tolerance_ppm: int
    """How far an answer may be from the market of its time."""

    def wrong_answers(self, view: View, node: int) -> list[Answer]:
        """Return the remembered answers that a node signed and that were wrong, oldest first."""
        return [each for each in view.state(self.chain).answers if node in each.signers and self._is_wrong(view, each)]

    def _is_wrong(self, view: View, answer: Answer) -> bool:
        true = view.truth.price(answer.observed_ms)
        return abs(answer.price - true) * MILLION > self.tolerance_ppm * true


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchtower:
    """Carries the evidence against signers of one feed to where their stake is."""

    name: str
    chain: str
    """CAIP-2 id of the chain with the stake."""

    feed: Watched
    operators: tuple[str, ...]
    """Who runs each node."""

    fractions: Mapping[str, int]
    """Which services punish, and the share of what answers for each that they take, in units of `WAD`."""

    evidence_ms: int
    """Time from an answer until the evidence against it holds."""

    period_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - now_ms % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Have everybody punished whose offence is proved and who was not punished since."""
        book = view.state(self.chain).stakes
        if book is None or view.chain(self.chain).waiting(self.name):
            return ()
        offers = []
        for node, operator in enumerate(self.operators):
            wrong = [each for each in self.feed.wrong_answers(view, node) if each.time_ms + self.evidence_ms <= now_ms]
            if wrong and not book.punished_since(operator, wrong[-1].time_ms):
                call = SlashOperator(operator=operator, fractions=self.fractions, offence_ms=wrong[-1].time_ms)
                offers.append(_offer(view, self.chain, self.name, call, f"{self.name}:{operator}:{now_ms}"))
        return tuple(offers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runaway:
    """An operator who, having signed what is wrong, wants its stake back before anybody can take it."""

    name: str
    """Its account."""

    chain: str
    feed: Watched
    node: int
    period_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - now_ms % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Ask for the stake once there is a reason to, and take it when the wait is over."""
        chain, book = view.chain(self.chain), view.state(self.chain).stakes
        if book is None or chain.waiting(self.name):
            return ()
        call: Call[ChainState] | None = None
        withdrawal = book.leaving.get(self.name)
        if withdrawal is not None and chain.number + 1 >= withdrawal.ready_block():
            call = CollectStake(operator=self.name)
        elif withdrawal is None and book.deposits[self.name].shares and self.feed.wrong_answers(view, self.node):
            call = LeaveStake(operator=self.name)
        return (_offer(view, self.chain, self.name, call, f"{self.name}:{now_ms}"),) if call else ()


def _offer(view: View, chain_id: str, sender: str, call: Call[ChainState], transaction_id: str) -> Offer:
    chain = view.chain(chain_id)
    transaction = Transaction(
        id=transaction_id,
        sender=sender,
        call=call,
        max_fee_wei=most_fee_wei(chain, TIP_WEI),
        tip_wei=TIP_WEI,
        submitted_ms=chain.time_ms,
    )
    return Offer(chain_id, transaction)
