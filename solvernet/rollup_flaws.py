"""What a scenario may not say of its rollups."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from solvernet.scenario_parts import ChainPart
from venues.chains.presets import PRESETS


class LaneTrader(Protocol):
    """Who may bid for an express lane: an arbitrageur or a searcher."""

    @property
    def chain(self) -> str:
        """Name of their chain."""


def flaw(chains: Mapping[str, ChainPart], arbitrageurs: Mapping[str, LaneTrader]) -> str | None:
    """Return what is wrong with the chains of a scenario as rollups, if anything is."""
    return next((text for name, part in chains.items() for text in _flaws(name, part, arbitrageurs)), None)


def _flaws(name: str, part: ChainPart, arbitrageurs: Mapping[str, LaneTrader]) -> Iterator[str]:
    if part.preset not in PRESETS:
        yield f"chains.{name}: there is no preset {part.preset!r}; there are {', '.join(sorted(PRESETS))}"
        return
    preset = PRESETS[part.preset]
    if (part.demand == "steady") != (part.base_fee_gwei is not None):
        yield f"chains.{name}: a steady demand needs base_fee_gwei, and no other takes it"
    if part.demand == "steady" and preset.base_fee is None:
        yield f"chains.{name}: {part.preset} has no base fee to keep steady"
    if part.batcher is not None and (part.settles_on is None or preset.sequencing is None):
        yield f"chains.{name}: a batcher needs settles_on and a preset with a sequencer, which {part.preset} may lack"
    if (part.prover is not None) != (part.batcher is not None and preset.proving is not None):
        yield f"chains.{name}: who posts and has validity proofs needs a prover, and nobody else has one"
    if part.express is None:
        return
    if preset.arrival is None or not preset.arrival.express_delay_ms:
        yield f"chains.{name}: {part.preset} has no express lane to sell"
    for trader in part.express.bidders:
        if trader not in arbitrageurs or arbitrageurs[trader].chain != name:
            yield f"chains.{name}.express: {trader!r} is not an arbitrageur or a searcher on it"
