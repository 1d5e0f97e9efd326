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

#: Separates subtopics from the text of a message: ``logger.info("sub.topic::the text")``.
TOPIC_DELIM = "::"

# Milliseconds that closing a handler waits for messages to be sent.
_LINGER = 1000

# The default formats. The line break at the end is part of what has been published since the first release.
_BRIEF = "%(message)s\n"
_DETAILED = "%(levelname)s %(filename)s:%(lineno)d - %(message)s\n"
_WITH_EXCEPTION = "%(levelname)s %(filename)s:%(lineno)d - %(message)s - %(exc_info)s\n"


class _EscapedTopic(str):
    """A message with arguments and a topic, in which "%" is doubled."""

    __slots__ = ()


class PUBHandler(logging.Handler):
    """Publish log records on a PUB socket.

    Parameters
    ----------
    interface_or_socket : str or zmq.Socket
        An endpoint to bind, such as ``"tcp://127.0.0.1:12345"``: the handler creates the socket, and closes it. Or a
        bound or connected socket, which stays open.
    context : zmq.Context, optional
        The context for the socket that the handler creates. By default it creates a context, too, and terminates it in
        :meth:`close`.
    root_topic : str or bytes
        The prefix of all topics.

    Raises
    ------
    ZMQError
        If the endpoint cannot be bound.

    Thread-safe, unless the socket is used elsewhere, too. Can be used in ``dictConfig``.
    """

    #: The context of the socket.
    ctx: Context[Any]
    #: The socket that publishes.
    socket: Socket[Any]
    #: Formatters by level. Records with other levels have a default format.
    formatters: dict[int, logging.Formatter]

    def __init__(
        self,
        interface_or_socket: str | Socket[Any],
        context: Context[Any] | None = None,
        root_topic: str | bytes = "",
    ) -> None:
        super().__init__()
        self._owns_context = self._owns_socket = False
        self.setRootTopic(root_topic)
        self._other_levels = detailed = logging.Formatter(_DETAILED)
        self.formatters = {
            logging.DEBUG: detailed,
            logging.INFO: logging.Formatter(_BRIEF),
            logging.WARNING: detailed,
            logging.ERROR: logging.Formatter(_WITH_EXCEPTION),
            logging.CRITICAL: detailed,
        }
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
        """The prefix of all topics. If it is empty, topics begin with the level. ``str``. Thread-safe."""
        root_topic: str = self._root_topic
        return root_topic

    @root_topic.setter
    def root_topic(self, value: str) -> None:
        self.setRootTopic(value)

    def setRootTopic(self, root_topic: str | bytes | None) -> None:
        """Set :attr:`root_topic`.

        Parameters
        ----------
        root_topic : str, bytes or None
            May have parts, separated by dots. Bytes are decoded. None is the same as an empty topic.

        Raises
        ------
        TypeError
            If it is something else.
        UnicodeDecodeError
            If it is bytes that are not UTF-8.

        Thread-safe.
        """
        if isinstance(root_topic, bytes):
            root_topic = root_topic.decode("utf-8")
        if root_topic is not None and not isinstance(root_topic, str):
            raise TypeError(f"the root topic must be str or bytes, not {root_topic!r}")
        self._root_topic: Any = root_topic

    def setFormatter(self, fmt: logging.Formatter | None, level: int = logging.NOTSET) -> None:
        """Set the formatter of one level, or of all levels.

        Parameters
        ----------
        fmt : logging.Formatter or None
            None is the default of :mod:`logging`, which is the message only.
        level : int
            The level, such as ``logging.DEBUG``, or 0 for all levels.

        Thread-safe.
        """
        formatter = logging.Formatter() if fmt is None else fmt
        if level == logging.NOTSET:
            self._other_levels = formatter
            self.formatters = dict.fromkeys(self.formatters, formatter)
        else:
            self.formatters[level] = formatter

    def format(self, record: logging.LogRecord) -> str:
        """Format a record with the formatter for its level.

        Parameters
        ----------
        record : logging.LogRecord

        Returns
        -------
        str

        Thread-safe.
        """
        return self.formatters.get(record.levelno, self._other_levels).format(record)

    def emit(self, record: logging.LogRecord) -> None:
        """Publish a record as two frames: the topic and the text.

        The part of the message before :data:`TOPIC_DELIM` is moved to the end of the topic.

        Parameters
        ----------
        record : logging.LogRecord
            It is not changed.

        Errors are passed to ``handleError``. Called by ``handle``, which holds the lock. See zmq_msg_send(3).
        """
        try:
            subtopic, delimiter, text = str(record.msg).partition(TOPIC_DELIM)
            if not delimiter:
                subtopic = ""
            else:
                if isinstance(record.msg, _EscapedTopic):
                    subtopic = subtopic.replace("%%", "%")
                record = copy.copy(record)
                record.msg = text
            topic = ".".join(filter(None, (self._root_topic, record.levelname, subtopic)))
            frames = [topic.encode("utf-8", "replace"), self.format(record).encode("utf-8", "backslashreplace")]
            self.socket.send_multipart(frames)
        except Exception:  # formatters and messages may raise anything; logging must not stop the program
            self.handleError(record)

    def close(self) -> None:
        """Close the socket that the handler created, and terminate its context.

        Waits up to a second for the last messages to be sent. :mod:`logging` calls this method at exit. A socket or
        context that was passed in stays open. May be called again. Thread-safe.
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

    A :class:`PUBHandler` moves the topic to the first frame; other handlers show ``topic.sub::the text 5``.

    Parameters
    ----------
    name : str
        Name of the logger.
    level : int or str
        As for ``logging.Logger``.

    Thread-safe. ``logging.setLoggerClass`` makes it what ``logging.getLogger`` returns.
    """

    # These methods have another signature than those of the base class.

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
        message = f"{topic}{TOPIC_DELIM}{msg}"
        if args:
            message = _EscapedTopic(topic.replace("%", "%%") + message[len(topic) :])
        # Attribute the record to the caller of the public method.
        options["stacklevel"] = options.get("stacklevel", 1) + 2
        super().log(level, message, *args, **options)
