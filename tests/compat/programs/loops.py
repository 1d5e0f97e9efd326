"""asyncio, tornado's ZMQStream and gevent."""

import asyncio
import logging

import zmq
import zmq.asyncio


def _outcome(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _pair(context=None):
    context = context or zmq.asyncio.Context()
    left, right = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    left.bind("inproc://pair")
    right.connect("inproc://pair")
    return left, right


async def asyncio_results():
    left, right = _pair()
    sent = [
        await left.send(b"x"),
        await left.send_multipart([b"y", b"z"]),
        await left.send_string("s"),
        await left.send_json(1),
    ]
    return sent, await right.recv(), await right.recv_multipart(), await right.recv_string(), await right.recv_json()


async def asyncio_future_types():
    left, right = _pair()
    receiving = right.recv()
    kinds = [isinstance(receiving, asyncio.Future), receiving.done()]
    await left.send(b"x")
    return kinds, await receiving, isinstance(left.send(b"y"), asyncio.Future)


async def asyncio_timeouts():
    _, right = _pair()
    right.rcvtimeo = 1
    try:
        await right.recv()
    except zmq.Again as error:
        return type(error).__name__, str(error)


async def asyncio_poll():
    left, right = _pair()
    before = await right.poll(1)
    await left.send(b"x")
    poller = zmq.asyncio.Poller()
    poller.register(right, zmq.POLLIN)
    return before, await right.poll(100), len(await poller.poll(100))


async def asyncio_cancel():
    left, right = _pair()
    receiving = right.recv()
    cancelled = receiving.cancel()
    await asyncio.sleep(0)
    await left.send(b"x")
    return cancelled, receiving.cancelled(), await right.recv()


async def asyncio_close_while_waiting():
    _, right = _pair()
    receiving = right.recv()
    right.close()
    try:
        await asyncio.wait_for(receiving, 1)
    except BaseException as error:
        return type(error).__name__


async def asyncio_errors_in_futures():
    _, right = _pair()
    right.close()
    return type(await asyncio.gather(right.recv(), return_exceptions=True)).__name__


async def asyncio_shadow_of_a_plain_socket():
    plain, other = _pair(zmq.Context())
    shadow = zmq.asyncio.Socket.shadow(plain)
    other.send(b"x")
    return await shadow.recv(), shadow.underlying == plain.underlying


async def asyncio_from_socket():
    plain, other = _pair(zmq.Context())
    shadow = zmq.asyncio.Socket.from_socket(plain)
    other.send(b"x")
    return await shadow.recv(), type(shadow).__name__


async def asyncio_monitor():
    from zmq.utils.monitor import recv_monitor_message

    socket = zmq.asyncio.Context().socket(zmq.PAIR)
    monitor = socket.get_monitor_socket()
    socket.bind("tcp://127.0.0.1:*")
    event = await recv_monitor_message(monitor)
    return type(monitor).__name__, sorted(event)


def asyncio_private_names():
    left, _ = _pair()
    return [hasattr(left, name) for name in ("_shadow_sock", "_recv_futures", "_send_futures", "_get_loop")], hasattr(
        zmq.asyncio, "_selectors"
    )


def _stream():
    from tornado.ioloop import IOLoop

    from zmq.eventloop.zmqstream import ZMQStream

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    left, right = _pair(zmq.Context())
    return left, ZMQStream(right, IOLoop.current()), IOLoop.current()


def _run(loop, until):
    # Ends as soon as the condition holds, and at the latest when the loop has turned often enough.
    async def turns():
        for _ in range(200):
            if until():
                return
            await asyncio.sleep(0.001)

    loop.run_sync(turns)


def stream_receives():
    left, stream, loop = _stream()
    seen = []
    stream.on_recv(seen.append)
    left.send_multipart([b"a", b"b"])
    _run(loop, lambda: seen)
    return seen


def stream_receives_frames():
    left, stream, loop = _stream()
    seen = []
    stream.on_recv(lambda frames: seen.extend(type(frame).__name__ for frame in frames), copy=False)
    left.send(b"a")
    _run(loop, lambda: seen)
    return seen


def stream_with_an_error_in_its_callback():
    left, stream, loop = _stream()
    seen = []

    def fail(message):
        seen.append(message)
        raise ValueError("in the callback")

    stream.on_recv(fail)
    left.send(b"a")
    _run(loop, lambda: seen)
    return seen


def stream_with_an_error_when_flushed():
    left, stream, _ = _stream()

    def fail(message):
        raise ValueError("in the callback")

    stream.on_recv(fail)
    left.send(b"a")
    return _outcome(stream.flush)


def stream_queues_what_cannot_be_sent():
    left, stream, _ = _stream()
    queued = _outcome(lambda: stream.send_multipart(["text", b"x"]))
    return queued, stream.sending(), str(_outcome(stream.flush)).split(":")[0], left.closed


def stream_of_a_closed_socket():
    _, stream, loop = _stream()
    stream.on_recv(print)
    stream.socket.close()
    return stream.closed(), _outcome(lambda: stream.send(b"x")).split(":")[0], loop is not None


def stream_callbacks_that_are_none():
    _, stream, _ = _stream()
    return [_outcome(lambda s=setter: getattr(stream, s)(5)).split(":")[0] for setter in ("on_recv", "on_send")]


def stream_logger():
    from zmq.eventloop import zmqstream

    return zmqstream.gen_log.name, isinstance(zmqstream.gen_log, logging.Logger)


def stream_deprecated_names():
    _, stream, _ = _stream()
    return [hasattr(stream, name) for name in ("on_err", "stop_on_err", "io_loop", "poller")]


def green_results():
    import zmq.green

    left, right = _pair(zmq.green.Context())
    left.send(b"x")
    left.send_multipart([b"y", b"z"])
    return right.recv(), right.recv_multipart(), repr(type(left).__name__).strip("_'"), left.poll(0)


def green_device():
    import gevent

    import zmq.green

    context = zmq.green.Context()
    server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
    server.bind("inproc://device")
    client.connect("inproc://device")
    running = gevent.spawn(zmq.green.device, zmq.QUEUE, server, server)
    client.send(b"x")
    answered = client.poll(3000)
    running.kill(block=False)
    return answered


def green_time_limits():
    import zmq.green

    _, right = _pair(zmq.green.Context())
    right.sndtimeo = 10
    return right.sndtimeo


def install_warns():
    return zmq.asyncio.install()


def event_loop_class():
    loop = zmq.asyncio.ZMQEventLoop()
    loop.close()
    return isinstance(loop, asyncio.AbstractEventLoop)
