"""The authenticator that others are made of: it answers requests of ZAP, ZeroMQ's RFC 27. Added in 14.1."""

from __future__ import annotations

import hmac
import logging
import struct
import threading
from contextlib import suppress
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from zmq.auth._addresses import Addresses
from zmq.auth._keys import key_to_text
from zmq.auth.certs import load_certificates
from zmq.constants import _VALUES
from zmq.error import ZMQError
from zmq.sugar.context import Context
from zmq.sugar.socket import Socket

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

__all__ = ["CURVE_ALLOW_ANY", "VERSION", "Authenticator"]

#: In place of a folder of certificates: any client that has a key may connect.
CURVE_ALLOW_ANY = "*"

#: The version of ZAP that is spoken.
VERSION = b"1.0"

# Where libzmq looks for who answers.
_ADDRESS = "inproc://zeromq.zap.01"

_ROUTER = _VALUES["SocketType"]["ROUTER"]
_EADDRINUSE = _VALUES["Errno"]["EADDRINUSE"]
_DONTWAIT = _VALUES["Flag"]["DONTWAIT"]

# Frames of a request: where it comes from and an empty one, as our kind of socket has them; then what RFC 27 says.
_ENVELOPE = 2
_FIELDS = 6
# Bytes that a field may have. Those before the credentials are short strings; a ticket of GSSAPI may be larger.
_FIELD_LIMIT = 255
_CREDENTIALS_LIMIT = 65536


class _Refused(Exception):
    """The request is answered with a status and a text."""

    def __init__(self, status: bytes, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Authenticator:
    """Answers for all sockets of a context whether peers may connect.

    It belongs to no event loop: whoever uses it reads ``zap_socket``, and gives what comes to
    :meth:`handle_zap_message`. :class:`zmq.auth.thread.ThreadAuthenticator` and
    :class:`zmq.auth.asyncio.AsyncioAuthenticator` do that themselves.

    While it runs, connections without security (NULL) are accepted from addresses that are not refused, if the socket
    has a ``zap_domain``; libzmq does not ask for others. Those with PLAIN or CURVE are refused until that is configured
    for their domain, or for all domains, ``"*"``, which counts where the domain has nothing of its own. Those with
    GSSAPI, which libzmq has authenticated by itself, are accepted.

    All can be configured while it runs, from any thread; it counts for later connections.

    Parameters
    ----------
    context : Context, optional
        The context whose sockets are meant. By default, ``zmq.Context.instance()``.
    encoding : str
        Of names and passwords.
    log : logging.Logger, optional
        By default, the logger ``zmq.auth``.

    Not thread-safe, but for what configures it. Added in 14.1.
    """

    #: The context whose sockets are meant.
    context: Context[Any]
    #: Of names and passwords.
    encoding: str
    #: The logger.
    log: Any
    #: Whether any client that has a key may connect, in domains that have no configuration of their own.
    allow_any: bool
    #: What :meth:`configure_curve` has loaded: public keys, 40 characters each, by domain.
    certs: dict[str, dict[bytes, Any]]
    #: What :meth:`configure_curve_callback` was given, by domain.
    credentials_providers: dict[str, Any]
    #: What :meth:`configure_plain` was given, by domain.
    passwords: dict[str, dict[str, str]]
    #: Where requests come in, between :meth:`start` and :meth:`stop`.
    zap_socket: Socket[Any]

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
        # Domains, other than "*", where any client that has a key may connect.
        self._any_domains: frozenset[str] = frozenset()
        # A request sees all of a configuration, or nothing of it.
        self._configuring = threading.Lock()

    def start(self) -> None:
        """Begin to take requests. If that is so already, nothing happens.

        Raises
        ------
        ZMQError
            EADDRINUSE if the context has another authenticator.

        Not thread-safe. See zmq_bind(3). Added in 14.1.
        """
        if not self._has_socket():
            self.zap_socket = self._open()

    def stop(self) -> None:
        """Take no more requests. It may be started again at once.

        Not thread-safe. See zmq_unbind(3). Added in 14.1.
        """
        socket, self.zap_socket = self.zap_socket, None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
        if socket is not None:
            self._close(socket)

    def _has_socket(self) -> bool:
        socket: Socket[Any] | None = self.zap_socket
        return socket is not None

    def _open(self) -> Socket[Any]:
        # Unlike REP, ROUTER can answer in any order, and need not answer at all.
        socket: Socket[Any] = Socket(self.context, _ROUTER)
        try:
            socket.linger = 0
            socket.bind(_ADDRESS)
        except BaseException as error:
            socket.close()
            if isinstance(error, ZMQError) and error.errno == _EADDRINUSE:
                raise ZMQError(_EADDRINUSE, f"{self.context!r} has an authenticator already: stop that first") from None
            raise
        return socket

    @staticmethod
    def _close(socket: Socket[Any]) -> None:
        if socket.closed:
            return
        # Closing gives the address back only some time later. It fails where the context is at its end.
        with suppress(ZMQError):
            socket.unbind(_ADDRESS)
        socket.close(linger=0)

    def allow(self, *addresses: str) -> None:
        """Let only these addresses connect, and those of earlier calls. They still have to authenticate.

        Parameters
        ----------
        *addresses : str
            Addresses (``192.0.2.1``, ``2001:db8::1``) or networks (``192.0.2.0/24``). ``""``: all peers over ipc;
            ``"localhost:1000"``: those that the user with this number runs, ``"localhost:1000:100"`` also in the group,
            where libzmq tells (Linux with glibc, macOS).

        Raises
        ------
        ValueError
            If one is no address, or :meth:`deny` was used. Nothing is changed then.

        Thread-safe. Added in 14.1; several addresses in 16; networks in 27.4.
        """
        with self._configuring:
            if self._denied:
                raise ValueError("allow() and deny() cannot be used both: addresses were denied already")
            self._allowed = self._allowed.with_(addresses)
        self.log.debug("Allowing %s", ", ".join(addresses))

    def deny(self, *addresses: str) -> None:
        """Let all addresses connect but these, and those of earlier calls.

        Parameters
        ----------
        *addresses : str
            As for :meth:`allow`.

        Raises
        ------
        ValueError
            If one is no address, or :meth:`allow` was used. Nothing is changed then.

        Thread-safe. Added in 14.1; several addresses in 16; networks in 27.4.
        """
        with self._configuring:
            if self._allowed:
                raise ValueError("allow() and deny() cannot be used both: addresses were allowed already")
            self._denied = self._denied.with_(addresses)
        self.log.debug("Denying %s", ", ".join(addresses))

    def configure_plain(self, domain: str = "*", passwords: dict[str, str] | None = None) -> None:
        """Accept users with passwords (PLAIN) in a domain.

        Parameters
        ----------
        domain : str
            The domain; ``"*"`` for all that are not configured themselves.
        passwords : dict of str to str, optional
            Passwords by names of users. It is kept, not copied: what is changed in it counts at once.

        Thread-safe. Added in 14.1.
        """
        self.passwords[domain] = {} if passwords is None else passwords
        self.log.debug("Configured PLAIN for domain %r", domain)

    def configure_curve(self, domain: str = "*", location: str | os.PathLike[str] = ".") -> None:
        """Accept clients by their keys (CURVE) in a domain.

        Parameters
        ----------
        domain : str
            The domain; ``"*"`` for all that are not configured themselves.
        location : path
            A folder with certificates of those clients. It is read now: call this again when it has changed. Or
            :data:`CURVE_ALLOW_ANY`: all clients that have a key.

        Raises
        ------
        ValueError, OSError
            If the folder or a certificate in it cannot be read. What was configured before remains then.

        Thread-safe. Added in 14.1.
        """
        if location == CURVE_ALLOW_ANY:
            self._configure_keys(domain, allow_any=True)
        else:
            self._configure_keys(domain, certs=dict(load_certificates(location)))
        self.log.debug("Configured CURVE for domain %r", domain)

    def configure_curve_callback(self, domain: str = "*", credentials_provider: Any = None) -> None:
        """Ask an object which keys of clients to accept (CURVE) in a domain.

        Parameters
        ----------
        domain : str
            The domain; ``"*"`` for all that are not configured themselves.
        credentials_provider : object
            Its method ``callback(domain, key)`` gets the domain, a str, and the public key, bytes of 40 characters, and
            tells whether to accept it; it may be a coroutine function. What raises an exception is refused. None:
            nobody is accepted.

        Raises
        ------
        TypeError
            If `credentials_provider` has no such method.

        Thread-safe. Added in 17.1; coroutine functions in 25.
        """
        if credentials_provider is not None and not callable(getattr(credentials_provider, "callback", None)):
            raise TypeError(f"{credentials_provider!r} provides no credentials: it has no callback(domain, key)")
        if credentials_provider is None:
            self._configure_keys(domain, certs={})
        else:
            self._configure_keys(domain, provider=credentials_provider)
        self.log.debug("Configured CURVE for domain %r by a callback", domain)

    def configure_gssapi(self, domain: str = "*", location: str | None = None) -> None:
        """Do nothing: libzmq has authenticated users of GSSAPI before it asks.

        Parameters
        ----------
        domain, location
            Not used.

        Thread-safe. Added in 15.1.
        """
        self.log.debug("GSSAPI needs no configuration (domain %r, location %r)", domain, location)

    def curve_user_id(self, client_public_key: bytes) -> str:
        """Return the user id for a client's key. Subclasses may override it.

        It is called for accepted clients only; whoever it raises an exception for is refused. Frames of that client's
        messages have what it returns as ``frame["User-Id"]``.

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
        return key_to_text(client_public_key).decode("ascii")

    def zap_metadata(self, user_id: str) -> Mapping[str, str]:  # noqa: ARG002  (for those who override it)
        """Return what frames of an accepted peer are to have besides its user id. Subclasses may override it.

        Parameters
        ----------
        user_id : str
            The user id.

        Returns
        -------
        mapping of str to str
            ``{"X-Role": "admin"}`` makes ``frame["X-Role"]``. Nothing, by default. RFC 23 wants names of applications'
            own to begin with ``X-``.

        Called where requests are answered: in the thread, or in the event loop. Added in 27.4.
        """
        return {}

    async def handle_zap_message(self, msg: list[bytes]) -> None:
        """Answer a request. Whatever is wrong with it, or in a callback, is answered or logged, and not raised.

        Parameters
        ----------
        msg : list of bytes
            What ``zap_socket`` has received.

        Not thread-safe. Added in 14.1; a coroutine function since 25.
        """
        # Envelope, version and request id: without those nobody waits for an answer.
        if len(msg) < _ENVELOPE + 2 or msg[1] or max(map(len, msg[:4])) > _FIELD_LIMIT:
            self.log.error("Dropped %d frames that are no ZAP request", len(msg))
            return
        version, _, *fields = msg[_ENVELOPE:]
        user, metadata = "", b""
        try:
            user = await self._judge(version, fields)
            metadata = _properties(self.zap_metadata(user))
            status, text = b"200", "OK"
            user_bytes = user.encode(self.encoding)
        except _Refused as refusal:
            status, text, user_bytes, metadata = refusal.status, refusal.text, b"", b""
            self.log.debug("Denied: %s %s", status.decode(), text)
        except (Exception, SystemExit):
            # Of a callback, mostly. Others are to be authenticated all the same.
            self.log.exception("Denied, since authentication failed")
            status, text, user_bytes, metadata = b"500", "Internal error", b"", b""
        await self._answer(msg, status, text, user_bytes, metadata)

    async def _answer(
        self, request: list[bytes], status: bytes, text: str, user: bytes = b"", metadata: bytes = b""
    ) -> None:
        if len(request) < _ENVELOPE + 2:
            return
        reply = [*request[:_ENVELOPE], VERSION, request[_ENVELOPE + 1], status, text.encode(), user, metadata]
        try:
            sent: Any = self.zap_socket.send_multipart(reply, _DONTWAIT)
            if isawaitable(sent):
                await sent
        except (AttributeError, ZMQError) as error:
            # Stopped meanwhile, or the context has ended. A client that went away is no error to a ROUTER.
            self.log.debug("Could not answer a ZAP request: %s", error)

    async def _judge(self, version: bytes, fields: list[bytes]) -> str:
        """Return the user id of whoever may connect."""
        if version != VERSION:
            raise _Refused(b"400", "Unsupported version")
        if len(fields) < _FIELDS - 2:
            raise _Refused(b"400", "Frames are missing")
        if any(len(field) > _FIELD_LIMIT for field in fields[:4]):
            raise _Refused(b"400", "A frame is too large")
        credentials = fields[4:]
        if sum(map(len, credentials)) > _CREDENTIALS_LIMIT:
            raise _Refused(b"400", "The credentials are too large")
        try:
            domain, address = (field.decode(self.encoding) for field in fields[:2])
        except UnicodeDecodeError:
            raise _Refused(b"400", "The domain or address is no text") from None
        self._check_address(address)
        mechanism = fields[3]
        expected = {b"NULL": 0, b"PLAIN": 2, b"CURVE": 1, b"GSSAPI": 1}.get(mechanism)
        if expected is None:
            raise _Refused(b"400", "Security mechanism not supported")
        if len(credentials) != expected:
            raise _Refused(b"400", "Wrong number of credentials")
        if mechanism == b"PLAIN":
            return self._check_password(domain, *credentials)
        if mechanism == b"CURVE":
            return await self._check_key(domain, credentials[0])
        if mechanism == b"GSSAPI":
            try:
                return credentials[0].decode(self.encoding)
            except UnicodeDecodeError:
                raise _Refused(b"400", "The principal is no text") from None
        return "anonymous"

    def _check_address(self, address: str) -> None:
        if self._allowed:
            if address not in self._allowed:
                raise _Refused(b"400", "Address not allowed")
        elif address in self._denied:
            raise _Refused(b"400", "Address denied")

    def _check_password(self, domain: str, name: bytes, password: bytes) -> str:
        known = self.passwords.get(domain)
        if known is None:
            known = self.passwords.get("*")
        if known is None:
            raise _Refused(b"400", "No passwords for this domain")
        try:
            user = name.decode(self.encoding)
        except UnicodeDecodeError:
            raise _Refused(b"400", "The name is no text") from None
        expected = known.get(user)
        # Whoever guesses must not learn from the time it takes how much of it is right, or whether there is the user.
        same = hmac.compare_digest(password, (expected or "").encode(self.encoding))
        if expected is None or not same:
            raise _Refused(b"400", "Invalid name or password")
        return user

    async def _check_key(self, domain: str, key: bytes) -> str:
        try:
            text = key_to_text(key)
        except ValueError:
            raise _Refused(b"400", "Malformed key") from None
        for place in dict.fromkeys((domain, "*")):
            with self._configuring:
                provider, certs = self.credentials_providers.get(place), self.certs.get(place)
                allow_any = self.allow_any if place == "*" else place in self._any_domains
            if provider is not None:
                accepted = provider.callback(domain, text)
                if isawaitable(accepted):
                    accepted = await accepted
            elif certs is not None:
                accepted = bool(certs.get(text))
            elif allow_any:
                accepted = True
            else:
                continue
            if not accepted:
                raise _Refused(b"400", "Unknown key")
            return self.curve_user_id(key)
        raise _Refused(b"400", "No keys for this domain")

    def _configure_keys(
        self, domain: str, certs: dict[bytes, Any] | None = None, provider: Any = None, allow_any: bool = False
    ) -> None:
        """Have one of these decide about the keys of a domain, in place of what did before."""
        with self._configuring:
            for table, value in ((self.certs, certs), (self.credentials_providers, provider)):
                if value is None:
                    table.pop(domain, None)
                else:
                    table[domain] = value
            if domain == "*":
                self.allow_any = allow_any
            elif allow_any:
                self._any_domains |= {domain}
            else:
                self._any_domains -= {domain}


def _properties(metadata: Mapping[str, str]) -> bytes:
    """Return metadata as RFC 23 writes it."""
    parts = []
    for name, value in metadata.items():
        key, data = name.encode("ascii"), value.encode("utf-8")
        if not 0 < len(key) < 256:
            raise ValueError(f"metadata cannot have the name {name!r}: it must have 1 to 255 characters")
        parts += [struct.pack(">B", len(key)), key, struct.pack(">I", len(data)), data]
    return b"".join(parts)
