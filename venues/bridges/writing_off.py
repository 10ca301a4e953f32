"""Who pays for what a bridge paid and should not have.

When the block that sent a transfer is undone, the bridge's other end may have acted on it already. What that costs is
written down there, by the name of who bears it.
"""

from dataclasses import replace

from venues.bridges.liquidity import BridgePort
from venues.bridges.transfer import Loss
from venues.chain_state import ChainState
from venues.passages import Passage


def with_loss(state: ChainState, bridge: str, loss: Loss) -> ChainState:
    """Return the state with a loss at a bridge written down; its reserve pays as much of its part as it has."""
    port = state.bridges[bridge]
    if isinstance(port, BridgePort):
        return state
    if loss.bearer != port.reserve:
        return state.with_port(port.booked(loss))
    covered = min(loss.cash, max(0, state.clearing.account(port.reserve).cash))
    clearing = state.clearing.change(port.reserve, cash=-covered)
    return replace(state, clearing=clearing).with_port(port.booked(loss, covered))


def after_undoing(state: ChainState, passage: Passage) -> tuple[ChainState, Loss | None]:
    """Return the state of a passage's target once the block that announced it is undone, and who lost what.

    It holds for a passage that was carried and for one that was not: a relayer may have fronted, and a proposer may
    have proposed, what no message has confirmed. The sending chain needs nothing: its own state goes back. A liquidity
    bridge has no list of losses, for what is lost there is missing from its liquidity.
    """
    if passage.bridge is None:
        return state, None
    port = state.bridges[passage.bridge]
    after, loss = port.undone(passage.transfer)
    undone = replace(state, bridges=state.bridges.set(passage.bridge, after))
    return (undone, None) if loss is None else (with_loss(undone, passage.bridge, loss), loss)
