"""The base class of authenticators, which answer requests of ZAP (ZeroMQ's RFC 27). Added in 14.1."""

from __future__ import annotations

import _thread
import hmac
import logging
import re
import struct
import sys
import threading
import warnings
import weakref
from contextvars import ContextVar
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from zmq.auth._addresses import Addresses
from zmq.auth._server import (
    ADDRESS,
    DONTWAIT,
    ENVELOPE,
    MAX_FRAME_SIZE,
    MAX_FRAMES,
    MAX_REQUESTS,
    VERSION,
    ZapServer,
    close_zap_socket,
    find_abandoned,
    is_answerable,
    keep,
    make_reply,
    serve_abandoned,
)
from zmq.auth.certs import load_certificates
from zmq.constants import _VALUES
from zmq.error import ZMQError
from zmq.sugar.context import Context
from zmq.sugar.socket import Socket
from zmq.utils import z85

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from zmq.auth._server import Request

__all__ = ["CURVE_ALLOW_ANY", "VERSION", "Authenticator"]

#: Can replace the directory of certificates, to accept clients with any key.
CURVE_ALLOW_ANY = "*"

_ROUTER, _PULL = (_VALUES["SocketType"][name] for name in ("ROUTER", "PULL"))
_ZAP_DOMAIN, _ZAP_ENFORCE_DOMAIN = (_VALUES["SocketOption"][name] for name in ("ZAP_DOMAIN", "ZAP_ENFORCE_DOMAIN"))
_EADDRINUSE = _VALUES["Errno"]["EADDRINUSE"]

# The request that the current task handles, and the authenticator that it was given to. handle_zap_message gets the
# frames without the envelope, so that overrides of it see what RFC 27 defines.
_request: ContextVar[tuple[Authenticator, Request] | None] = ContextVar("zmq.auth.request", default=None)
_FIELDS = 6
# Bytes of a CURVE key.
_KEY_SIZE = 32

# Names of metadata, as RFC 23 defines them.
_NAME = re.compile(r"[A-Za-z0-9_.+-]{1,255}")
# Properties that libzmq sets itself.
_RESERVED = frozenset({"user-id", "peer-address", "socket-type", "identity", "routing-id"})


class _Refused(Exception):
    """The peer is refused, for the reason in `text`."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Authenticator:
    """Authenticate the peers of all sockets of a context.

    This class does not use an event loop: receive requests from ``zap_socket`` and pass them to
    :meth:`handle_zap_message`. :class:`zmq.auth.thread.ThreadAuthenticator` and
    :class:`zmq.auth.asyncio.AsyncioAuthenticator` do that themselves.

    NULL connections are accepted unless their address is refused; libzmq only asks about them if the socket has a
    ``zap_domain``. PLAIN and CURVE connections are refused until the mechanism is configured for their domain, or for
    all domains (``"*"``). The configuration of a domain takes precedence over that for ``"*"``. GSSAPI connections are
    accepted, since libzmq has authenticated them.

    The configuration can be changed at any time and from any thread. It applies to later connections.

    Only :meth:`stop` and the termination of the context release the address of ZAP. If authentication ends otherwise,
    because a task was cancelled, an event loop closed, a thread ended by an exception, or the authenticator deleted,
    an error is logged and all peers that have to authenticate are refused. :meth:`start` of this or another
    authenticator of the context takes the address over. libzmq accepts NULL and CURVE connections while the address is
    not bound: before :meth:`start` and after :meth:`stop`. :meth:`enforce_domain` prevents that.

    Parameters
    ----------
    context : Context, optional
        The context whose peers to authenticate. By default, ``zmq.Context.instance()``.
    encoding : str
        The encoding of names and passwords.
    log : logging.Logger, optional
        By default, the logger ``zmq.auth``.

    Not thread-safe, except for the configuration. Added in 14.1.
    """

    #: The context whose peers are authenticated.
    context: Context[Any]
    #: The encoding of names and passwords.
    encoding: str
    #: The logger.
    log: Any
    #: Whether clients with any key may connect, in domains without a configuration of their own.
    allow_any: bool
    #: Public keys loaded by :meth:`configure_curve`, 40 characters each, by domain.
    certs: dict[str, dict[bytes, Any]]
    #: Objects given to :meth:`configure_curve_callback`, by domain.
    credentials_providers: dict[str, Any]
    #: Passwords given to :meth:`configure_plain`, by domain.
    passwords: dict[str, dict[str, str]]
    #: The socket that receives requests, between :meth:`start` and :meth:`stop`.
    zap_socket: Socket[Any]

    #: Seconds within which a request has to be decided, callbacks included. Later, it is denied with status 500. Added
    #: in 27.4, like the other limits. Each may be set on the class or the object.
    request_timeout: float = 30.0
    #: How many requests are handled at once. More wait until one of them is answered.
    max_requests: int = MAX_REQUESTS
    #: How many frames a request may have.
    max_frames: int = MAX_FRAMES
    #: Bytes that each frame of a request may have, except credentials.
    max_frame_size: int = MAX_FRAME_SIZE
    #: Bytes that the credentials of a request may have in total. A ticket of GSSAPI may be large.
    max_credentials_size: int = 65536
    #: Bytes that a user id may have.
    max_user_id_size: int = 255
    #: Bytes that the encoded result of :meth:`zap_metadata` may have.
    max_metadata_size: int = 65536

    _server: ZapServer | None = None
    _finalizer: weakref.finalize[Any, Any] | None = None

    def __init__(self, context: Context[Any] | None = None, encoding: str = "utf-8", log: Any = None) -> None:
        self.context = context or Context.instance()
        self.encoding = encoding
        self.log = log or logging.getLogger("zmq.auth")
        self.allow_any = False
        self.certs = {}
        self.credentials_providers = {}
        self.passwords = {}
        self.zap_socket = None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
        self._allowed = Addresses()
        self._denied = Addresses()
        # Domains, other than "*", where clients with any key may connect.
        self._any_domains: frozenset[str] = frozenset()
        # Held for each change, so that a request sees all of it or nothing.
        self._configuring = threading.Lock()

    def start(self) -> None:
        """Create and bind the socket for requests. Does nothing if it was started already.

        Raises
        ------
        ZMQError
            EADDRINUSE if the context has another authenticator.

        Not thread-safe. See zmq_bind(3). Added in 14.1.
        """
        if not self._has_socket():
            self.zap_socket = self._open()
            self._finalizer = weakref.finalize(self, _serve_in_thread, self.zap_socket, self.log)
            self._finalizer.atexit = False
            self.log.debug("Starting")

    def stop(self) -> None:
        """Release the address and close the socket for requests. It can be started again at once.

        libzmq then accepts NULL and CURVE connections without asking; see :meth:`enforce_domain`.

        Not thread-safe. See zmq_unbind(3). Added in 14.1.
        """
        socket, server = self._forget_socket()
        if server is not None:
            if not server.stop():
                # Not logged: what blocks may hold the lock of a logging handler.
                message = f"the address of ZAP is still bound: a handler of {self.log!r} blocks"
                warnings.warn(message, RuntimeWarning, stacklevel=2)
        elif socket is not None:
            close_zap_socket(socket)

    def enforce_domain(self, domain: str = "global") -> None:
        """Make the context's later sockets refuse peers while no authenticator answers.

        Sets defaults of the context: ``context.zap_domain`` and ``context.zap_enforce_domain``. They apply to sockets
        made by this context object after the call, whatever their mechanism; also to those that connect, which with
        NULL then ask for permission, too. Call it before the first socket is made. A socket may set another
        ``zap_domain``, but not an empty one: libzmq would accept its CURVE connections without asking, and abort the
        process at the first PLAIN connection.

        Parameters
        ----------
        domain : str
            The default of ``zap_domain``.

        Raises
        ------
        ValueError
            If `domain` is empty, or too long.
        ZMQError
            EINVAL if this libzmq does not have the option ZAP_ENFORCE_DOMAIN.

        Thread-safe. See zmq_setsockopt(3). Added in 27.4.
        """
        value = domain.encode(self.encoding)
        if not 0 < len(value) <= self.max_frame_size:
            raise ValueError(f"a domain must have 1 to {self.max_frame_size} bytes, got {domain!r}")
        # Defaults that a socket does not know are skipped: see that it knows these.
        with Socket(self.context, _PULL) as socket:
            socket.set(_ZAP_DOMAIN, value)
            socket.set(_ZAP_ENFORCE_DOMAIN, 1)
        self.context.setsockopt(_ZAP_DOMAIN, value)
        self.context.setsockopt(_ZAP_ENFORCE_DOMAIN, 1)

    def _has_socket(self) -> bool:
        socket: Socket[Any] | None = self.zap_socket
        return socket is not None

    def _forget_socket(self) -> tuple[Socket[Any] | None, ZapServer | None]:
        """Return the socket, and the server that owns it, if any."""
        socket, self.zap_socket = self.zap_socket, None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
        server, self._server = self._server, None
        if self._finalizer is not None:
            self._finalizer.detach()
        return socket, server

    def _make_server(self, *pipes: Socket[Any]) -> ZapServer:
        """Let a server own the socket."""
        if self._finalizer is not None:
            self._finalizer.detach()
        self._server = server = ZapServer(self.zap_socket, self.log, *pipes)
        return server

    def _open(self) -> Socket[Any]:
        abandoned = find_abandoned(self.context)
        socket = None if abandoned is None else abandoned.release(self.context)
        if socket is not None:
            return socket
        # Unlike a REP socket, a ROUTER can answer in any order.
        socket = Socket(self.context, _ROUTER)
        try:
            socket.linger = 0
            socket.bind(ADDRESS)
        except BaseException as error:
            socket.close()
            if isinstance(error, ZMQError) and error.errno == _EADDRINUSE:
                text = f"Address already in use: {self.context!r} has an authenticator already"
                raise ZMQError(_EADDRINUSE, text) from None
            raise
        return socket

    def allow(self, *addresses: str) -> None:
        """Accept only peers with these addresses, and those of earlier calls. They still have to authenticate.

        Parameters
        ----------
        *addresses : str
            Addresses (``192.0.2.1``, ``2001:db8::1``) or networks (``192.0.2.0/24``). ``""`` means all peers over ipc.
            ``"localhost:1000"`` means those of the user with this number, and ``"localhost:1000:100"`` those of the
            user in this group, if libzmq reports them (Linux with glibc, macOS).

        Raises
        ------
        ValueError
            If one of them is no address, or :meth:`deny` was used. Nothing is changed then.

        Thread-safe. Added in 14.1; several addresses in 16; networks in 27.4.
        """
        with self._configuring:
            if self._denied:
                raise ValueError("Only use allow or deny, not both: addresses are denied already")
            self._allowed = self._allowed.with_(addresses)
        self.log.debug("Allowing %s", ",".join(addresses))

    def deny(self, *addresses: str) -> None:
        """Refuse peers with these addresses, and those of earlier calls.

        Parameters
        ----------
        *addresses : str
            As for :meth:`allow`.

        Raises
        ------
        ValueError
            If one of them is no address, or :meth:`allow` was used. Nothing is changed then.

        Thread-safe. Added in 14.1; several addresses in 16; networks in 27.4.
        """
        with self._configuring:
            if self._allowed:
                raise ValueError("Only use allow or deny, not both: addresses are allowed already")
            self._denied = self._denied.with_(addresses)
        self.log.debug("Denying %s", ",".join(addresses))

    def configure_plain(self, domain: str = "*", passwords: dict[str, str] | None = None) -> None:
        """Accept users by their passwords (PLAIN) in a domain.

        Parameters
        ----------
        domain : str
            The domain; ``"*"`` for all domains without a configuration of their own.
        passwords : dict of str to str, optional
            Passwords by names of users, instead of those given earlier. The dict is not copied: changes of it apply to
            later connections.

        Thread-safe. Added in 14.1.
        """
        self.passwords[domain] = {} if passwords is None else passwords
        self.log.debug("Configure plain: %s", domain)

    def configure_curve(self, domain: str = "*", location: str | os.PathLike[str] = ".") -> None:
        """Accept clients by their public keys (CURVE) in a domain.

        If the certificates cannot be loaded, an error is logged and those loaded earlier stay in use. In any case this
        ends the effect of :data:`CURVE_ALLOW_ANY` for the domain, unless `location` is that.

        Parameters
        ----------
        domain : str
            The domain; ``"*"`` for all domains without a configuration of their own.
        location : path
            A directory with the certificates of these clients. It is read once: call this method again after changing
            it. Or :data:`CURVE_ALLOW_ANY`, to accept all keys.

        Thread-safe. Added in 14.1.
        """
        self.log.debug("Configure curve: %s[%s]", domain, location)
        if location == CURVE_ALLOW_ANY:
            with self._configuring:
                self._set_allow_any(domain, True)
            return
        try:
            certs = load_certificates(location)
        except Exception as error:  # a program that starts with a bad directory keeps refusing clients
            self.log.error("Failed to load CURVE certs from %s: %s", location, error)
            certs = None
        with self._configuring:
            self._set_allow_any(domain, False)
            if certs is not None:
                self.certs[domain] = certs

    def configure_curve_callback(self, domain: str = "*", credentials_provider: Any = None) -> None:
        """Let an object decide which public keys to accept (CURVE) in a domain.

        It takes precedence over the certificates of the domain, and ends the effect of :data:`CURVE_ALLOW_ANY` for it.

        Parameters
        ----------
        domain : str
            The domain; ``"*"`` for all domains without a configuration of their own.
        credentials_provider : object
            Its method ``callback(domain, key)`` is called with the domain (a str, ``"*"`` for sockets without
            ``zap_domain``) and the public key (40 characters, bytes), and returns whether to accept the key. It may be
            a coroutine function. The client is refused if it raises an exception. If this argument is None, an error
            is logged and the object given earlier stays in use.

        Raises
        ------
        TypeError
            If `credentials_provider` has no such method.

        Thread-safe. Added in 17.1; coroutine functions in 25.
        """
        if credentials_provider is None:
            self.log.error("None credentials_provider provided for domain:%s", domain)
        elif not callable(getattr(credentials_provider, "callback", None)):
            raise TypeError(
                f"credentials_provider must have a method callback(domain, key), got {credentials_provider!r}"
            )
        with self._configuring:
            self._set_allow_any(domain, False)
            if credentials_provider is not None:
                self.credentials_providers[domain] = credentials_provider

    def configure_gssapi(self, domain: str = "*", location: str | None = None) -> None:
        """Do nothing: libzmq authenticates users of GSSAPI itself.

        Parameters
        ----------
        domain, location
            Not used.

        Thread-safe. Added in 15.1.
        """

    def curve_user_id(self, client_public_key: bytes) -> str:
        """Return the user id for the key of an accepted client. Subclasses may override it.

        It is available as ``frame["User-Id"]`` in the frames of that client's messages. The client is refused if this
        method raises an exception.

        Parameters
        ----------
        client_public_key : bytes
            The 32 bytes of the key.

        Returns
        -------
        str
            The key's 40 characters.

        Called where requests are answered: in the thread, or in the event loop. Added in 14.5.
        """
        return z85.encode(client_public_key).decode("ascii")

    def zap_metadata(self, user_id: str) -> Mapping[str, str]:  # noqa: ARG002  (for those who override it)
        """Return metadata for the frames of an accepted peer, in addition to its user id. Subclasses may override it.

        Parameters
        ----------
        user_id : str
            The user id.

        Returns
        -------
        mapping of str to str
            ``{"X-Role": "admin"}`` is available as ``frame["X-Role"]``. Empty by default. RFC 23 reserves the prefix
            ``X-`` for applications.

        Called where requests are answered: in the thread, or in the event loop. Added in 27.4.
        """
        return {}

    async def handle_zap_message(self, msg: list[bytes]) -> None:
        """Answer a request. Errors in the request or in a callback are answered or logged, not raised.

        Parameters
        ----------
        msg : list of bytes
            A message that ``zap_socket`` received. The authenticators of :mod:`zmq.auth.thread` and
            :mod:`zmq.auth.asyncio` call this method with the frames that RFC 27 defines: version, request id, domain,
            address, routing id, mechanism, credentials.

        Not thread-safe. Added in 14.1; a coroutine function since 25.
        """
        received = _request.get()
        request = received[1] if received is not None and received[0] is self else None
        if request is not None:
            envelope = request.envelope
        else:
            envelope, msg = msg[:ENVELOPE], msg[ENVELOPE:]
        if not is_answerable(envelope, msg, self.max_frame_size):
            self.log.error("Dropped %d frames that are no ZAP request", len(msg))
            return
        version, request_id, *fields = msg
        answer: tuple[bytes, ...]
        try:
            user = await self._judge(version, fields)
            answer = b"200", b"OK", self._encode_user(user), self._encode_metadata(self.zap_metadata(user))
        except _Refused as refusal:
            answer = b"400", refusal.text
            self.log.debug("Denied: %s", refusal.text.decode("utf-8", "replace"))
        except (Exception, SystemExit):
            # Usually raised by a callback. Other requests must be answered all the same.
            self.log.exception("Denied, since authentication failed")
            answer = b"500", b"Internal error"
        if request is not None:
            request.answer(*answer)
        else:
            await self._send(make_reply(envelope, request_id, *answer))

    async def _send(self, reply: list[bytes]) -> None:
        if self._server is not None:
            self._server.send(reply)
            return
        try:
            sent: Any = self.zap_socket.send_multipart(reply, DONTWAIT)
            if isawaitable(sent):
                await sent
        except (AttributeError, ZMQError) as error:
            # Stopped meanwhile, or the context was terminated. A ROUTER ignores messages for clients that are gone.
            self.log.debug("Could not answer a ZAP request: %s", error)

    async def _judge(self, version: bytes, fields: list[bytes]) -> str:
        """Return the user id of a peer that may connect, or raise _Refused."""
        if version != VERSION:
            raise _Refused(b"Unsupported version")
        if len(fields) < _FIELDS - 2:
            raise _Refused(b"Frames are missing")
        if len(fields) + 2 > self.max_frames:
            raise _Refused(b"Too many frames")
        if any(len(field) > self.max_frame_size for field in fields[:4]):
            raise _Refused(b"A frame is too large")
        mechanism, credentials = fields[3], fields[4:]
        if sum(map(len, credentials)) > self.max_credentials_size:
            raise _Refused(b"The credentials are too large")
        domain, address = self._decode(*fields[:2])
        self._check_address(address)
        expected = {b"NULL": 0, b"PLAIN": 2, b"CURVE": 1, b"GSSAPI": 1}.get(mechanism)
        if expected is None:
            raise _Refused(b"Security mechanism not supported")
        if len(credentials) != expected:
            raise _Refused(b"Wrong number of credentials")
        user = ""
        if mechanism == b"PLAIN":
            user, password = self._decode(*credentials)
            verdict = self._authenticate_plain(domain, user, password)
        elif mechanism == b"CURVE":
            if len(credentials[0]) != _KEY_SIZE:
                raise _Refused(b"Malformed key")
            verdict = await self._authenticate_curve(domain, credentials[0])
        elif mechanism == b"GSSAPI":
            (user,) = self._decode(*credentials)
            verdict = self._authenticate_gssapi(domain, credentials[0])
        else:
            return "anonymous"
        allowed, reason = verdict
        if not allowed:
            raise _Refused(reason)
        return self.curve_user_id(credentials[0]) if mechanism == b"CURVE" else user

    def _decode(self, *fields: bytes) -> list[str]:
        try:
            return [field.decode(self.encoding) for field in fields]
        except UnicodeDecodeError:
            raise _Refused(b"A frame cannot be decoded") from None

    def _encode_user(self, user: str) -> bytes:
        # Whatever the encoding of names: frame["User-Id"] is decoded as UTF-8.
        encoded = user.encode("utf-8")
        # libzmq reads it up to the first NUL: "admin\0..." would become "admin".
        if b"\0" in encoded:
            raise _Refused(b"Malformed user id")
        if len(encoded) > self.max_user_id_size:
            raise _Refused(b"The user id is too large")
        return encoded

    def _encode_metadata(self, metadata: Mapping[str, str]) -> bytes:
        """Encode metadata as RFC 23 defines."""
        parts = []
        for name, value in metadata.items():
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"metadata cannot have the name {name!r}: it must have 1 to 255 letters, digits and -_.+"
                )
            if name.lower() in _RESERVED:
                raise ValueError(f"metadata cannot have the name {name!r}: libzmq sets it")
            data = value.encode("utf-8")
            # libzmq reads it up to there.
            if b"\0" in data:
                raise ValueError(f"the value of {name!r} in the metadata has a NUL: {value!r}")
            parts += [struct.pack(">B", len(name)), name.encode("ascii"), struct.pack(">I", len(data)), data]
        encoded = b"".join(parts)
        if len(encoded) > self.max_metadata_size:
            raise ValueError(f"metadata has {len(encoded)} bytes, more than max_metadata_size")
        return encoded

    def _check_address(self, address: str) -> None:
        if self._allowed:
            if address not in self._allowed:
                raise _Refused(b"Address not allowed")
        elif address in self._denied:
            raise _Refused(b"Address denied")

    # Subclasses for earlier releases override these methods. They return whether to accept a peer, and the reason.

    def _authenticate_plain(self, domain: str, username: str, password: str) -> tuple[bool, bytes]:
        known = self.passwords.get(domain or "*")
        if known is None:
            known = self.passwords.get("*")
        if known is None:
            return False, b"No passwords for this domain"
        expected = known.get(username)
        # The time must not tell how much of a password is right, or whether there is a user of that name.
        same = hmac.compare_digest(password.encode(self.encoding), (expected or "").encode(self.encoding))
        if expected is None or not same:
            return False, b"Invalid name or password"
        return True, b"OK"

    async def _authenticate_curve(self, domain: str, client_key: bytes) -> tuple[bool, bytes]:
        key = z85.encode(client_key)
        for place in dict.fromkeys((domain or "*", "*")):
            with self._configuring:
                allow_any = self.allow_any if place == "*" else place in self._any_domains
                provider, certs = self.credentials_providers.get(place), self.certs.get(place)
            if allow_any:
                return True, b"OK"
            if provider is not None:
                accepted = provider.callback(domain or "*", key)
                if isawaitable(accepted):
                    accepted = await accepted
            elif certs is not None:
                accepted = certs.get(key)
            else:
                continue
            return (True, b"OK") if accepted else (False, b"Unknown key")
        return False, b"No keys for this domain"

    def _authenticate_gssapi(self, domain: str, principal: bytes) -> tuple[bool, bytes]:  # noqa: ARG002
        return True, b"OK"

    def _set_allow_any(self, domain: str, allow: bool) -> None:
        """Accept all keys in a domain, or not; other configuration of the domain stays. Call with the lock held."""
        if domain == "*":
            self.allow_any = allow
        elif allow:
            self._any_domains |= {domain}
        else:
            self._any_domains -= {domain}


def _serve_in_thread(socket: Socket[Any], log: Any) -> None:
    """Refuse all requests, after the authenticator was collected."""
    # The collector may interrupt code that holds locks which starting a thread.Thread needs.
    if not (socket.closed or sys.is_finalizing()):
        try:
            _thread.start_new_thread(serve_abandoned, (socket, log))
        except RuntimeError:
            keep(socket)
