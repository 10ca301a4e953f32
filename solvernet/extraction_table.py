"""What adversaries of the environment took in a run: from whom, by whom, how, how much, and for what gas."""

from collections.abc import Iterator

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Boundary
from intents.canonical import Json
from solvernet.build import solver_names
from solvernet.scenario import Scenario
from venues.adversaries.holdings import WORTH_UNIT
from venues.adversaries.observer import Activity, ExtractionObserver

CENT: float = 0.01


class AdversaryLine(Boundary):
    """One adversary; money in dollars."""

    adversary: str
    kind: str
    transactions: int
    """Included ones."""

    reverted: int
    took_usd: float
    """What it gained over the blocks that an honest world would have had, before gas."""

    gas_usd: float
    """What it paid for gas: gone, and nobody's gain here."""

    net_usd: float


class TransferLine(Boundary):
    """What one account lost to another in one way."""

    taker: str
    how: str
    loser: str
    role: str
    """What the loser is: user, trader, solver, arbitrageur, maker, venue, adversary, contract."""

    blocks: int
    usd: float


class ExtractionFigures(Boundary):
    """Everything that was taken in a run."""

    blocks: int
    """Blocks that are not as they would have been without adversaries."""

    adversaries: tuple[AdversaryLine, ...]
    transfers: tuple[TransferLine, ...]
    """Those of a cent and more, the largest first."""

    @property
    def from_roles(self) -> dict[str, float]:
        """Dollars that adversaries took from each kind of account; negative where it gained."""
        names = {line.adversary for line in self.adversaries}
        found: dict[str, float] = {}
        for line in self.transfers:
            if line.taker in names:
                found[line.role] = found.get(line.role, 0.0) + line.usd
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def extraction_table(observer: ExtractionObserver, scenario: Scenario, price: int) -> ExtractionFigures:
    """Return what an observer found; gas is valued at a price of ether, in dollars times `PRICE_UNIT`."""
    lines = [
        TransferLine(
            taker=taker,
            how=how,
            loser=loser,
            role=role(loser, scenario),
            blocks=tally.blocks,
            usd=tally.worth / WORTH_UNIT / USDC_UNIT,
        )
        for (taker, how, loser), tally in observer.tallies().items()
    ]
    kept = sorted(
        (line for line in lines if abs(line.usd) >= CENT), key=lambda line: (-line.usd, line.taker, line.loser)
    )
    activity = observer.activity()
    adversaries = tuple(
        _adversary(name, kind, activity.get(name, Activity()), price) for name, kind in sorted(observer.kinds.items())
    )
    return ExtractionFigures(blocks=observer.blocks, adversaries=adversaries, transfers=tuple(kept))


def role(name: str, scenario: Scenario) -> str:
    """Return what an account is to a scenario."""
    if name in scenario.venues:
        return "venue"
    if name in solver_names(scenario):
        return "solver"
    if name.startswith("0x"):
        return "user"
    kind = name.partition(".")[0]
    return {"swapper": "trader", "adversary": "adversary", "arbitrageur": "arbitrageur", "maker": "maker"}.get(
        kind, "contract"
    )


def extraction_events(observer: ExtractionObserver) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield what goes into the ledger at the end of a run: kinds of events and their bodies, in whole units."""
    for (taker, how, loser), tally in observer.tallies().items():
        body: dict[str, Json] = {
            "taker": taker,
            "how": how,
            "loser": loser,
            "worth": str(tally.worth),
            "blocks": tally.blocks,
        }
        yield "extraction.transfer", body
    for name, activity in sorted(observer.activity().items()):
        yield (
            "extraction.adversary",
            {
                "adversary": name,
                "kind": observer.kinds[name],
                "transactions": activity.transactions,
                "reverted": activity.reverted,
                "gas_wei": str(activity.gas_wei),
                "worth": str(activity.worth),
            },
        )


def _adversary(name: str, kind: str, activity: Activity, price: int) -> AdversaryLine:
    took = activity.worth / WORTH_UNIT / USDC_UNIT
    gas = activity.gas_wei * price / (ETH_UNIT * PRICE_UNIT)
    return AdversaryLine(
        adversary=name,
        kind=kind,
        transactions=activity.transactions,
        reverted=activity.reverted,
        took_usd=took,
        gas_usd=gas,
        net_usd=took - gas,
    )
