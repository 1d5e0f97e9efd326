"""What sockets, frames, pollers and contexts do in ordinary use, and at the borders of it."""

import logging
import re

import zmq


def _pair(kind=zmq.PAIR, other=zmq.PAIR):
    context = zmq.Context()
    left, right = context.socket(kind), context.socket(other)
    left.bind("inproc://pair")
    right.connect("inproc://pair")
    return left, right


def _outcome(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def bind_returns_a_context_manager():
    socket = zmq.Context().socket(zmq.PAIR)
    with socket.bind("inproc://x") as bound:
        return bound is socket, str(type(bound).__name__)


def bind_context_manager_unbinds():
    socket = zmq.Context().socket(zmq.PAIR)
    with socket.bind("tcp://127.0.0.1:*"):
        before = socket.closed
        endpoint = socket.last_endpoint
    again = _outcome(lambda: socket.unbind(endpoint))
    return before, socket.closed, again if isinstance(again, str) else "unbound"


def connect_context_manager_disconnects():
    socket = zmq.Context().socket(zmq.PAIR)
    with socket.connect("inproc://x") as connected:
        inside = connected is socket
    return inside, socket.closed


def bind_in_use():
    context = zmq.Context()
    first, second = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    first.bind("inproc://taken")
    return _outcome(lambda: second.bind("inproc://taken"))


def bind_errors():
    socket = zmq.Context().socket(zmq.PAIR)
    addresses = [
        "tcp://",
        "tcp://nowhere",
        "inproc://",
        "udp://1.2.3.4:5",
        "xyz://1",
        "tcp://127.0.0.1:99999",
        "ipc://" + "x" * 200,
    ]
    return [_outcome(lambda a=address: socket.bind(a)) for address in addresses]


def connect_errors():
    socket = zmq.Context().socket(zmq.PAIR)
    addresses = ["tcp://", "tcp://1.2.3.4", "inproc://", "xyz://1", "tcp://127.0.0.1:99999", "ipc://" + "x" * 200]
    return [_outcome(lambda a=address: socket.connect(a)) for address in addresses]


def send_returns():
    left, _ = _pair()
    return [
        left.send(b"x"),
        left.send(b"x", copy=False) is None,
        type(left.send(b"x", copy=False, track=True)).__name__,
        left.send_multipart([b"x"]),
        type(left.send_multipart([b"x", b"y"], copy=False, track=True)).__name__,
        left.send_string("x"),
        left.send_json({}),
        left.send_pyobj({}),
        left.send_serialized(1, lambda value: [b"x"]),
    ]


def send_of_wrong_types():
    left, _ = _pair()
    values = ["text", None, 1, 1.5, object(), [b"x"], {}]
    return [_outcome(lambda v=value: left.send(v)).split(":")[0] for value in values]


def send_multipart_of_wrong_types():
    left, right = _pair()
    values = ["text", None, 1, [], ["text"], [b"x", None], [b"x", 1], b"bytes", {b"x": 1}, (b"x", memoryview(b"y"))]
    seen = [_outcome(lambda v=value: left.send_multipart(v)) for value in values]
    left.send(b"end")
    received = []
    while received[-1:] != [[b"end"]]:
        received.append(right.recv_multipart())
    return [str(each).split(":")[0] for each in seen], received


def recv_kinds():
    left, right = _pair()
    for _ in range(6):
        left.send_multipart([b"1", b"[2]"])
    return [
        right.recv(),
        right.getsockopt(zmq.RCVMORE),
        right.recv(copy=False).more,
        [frame.bytes for frame in right.recv_multipart(copy=False)],
        right.recv_string(),
        right.recv_json(),
        right.recv_multipart(),
        right.recv_serialized(len),
        _outcome(lambda: right.recv(zmq.DONTWAIT)),
    ]


def json_and_pyobj():
    left, right = _pair()
    left.send_json({"b": 1, "a": [None, True]}, sort_keys=True)
    left.send_json("\u00fc")
    left.send_pyobj({"x": {1, 2}})
    left.send_string("\u00fc", encoding="latin-1")
    seen = [right.recv(), right.recv()]
    return [*seen, right.recv_pyobj(), right.recv_string(encoding="latin-1"), _outcome(lambda: left.send_json({1, 2}))]


def undecodable_text():
    left, right = _pair()
    left.send(b"\xff")
    left.send(b"next")
    return _outcome(right.recv_string), right.recv()


def deserializer_that_fails():
    left, right = _pair()
    left.send(b"first")
    left.send(b"next")
    return _outcome(lambda: right.recv_serialized(lambda frames: 1 / 0)), right.recv()


def again():
    _, right = _pair()
    right.rcvtimeo = 1
    left, _ = _pair()
    left.close()
    error = None
    try:
        right.recv()
    except zmq.Again as caught:
        error = caught
    return (
        type(error).__mro__[0].__name__,
        error.errno == zmq.EAGAIN,
        str(error),
        error.strerror,
        repr(error),
        error.args,
    )


def closed_socket_errors():
    left, _ = _pair()
    left.close()
    calls = [
        lambda: left.send(b"x"),
        left.recv,
        lambda: left.bind("inproc://x"),
        lambda: left.connect("inproc://x"),
        lambda: left.get(zmq.LINGER),
        lambda: left.set(zmq.LINGER, 1),
        lambda: left.poll(0),
        lambda: left.send_multipart([b"x"]),
        left.recv_multipart,
        lambda: left.linger,
        left.fileno,
        lambda: left.subscribe("x"),
        left.close,
        lambda: left.monitor("inproc://m"),
        left.get_monitor_socket,
        left.disable_monitor,
    ]
    return [_outcome(call) for call in calls]


def terminated_context_errors():
    context = zmq.Context()
    context.term()
    calls = [
        lambda: context.socket(zmq.PAIR),
        lambda: context.get(zmq.IO_THREADS),
        lambda: context.set(zmq.IO_THREADS, 1),
        context.term,
        context.destroy,
        lambda: context.closed,
        lambda: context.underlying,
        lambda: bool(context),
    ]
    return [_outcome(call) for call in calls]


def options_of_wrong_types():
    socket = zmq.Context().socket(zmq.SUB)
    calls = [
        lambda: socket.set(zmq.LINGER, b"x"),
        lambda: socket.set(zmq.LINGER, None),
        lambda: socket.set(zmq.SUBSCRIBE, "text"),
        lambda: socket.set(zmq.SUBSCRIBE, 1),
        lambda: socket.set_string(zmq.SUBSCRIBE, b"x"),
        lambda: socket.set_string(zmq.LINGER, "x"),
        lambda: socket.get(100000),
        lambda: socket.set(100000, 1),
        lambda: socket.subscribe(1),
        lambda: socket.subscribe("text"),
        lambda: socket.subscribe(b"bytes"),
        lambda: socket.unsubscribe("\u00fc"),
        lambda: setattr(socket, "identity", "text"),
        lambda: socket.get_string(zmq.IDENTITY),
    ]
    return [str(_outcome(call)).split(":")[0] for call in calls]


def option_types():
    socket = zmq.Context().socket(zmq.PAIR)
    return [
        type(value).__name__
        for value in (
            socket.type,
            socket.TYPE,
            socket.get(zmq.TYPE),
            socket.socket_type,
            socket.events,
            socket.get(zmq.EVENTS),
            socket.mechanism,
            socket.linger,
            socket.identity,
            socket.last_endpoint,
            socket.rcvmore,
            socket.affinity,
            socket.poll(0),
        )
    ]


def pollers_of_anything():
    poller = zmq.Poller()
    registered = [_outcome(lambda o=thing: poller.register(o, zmq.POLLIN)) for thing in (object(), "text", None, 1.5)]
    return [str(each).split(":")[0] for each in registered], _outcome(lambda: poller.poll(0)).split(":")[0]


def poller_bookkeeping():
    left, right = _pair()
    poller = zmq.Poller()
    seen = [poller.register(left), poller.register(right, zmq.POLLIN), left in poller, len(poller.sockets)]
    seen += [poller.modify(left, zmq.POLLIN), poller.register(right, 0), right in poller]
    seen += [_outcome(lambda: poller.unregister(right)).split(":")[0], poller.unregister(left), len(poller.sockets)]
    return seen


def poll_results():
    left, right = _pair()
    poller = zmq.Poller()
    poller.register(left, zmq.POLLIN)
    poller.register(right, zmq.POLLIN | zmq.POLLOUT)
    left.send(b"x")
    found = poller.poll(100)
    return (
        len(found),
        [type(event).__name__ for _, event in found],
        dict(found)[right],
        zmq.select([right], [left], [], 1)
        == (
            [right],
            [left],
            [],
        ),
    )


def frames():
    frame = zmq.Frame(b"content")
    return [
        repr(frame),
        str(frame),
        len(frame),
        frame.bytes is frame.bytes,
        frame.buffer is frame.buffer,
        frame == zmq.Frame(b"content"),
        frame == b"content",
        bytes(frame),
        frame.more,
        frame.tracker is None,
        [
            str(zmq.Frame(b"x" * size))
            for size in (0, 1, 12, 16, 17, 40, 99, 1000, 1024, 2048, 10**6, 2 * 10**6, 2 * 2**20)
        ],
        str(zmq.Frame(b"\xff\x00")),
    ]


def received_frames():
    left, right = _pair()
    left.send_multipart([b"one", b"two"])
    first, second = right.recv_multipart(copy=False)
    return first.more, second.more, first["Socket-Type"], _outcome(lambda: first["No-Such"]), first.get("More")


def trackers():
    left, right = _pair()
    data = b"x" * 100_000
    tracker = left.send(data, copy=False, track=True)
    before = tracker.done, _outcome(lambda: tracker.wait(0.01))
    right.recv()
    tracker.wait(5)
    return before, tracker.done, _outcome(lambda: zmq.MessageTracker(1))


def _collected(make):
    import gc
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = make()
        del made
        gc.collect()
    return sorted(re.sub(" at 0x[0-9a-f]+", "", str(each.message)) for each in caught)


def warning_of_a_socket_that_is_collected():
    context = zmq.Context()
    return _collected(lambda: context.socket(zmq.PAIR)), context.closed


def warning_of_a_context_that_is_collected():
    return _collected(zmq.Context)


def warning_of_a_context_manager_with_open_sockets():
    def make():
        with zmq.Context() as context:
            socket = context.socket(zmq.PAIR)
        return socket.closed, context.closed

    return _collected(make)


def monitors():
    from zmq.utils.monitor import parse_monitor_message, recv_monitor_message

    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    monitor = socket.get_monitor_socket()
    socket.bind("tcp://127.0.0.1:*")
    event = recv_monitor_message(monitor)
    socket.disable_monitor()
    return (
        sorted(event),
        event["event"],
        type(event["value"]).__name__,
        type(event["endpoint"]).__name__,
        parse_monitor_message.__name__,
    )


def devices_and_proxies_do_not_warn():
    context = zmq.Context()
    frontend, backend = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    closed = context.socket(zmq.PAIR)
    closed.close()
    return [_outcome(lambda: zmq.device(zmq.QUEUE, frontend, closed)).split(":")[0], backend.closed]


def includes():
    import os

    places = zmq.get_includes()
    return (
        os.path.isdir(os.path.join(places[0], "zmq")),
        os.path.basename(places[1]),
        all(os.path.isdir(p) for p in places),
    )


def shadows():
    left, right = _pair()
    shadow = zmq.Socket.shadow(left)
    shadow.send(b"x")
    by_address = zmq.Socket.shadow(left.underlying)
    by_address.send(b"y")
    context = zmq.Context.shadow(left.context)
    return (
        right.recv(),
        right.recv(),
        context.underlying == left.context.underlying,
        shadow.underlying == left.underlying,
    )


def closing_a_shadow():
    left, right = _pair()
    shadow = zmq.Socket.shadow(left)
    shadow.close()
    return left.closed, shadow.closed, _outcome(lambda: left.send(b"x")), right.closed


def closing_a_shadow_by_address():
    left, right = _pair()
    shadow = zmq.Socket.shadow(left.underlying)
    shadow.close()
    return left.closed, shadow.closed, _outcome(lambda: left.send(b"x")), right.closed


def closing_the_owner_of_a_shadow():
    left, _ = _pair()
    shadow = zmq.Socket.shadow(left)
    left.close()
    return left.closed, shadow.closed, _outcome(lambda: shadow.send(b"x"))


def terminating_a_shadow_context():
    context = zmq.Context()
    shadow = zmq.Context.shadow(context)
    shadow.term()
    return context.closed, shadow.closed, type(context.socket(zmq.PAIR)).__name__


def copies():
    import copy

    left, right = _pair()
    other = copy.copy(left)
    other.send(b"x")
    return (
        right.recv(),
        other.underlying == left.underlying,
        copy.copy(left.context).underlying == left.context.underlying,
    )


def logs_of_plain_use():
    left, right = _pair()
    left.send(b"x")
    return right.recv(), logging.getLogger("zmq").handlers
