"""Where the ledger of a run is: in its folder, or in a database that a file in the folder points to.

The file holds no password. That comes from where the database's own programs look for it, or from the variable
`SOLVERNET_LEDGER`, if it holds the same address with one.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auction.errors import LedgerError
from auction.ledger import FILE_NAME, Ledger, LedgerReader
from auction.ledger_interface import LedgerReading, LedgerWriter
from auction.migration import Migrated, migrate_file

if TYPE_CHECKING:
    from auction.postgres import Address

POINTER: Final = "ledger.url"
VARIABLE: Final = "SOLVERNET_LEDGER"


def open_writer(folder: Path, url: str | None = None, *, goes_on: bool = False) -> LedgerWriter:
    """Return the ledger of a run, open for writing.

    Args:
        folder: Folder of the run.
        url: Database to keep the ledger of a run in that begins; in its folder if left out.
        goes_on: Whether the run goes on where its ledger ends.

    Raises:
        LedgerError: if there is a ledger already, or with `goes_on` none; if a run that lives writes it; if it cannot
            be written.
    """
    if url is None or goes_on:
        return _reopened(folder) if goes_on else _begun(folder)
    if (folder / FILE_NAME).exists():
        raise LedgerError(f"{folder / FILE_NAME} exists already; give another --out folder")
    address, remove = _point(folder, url)
    from auction.postgres_ledger import PostgresLedger

    try:
        return PostgresLedger(address, on_discard=remove)
    except LedgerError:
        remove()
        raise


def open_reader(folder: Path) -> LedgerReading:
    """Return the ledger of a run, open for reading.

    Raises:
        LedgerError: if there is none, it cannot be reached, or it is not one of this version's schema.
    """
    if is_elsewhere(folder):
        address = _pointed(folder)
        from auction.postgres_ledger import PostgresReader

        return PostgresReader(address)
    return LedgerReader(folder)


def _begun(folder: Path) -> LedgerWriter:
    if is_elsewhere(folder):
        raise LedgerError(f"{folder / POINTER} exists already; give another --out folder")
    return Ledger(folder)


def _reopened(folder: Path) -> LedgerWriter:
    if not is_elsewhere(folder):
        return Ledger(folder, goes_on=True)
    address = _pointed(folder)
    from auction.postgres_ledger import PostgresLedger

    return PostgresLedger(address, goes_on=True)


def migrate(folder: Path) -> Migrated:
    """Bring the ledger of a run up to date, where it is of an older schema; a copy is kept.

    Raises:
        LedgerError: if there is none, or it cannot be brought up to date; it is then as it was.
    """
    if not is_elsewhere(folder):
        return migrate_file(folder)
    address = _pointed(folder)
    from auction.postgres_migration import migrate_tables

    return migrate_tables(address)


def point(folder: Path, url: str) -> None:
    """Let a folder that has no ledger point to one in a database: that of a run whose folder was lost.

    Raises:
        LedgerError: if the folder has a ledger already, or cannot be written.
    """
    if (folder / FILE_NAME).exists():
        raise LedgerError(f"{folder} has a ledger of its own; give another folder for the one in the database")
    if not is_elsewhere(folder):
        _point(folder, url)


def has_ledger(folder: Path) -> bool:
    """Return whether a folder has a ledger, or points to one."""
    return (folder / FILE_NAME).is_file() or is_elsewhere(folder)


def is_elsewhere(folder: Path) -> bool:
    """Return whether the ledger of a folder is in a database."""
    return (folder / POINTER).is_file()


def _point(folder: Path, url: str) -> "tuple[Address, Callable[[], None]]":
    """Write the pointer of a folder that has none; return the address, and what takes the pointer away again."""
    made, file = not folder.exists(), folder / POINTER
    address = _postgres_address(url, folder.resolve().name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as pointer:
            pointer.write(address.text + "\n")
    except FileExistsError:
        raise LedgerError(f"{file} exists already; give another --out folder") from None
    except OSError as error:
        raise LedgerError(f"cannot write a ledger in {folder}: {error}") from None

    def remove() -> None:
        file.unlink(missing_ok=True)
        if made:
            with suppress(OSError):
                folder.rmdir()

    return address, remove


def _pointed(folder: Path) -> "Address":
    """Return the address in a folder's pointer, with the password that the environment has for it."""
    try:
        found = _postgres_address((folder / POINTER).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{folder / POINTER} cannot be read: {error}") from None
    given = os.environ.get(VARIABLE)
    known = _postgres_address(given, found.run) if given else found
    return known if known.text == found.text else found


def _postgres_address(url: str, run: str = "") -> "Address":
    """Return the address that a URL gives.

    Raises:
        LedgerError: if it gives none, or the libraries that it takes are not installed.
    """
    try:
        from auction.postgres import address_of
    except ImportError as error:
        raise LedgerError(f"a ledger in a database needs more: pip install 'solvernet[postgres]' ({error})") from None
    return address_of(url, run)
