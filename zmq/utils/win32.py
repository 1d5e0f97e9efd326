"""What Windows needs for Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

__all__ = ["allow_interrupt"]

_CTRL_C_EVENT = 0


class allow_interrupt:
    """Call a function when Ctrl-C is pressed on Windows; do nothing elsewhere.

    On Windows, Ctrl-C does not wake a thread that waits in libzmq. The function can wake it, for example by sending to
    a socket that is polled, or by stopping the event loop::

        with allow_interrupt(stop_my_application):
            poller.poll()

    Parameters
    ----------
    action : callable, optional
        Called without arguments, in a thread that Windows creates. Its result is ignored.

    The handler of Python is called, too, which raises KeyboardInterrupt once Python code runs again. Not thread-safe.
    """

    def __init__(self, action: Callable[[], Any] | None = None) -> None:
        self.action = action
        self._handler: Any = None

    def __enter__(self) -> allow_interrupt:
        """Start."""
        if sys.platform == "win32":
            import ctypes  # noqa: PLC0415  (nothing to do with it elsewhere)
            from ctypes import wintypes  # noqa: PLC0415

            @ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
            def handle(event: int) -> int:
                if event == _CTRL_C_EVENT and self.action is not None:
                    self.action()
                # Let Windows call the next handler, which is that of Python.
                return 0

            # Windows keeps a pointer to the handler, so it must stay alive.
            self._handler = handle
            self._install(add=True)
        return self

    def __exit__(self, *args: object) -> None:
        """Stop."""
        if self._handler is not None:
            self._install(add=False)
            self._handler = None

    def _install(self, add: bool) -> None:
        if sys.platform == "win32":
            import ctypes  # noqa: PLC0415

            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            if not kernel.SetConsoleCtrlHandler(self._handler, add):
                raise ctypes.WinError(ctypes.get_last_error())
