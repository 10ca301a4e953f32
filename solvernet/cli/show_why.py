"""What the commands print about constraints that left an intent no route."""

from intents.assets import USDC_UNIT
from solvernet.cli.show import console
from solvernet.irreducible import MEANING, Irreducible


def show_why(found: Irreducible) -> None:
    """Print an irreducible set of constraints, and the least limit with a route."""
    if found.groups:
        console.print("no route whatever else is lifted, as long as all of these are in force:")
        for group in found.groups:
            console.print(f"  {group:8} {MEANING[group]}")
        cures = ", ".join(found.cures) or "none: it takes several"
        console.print(f"lifted alone, each of these gives a route: {cures}", soft_wrap=True)
    else:
        console.print("nothing that can be lifted gives it a route: nobody trades what it needs")
    if found.least_limit is not None:
        least = f"{found.least_limit / USDC_UNIT:,.6f}"
        console.print(f"least limit with a route, all else as it was: {least} USDC a unit; one base unit less has none")
