"""Steps that would fail are not sent, and those that wait in a pool are taken back before they fail.

After each block every step on which the owner's delivery depends is executed on the state as it is. One that fails so
for several blocks on end is doomed. If nothing of it is in a pool, its plan ends for free. If it waits in a pool, a
transfer of nothing to oneself takes its place, for the tenth more that pools ask of a replacement: it costs a tenth of
what a settlement that reverts does. A delivery that is doomed while its lock still waits cancels the lock, so that the
owner's cash is never set aside.

What was cancelled has failed only once the cancellation is in a block: until then the first transaction may still land.
"""

from auction.settlement.dispatch import Dispatch
from auction.settlement.plan import CRITICAL
from auction.settlement.policy import SettlementPolicy
from auction.settlement.run import Run
from auction.settlement.sending import Sending
from venues.chains.transaction import Block, Reverted
from venues.world import World


def would_fail(world: World, sending: Sending, policy: SettlementPolicy) -> str:
    """Return why a step would fail in the next block if nothing else changed; empty if it would not.

    Whether its sender can pay for the gas comes first, as it does in a block: a solver that does not hold the ether of
    its promise is not excused because the venue moved away as well.
    """
    step, chain = sending.step, world.chain(sending.step.chain)
    paid = chain.state.pay_gas(sending.sender, policy.expected_price(chain) * step.call.gas)
    if paid is None:
        return f"undercollateralised: {sending.sender} lacks the ether for gas"
    outcome = step.call.apply(paid, Block(step.chain, chain.number + 1, max(world.now_ms, chain.time_ms)))
    return outcome.reason if isinstance(outcome, Reverted) else ""


def foresee(world: World, run: Run, chain_id: str, dispatch: Dispatch, policy: SettlementPolicy) -> None:
    """Execute the open steps of a plan on a chain that has made a block, and give up on those that are doomed.

    Args:
        world: As it is.
        run: A plan whose first step may be sent.
        chain_id: Chain that made a block.
        dispatch: What takes transactions back.
        policy: Says after how many blocks on end a step that fails on them is doomed.
    """
    for sending in run.sendings.values():
        if sending.step.kind not in CRITICAL or sending.step.chain != chain_id or not _is_open(sending):
            continue
        sending.foreseen = would_fail(world, sending, policy)
        sending.doomed = sending.doomed + 1 if sending.foreseen else 0
        if sending.doomed >= policy.doomed_blocks:
            _give_up(world, run, sending, dispatch)


def _is_open(sending: Sending) -> bool:
    return sending.status in {"waiting", "sent"} and not sending.is_cancelled


def _give_up(world: World, run: Run, doomed: Sending, dispatch: Dispatch) -> None:
    """Cancel what a pool holds of a doomed step, or of the lock that it needs; fail it at once if that is nothing."""
    lock = next((each for each in run.sendings.values() if each.step.kind == "lock"), doomed)
    waiting = next((each for each in (lock, doomed) if each.status == "sent"), None)
    if waiting is None:
        doomed.status, doomed.reason = "failed", doomed.told(doomed.foreseen)
        dispatch.events.append(doomed.event("cancelled", world.now_ms, reason=doomed.reason))
    elif not waiting.is_cancelled:
        dispatch.cancel(world, waiting, doomed.foreseen)
