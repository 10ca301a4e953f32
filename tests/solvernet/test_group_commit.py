"""Whoever waits for a commit gets one that began after the asking, and shares it."""

import asyncio

from solvernet.group_commit import GroupCommit


async def test_all_who_ask_while_a_commit_is_under_way_share_the_next() -> None:
    commits = 0
    gate = asyncio.Event()

    async def commit() -> None:
        nonlocal commits
        commits += 1
        await gate.wait()

    keep = GroupCommit(commit)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(keep())
        await asyncio.sleep(0)
        for _ in range(20):
            group.create_task(keep())
        await asyncio.sleep(0)
        gate.set()

    assert commits == 2


async def test_a_commit_that_began_before_the_asking_does_not_count() -> None:
    happened: list[int] = []
    durable: list[int] = []
    gate = asyncio.Event()

    async def commit() -> None:
        found = list(happened)
        await gate.wait()
        durable[:] = found

    keep = GroupCommit(commit)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(keep())
        await asyncio.sleep(0)
        happened.append(1)
        late = group.create_task(keep())
        gate.set()
        await late

    assert durable == [1]


async def test_a_commit_that_fails_is_tried_again_by_the_next_who_asks() -> None:
    tries = 0

    async def commit() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError

    keep = GroupCommit(commit)
    found = await asyncio.gather(keep(), keep(), return_exceptions=True)

    assert [type(each) for each in found] == [OSError, type(None)]
    assert tries == 2
