"""Authentication, certificates, logging, decorators, devices, and the command line."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import tempfile

import zmq
import zmq.auth
import zmq.auth.thread
import zmq.devices
from zmq.decorators import context, socket
from zmq.log.handlers import PUBHandler, TopicLogger


def _outcome(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _file(text):
    with tempfile.NamedTemporaryFile("w", suffix=".key", delete=False) as file:
        file.write(text)
    return file.name


def certificate_files():
    public, secret = zmq.auth.create_certificates(os.environ["TMPDIR"], "name", {"email": "a@b"})
    loaded = zmq.auth.load_certificate(secret)
    return (
        os.path.basename(public),
        os.path.basename(secret),
        [len(key) for key in loaded],
        zmq.auth.load_certificate(public)[1],
    )


def certificate_errors():
    missing = os.path.join(os.environ["TMPDIR"], "missing.key")
    files = [missing, _file(""), _file("curve\n"), _file('public-key = "x"\n'), os.environ["TMPDIR"]]
    return [_outcome(lambda f=file: zmq.auth.load_certificate(f)) for file in files]


def certificate_folder_errors():
    missing = os.path.join(os.environ["TMPDIR"], "missing")
    return _outcome(lambda: zmq.auth.load_certificates(missing)), zmq.auth.load_certificates(os.environ["TMPDIR"])


def configure_curve_with_a_missing_folder():
    authenticator = zmq.auth.Authenticator(zmq.Context())
    return _outcome(lambda: authenticator.configure_curve(location=os.path.join(os.environ["TMPDIR"], "missing")))


def configure_curve_with_a_malformed_certificate():
    with open(os.path.join(os.environ["TMPDIR"], "bad.key"), "w") as file:
        file.write("nonsense\n")
    authenticator = zmq.auth.Authenticator(zmq.Context())
    return _outcome(lambda: authenticator.configure_curve(location=os.environ["TMPDIR"]))


def allow_and_deny():
    authenticator = zmq.auth.Authenticator(zmq.Context())
    return [
        _outcome(lambda: authenticator.allow("127.0.0.1", "10.0.0.0/8")),
        _outcome(lambda: authenticator.deny("10.1.1.1")),
        _outcome(lambda: zmq.auth.Authenticator(zmq.Context()).deny("::1")),
        _outcome(lambda: authenticator.configure_plain(domain="*", passwords={"a": "b"})),
    ]


def ioloop_authenticator_warns():
    from zmq.auth.ioloop import IOLoopAuthenticator

    return _outcome(lambda: type(IOLoopAuthenticator(zmq.Context(), io_loop=asyncio.new_event_loop())).__name__)


def thread_authenticator():
    authenticator = zmq.auth.thread.ThreadAuthenticator(zmq.Context())
    before = authenticator.is_alive()
    authenticator.start()
    alive = authenticator.is_alive()
    authenticator.stop()
    return before, alive, authenticator.is_alive()


def _published(records, **settings):
    from logging import getLogger

    context = zmq.Context()
    publisher, subscriber = context.socket(zmq.PUB), context.socket(zmq.SUB)
    publisher.linger = 0
    subscriber.subscribe("")
    publisher.bind("inproc://log")
    subscriber.connect("inproc://log")
    subscriber.rcvtimeo = 2000
    handler = PUBHandler(publisher)
    for name, value in settings.items():
        getattr(handler, name)(value) if callable(getattr(handler, name)) else setattr(handler, name, value)
    logger = getLogger("published")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    for record in records:
        record(logger)
    logger.info("the end")
    seen = []
    while not seen or b"the end" not in seen[-1][1]:
        seen.append(subscriber.recv_multipart())
    return [[part.split(b"/")[-1] if b"services" in part else part for part in frames] for frames in seen]


def published_records():
    return _published(
        [lambda log: log.info("text"), lambda log: log.warning("%s and %d", "a", 1), lambda log: log.error("\u00fc")]
    )


def published_objects():
    return _published(
        [lambda log: log.info({"a": 1}), lambda log: log.info(b"bytes"), lambda log: log.critical(ValueError("x"))]
    )


def published_under_a_topic():
    return _published([lambda log: log.info("sub::text"), lambda log: log.info("text")], setRootTopic="root")


def published_under_a_topic_of_bytes():
    return _published([lambda log: log.info("text")], setRootTopic=b"root")


def published_under_an_empty_topic():
    return _published([lambda log: log.info("text")], setRootTopic="")


def root_topic_as_attribute():
    return _published([lambda log: log.info("text")], root_topic="attribute")


def default_formatters():
    handler = PUBHandler(zmq.Context().socket(zmq.PUB))
    return (
        [(level, handler.formatters[level]._fmt) for level in sorted(handler.formatters)],
        handler.root_topic,
        handler.ctx is not None,
    )


def topic_logger():
    stream = io.StringIO()
    logger = TopicLogger("topics")
    logger.addHandler(logging.StreamHandler(stream))
    logger.log(logging.WARNING, "topic", "text %s", 1)
    return stream.getvalue()


def decorators():
    @context()
    @socket(zmq.PAIR)
    def decorated(first, ctx, sock, **kwargs):
        return first, type(ctx).__name__, sock.type, kwargs

    return decorated.__name__, decorated(1, a=2)


def decorators_with_names():
    @context("ctx")
    @socket("sock", zmq.PAIR)
    def decorated(ctx, sock):
        return ctx.closed, sock.closed

    return decorated()


def decorator_without_a_type():
    @context()
    @socket("name")
    def decorated(ctx, name):
        return name

    return _outcome(decorated)


def decorator_that_would_replace_an_argument():
    @context("ctx")
    def decorated(ctx):
        return ctx

    return _outcome(lambda: decorated(ctx=1))


def single_socket_device():
    device = zmq.devices.ThreadDevice(zmq.QUEUE, zmq.REP, -1)
    port = device.bind_out_to_random_port("tcp://127.0.0.1")
    device.setsockopt_out(zmq.LINGER, 0)
    device.start()
    client = zmq.Context().socket(zmq.REQ)
    client.connect(f"tcp://127.0.0.1:{port}")
    client.send(b"x")
    return client.recv()


def _keygen(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "zmq.curve_keygen", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def keygen_json():
    done = _keygen("--json")
    keys = json.loads(done.stdout)
    return done.returncode, sorted(keys), [len(value) for _, value in sorted(keys.items())]


def keygen_of_a_secret_key():
    done = _keygen("--json", "--secret", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")
    # Whether the process succeeds comes first: its output would be no JSON.
    return done.returncode, json.loads(done.stdout)


def keygen_text():
    import re

    done = _keygen()
    return done.returncode, re.sub(r"\S{40}", "KEY", done.stdout.replace('"', ""))


def keygen_help():
    done = _keygen("--help")
    return done.returncode, "python3 -m zmq.curve_keygen" in done.stdout or "curve_keygen" in done.stdout, done.stderr


def keygen_with_a_bad_secret():
    done = _keygen("--secret", "short")
    return done.returncode != 0
