"""The ends of a scenario's bridges, in base units."""

from dataclasses import dataclass

from solvernet import rules
from solvernet.bridge_parts import BridgePart, CanonicalPart, FastPart, LightClientPart, OptimisticPart, PaidBridge
from solvernet.scenario import Scenario
from venues.bridges import AnyPort, BridgePort, CanonicalPort, FastPort, Latency, LightClientPort, OptimisticPort
from venues.bridges.canonical import exit_of
from venues.bridges.till import Till
from venues.bridges.wait import SAFE, Wait
from venues.chains.presets import PRESETS


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a bridge of the scenario."""

    name: str
    chain: str
    peer: str
    is_first: bool
    seed: int

    def latency(self, median_s: float, p99_s: float) -> Latency:
        """Return a distribution of times; one without spread needs no seed."""
        return Latency(median_ms=rules.ms(median_s), p99_ms=rules.ms(p99_s), seed=self.seed if p99_s else 0)

    def till(self, locked: float) -> Till:
        """Return what is locked or minted before the start."""
        return Till(is_home=self.is_first, cash=rules.usdc(locked))

    def of(self, both: tuple[int, int]) -> int:
        """Return the figure of this end."""
        return both[0] if self.is_first else both[1]


def port_of(scenario: Scenario, name: str, chain: str, seed: int) -> AnyPort:
    """Return the end of a bridge on a chain of the scenario."""
    part = scenario.bridges[name]
    is_first = part.chains[0] == chain
    peer = part.chains[1] if is_first else part.chains[0]
    end = _End(name, scenario.chains[chain].caip2, scenario.chains[peer].caip2, is_first, seed)
    match part:
        case BridgePart():
            return _liquidity(part, end)
        case CanonicalPart():
            return _canonical(part, end, scenario.chains[part.chains[1]].preset)
        case FastPart():
            return _fast(part, end)
        case LightClientPart():
            return _light_client(part, end)
        case OptimisticPart():
            return _optimistic(part, end)


def _liquidity(part: BridgePart, end: _End) -> BridgePort:
    latency = end.latency(part.delay_s, part.p99_s)
    return BridgePort(
        id=end.name,
        chain=end.chain,
        peer=end.peer,
        liquidity=rules.usdc(part.liquidity),
        fee_ppm=rules.ppm(part.fee_percent),
        fixed_fee=rules.usdc(part.fixed_fee),
        delay_ms=latency.median_ms,
        p99_ms=latency.p99_ms,
        seed=latency.seed,
    )


def _canonical(part: CanonicalPart, end: _End, preset: str) -> CanonicalPort:
    """Return an end of a rollup's bridge: deposits wait for blocks, withdrawals for a batch and a statement."""
    leave = exit_of(PRESETS[preset])
    return CanonicalPort(
        id=end.name,
        chain=end.chain,
        peer=end.peer,
        till=end.till(part.locked),
        wait=Wait(confirmations=part.confirmations) if end.is_first else SAFE,
        carriage=Latency(median_ms=0 if end.is_first else leave.statement_ms),
        exit=leave,
    )


def _fast(part: FastPart, end: _End) -> FastPort:
    fee_ppm, fixed_fee = _fees(part)
    return FastPort(
        id=end.name,
        chain=end.chain,
        peer=end.peer,
        till=end.till(part.locked),
        fee_ppm=fee_ppm,
        fixed_fee=fixed_fee,
        relayer=f"relayer.{end.name}",
        cap=rules.usdc(part.cap),
        confirmations=end.of(part.confirmations),
        reaction=end.latency(part.reaction_s, part.reaction_p99_s),
    )


def _light_client(part: LightClientPart, end: _End) -> LightClientPort:
    fee_ppm, fixed_fee = _fees(part)
    return LightClientPort(
        id=end.name,
        chain=end.chain,
        peer=end.peer,
        till=end.till(part.locked),
        fee_ppm=fee_ppm,
        fixed_fee=fixed_fee,
        carriage=end.latency(part.proof_s, part.proof_p99_s),
    )


def _optimistic(part: OptimisticPart, end: _End) -> OptimisticPort:
    fee_ppm, fixed_fee = _fees(part)
    return OptimisticPort(
        id=end.name,
        chain=end.chain,
        peer=end.peer,
        till=end.till(part.locked),
        fee_ppm=fee_ppm,
        fixed_fee=fixed_fee,
        bond=rules.usdc(part.bond),
        cap=rules.usdc(part.cap),
        confirmations=end.of(part.confirmations),
        reaction=end.latency(part.reaction_s, part.reaction_p99_s),
        liveness_ms=rules.ms(part.liveness_s),
        verdict_ms=rules.ms(part.verdict_s),
    )


def _fees(part: PaidBridge) -> tuple[int, int]:
    return rules.ppm(part.fee_percent), rules.usdc(part.fixed_fee)
