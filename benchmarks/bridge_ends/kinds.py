"""An end of a bridge of each kind, with the figures of real ones where they are known."""

from typing import Final

from intents.assets import USDC_UNIT
from venues.bridges import (
    BridgePort,
    CanonicalPort,
    FastPort,
    Latency,
    LightClientPort,
    OptimisticPort,
    Till,
    Wait,
)
from venues.bridges.canonical import DEPOSIT_CONFIRMATIONS, OP_STACK_EXIT
from venues.bridges.wait import SAFE

L1: Final = "eip155:1"
L2: Final = "eip155:10"
SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
LOCKED: Final = 10**9 * USDC_UNIT


def _name(chain: str) -> tuple[str, str, str]:
    return "bridge", chain, L2 if chain == L1 else L1


def liquidity(chain: str) -> BridgePort:
    """Return an end of a liquidity bridge, after the scenarios of this repository."""
    bridge, here, there = _name(chain)
    return BridgePort(
        id=bridge,
        chain=here,
        peer=there,
        liquidity=LOCKED,
        fee_ppm=400,
        fixed_fee=USDC_UNIT // 2,
        delay_ms=120 * SECOND_MS,
        p99_ms=420 * SECOND_MS,
    )


def canonical(chain: str) -> CanonicalPort:
    """Return an end of the rollup's own bridge."""
    bridge, here, there = _name(chain)
    return CanonicalPort(
        id=bridge,
        chain=here,
        peer=there,
        till=Till(is_home=chain == L1, cash=LOCKED),
        wait=Wait(confirmations=DEPOSIT_CONFIRMATIONS) if chain == L1 else SAFE,
        carriage=Latency(median_ms=0 if chain == L1 else OP_STACK_EXIT.statement_ms),
        exit=OP_STACK_EXIT,
    )


def fast(chain: str) -> FastPort:
    """Return an end of a fast bridge with the confirmations of Circle's fast transfers, and a cap that never binds."""
    bridge, here, there = _name(chain)
    return FastPort(
        id=bridge,
        chain=here,
        peer=there,
        till=Till(is_home=chain == L1, cash=LOCKED),
        fee_ppm=130,
        fixed_fee=USDC_UNIT // 10,
        relayer="relayer",
        cap=LOCKED,
        confirmations=2 if chain == L1 else 1,
        reaction=Latency(median_ms=4 * SECOND_MS, p99_ms=20 * SECOND_MS),
    )


def light_client(chain: str) -> LightClientPort:
    """Return an end of a light-client bridge whose proofs take ten minutes."""
    bridge, here, there = _name(chain)
    return LightClientPort(
        id=bridge,
        chain=here,
        peer=there,
        till=Till(is_home=chain == L1, cash=LOCKED),
        fee_ppm=100,
        fixed_fee=USDC_UNIT,
        carriage=Latency(median_ms=10 * MINUTE_MS, p99_ms=30 * MINUTE_MS),
    )


def optimistic(chain: str) -> OptimisticPort:
    """Return an end of an optimistic bridge with a liveness of two hours."""
    bridge, here, there = _name(chain)
    return OptimisticPort(
        id=bridge,
        chain=here,
        peer=there,
        till=Till(is_home=chain == L1, cash=LOCKED),
        fee_ppm=100,
        fixed_fee=USDC_UNIT // 2,
        bond=500 * USDC_UNIT,
        cap=LOCKED,
        confirmations=2 if chain == L1 else 1,
        reaction=Latency(median_ms=30 * SECOND_MS, p99_ms=120 * SECOND_MS),
    )
