"""Fit the surface without static arbitrage to the option quotes that ship with the package.

    python -m solvernet.calibrate_smile

writes `svi.csv`, one row for each expiry with its parameters and how well they meet the quotes, and prints the
errors. It takes half a minute, and every run writes the same bytes on one CPU family.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from solvernet import market_data
from solvernet.calibrate import Table, write_table
from venues.pricing.svi import RawSvi, Surface
from venues.pricing.svi_fit import Misfit, Quoted, fit, misfit

DIGITS: Final = 12
"""Significant digits of a parameter: a rounding far below the margins of the fit."""


def table_of(quoted: Sequence[Quoted]) -> Table:
    """Return the fitted parameters of each expiry, with their errors."""
    surface = fit(quoted)
    return [
        {
            "days": f"{part.slice.years * 365:.4f}",
            "forward_usd": f"{part.slice.forward:.4f}",
            "atm_vol_percent": f"{100 * part.slice.atm_vol:.2f}",
            **{name: f"{value:.{DIGITS}g}" for name, value in asdict(fitted).items()},
            **_errors(found),
        }
        for part, fitted, found in zip(quoted, surface.slices, misfits(quoted, surface), strict=True)
    ]


def misfits(quoted: Sequence[Quoted], surface: Surface) -> list[Misfit]:
    """Return how well the slices of a surface meet their quotes and the rules."""
    before: Sequence[RawSvi | None] = (None, *surface.slices)
    return [misfit(*row) for row in zip(quoted, surface.slices, before, strict=False)]


def _errors(found: Misfit) -> dict[str, str]:
    return {
        "quotes": str(found.quotes),
        "rms_points": f"{found.rms:.3f}",
        "most_points": f"{found.most:.3f}",
        "width_points": f"{found.width:.3f}",
        "inside_percent": f"{100 * found.inside:.1f}",
        "least_density": f"{found.least_density:.6f}",
        "least_rise_percent": f"{100 * found.least_rise:.4f}",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table, and print it."""
    parser = argparse.ArgumentParser(prog="python -m solvernet.calibrate_smile", description="Fit the SVI surface.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data", help="where the tables are")
    options = parser.parse_args(arguments)
    table = table_of(market_data.option_quotes())
    write_table(options.out / "options" / "svi.csv", table)
    for row in table:
        sys.stdout.write(
            f"{float(row['days']):6.1f} days, {row['quotes']} quotes, at the money {row['atm_vol_percent']} %: misfit "
            f"{row['rms_points']} points rms, {row['most_points']} most; quotes {row['width_points']} wide, "
            f"{row['inside_percent']} % of them met\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
