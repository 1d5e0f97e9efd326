"""Running coroutine functions: in a loop of their own, within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.patience import PATIENCE

#: Seconds that anything here may take. Only failing tests wait that long.
LIMIT = 20.0 * PATIENCE


def run(function: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    """Run a coroutine function in a loop of its own."""

    async def limited() -> Any:
        return await asyncio.wait_for(function(*args), LIMIT)

    return asyncio.run(limited())


async def until(condition: Callable[[], Any]) -> None:
    """Let the loop run until a condition holds."""
    while not condition():
        await asyncio.sleep(0.001)


async def turns(count: int = 20) -> None:
    """Let the loop do whatever it has to do."""
    for _ in range(count):
        await asyncio.sleep(0)


class Errors:
    """What reaches the exception handler of the loop that runs."""

    def __init__(self) -> None:
        self.contexts: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.contexts.append(context))

    @property
    def exceptions(self) -> list[Any]:
        return [context["exception"] for context in self.contexts]
