"""The reader of the documentation: what is a definition, and what only looks like one."""

from __future__ import annotations

import documented_names
import pytest

SAMPLE = r"""
# 2.1.1 zmq

#### Thing

class zmq.Thing( $size: int = 1, *, name: str \mid None = None$ )

A thing, made by calling Thing(size) or elsewhere().

**size** (*int*) How large.

#### colour

```
grow(by: int,
     flags: int = <PollEvent.POLLIN|POLLOUT: 3>)
```

## **shrink**(*by: int*, \*\*kwargs) $\rightarrow$ None Make it smaller.

# classmethod make(kind: int | str) $\rightarrow zmq.Thing$

property weight: int

```
thing = Thing(2)
def example(thing):
    thing.grow(3)
```

zmq.do\_it(what, $how=None) \rightarrow bool$

```
enum zmq.Colour(value)
     RED = <Colour.RED: 1>
     GREEN = <Colour.GREEN: 2>
```

# 2.2 Changes in PyZMQ

- Add zmq.hidden
"""


def test_definitions() -> None:
    entries, members = documented_names.collect(SAMPLE, {"zmq.hidden": "Add zmq.hidden"})
    found = {name: (entry.kind, entry.signatures) for name, entry in entries.items()}
    assert found == {
        "zmq.Thing": ("class", ["(size=1, *, name=None)"]),
        "zmq.Thing.colour": ("attribute", []),
        "zmq.Thing.grow": ("method", ["(by, flags=3)"]),
        "zmq.Thing.shrink": ("method", ["(by, **kwargs)"]),
        "zmq.Thing.make": ("classmethod", ["(kind)"]),
        "zmq.Thing.weight": ("attribute", []),
        "zmq.do_it": ("function", ["(what, how=None)"]),
        "zmq.Colour": ("enum", []),
        "zmq.hidden": ("mentioned", []),
    }
    assert members == {"Colour": ["RED", "GREEN"]}


def test_what_is_no_longer_mentioned() -> None:
    with pytest.raises(ValueError, match=r"mention zmq\.gone"):
        documented_names.collect(SAMPLE, {"zmq.gone": "Add zmq.gone"})


def test_rendering() -> None:
    entries, _ = documented_names.collect(SAMPLE, {})
    assert '"zmq.do_it" = { kind = "function", signatures = ["(what, how=None)"] }' in documented_names.render(entries)
