"""Handlers that publish what :mod:`logging` logs.

Each message has two parts: the topic, ``<root topic>.<level>.<subtopics>``, and the text. Subscribers choose by prefix.
"""

# TopicLogger's methods take a topic before what those of the base take.
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

import copy
import logging
from typing import Any

from zmq.constants import SocketType
from zmq.sugar import Context, Socket

__all__ = ["TOPIC_DELIM", "PUBHandler", "TopicLogger"]

#: Ends the subtopics at the beginning of a message: ``logger.info("sub.topic::the text")``.
TOPIC_DELIM = "::"

# Milliseconds that a handler waits at most, when closed, for messages that are on their way.
_LINGER = 1000


class PUBHandler(logging.Handler):
    """Publishes log records on a PUB socket.

    Parameters
    ----------
    interface_or_socket : str or zmq.Socket
        An address to bind, such as ``"tcp://127.0.0.1:12345"``; the handler makes the socket, and closes it. Or a
        socket of yours, bound or connected already, that stays open.
    context : zmq.Context, optional
        For the socket that the handler makes. Without one it makes that, too, and terminates it in :meth:`close`.
    root_topic : str
        What topics begin with.

    Raises
    ------
    ZMQError
        If the address cannot be bound.

    Thread-safe, as other handlers are; a socket of yours must not be used elsewhere. Can be named in ``dictConfig``.
    """

    #: The context of the socket.
    ctx: Context[Any]
    #: The socket that is published on.
    socket: Socket[Any]
    #: Formatters by level; levels that are not listed have that of the handler.
    formatters: dict[int, logging.Formatter]

    def __init__(
        self,
        interface_or_socket: str | Socket[Any],
        context: Context[Any] | None = None,
        root_topic: str = "",
    ) -> None:
        super().__init__()
        self._owns_context = self._owns_socket = False
        self.root_topic = root_topic
        detailed = logging.Formatter("%(levelname)s %(filename)s:%(lineno)d - %(message)s")
        self.formatter = detailed
        self.formatters = {logging.INFO: logging.Formatter("%(message)s")}
        if isinstance(interface_or_socket, Socket):
            self.socket = interface_or_socket
            self.ctx = self.socket.context
            return
        self._owns_context = context is None
        self.ctx = Context() if context is None else context
        self._owns_socket = True
        self.socket = self.ctx.socket(SocketType.PUB)
        try:
            self.socket.bind(interface_or_socket)
        except BaseException:
            self.close()
            raise

    @property
    def root_topic(self) -> str:
        """What topics begin with; empty for none, so that they begin with the level. ``str``. Thread-safe."""
        return self._root_topic

    @root_topic.setter
    def root_topic(self, value: str) -> None:
        self.setRootTopic(value)

    def setRootTopic(self, root_topic: str) -> None:
        """Set :attr:`root_topic`.

        Parameters
        ----------
        root_topic : str
            May have parts, separated by dots. Subscribers that want all of it subscribe to it, or to a beginning of it.

        Raises
        ------
        TypeError
            If it is not a ``str``.

        Thread-safe.
        """
        if not isinstance(root_topic, str):
            raise TypeError(f"the root topic is a str, not {root_topic!r}")
        self._root_topic = root_topic

    def setFormatter(self, fmt: logging.Formatter | None, level: int = logging.NOTSET) -> None:
        """Set the formatter of one level, or of all.

        Parameters
        ----------
        fmt : logging.Formatter or None
            None: logging's default.
        level : int
            The level that it is for, such as ``logging.DEBUG``; 0: for all, in place of what was set before.

        Thread-safe.
        """
        if level == logging.NOTSET:
            self.formatter = fmt
            self.formatters = {}
        else:
            self.formatters = {**self.formatters, level: logging.Formatter() if fmt is None else fmt}

    def format(self, record: logging.LogRecord) -> str:
        """Format a record with the formatter of its level.

        Parameters
        ----------
        record : logging.LogRecord

        Returns
        -------
        str

        Thread-safe.
        """
        formatter = self.formatters.get(record.levelno)
        return super().format(record) if formatter is None else formatter.format(record)

    def emit(self, record: logging.LogRecord) -> None:
        """Publish a record; subtopics before :data:`TOPIC_DELIM` go to the topic.

        Parameters
        ----------
        record : logging.LogRecord
            Is not changed: other handlers get the message as it was.

        What goes wrong is told by ``handleError``, as with other handlers. Called by ``handle``, which locks. See
        zmq_msg_send(3).
        """
        try:
            subtopic = ""
            if isinstance(record.msg, str) and TOPIC_DELIM in record.msg:
                subtopic, _, text = record.msg.partition(TOPIC_DELIM)
                if record.args:
                    # It was part of what the arguments are put into.
                    subtopic = subtopic.replace("%%", "%")
                record = copy.copy(record)
                record.msg = text
            topic = ".".join(filter(None, (self._root_topic, record.levelname, subtopic)))
            self.socket.send_multipart([topic.encode(), self.format(record).encode("utf-8", "backslashreplace")])
        except Exception:  # whatever formatters and objects raise; logging must not stop the program
            self.handleError(record)

    def close(self) -> None:
        """Close the socket that the handler made, and its context.

        Waits for at most a second, so that what was logged last still leaves the process; ``logging`` calls it at exit.
        A socket or a context that was given stays open. May be called again. Thread-safe.
        """
        self.acquire()
        try:
            if self._owns_socket and not self.socket.closed:
                self.socket.close(linger=_LINGER)
                if self._owns_context:
                    self.ctx.term()
        finally:
            self.release()
        super().close()


class TopicLogger(logging.Logger):
    """A logger whose methods take a topic before the message: ``logger.debug("topic.sub", "the text %d", 5)``.

    A :class:`PUBHandler` appends the topic to that of the message; other handlers show ``topic.sub::the text 5``.

    Parameters
    ----------
    name : str
        Name of the logger.
    level : int or str
        As for ``logging.Logger``.

    Thread-safe. ``logging.setLoggerClass`` makes it what ``logging.getLogger`` returns.
    """

    # The base has no topic: those who call these methods know which logger they have.

    def log(self, level: int, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log a message with a level and a topic.

        Parameters
        ----------
        level : int
            Such as ``logging.INFO``.
        topic : str
            Has parts separated by dots; empty for none.
        msg : object
            As the other methods of ``logging.Logger`` take it.
        *args, **kwargs
            As there: what is put into `msg`; ``exc_info``, ``stack_info``, ``stacklevel``, ``extra``.

        Raises
        ------
        TypeError
            If `topic` is not a ``str``.

        Thread-safe.
        """
        self._log_topic(level, topic, msg, args, kwargs)

    def debug(self, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level DEBUG; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.DEBUG, topic, msg, args, kwargs)

    def info(self, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level INFO; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.INFO, topic, msg, args, kwargs)

    def warning(self, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level WARNING; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.WARNING, topic, msg, args, kwargs)

    def warn(self, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level WARNING; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.WARNING, topic, msg, args, kwargs)

    def error(self, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level ERROR; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.ERROR, topic, msg, args, kwargs)

    def exception(self, topic: str, msg: object, *args: object, exc_info: Any = True, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level ERROR and the exception that is being handled; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.ERROR, topic, msg, args, {**kwargs, "exc_info": exc_info})

    def critical(self, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level CRITICAL; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.CRITICAL, topic, msg, args, kwargs)

    def fatal(self, topic: str, msg: object, *args: object, **kwargs: Any) -> None:  # type: ignore[override]
        """Log with level CRITICAL; see :meth:`log`. Thread-safe."""
        self._log_topic(logging.CRITICAL, topic, msg, args, kwargs)

    def _log_topic(
        self, level: int, topic: str, msg: object, args: tuple[object, ...], options: dict[str, Any]
    ) -> None:
        if not isinstance(topic, str):
            raise TypeError(f"the first argument is the topic, a str, not {topic!r}; the message comes after it")
        if args:
            topic = topic.replace("%", "%%")
        # This function and its caller do not count for %(lineno)d.
        options["stacklevel"] = options.get("stacklevel", 1) + 2
        super().log(level, f"{topic}{TOPIC_DELIM}{msg}", *args, **options)
