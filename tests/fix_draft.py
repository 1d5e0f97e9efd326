"""``@pytest.mark.draft``: skipped where libzmq's draft API is not built in."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _need_draft(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("draft") is None:
        return
    import zmq

    if not zmq.DRAFT_API:
        pytest.skip("this build has no draft API: it is built with ZMQ_DRAFT_API=ON")
