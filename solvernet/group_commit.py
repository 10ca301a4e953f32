"""Group commit: those who wait for the same kind of durability share one transaction."""

import asyncio
from collections.abc import Awaitable, Callable


class GroupCommit:
    """Commits on demand; who asks while one is under way is served by the next, together with all who asked."""

    def __init__(self, commit: Callable[[], Awaitable[None]]) -> None:
        self._commit = commit
        self._turn = asyncio.Lock()
        self._asked = 0
        self._served = 0

    async def __call__(self) -> None:
        """Return when what has happened so far is committed."""
        self._asked += 1
        mine = self._asked
        async with self._turn:
            if self._served < mine:
                upto = self._asked
                await self._commit()
                self._served = upto
