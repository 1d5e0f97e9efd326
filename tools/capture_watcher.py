"""Draw docs/images/log-watcher.svg: what ``python -m zmq.log`` shows in a terminal while an example logs.

Usage::

    python tools/capture_watcher.py

A real terminal (tmux's) runs the watcher, and examples/logger/publisher.py is what it watches. It needs tmux, and a
Python with pyzmq and rich; log-watcher.txt is the same without colours.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "images" / "log-watcher"
PUBLISHER = ROOT / "examples" / "logger" / "publisher.py"

COLUMNS, ROWS = 100, 22
ADDRESS = "tcp://127.0.0.1:5558"
COMMAND = "python -m zmq.log --timestamp --align --color -t greeter"
#: Seconds that anything may take.
LIMIT = 20

#: What rich fills in, but with fonts of the reader's machine rather than of a server.
SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <title>The log watcher in a terminal</title>
    <style>
    .{unique_id}-matrix {{
        font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
    }}
    .{unique_id}-title {{
        font-family: sans-serif;
        font-size: 18px;
    }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


class Terminal:
    """A terminal that nobody looks at, with a shell in it."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "tmux")
        # The shell finds the Python that runs this, and nothing of the user's settings.
        (folder / "rc").write_text(f"PATH={Path(sys.executable).parent}:$PATH\nPS1='$ '\n", "utf-8")
        shell = f"bash --noprofile --rcfile {folder / 'rc'} -i"
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "-c", str(folder), shell
        )
        self.wait_for("$")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT).stdout

    def type(self, text: str) -> None:
        """Type a line, or what tmux calls a key."""
        self._tmux("send-keys", *((text,) if text.startswith("C-") else (text, "Enter")))

    def screen(self, *, colors: bool) -> str:
        """What is to be seen."""
        return self._tmux("capture-pane", "-p", *(["-e"] if colors else [])).rstrip("\n") + "\n"

    def wait_for(self, text: str) -> None:
        """Wait until a text is to be seen at the end."""
        deadline = time.monotonic() + LIMIT
        while not self.screen(colors=False).rstrip().endswith(text):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text!r} is not shown:\n{self.screen(colors=False)}")
            time.sleep(0.05)

    def close(self) -> None:
        """End the shell."""
        self._tmux("kill-server")


def capture(address: str) -> tuple[str, str]:
    """Return what the terminal shows, with and without colours."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder))
        try:
            terminal.type(f"{COMMAND} {address}")
            # Its traceback shows where it is: not in a checkout of somebody's.
            publisher = shutil.copy(PUBLISHER, folder)
            subprocess.run([sys.executable, publisher, address], check=True, timeout=LIMIT, capture_output=True)
            terminal.wait_for("> done")
            terminal.type("C-c")
            terminal.wait_for("$")
            return terminal.screen(colors=True), terminal.screen(colors=False)
        finally:
            terminal.close()


def draw(screen: str) -> str:
    """Return the picture of a screen."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(screen), soft_wrap=True)
    return console.export_svg(title="python -m zmq.log", code_format=SVG, unique_id="watcher")


def main() -> int:
    """Write both files."""
    if shutil.which("tmux") is None:
        print("capture_watcher: tmux is not installed: apt-get install tmux", file=sys.stderr)
        return 1
    colored, plain = capture(ADDRESS)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.with_suffix(".svg").write_text(draw(colored), "utf-8")
    TARGET.with_suffix(".txt").write_text(plain, "utf-8")
    print(plain)
    return 0


if __name__ == "__main__":
    sys.exit(main())
