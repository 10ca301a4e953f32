"""One writer for a folder: a lock that the system takes back when its holder dies, and that leaves no file behind."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from auction.errors import LedgerError


class FolderLock:
    """The lock: a context manager. No child process inherits it."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            LedgerError: if somebody holds it, or the folder cannot be locked.
        """
        try:
            self._file: int | None = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise LedgerError(f"{folder} cannot be locked: {error}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise LedgerError(f"a run that still lives writes to {folder}; wait until it ends, or stop it") from None
        except OSError as error:
            self.release()
            raise LedgerError(f"{folder} cannot be locked: {error}") from None

    def release(self) -> None:
        """Give the lock back; nothing if that was done."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
