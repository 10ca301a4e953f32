"""Errors of the auctioneer."""


class AuctionError(Exception):
    """Root of the errors of this package."""


class LedgerError(AuctionError):
    """A ledger that cannot be read, or does not hold together."""


class BrokenChainError(LedgerError):
    """A ledger row whose hash does not match what it holds or what went before."""

    def __init__(self, table: str, row: int, what: str) -> None:
        super().__init__(f"{table} row {row}: {what}")
        self.table = table
        self.row = row
        self.what = what


class UndecidedError(AuctionError):
    """A relaxation that the solver neither solves nor finds infeasible."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the relaxation of the choice of winners ended as {status}")
        self.status = status
