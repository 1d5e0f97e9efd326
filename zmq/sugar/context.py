"""Context: makes sockets, knows which of them are open, and carries the options that new ones begin with."""

from __future__ import annotations

import atexit
import os
from _thread import allocate_lock as Lock
from _warnings import warn as _warn  # what warnings.warn is, without the rest
from _weakref import ref  # likewise

from zmq._numbers import as_index
from zmq.backend import Context as ContextBase
from zmq.constants import _VALUES
from zmq.error import ZMQError
from zmq.sugar.attrsettr import SOCKET_OPTIONS, AttributeSetter, no_such_attribute
from zmq.sugar.socket import _EINVAL, Socket, SyncSocket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Any, Generic, TypeVar, overload
    from weakref import WeakSet

    from zmq.sugar._options import ContextOptions

    _SocketType_co = TypeVar("_SocketType_co", bound="Socket[Any]", covariant=True)
    _OtherSocketType = TypeVar("_OtherSocketType", bound="Socket[Any]")
    _ContextType = TypeVar("_ContextType", bound="Context[Any]")
    _T = TypeVar("_T")
    # For classmethods: unlike type[], it lets the constructor tell what kind of sockets a plain Context makes.
    _Class = Callable[..., _ContextType]
else:
    from zmq.sugar.attrsettr import Generic

    ContextOptions = AttributeSetter

    _SocketType_co = None

__all__ = ["Context", "SyncContext"]

# A socket option that is one of the context alone: no socket takes it.
_CONTEXT_OPTIONS = {**_VALUES["ContextOption"], "BLOCKY": SOCKET_OPTIONS["BLOCKY"]}

_EFAULT, _ENOTSUP = _VALUES["Errno"]["EFAULT"], _VALUES["Errno"]["ENOTSUP"]

# What a context has before it is initialised: an empty mapping that cannot be written to.
_NOTHING: Any = type(type.__dict__)({})

_exiting = False


@atexit.register
def _note_exit() -> None:
    global _exiting  # noqa: PLW0603
    _exiting = True


# All that live, shadows included, by id.
_contexts: dict[int, ref[Context[Any]]] = {}


def _note(contexts: dict[int, ref[Context[Any]]], context: Context[Any]) -> None:
    """Put a context into a dictionary for as long as it lives."""
    key = id(context)
    forget = contexts.pop
    contexts[key] = ref(context, lambda _: forget(key, None))


def _living(refs: dict[int, ref[_T]]) -> list[_T]:
    # A copy, made at once: other threads and the garbage collector change it.
    return [each for each in (weak() for weak in refs.copy().values()) if each is not None]


def _find_context(address: int) -> Context[Any] | None:
    """The object of this process that has the libzmq context at an address, and is no shadow."""
    for context in _living(_contexts):
        if context.underlying == address and context._shadow_obj is None:
            return context
    return None


class _DefaultNotSet(ZMQError, KeyError):
    """New sockets begin with libzmq's default of an option. Earlier versions raised KeyError.

    Parameters
    ----------
    option : int
        Number of the option.
    """

    def __init__(self, option: int) -> None:
        super().__init__(
            _EINVAL,
            f"option {option!r} is not set for new sockets of this context; get() reads options of the context itself",
        )


class _ConstructorSignature:
    """Tells :mod:`inspect` what the constructor takes, also for aliases such as ``Context[Socket]``."""

    def __get__(self, instance: object, owner: Any) -> Any:
        if owner.__init__ is not Context.__init__:
            raise AttributeError("__signature__")
        import inspect  # noqa: PLC0415  (slow to import)

        whole = inspect.signature(owner.__init__)
        return whole.replace(parameters=list(whole.parameters.values())[1:])


class Context(ContextBase, ContextOptions, Generic[_SocketType_co]):
    """Makes sockets. Most programs need one, which :meth:`instance` returns.

    As context manager, it is destroyed at the end: the sockets that are still open are closed, each with a
    ResourceWarning, and it is terminated.

    Options of contexts are attributes (``context.io_threads``). So are options of sockets, which then apply to the
    sockets made later: after ``context.linger = 0``, each begins with that. Those that a type of socket does not know
    are skipped.

    Parameters
    ----------
    io_threads : int or Context
        Number of I/O threads; or a context to shadow.
    shadow : Context, int or pointer
        A context to shadow, or its address: the new object uses the same libzmq context. A synchronous and an
        asynchronous context can share their sockets' peers in this way. Terminating any of them terminates them all;
        dropping a shadow terminates nothing. A context is kept alive by its shadows, but not by those of its address,
        which are closed when it is dropped.

    Raises
    ------
    ZMQError
        EINVAL for a negative number of threads, EMFILE if the system's limit of open files is reached, EFAULT if what
        is to be shadowed is closed.

    Thread-safe, but :meth:`destroy` is not, where other threads use sockets. See zmq_ctx_new(3).
    """

    if not TYPE_CHECKING:
        __signature__ = _ConstructorSignature()
    #: Options that new sockets begin with, by number.
    sockopts: dict[int, Any] = _NOTHING

    _options: Mapping[str, int] = {**SOCKET_OPTIONS, **_CONTEXT_OPTIONS}
    _socket_class: type[Any] = Socket
    _instance: Context[Any] | None = None
    _instance_lock = Lock()
    # The context that this one shadows, kept alive; or its address.
    _shadow_obj: Context[Any] | int | None = None
    # The same one, if it is of this process.
    _owner: ref[ContextBase] | None = None
    # Living shadows, by id, like the sockets that the backend notes.
    _shadows: dict[int, ref[Context[Any]]] = _NOTHING
    # Whether a termination has begun.
    _ends = False

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Context[Socket[bytes]], io_threads: int | Context[Any] = 1, shadow: Context[Any] | int = 0
        ) -> None: ...

        @overload
        def __init__(self, io_threads: int | Context[Any] = 1, shadow: Context[Any] | int = 0) -> None: ...

    def __init__(self, io_threads: int | Context[Any] = 1, shadow: Context[Any] | int = 0) -> None:
        if not self.closed:
            raise RuntimeError(f"{self!r} is open: it cannot be initialised again before it is terminated")
        self.sockopts = {}
        self._shadows = {}
        if self._ends or self._shadow_obj is not None:
            # It was terminated, and begins anew.
            self._shadow_obj = self._owner = None
            self._ends = False
        if isinstance(io_threads, ContextBase):
            shadow, io_threads = io_threads, 1
        if shadow is None or (isinstance(shadow, int) and not shadow):
            super().__init__(io_threads)
            _note(_contexts, self)
            return
        owner: Any
        if isinstance(shadow, ContextBase):
            if shadow.closed:
                raise ZMQError(_EFAULT, f"cannot shadow {shadow!r}: it is closed")
            address = shadow.underlying
            owner = shadow
        else:
            from zmq.utils.interop import cast_int_addr  # noqa: PLC0415

            shadow = address = cast_int_addr(shadow)
            owner = _find_context(address)
        self._shadow_obj = shadow
        super().__init__(io_threads, shadow=address)
        _note(_contexts, self)
        if owner is not None:
            self._owner = ref(owner)
        if isinstance(owner, Context):
            _note(owner._shadows, self)
            if owner._ends:
                # The thread that terminates it may not have seen this shadow.
                self._end()
                if owner.closed:
                    super().term()

    @classmethod  # pyright: ignore[reportArgumentType]  (wants type[])
    def shadow(cls: _Class[_ContextType], address: int | Context[Any]) -> _ContextType:
        """Make a context that uses the libzmq context of another.

        Parameters
        ----------
        address : Context, int or pointer
            The other context, or its address (its ``underlying``), also as pointer of ctypes or CFFI.

        Returns
        -------
        Context
            Terminating it terminates the other one, too.

        Raises
        ------
        ZMQError
            EFAULT if the other one is closed.
        ValueError
            If `address` is none.

        Thread-safe. Added in 14.1; contexts as `address` in 25.
        """
        if not isinstance(address, ContextBase) and not address:
            raise ZMQError(_EFAULT, f"cannot shadow a context at address {address!r}")
        return cls(shadow=address)

    @classmethod  # pyright: ignore[reportArgumentType]  (wants type[])
    def shadow_pyczmq(cls: _Class[_ContextType], ctx: Any) -> _ContextType:
        """Make a context that uses the libzmq context of pyczmq.

        Parameters
        ----------
        ctx : pointer of CFFI
            To its ``zctx_t``.

        Returns
        -------
        Context

        Raises
        ------
        ImportError
            If pyczmq is not installed.

        Added in 14.1.
        """
        from pyczmq import zctx  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]  # noqa: PLC0415

        return cls(shadow=zctx.underlying(ctx))

    @classmethod  # pyright: ignore[reportArgumentType]  (wants type[])
    def instance(cls: _Class[_ContextType], io_threads: int = 1) -> _ContextType:
        """Return the context that all of the process may share.

        It is made by the first call, and anew after it was closed, and in a process that was forked. A subclass shares
        that of its base class, unless ``_instance = None`` is among its attributes or the base class has none yet.

        Parameters
        ----------
        io_threads : int
            Number of I/O threads, if it has to be made.

        Returns
        -------
        Context

        Thread-safe. In a forked process anew: since 18.1.
        """
        owner: Any = cls
        context: _ContextType | None = owner._instance
        if context is None or context.closed:
            with Context._instance_lock:
                context = owner._instance
                if context is None or context.closed:
                    context = owner._instance = cls(io_threads=io_threads)
        return context

    def __copy__(self: _ContextType) -> _ContextType:
        """A shadow, since there is no copy of a libzmq context."""
        return self.shadow(self)  # pyright: ignore[reportReturnType]  (forgets subclasses)

    def __deepcopy__(self: _ContextType, memo: dict[int, Any]) -> _ContextType:
        """A shadow, since there is no copy of a libzmq context."""
        return self.shadow(self)  # pyright: ignore[reportReturnType]  (forgets subclasses)

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError(f"cannot pickle {self!r}: a context belongs to its process; make one there")

    def __repr__(self) -> str:
        count = len(self._open_sockets())
        sockets = f"{count} socket{'s' if count > 1 else ''}" if count else ""
        closed = " closed" if self.closed else ""
        cls = type(self)
        name = "zmq.Context" if cls is Context else f"{cls.__module__}.{cls.__qualname__}"
        return f"<{name}({sockets}) at {id(self):#x}{closed}>"

    def __enter__(self: _ContextType) -> _ContextType:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            # If another thread uses one of them, closing it here may crash.
            for socket in self._open_sockets():
                _warn(f"Destroying context with unclosed socket {socket!r}", ResourceWarning, 2, socket)
        finally:
            self.destroy()

    def __del__(self, _warn: Callable[..., None] = _warn) -> None:
        """Warn if nobody closed it.

        Each of its sockets, which keep it alive, is gone or going. The backend terminates what is left without waiting.
        """
        # None: at the very end, when modules are emptied.
        if self._shadow_obj is None and _exiting is False and not self.closed:
            try:
                _warn(f"Unclosed context {self!r}", ResourceWarning, stacklevel=2, source=self)
            finally:
                # Those of its address, which have not kept it alive.
                self._close_shadows()

    # -- sockets

    if TYPE_CHECKING:

        @overload
        def socket(
            self: _ContextType,
            socket_type: int,
            socket_class: Callable[[_ContextType, int], _OtherSocketType],
            **kwargs: Any,
        ) -> _OtherSocketType: ...

        @overload
        def socket(self, socket_type: int, socket_class: None = None, **kwargs: Any) -> _SocketType_co: ...

    def socket(self, socket_type: int, socket_class: Callable[[Any, int], Any] | None = None, **kwargs: Any) -> Any:
        """Make a socket.

        Parameters
        ----------
        socket_type : int
            A member of :class:`zmq.SocketType`.
        socket_class : callable, optional
            The class of the socket, if it is not the one of this context; called with context, type and `kwargs`.
        **kwargs
            For the constructor of the socket.

        Returns
        -------
        Socket
            With the options that are set on the context.

        Raises
        ------
        ZMQError
            EINVAL for an unknown type, EMFILE if MAX_SOCKETS are open, ENOTSUP if the context is closed.

        Thread-safe; the socket is not. See zmq_socket(3). `socket_class` was added in 25.
        """
        if self.closed:
            raise ZMQError(_ENOTSUP)
        make = self._socket_class if socket_class is None else socket_class
        # Without keywords, the call is a quick one.
        socket = make(self, socket_type, **kwargs) if kwargs else make(self, socket_type)
        if self.sockopts:
            self._apply_defaults(socket)
        return socket

    def _apply_defaults(self, socket: Socket[Any]) -> None:
        try:
            # A copy, made at once: other threads may set and delete some.
            for option, value in self.sockopts.copy().items():
                try:
                    socket.set(option, value)
                except ZMQError as error:
                    # So libzmq says that this type of socket does not know the option.
                    if error.errno != _EINVAL:
                        raise
        except BaseException:
            socket.close(0)
            raise

    @property
    def _sockets(self) -> WeakSet[Socket[Any]]:
        """The open sockets, in the form of earlier versions; changing the set changes nothing."""
        from weakref import WeakSet  # noqa: PLC0415  (slow to import)

        return WeakSet(self._open_sockets())

    @_sockets.setter
    def _sockets(self, sockets: Iterable[Socket[Any]]) -> None:
        # So that programs can keep destroy() from closing some.
        self._socket_refs.clear()
        self._socket_refs.update((id(socket), ref(socket)) for socket in sockets)

    @property
    def _shadow(self) -> bool:
        """Whether it shadows another context."""
        return self._shadow_obj is not None

    def _open_sockets(self) -> list[Socket[Any]]:
        """Those of this object, that is without those of shadows."""
        return [socket for socket in _living(self._socket_refs) if not socket.closed]

    def term(self) -> None:
        """Terminate the context.

        Calls that block on its sockets raise :class:`zmq.ContextTerminated`. Then this waits until all its sockets are
        closed, in whatever thread, and their messages are sent, or LINGER has passed. A shadow terminates the context
        that it shadows, and so waits for the sockets of that, too.

        Raises
        ------
        KeyboardInterrupt, or what another signal handler raises
            The context is not terminated then; call again.

        Thread-safe. See zmq_ctx_term(3).
        """
        if self._shadow_obj is not None and not self.closed:
            self._term_owner()
        # Before libzmq's context is freed: other threads may be about to make sockets with them.
        self._end_shadows()
        super().term()
        for shadow in _living(self._shadows):
            Context.term(shadow)

    def _end_shadows(self) -> None:
        self._ends = True
        for shadow in _living(self._shadows):
            shadow._end()
            shadow._end_shadows()

    def _close_shadows(self) -> None:
        """Close the shadows of this context without waiting: the libzmq context is about to be freed."""
        self._end_shadows()
        for shadow in _living(self._shadows):
            ContextBase.term(shadow)
            shadow._close_shadows()

    def _term_owner(self) -> None:
        if self._owner is None:
            # No context of this process has it: it was made by another library.
            self._owned = True
            return
        owner = self._owner()
        # If it is closed, it is what lets go of this one.
        if owner is None or owner.closed:
            return
        if isinstance(owner, Context):
            # Not what a subclass makes of it, such as waiting in another thread.
            Context.term(owner)
        else:
            owner.term()

    def destroy(self, linger: int | None = None) -> None:
        """Close all sockets, those of shadows included, and terminate the context.

        A shadow closes the sockets that were made with it, and its own shadows; then it waits as :meth:`term` does.
        Sockets are not thread-safe: while other threads use some, call :meth:`term`, and close them there.

        Parameters
        ----------
        linger : int, optional
            Milliseconds that the sockets may still take to send what they hold, set before closing; -1: no limit.
            Default: as their LINGER says.

        Not thread-safe. See zmq_close(3), zmq_ctx_term(3).
        """
        if self.closed:
            return
        self._close_sockets(linger)
        self.term()

    def _close_sockets(self, linger: int | None) -> None:
        for shadow in _living(self._shadows):
            shadow._close_sockets(linger)
        for socket in _living(self._socket_refs):
            socket.close(linger)
        self._socket_refs.clear()

    # -- options

    def setsockopt(self, opt: int, value: Any) -> None:
        """Set an option that new sockets begin with.

        Parameters
        ----------
        opt : int
            A member of :class:`zmq.SocketOption`.
        value : int or bytes
            By the option's type. If it is of another one, making a socket raises TypeError.

        Thread-safe. Added in 13.0.
        """
        self.sockopts[as_index(opt)] = value

    def getsockopt(self, opt: int) -> Any:
        """Get an option that new sockets begin with.

        Parameters
        ----------
        opt : int
            A member of :class:`zmq.SocketOption`.

        Returns
        -------
        int or bytes

        Raises
        ------
        ZMQError
            EINVAL if it was not set on this context. It is a KeyError, too, as in earlier versions.

        Thread-safe. Added in 13.0.
        """
        option = as_index(opt)
        try:
            return self.sockopts[option]
        except KeyError:
            raise _DefaultNotSet(option) from None

    def _get_attribute(self, name: str) -> Any:
        # Comes here after everything else has raised AttributeError.
        if hasattr(type(self), name):
            return object.__getattribute__(self, name)  # raises that error again, which says more
        upper = name.upper()
        option = _CONTEXT_OPTIONS.get(upper)
        if option is not None:
            try:
                return self.get(option)
            except ZMQError as error:
                # So that hasattr(), inspect and mock can walk over a context.
                if error.errno != _EINVAL:
                    raise
                raise AttributeError(f"{name} attribute is write-only") from error
        default = SOCKET_OPTIONS.get(upper)
        if default is None:
            raise no_such_attribute(self, name)
        try:
            return self.sockopts[default]
        except KeyError:
            raise AttributeError(f"{upper} is not set on {self!r}: new sockets begin with libzmq's default") from None

    if not TYPE_CHECKING:
        # Type checkers would take it to mean that there is any name: zmq/sugar/_options.py tells them which.
        __getattr__ = _get_attribute

    def __dir__(self) -> list[str]:
        """Options of contexts, and the defaults of sockets that are set, besides the usual."""
        defaults = {name for name, option in SOCKET_OPTIONS.items() if option in self.sockopts}
        options = {*_CONTEXT_OPTIONS, *defaults}
        return [*super().__dir__(), *options, *(name.lower() for name in options)]

    def _set_attr_opt(self, upper: str, value: Any) -> None:
        option = _CONTEXT_OPTIONS.get(upper)
        if option is not None:
            self.set(option, value)
        else:
            self.setsockopt(SOCKET_OPTIONS[upper], value)

    def __delattr__(self, name: str) -> None:
        """Let new sockets begin with libzmq's default again."""
        option = None if name in self.__dict__ else SOCKET_OPTIONS.get(name.upper())
        if option is None:
            super().__delattr__(name)
        elif option in self.sockopts:
            del self.sockopts[option]
        else:
            raise AttributeError(f"{name.upper()} is not set on {self!r}")


def _renew_lock() -> None:
    # Another thread of the parent may have held it.
    Context._instance_lock = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)

#: A context of synchronous sockets; for annotations.
SyncContext = Context[SyncSocket]
