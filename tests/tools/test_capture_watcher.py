"""The picture of the log watcher in a terminal."""

from __future__ import annotations

import re
import shutil
from xml.etree import ElementTree

import pytest
from capture_watcher import TARGET, capture, draw


def shown(picture: str) -> str:
    """The text of a picture."""
    return "".join(ElementTree.fromstring(picture).itertext()).replace("\xa0", " ")


def test_colors_go_on_over_lines() -> None:
    picture = draw("plain\n\x1b[31mred <1>\nred too\n\x1b[0mplain\n")
    assert "red <1>" in shown(picture)
    lines = re.findall(r'<text class="(\S+)"[^>]*>(\w+)', picture.replace("&#160;", " "))
    colors = {text: color for color, text in lines if text in ("plain", "red")}
    assert [color for color, text in lines if text == "red"] == [colors["red"]] * 2
    assert colors["plain"] != colors["red"]
    # Nothing is fetched by who looks at it.
    assert re.findall(r"\w+://[^\"\s]+", picture) == ["http://www.w3.org/2000/svg"]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_capture(tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("zmq", reason="pyzmq is not installed")
    address = f"ipc://{tmp_path_factory.mktemp('s')}/s"
    colored, plain = capture(address)
    assert address in "".join(plain.splitlines()[:2])
    assert re.search(r"\d \| greeter\.WARNING \| greetings > about to greet the world\n", plain)
    assert re.search(r"\d \| greeter\.ERROR   \| greetings > cannot greet any more\n", plain)
    assert "\x1b[31m" in colored
    assert plain.rstrip().endswith("$")


def test_what_is_in_the_documentation_is_a_capture() -> None:
    picture = shown(TARGET.with_suffix(".svg").read_text("utf-8"))
    lines = TARGET.with_suffix(".txt").read_text("utf-8").splitlines()
    assert lines[0].startswith("$ python -m zmq.log ")
    assert all(line.rstrip() in picture for line in lines)
