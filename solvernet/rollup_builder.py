"""Building what makes chains of a scenario rollups: contracts on the L1, batchers, provers and express lanes."""

from collections.abc import Iterator

from immutables import Map

from solvernet import rules
from solvernet.adversary_parts import ACCOUNT
from solvernet.rollup_parts import LanePart, ProverPart
from solvernet.scenario import Scenario
from solvernet.scenario_parts import ChainPart
from venues.chains.presets import PRESETS
from venues.chains.timeboost import RoundRules
from venues.rollups.batch_size import PPM, Compression
from venues.rollups.batcher import Batcher, BatcherRules
from venues.rollups.express_lane import ExpressLane
from venues.rollups.inbox import Inbox
from venues.rollups.lane_auction import LaneAuctioneer, LaneBidder
from venues.rollups.prover import Prover, ProverRules
from venues.view import Agent


class RollupBuilder:
    """Builds the rollups of one world."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed

    def inboxes(self, name: str) -> Map[str, Inbox]:
        """Return the contracts that stand on a chain for the rollups that post to it."""
        return Map({part.caip2: Inbox() for _, part in self._posting() if part.settles_on == name})

    def lane(self, name: str) -> ExpressLane | None:
        """Return the express lane that a chain sells, if it sells one."""
        part = self._scenario.chains[name].express
        return None if part is None else ExpressLane(rules=lane_rules(part), beneficiary=part.beneficiary)

    def services(self, name: str) -> Iterator[str]:
        """Yield the accounts on a chain that pay for gas."""
        for rollup, part in self._posting():
            if part.settles_on == name:
                yield from (f"batcher.{rollup}", f"prover.{rollup}")
        if self._scenario.chains[name].express is not None:
            yield f"lane.{name}"

    def agents(self) -> Iterator[Agent]:
        """Yield everybody who keeps the rollups going."""
        for name, part in self._posting():
            l1 = self._scenario.chains[part.settles_on or ""].caip2
            batcher_rules = _batcher_rules(part)
            yield Batcher(name=f"batcher.{name}", rollup=part.caip2, l1=l1, rules=batcher_rules)
            if part.prover is not None:
                prover_rules, seed = _prover_rules(part, part.prover), (self._seed, "prover", name)
                yield Prover(name=f"prover.{name}", rollup=part.caip2, l1=l1, rules=prover_rules, seed=seed)
        for name, part in self._scenario.chains.items():
            if part.express is not None:
                yield self._auctioneer(name, part.express)

    def _posting(self) -> Iterator[tuple[str, ChainPart]]:
        return ((name, part) for name, part in self._scenario.chains.items() if part.batcher is not None)

    def _auctioneer(self, name: str, part: LanePart) -> LaneAuctioneer:
        traders = self._scenario.lane_traders
        bidders = tuple(
            LaneBidder(
                account=("arbitrageur." if trader in self._scenario.arbitrageurs else ACCOUNT) + trader,
                pools=traders[trader].venues,
                share_ppm=round(bidder.share * PPM),
                sigma=bidder.sigma,
                seed=(self._seed, "lane", name, trader),
            )
            for trader, bidder in part.bidders.items()
        )
        chain = self._scenario.chains[name].caip2
        return LaneAuctioneer(name=f"lane.{name}", chain=chain, rules=lane_rules(part), bidders=bidders)


def lane_rules(part: LanePart) -> RoundRules:
    """Return how an express lane is sold."""
    return RoundRules(
        round_ms=rules.ms(part.round_s), closing_ms=rules.ms(part.closing_s), reserve_wei=rules.wei(part.reserve)
    )


def _batcher_rules(part: ChainPart) -> BatcherRules:
    batcher, sequencing = part.batcher, PRESETS[part.preset].sequencing
    if batcher is None or sequencing is None:
        raise ValueError(f"{part.caip2} posts nothing")
    return BatcherRules(
        interval_ms=sequencing.batch_interval_ms if batcher.every_s is None else rules.ms(batcher.every_s),
        carrier=batcher.carrier,
        compression=Compression(ratio_ppm=round(batcher.compression * PPM), others_bytes=batcher.others_bytes),
    )


def _prover_rules(part: ChainPart, prover: ProverPart) -> ProverRules:
    proving = PRESETS[part.preset].proving
    if proving is None:
        raise ValueError(f"{part.caip2} proves nothing")
    return ProverRules(
        mean_ms=rules.ms(prover.mean_s),
        sigma=prover.sigma,
        aggregate=prover.aggregate,
        delay_ms=proving.execution_delay_ms if prover.delay_s is None else rules.ms(prover.delay_s),
    )
