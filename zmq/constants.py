"""libzmq's constants, as enums and as names of this module.

Each category is an enum (`SocketType`, `SocketOption`, ...); each member also has a name at module
level, which is that of libzmq's ``zmq.h`` without ``ZMQ_``. All names are always defined, also
those of libzmq's draft API and of versions of libzmq newer than the one in use. In the members'
comments ``4.2.0+`` gives the first libzmq that has it; ``draft``: only libzmq's draft API has it.

Making the enums takes longer than everything else that ``import zmq`` does. So they are made, out
of `_VALUES`, when one of their names is first asked for; within the package these plain numbers
serve. Under ``TYPE_CHECKING`` is the same for type checkers, editors and Sphinx.

Generated from tools/spec/constants.toml by `nox -s generate`. DO NOT EDIT.
"""

from __future__ import annotations

import errno
import sys

# Type checkers go by the name; importing the module typing takes long.
TYPE_CHECKING = False

# fmt: off
__all__ = [
    "AFFINITY", "BACKLOG", "BINDTODEVICE", "BLOCKY", "BUSY_POLL", "CHANNEL", "CLIENT", "CONFLATE", "CONNECT_RID",
    "CONNECT_ROUTING_ID", "CONNECT_TIMEOUT", "CURRENT_EVENT_VERSION", "CURRENT_EVENT_VERSION_DRAFT", "CURVE",
    "CURVE_PUBLICKEY", "CURVE_SECRETKEY", "CURVE_SERVER", "CURVE_SERVERKEY", "DEALER", "DELAY_ATTACH_ON_CONNECT",
    "DGRAM", "DISCONNECT_MSG", "DISH", "DONTWAIT", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EAGAIN",
    "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EFAULT", "EFSM", "EHOSTUNREACH", "EINPROGRESS", "EINVAL", "EMSGSIZE",
    "EMTHREAD", "ENETDOWN", "ENETRESET", "ENETUNREACH", "ENOBUFS", "ENOCOMPATPROTO", "ENOTCONN", "ENOTSOCK", "ENOTSUP",
    "EPROTONOSUPPORT", "ETERM", "ETIMEDOUT", "EVENTS", "EVENT_ACCEPTED", "EVENT_ACCEPT_FAILED", "EVENT_ALL",
    "EVENT_ALL_V1", "EVENT_ALL_V2", "EVENT_BIND_FAILED", "EVENT_CLOSED", "EVENT_CLOSE_FAILED", "EVENT_CONNECTED",
    "EVENT_CONNECT_DELAYED", "EVENT_CONNECT_RETRIED", "EVENT_DISCONNECTED", "EVENT_HANDSHAKE_FAILED_AUTH",
    "EVENT_HANDSHAKE_FAILED_NO_DETAIL", "EVENT_HANDSHAKE_FAILED_PROTOCOL", "EVENT_HANDSHAKE_SUCCEEDED",
    "EVENT_LISTENING", "EVENT_MONITOR_STOPPED", "EVENT_PIPES_STATS", "FAIL_UNROUTABLE", "FD", "FORWARDER", "GATHER",
    "GROUP_MAX_LENGTH", "GSSAPI", "GSSAPI_NT_HOSTBASED", "GSSAPI_NT_KRB5_PRINCIPAL", "GSSAPI_NT_USER_NAME",
    "GSSAPI_PLAINTEXT", "GSSAPI_PRINCIPAL", "GSSAPI_PRINCIPAL_NAMETYPE", "GSSAPI_SERVER", "GSSAPI_SERVICE_PRINCIPAL",
    "GSSAPI_SERVICE_PRINCIPAL_NAMETYPE", "HANDSHAKE_IVL", "HEARTBEAT_IVL", "HEARTBEAT_TIMEOUT", "HEARTBEAT_TTL",
    "HELLO_MSG", "HICCUP_MSG", "HWM", "IDENTITY", "IMMEDIATE", "INVERT_MATCHING", "IN_BATCH_SIZE", "IO_THREADS",
    "IO_THREADS_DFLT", "IPC_FILTER_GID", "IPC_FILTER_PID", "IPC_FILTER_UID", "IPV4ONLY", "IPV6", "LAST_ENDPOINT",
    "LINGER", "LOOPBACK_FASTPATH", "MAXMSGSIZE", "MAX_MSGSZ", "MAX_SOCKETS", "MAX_SOCKETS_DFLT", "MECHANISM",
    "METADATA", "MORE", "MSG_T_SIZE", "MULTICAST_HOPS", "MULTICAST_LOOP", "MULTICAST_MAXTPDU", "NOBLOCK",
    "NORM_BLOCK_SIZE", "NORM_BUFFER_SIZE", "NORM_CC", "NORM_CCE", "NORM_CCE_ECNONLY", "NORM_CCL", "NORM_FIXED",
    "NORM_MODE", "NORM_NUM_AUTOPARITY", "NORM_NUM_PARITY", "NORM_PUSH", "NORM_SEGMENT_SIZE", "NORM_UNICAST_NACK",
    "NOTIFY_CONNECT", "NOTIFY_DISCONNECT", "NULL", "ONLY_FIRST_SUBSCRIBE", "OUT_BATCH_SIZE", "PAIR", "PEER", "PLAIN",
    "PLAIN_PASSWORD", "PLAIN_SERVER", "PLAIN_USERNAME", "POLLERR", "POLLIN", "POLLITEMS_DFLT", "POLLOUT", "POLLPRI",
    "PRIORITY", "PROBE_ROUTER", "PROTOCOL_ERROR_WS_UNSPECIFIED", "PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID",
    "PROTOCOL_ERROR_ZAP_BAD_VERSION", "PROTOCOL_ERROR_ZAP_INVALID_METADATA", "PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE",
    "PROTOCOL_ERROR_ZAP_MALFORMED_REPLY", "PROTOCOL_ERROR_ZAP_UNSPECIFIED", "PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC",
    "PROTOCOL_ERROR_ZMTP_INVALID_METADATA", "PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE", "PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE",
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR", "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO",
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE", "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE",
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY", "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED",
    "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME", "PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH",
    "PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND", "PROTOCOL_ERROR_ZMTP_UNSPECIFIED", "PUB", "PULL", "PUSH", "QUEUE",
    "RADIO", "RATE", "RCVBUF", "RCVHWM", "RCVMORE", "RCVTIMEO", "RECONNECT_IVL", "RECONNECT_IVL_MAX", "RECONNECT_STOP",
    "RECONNECT_STOP_AFTER_DISCONNECT", "RECONNECT_STOP_CONN_REFUSED", "RECONNECT_STOP_HANDSHAKE_FAILED", "RECOVERY_IVL",
    "REP", "REQ", "REQ_CORRELATE", "REQ_RELAXED", "ROUTER", "ROUTER_BEHAVIOR", "ROUTER_HANDOVER", "ROUTER_MANDATORY",
    "ROUTER_NOTIFY", "ROUTER_RAW", "ROUTING_ID", "SCATTER", "SERVER", "SHARED", "SNDBUF", "SNDHWM", "SNDMORE",
    "SNDTIMEO", "SOCKET_LIMIT", "SOCKS_PASSWORD", "SOCKS_PROXY", "SOCKS_USERNAME", "SRCFD", "STREAM", "STREAMER",
    "STREAM_NOTIFY", "SUB", "SUBSCRIBE", "TCP_ACCEPT_FILTER", "TCP_KEEPALIVE", "TCP_KEEPALIVE_CNT",
    "TCP_KEEPALIVE_IDLE", "TCP_KEEPALIVE_INTVL", "TCP_MAXRT", "THREAD_AFFINITY_CPU_ADD", "THREAD_AFFINITY_CPU_REMOVE",
    "THREAD_NAME_PREFIX", "THREAD_PRIORITY", "THREAD_PRIORITY_DFLT", "THREAD_SAFE", "THREAD_SCHED_POLICY",
    "THREAD_SCHED_POLICY_DFLT", "TOPICS_COUNT", "TOS", "TYPE", "UNSUBSCRIBE", "USE_FD", "VMCI_BUFFER_MAX_SIZE",
    "VMCI_BUFFER_MIN_SIZE", "VMCI_BUFFER_SIZE", "VMCI_CONNECT_TIMEOUT", "WSS_CERT_PEM", "WSS_HOSTNAME", "WSS_KEY_PEM",
    "WSS_TRUST_PEM", "WSS_TRUST_SYSTEM", "XPUB", "XPUB_MANUAL", "XPUB_MANUAL_LAST_VALUE", "XPUB_NODROP", "XPUB_VERBOSE",
    "XPUB_VERBOSER", "XPUB_WELCOME_MSG", "XREP", "XREQ", "XSUB", "XSUB_VERBOSE_UNSUBSCRIBE", "ZAP_DOMAIN",
    "ZAP_ENFORCE_DOMAIN", "ZERO_COPY_RECV", "ContextOption", "DeviceType", "Errno", "Event", "Flag", "GSSAPINameType",
    "MessageOption", "NormMode", "PollEvent", "ReconnectStop", "RouterNotify", "SecurityMechanism", "SocketOption",
    "SocketType",
]
# fmt: on

_HAUSNUMERO = 156384712


def _system_errno(name: str, windows: int, offset: int = 0) -> int:
    """Return what libzmq calls the error ``name`` here.

    Python's `errno` has it, except on Windows: there it holds Winsock's codes, and libzmq gives
    those of the C runtime. An error that the platform lacks, ``zmq.h`` counts from ``_HAUSNUMERO``.
    """
    if sys.platform == "win32":
        return windows
    value: int = getattr(errno, name, _HAUSNUMERO + offset)
    return value


if TYPE_CHECKING:
    from enum import Enum, IntEnum, IntFlag
    from typing import Any, Final

    class _OptType(Enum):
        """What the value of a socket option is in C."""

        int = "int"
        int64 = "int64"
        bytes = "bytes"
        fd = "fd"

    class SocketType(IntEnum):
        """zmq socket types

        .. versionadded:: 23
        """

        PAIR = 0  #: exclusive pair with one other PAIR
        PUB = 1  #: publisher: distributes to all matching subscribers
        SUB = 2  #: subscriber to the topics that were subscribed
        REQ = 3  #: client that alternates request and reply
        REP = 4  #: service that alternates request and reply
        DEALER = 5  #: asynchronous REQ: fair-queues in, round-robins out
        ROUTER = 6  #: asynchronous REP: addresses peers by routing id
        PULL = 7  #: pipeline sink: fair-queues from all PUSH peers
        PUSH = 8  #: pipeline source: round-robins to PULL peers
        XPUB = 9  #: PUB that receives subscriptions as messages
        XSUB = 10  #: SUB that subscribes by sending messages
        STREAM = 11  #: raw TCP with non-zmq peers (4.0.0+)
        XREQ = DEALER  #: old name of DEALER
        XREP = ROUTER  #: old name of ROUTER
        SERVER = 12  #: thread-safe server: addresses clients by routing id (draft, 4.2.0+)
        CLIENT = 13  #: thread-safe client of SERVER (draft, 4.2.0+)
        RADIO = 14  #: thread-safe publisher to groups (draft, 4.2.0+)
        DISH = 15  #: thread-safe subscriber to groups joined (draft, 4.2.0+)
        GATHER = 16  #: thread-safe PULL (draft, 4.2.0+)
        SCATTER = 17  #: thread-safe PUSH (draft, 4.2.0+)
        DGRAM = 18  #: raw UDP with non-zmq peers (draft, 4.2.0+)
        PEER = 19  #: thread-safe peer-to-peer: addresses by routing id (draft, 4.3.3+)
        CHANNEL = 20  #: thread-safe PAIR (draft, 4.3.3+)

    class SocketOption(IntEnum):
        """Options for Socket.get/set

        .. versionadded:: 23
        """

        HWM = 1  #: SNDHWM and RCVHWM together; pyzmq's own option (int)
        AFFINITY = 4  #: bitmap of I/O threads that serve new connections (int64)
        ROUTING_ID = 5  #: name by which a ROUTER peer addresses this socket (bytes, 4.2.3+)
        SUBSCRIBE = 6  #: add a prefix to the message filter (bytes, set only)
        UNSUBSCRIBE = 7  #: remove a prefix from the message filter (bytes, set only)
        RATE = 8  #: multicast data rate, in kilobits per second (int)
        RECOVERY_IVL = 9  #: multicast recovery interval, in ms (int)
        SNDBUF = 11  #: kernel transmit buffer, in bytes; -1 for the system's default (int)
        RCVBUF = 12  #: kernel receive buffer, in bytes; -1 for the system's default (int)
        RCVMORE = 13  #: 1 if more parts of the message just received follow (int, get only)
        FD = 14  #: edge-triggered descriptor that signals a change of EVENTS (fd, get only)
        EVENTS = 15  #: mask of POLLIN and POLLOUT that now hold (int, get only)
        TYPE = 16  #: the SocketType (int, get only)
        LINGER = 17  #: how long close waits to send, in ms; -1 for ever (int)
        RECONNECT_IVL = 18  #: delay before reconnecting, in ms; -1 for never (int)
        BACKLOG = 19  #: queue of outstanding connections of a listener (int)
        RECONNECT_IVL_MAX = 21  #: greatest delay of exponential back-off, in ms; 0 for none (int)
        MAXMSGSIZE = 22  #: largest inbound message, in bytes; -1 for no limit (int64)
        SNDHWM = 23  #: high-water mark for outbound messages; 0 for no limit (int)
        RCVHWM = 24  #: high-water mark for inbound messages; 0 for no limit (int)
        MULTICAST_HOPS = 25  #: greatest number of network hops of a multicast packet (int)
        RCVTIMEO = 27  #: time before recv raises Again, in ms; -1 for ever (int)
        SNDTIMEO = 28  #: time before send raises Again, in ms; -1 for ever (int)
        LAST_ENDPOINT = 32  #: the last endpoint bound or connected, wildcards resolved (bytes, get only)
        ROUTER_MANDATORY = 33  #: ROUTER: unroutable messages raise EHOSTUNREACH (int, set only)
        TCP_KEEPALIVE = 34  #: SO_KEEPALIVE; -1 for the system's default (int)
        TCP_KEEPALIVE_CNT = 35  #: TCP_KEEPCNT, in probes; -1 for the system's default (int)
        TCP_KEEPALIVE_IDLE = 36  #: TCP_KEEPIDLE, in seconds; -1 for the system's default (int)
        TCP_KEEPALIVE_INTVL = 37  #: TCP_KEEPINTVL, in seconds; -1 for the system's default (int)
        IMMEDIATE = 39  #: queue messages only to completed connections (int, 4.0.0+)
        XPUB_VERBOSE = 40  #: XPUB: pass on repeated subscriptions (int, set only)
        ROUTER_RAW = 41  #: ROUTER: raw TCP with non-zmq peers; use STREAM (int, set only, 4.0.0+)
        IPV6 = 42  #: IPv6; also for a context, as default of its sockets (int, 4.0.0+)
        MECHANISM = 43  #: the SecurityMechanism in use (int, get only, 4.0.0+)
        PLAIN_SERVER = 44  #: act as server of PLAIN security (int, 4.0.0+)
        PLAIN_USERNAME = 45  #: user name of PLAIN security (bytes, 4.0.0+)
        PLAIN_PASSWORD = 46  #: password of PLAIN security (bytes, 4.0.0+)
        CURVE_SERVER = 47  #: act as server of CURVE security (int, 4.0.0+)
        CURVE_PUBLICKEY = 48  #: own public key: 32 bytes, or 40 of Z85 (bytes, 4.0.0+)
        CURVE_SECRETKEY = 49  #: own secret key: 32 bytes, or 40 of Z85 (bytes, 4.0.0+)
        CURVE_SERVERKEY = 50  #: the server's public key: 32 bytes, or 40 of Z85 (bytes, 4.0.0+)
        PROBE_ROUTER = 51  #: send an empty message on each new connection (int, set only, 4.0.0+)
        REQ_CORRELATE = 52  #: REQ: match replies with requests by number (int, set only, 4.0.0+)
        REQ_RELAXED = 53  #: REQ: a new request may replace an unanswered one (int, set only, 4.0.0+)
        CONFLATE = 54  #: keep only the last message (int, 4.0.0+)
        ZAP_DOMAIN = 55  #: domain of ZAP authentication (RFC 27) (bytes, 4.0.0+)
        ROUTER_HANDOVER = 56  #: ROUTER: a new peer takes over a routing id in use (int, set only, 4.1.0+)
        TOS = 57  #: type-of-service field of IP packets (int, 4.1.0+)
        CONNECT_ROUTING_ID = 61  #: routing id given to the peer of the next connect (bytes, set only, 4.2.3+)
        GSSAPI_SERVER = 62  #: act as server of GSSAPI security (int, 4.1.0+)
        GSSAPI_PRINCIPAL = 63  #: name of the own GSSAPI principal (bytes, 4.1.0+)
        GSSAPI_SERVICE_PRINCIPAL = 64  #: name of the server's GSSAPI principal (bytes, 4.1.0+)
        GSSAPI_PLAINTEXT = 65  #: GSSAPI without encryption (int, 4.1.0+)
        HANDSHAKE_IVL = 66  #: limit on the handshake, in ms; 0 for none (int, 4.1.0+)
        SOCKS_PROXY = 68  #: address of the SOCKS5 proxy (bytes, 4.1.0+)
        XPUB_NODROP = 69  #: XPUB, PUB: raise Again at the high-water mark, do not drop (int, set only, 4.1.0+)
        BLOCKY = 70  #: for a context: its sockets linger for ever by default (int, context only, 4.2.0+)
        XPUB_MANUAL = 71  #: XPUB: subscriptions are set by hand (int, set only, 4.2.0+)
        XPUB_WELCOME_MSG = 72  #: XPUB: message to each new subscriber (bytes, set only, 4.2.0+)
        STREAM_NOTIFY = 73  #: STREAM: empty messages report connect and disconnect (int, set only, 4.2.0+)
        INVERT_MATCHING = 74  #: send to subscribers that do not match (int, 4.2.0+)
        HEARTBEAT_IVL = 75  #: interval between ZMTP heartbeats, in ms; 0 for none (int, 4.2.0+)
        HEARTBEAT_TTL = 76  #: silence after which the peer gives up, in ms (int, 4.2.0+)
        HEARTBEAT_TIMEOUT = 77  #: time to wait for an answer to a heartbeat, in ms (int, 4.2.0+)
        XPUB_VERBOSER = 78  #: XPUB: pass on repeated (un)subscriptions (int, set only, 4.2.0+)
        CONNECT_TIMEOUT = 79  #: limit on connect(), in ms; 0 for the system's (int, 4.2.0+)
        TCP_MAXRT = 80  #: greatest TCP retransmit timeout, in ms; 0 for the system's (int, 4.2.0+)
        THREAD_SAFE = 81  #: whether the socket may be shared by threads (int, get only, 4.2.0+)
        MULTICAST_MAXTPDU = 84  #: largest multicast packet, in bytes (int, 4.2.0+)
        VMCI_BUFFER_SIZE = 85  #: buffer of a VMCI connection, in bytes (int64, 4.2.0+)
        VMCI_BUFFER_MIN_SIZE = 86  #: least buffer of a VMCI connection, in bytes (int64, 4.2.0+)
        VMCI_BUFFER_MAX_SIZE = 87  #: greatest buffer of a VMCI connection, in bytes (int64, 4.2.0+)
        VMCI_CONNECT_TIMEOUT = 88  #: limit on connecting over VMCI, in ms (int, 4.2.0+)
        USE_FD = 89  #: bound or connected descriptor to use instead of a new one (int, 4.2.0+)
        GSSAPI_PRINCIPAL_NAMETYPE = 90  #: GSSAPINameType of the own principal (int, 4.3.0+)
        GSSAPI_SERVICE_PRINCIPAL_NAMETYPE = 91  #: GSSAPINameType of the server's principal (int, 4.3.0+)
        BINDTODEVICE = 92  #: network interface to bind to (Linux) (bytes, 4.3.0+)
        IDENTITY = ROUTING_ID  #: old name of ROUTING_ID
        CONNECT_RID = CONNECT_ROUTING_ID  #: old name of CONNECT_ROUTING_ID (4.1.0+)
        TCP_ACCEPT_FILTER = 38  #: deprecated: accept TCP peers of this network only; use ZAP (bytes, set only)
        IPC_FILTER_PID = 58  #: deprecated: accept IPC peers of this process only; use ZAP (int, set only, 4.1.0+)
        IPC_FILTER_UID = 59  #: deprecated: accept IPC peers of this user only; use ZAP (int, set only, 4.1.0+)
        IPC_FILTER_GID = 60  #: deprecated: accept IPC peers of this group only; use ZAP (int, set only, 4.1.0+)
        IPV4ONLY = 31  #: deprecated: the opposite of IPV6 (int)
        DELAY_ATTACH_ON_CONNECT = IMMEDIATE  #: old name of IMMEDIATE
        FAIL_UNROUTABLE = ROUTER_MANDATORY  #: old name of ROUTER_MANDATORY
        ROUTER_BEHAVIOR = ROUTER_MANDATORY  #: old name of ROUTER_MANDATORY
        ZAP_ENFORCE_DOMAIN = 93  #: ask ZAP only if ZAP_DOMAIN is set, as RFC 27 wants (int, draft, 4.2.3+)
        LOOPBACK_FASTPATH = 94  #: faster TCP on the loopback interface (Windows) (int, draft, 4.2.4+)
        METADATA = 95  #: application metadata, as b"X-key:value" (bytes, set only, draft, 4.2.4+)
        MULTICAST_LOOP = 96  #: receive own multicast packets (int, draft, 4.3.0+)
        ROUTER_NOTIFY = 97  #: mask of RouterNotify: report peers by empty messages (int, draft, 4.3.0+)
        #: XPUB_MANUAL, then send to the last subscriber only (int, set only, draft, 4.3.2+)
        XPUB_MANUAL_LAST_VALUE = 98
        SOCKS_USERNAME = 99  #: user name for the SOCKS5 proxy (bytes, draft, 4.3.2+)
        SOCKS_PASSWORD = 100  #: password for the SOCKS5 proxy (bytes, draft, 4.3.2+)
        IN_BATCH_SIZE = 101  #: most messages received by one system call (int, draft, 4.3.3+)
        OUT_BATCH_SIZE = 102  #: most messages sent by one system call (int, draft, 4.3.3+)
        WSS_KEY_PEM = 103  #: wss://: private key, PEM (bytes, set only, draft, 4.3.3+)
        WSS_CERT_PEM = 104  #: wss://: certificate, PEM (bytes, set only, draft, 4.3.3+)
        WSS_TRUST_PEM = 105  #: wss://: trusted certificates, PEM (bytes, set only, draft, 4.3.3+)
        WSS_HOSTNAME = 106  #: wss://: host name expected of the server (bytes, set only, draft, 4.3.3+)
        WSS_TRUST_SYSTEM = 107  #: wss://: trust the system's certificates (int, set only, draft, 4.3.3+)
        ONLY_FIRST_SUBSCRIBE = 108  #: only the first part of a message can (un)subscribe (int, set only, draft, 4.3.3+)
        RECONNECT_STOP = 109  #: mask of ReconnectStop: when to stop reconnecting (int, draft, 4.3.3+)
        HELLO_MSG = 110  #: message sent to each new peer (bytes, set only, draft, 4.3.3+)
        DISCONNECT_MSG = 111  #: message received when an accepted peer disconnects (bytes, set only, draft, 4.3.3+)
        PRIORITY = 112  #: SO_PRIORITY of the underlying socket (Linux) (int, draft, 4.3.4+)
        BUSY_POLL = 113  #: SO_BUSY_POLL of the underlying socket (Linux) (int, draft, 4.3.5+)
        HICCUP_MSG = 114  #: message received when a connected peer drops out (bytes, set only, draft, 4.3.5+)
        XSUB_VERBOSE_UNSUBSCRIBE = 115  #: XSUB: pass on repeated unsubscriptions (int, set only, draft, 4.3.5+)
        TOPICS_COUNT = 116  #: number of topics subscribed (int, get only, draft, 4.3.5+)
        NORM_MODE = 117  #: NORM: the sender's NormMode (int, draft, 4.3.5+)
        NORM_UNICAST_NACK = 118  #: NORM: receivers answer by unicast (int, draft, 4.3.5+)
        NORM_BUFFER_SIZE = 119  #: NORM: buffer, in kilobytes (int, draft, 4.3.5+)
        NORM_SEGMENT_SIZE = 120  #: NORM: segment, in bytes (int, draft, 4.3.5+)
        NORM_BLOCK_SIZE = 121  #: NORM: segments in a block, 1 to 255 (int, draft, 4.3.5+)
        NORM_NUM_PARITY = 122  #: NORM: parity segments in a block, up to 254 (int, draft, 4.3.5+)
        NORM_NUM_AUTOPARITY = 123  #: NORM: parity segments sent unasked, up to 254 (int, draft, 4.3.5+)
        NORM_PUSH = 124  #: NORM: push to new receivers (int, draft, 4.3.5+)

        @property
        def _opt_type(self) -> _OptType: ...

    class Flag(IntFlag):
        """Send/recv flags

        .. versionadded:: 23
        """

        DONTWAIT = 1  #: raise Again instead of blocking
        SNDMORE = 2  #: more parts of the message follow
        NOBLOCK = DONTWAIT  #: old name of DONTWAIT

    class PollEvent(IntFlag):
        """Which events to poll for in poll methods

        .. versionadded:: 23
        """

        POLLIN = 1  #: a message can be received
        POLLOUT = 2  #: a message can be sent
        POLLERR = 4  #: an error on a file descriptor
        POLLPRI = 8  #: urgent data on a file descriptor (4.2.0+)

    class ContextOption(IntEnum):
        """Options for Context.get/set

        .. versionadded:: 23
        """

        IO_THREADS = 1  #: number of I/O threads
        MAX_SOCKETS = 2  #: greatest number of open sockets
        SOCKET_LIMIT = 3  #: largest MAX_SOCKETS that can be set (get only) (4.1.0+)
        THREAD_PRIORITY = SOCKET_LIMIT  #: priority of the I/O threads (set only) (4.1.0+)
        THREAD_SCHED_POLICY = 4  #: scheduling policy of the I/O threads (4.1.0+)
        MAX_MSGSZ = 5  #: largest message, in bytes (4.2.0+)
        MSG_T_SIZE = 6  #: size of zmq_msg_t, in bytes (get only) (4.3.0+)
        THREAD_AFFINITY_CPU_ADD = 7  #: let the I/O threads run on this CPU (set only) (4.3.0+)
        THREAD_AFFINITY_CPU_REMOVE = 8  #: take back THREAD_AFFINITY_CPU_ADD (set only) (4.3.0+)
        THREAD_NAME_PREFIX = 9  #: number put before the I/O threads' names (4.3.0+)
        ZERO_COPY_RECV = 10  #: messages refer to the receive buffer; 0 to copy (draft, 4.2.4+)

    class MessageOption(IntEnum):
        """Options on zmq.Frame objects

        .. versionadded:: 23
        """

        MORE = 1  #: whether more parts of the message follow
        SHARED = 3  #: whether the content may be shared with another message (4.1.0+)
        SRCFD = 2  #: deprecated: descriptor that the message came from (4.1.0+)

    class Event(IntFlag):
        """Socket monitoring events

        .. versionadded:: 23
        """

        PROTOCOL_ERROR_WS_UNSPECIFIED = 0x30000000  #: WebSocket: unspecified error (4.3.3+)
        PROTOCOL_ERROR_ZMTP_UNSPECIFIED = 0x10000000  #: ZMTP: unspecified error (4.3.0+)
        PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND = 0x10000001  #: ZMTP: unexpected command (4.3.0+)
        PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE = 0x10000002  #: ZMTP: invalid sequence (4.3.0+)
        PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE = 0x10000003  #: ZMTP: key exchange failed (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED = 0x10000011  #: ZMTP: malformed command (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE = 0x10000012  #: ZMTP: malformed MESSAGE (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO = 0x10000013  #: ZMTP: malformed HELLO (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE = 0x10000014  #: ZMTP: malformed INITIATE (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR = 0x10000015  #: ZMTP: malformed ERROR (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY = 0x10000016  #: ZMTP: malformed READY (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME = 0x10000017  #: ZMTP: malformed WELCOME (4.3.0+)
        PROTOCOL_ERROR_ZMTP_INVALID_METADATA = 0x10000018  #: ZMTP: invalid metadata (4.3.0+)
        PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC = 0x11000001  #: ZMTP: decryption failed; perhaps a wrong key (4.3.0+)
        PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH = 0x11000002  #: ZMTP: peers have different security mechanisms (4.3.0+)
        PROTOCOL_ERROR_ZAP_UNSPECIFIED = 0x20000000  #: ZAP: unspecified error (4.3.0+)
        PROTOCOL_ERROR_ZAP_MALFORMED_REPLY = 0x20000001  #: ZAP: malformed reply (4.3.0+)
        PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID = 0x20000002  #: ZAP: reply to another request (4.3.0+)
        PROTOCOL_ERROR_ZAP_BAD_VERSION = 0x20000003  #: ZAP: wrong version (4.3.0+)
        PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE = 0x20000004  #: ZAP: status code is not 200, 300, 400 or 500 (4.3.0+)
        PROTOCOL_ERROR_ZAP_INVALID_METADATA = 0x20000005  #: ZAP: invalid metadata (4.3.0+)
        CONNECTED = 0x0001  #: connected; the value is the descriptor
        CONNECT_DELAYED = 0x0002  #: connecting in the background
        CONNECT_RETRIED = 0x0004  #: connecting again; the value is the interval, in ms
        LISTENING = 0x0008  #: bound; the value is the descriptor
        BIND_FAILED = 0x0010  #: could not bind; the value is the errno
        ACCEPTED = 0x0020  #: accepted a peer; the value is the descriptor
        ACCEPT_FAILED = 0x0040  #: rejected a peer; the value is the errno
        CLOSED = 0x0080  #: closed; the value is the descriptor
        CLOSE_FAILED = 0x0100  #: could not close; the value is the errno
        DISCONNECTED = 0x0200  #: connection lost; the value is the descriptor
        MONITOR_STOPPED = 0x0400  #: the monitor has ended (4.0.0+)
        HANDSHAKE_FAILED_NO_DETAIL = 0x0800  #: handshake failed; the value is the errno (4.3.0+)
        HANDSHAKE_SUCCEEDED = 0x1000  #: handshake succeeded (4.3.0+)
        HANDSHAKE_FAILED_PROTOCOL = 0x2000  #: handshake failed; the value is a PROTOCOL_ERROR (4.3.0+)
        HANDSHAKE_FAILED_AUTH = 0x4000  #: handshake failed; the value is the ZAP status code (4.3.0+)
        ALL_V1 = 0xFFFF  #: every event of event version 1 (draft, 4.3.2+)
        ALL = ALL_V1  #: every event outside the draft API
        PIPES_STATS = 0x10000  #: depth of the queues, as asked for (draft, 4.3.2+)
        ALL_V2 = 0x1FFFF  #: every event of event version 2 (draft, 4.3.2+)

    class NormMode(IntEnum):
        """Values for zmq.NORM_MODE socket option

        .. versionadded:: 26
        .. versionadded:: libzmq-4.3.5 (draft)
        """

        FIXED = 0  #: fixed rate, as RATE sets it (draft, 4.3.5+)
        CC = 1  #: congestion control as TCP does it (draft, 4.3.5+)
        CCL = 2  #: congestion control that tolerates loss (draft, 4.3.5+)
        CCE = 3  #: congestion control by ECN (draft, 4.3.5+)
        CCE_ECNONLY = 4  #: congestion control by ECN alone, not by loss (draft, 4.3.5+)

    class RouterNotify(IntEnum):
        """Values for zmq.ROUTER_NOTIFY socket option

        .. versionadded:: 26
        .. versionadded:: libzmq-4.3.0 (draft)
        """

        CONNECT = 1  #: report peers that connect (draft, 4.3.0+)
        DISCONNECT = 2  #: report peers that disconnect (draft, 4.3.0+)

    class ReconnectStop(IntEnum):
        """Select behavior for socket.reconnect_stop

        .. versionadded:: 25
        .. versionadded:: libzmq-4.3.3 (draft)
        """

        CONN_REFUSED = 1  #: stop when the connection is refused (draft, 4.3.3+)
        HANDSHAKE_FAILED = 2  #: stop when the handshake fails (draft, 4.3.4+)
        AFTER_DISCONNECT = 4  #: stop after disconnect() was called (draft, 4.3.4+)

    class SecurityMechanism(IntEnum):
        """Security mechanisms (as returned by ``socket.get(zmq.MECHANISM)``)

        .. versionadded:: 23
        """

        NULL = 0  #: no security (4.0.0+)
        PLAIN = 1  #: user name and password, unencrypted (4.0.0+)
        CURVE = 2  #: elliptic-curve authentication and encryption (4.0.0+)
        GSSAPI = 3  #: Kerberos, through GSSAPI (4.1.0+)

    class GSSAPINameType(IntEnum):
        """Values for the zmq.GSSAPI_PRINCIPAL_NAMETYPE and zmq.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE socket options

        .. versionadded:: 27.4
        .. versionadded:: libzmq-4.3.0
        """

        HOSTBASED = 0  #: host-based service, as service@host (4.3.0+)
        USER_NAME = 1  #: name of a local user (4.3.0+)
        KRB5_PRINCIPAL = 2  #: Kerberos principal (4.3.0+)

    class DeviceType(IntEnum):
        """Device type constants for zmq.device

        .. versionadded:: 23
        """

        STREAMER = 1  #: PULL in, PUSH out
        FORWARDER = 2  #: XSUB in, XPUB out
        QUEUE = 3  #: ROUTER in, DEALER out

    class Errno(IntEnum):
        """libzmq error codes

        .. versionadded:: 23
        """

        EAGAIN = _system_errno("EAGAIN", 11)  #: cannot be done now without blocking
        EFAULT = _system_errno("EFAULT", 14)  #: bad address
        EINVAL = _system_errno("EINVAL", 22)  #: invalid argument
        ENOTSUP = _system_errno("ENOTSUP", 129, 1)  #: not supported
        EPROTONOSUPPORT = _system_errno("EPROTONOSUPPORT", 135, 2)  #: transport not supported
        ENOBUFS = _system_errno("ENOBUFS", 119, 3)  #: no buffer space
        ENETDOWN = _system_errno("ENETDOWN", 116, 4)  #: network is down
        EADDRINUSE = _system_errno("EADDRINUSE", 100, 5)  #: address in use
        EADDRNOTAVAIL = _system_errno("EADDRNOTAVAIL", 101, 6)  #: address not available
        ECONNREFUSED = _system_errno("ECONNREFUSED", 107, 7)  #: connection refused
        EINPROGRESS = _system_errno("EINPROGRESS", 112, 8)  #: in progress
        ENOTSOCK = _system_errno("ENOTSOCK", 128, 9)  #: not a socket
        EMSGSIZE = _system_errno("EMSGSIZE", 115, 10)  #: message too long
        EAFNOSUPPORT = _system_errno("EAFNOSUPPORT", 102, 11)  #: address family not supported
        ENETUNREACH = _system_errno("ENETUNREACH", 118, 12)  #: network unreachable
        ECONNABORTED = _system_errno("ECONNABORTED", 106, 13)  #: connection aborted
        ECONNRESET = _system_errno("ECONNRESET", 108, 14)  #: connection reset
        ENOTCONN = _system_errno("ENOTCONN", 126, 15)  #: not connected
        ETIMEDOUT = _system_errno("ETIMEDOUT", 138, 16)  #: timed out
        EHOSTUNREACH = _system_errno("EHOSTUNREACH", 110, 17)  #: host, or peer of a ROUTER, unreachable
        ENETRESET = _system_errno("ENETRESET", 117, 18)  #: connection reset by the network
        EFSM = _HAUSNUMERO + 51  #: not in a state in which this can be done
        ENOCOMPATPROTO = _HAUSNUMERO + 52  #: protocol does not fit the socket type
        ETERM = _HAUSNUMERO + 53  #: the context was terminated
        EMTHREAD = _HAUSNUMERO + 54  #: no I/O thread available

    # SocketType
    PAIR: Final = SocketType.PAIR
    PUB: Final = SocketType.PUB
    SUB: Final = SocketType.SUB
    REQ: Final = SocketType.REQ
    REP: Final = SocketType.REP
    DEALER: Final = SocketType.DEALER
    ROUTER: Final = SocketType.ROUTER
    PULL: Final = SocketType.PULL
    PUSH: Final = SocketType.PUSH
    XPUB: Final = SocketType.XPUB
    XSUB: Final = SocketType.XSUB
    STREAM: Final = SocketType.STREAM
    XREQ: Final = SocketType.DEALER
    XREP: Final = SocketType.ROUTER
    SERVER: Final = SocketType.SERVER
    CLIENT: Final = SocketType.CLIENT
    RADIO: Final = SocketType.RADIO
    DISH: Final = SocketType.DISH
    GATHER: Final = SocketType.GATHER
    SCATTER: Final = SocketType.SCATTER
    DGRAM: Final = SocketType.DGRAM
    PEER: Final = SocketType.PEER
    CHANNEL: Final = SocketType.CHANNEL

    # SocketOption
    HWM: Final = SocketOption.HWM
    AFFINITY: Final = SocketOption.AFFINITY
    ROUTING_ID: Final = SocketOption.ROUTING_ID
    SUBSCRIBE: Final = SocketOption.SUBSCRIBE
    UNSUBSCRIBE: Final = SocketOption.UNSUBSCRIBE
    RATE: Final = SocketOption.RATE
    RECOVERY_IVL: Final = SocketOption.RECOVERY_IVL
    SNDBUF: Final = SocketOption.SNDBUF
    RCVBUF: Final = SocketOption.RCVBUF
    RCVMORE: Final = SocketOption.RCVMORE
    FD: Final = SocketOption.FD
    EVENTS: Final = SocketOption.EVENTS
    TYPE: Final = SocketOption.TYPE
    LINGER: Final = SocketOption.LINGER
    RECONNECT_IVL: Final = SocketOption.RECONNECT_IVL
    BACKLOG: Final = SocketOption.BACKLOG
    RECONNECT_IVL_MAX: Final = SocketOption.RECONNECT_IVL_MAX
    MAXMSGSIZE: Final = SocketOption.MAXMSGSIZE
    SNDHWM: Final = SocketOption.SNDHWM
    RCVHWM: Final = SocketOption.RCVHWM
    MULTICAST_HOPS: Final = SocketOption.MULTICAST_HOPS
    RCVTIMEO: Final = SocketOption.RCVTIMEO
    SNDTIMEO: Final = SocketOption.SNDTIMEO
    LAST_ENDPOINT: Final = SocketOption.LAST_ENDPOINT
    ROUTER_MANDATORY: Final = SocketOption.ROUTER_MANDATORY
    TCP_KEEPALIVE: Final = SocketOption.TCP_KEEPALIVE
    TCP_KEEPALIVE_CNT: Final = SocketOption.TCP_KEEPALIVE_CNT
    TCP_KEEPALIVE_IDLE: Final = SocketOption.TCP_KEEPALIVE_IDLE
    TCP_KEEPALIVE_INTVL: Final = SocketOption.TCP_KEEPALIVE_INTVL
    IMMEDIATE: Final = SocketOption.IMMEDIATE
    XPUB_VERBOSE: Final = SocketOption.XPUB_VERBOSE
    ROUTER_RAW: Final = SocketOption.ROUTER_RAW
    IPV6: Final = SocketOption.IPV6
    MECHANISM: Final = SocketOption.MECHANISM
    PLAIN_SERVER: Final = SocketOption.PLAIN_SERVER
    PLAIN_USERNAME: Final = SocketOption.PLAIN_USERNAME
    PLAIN_PASSWORD: Final = SocketOption.PLAIN_PASSWORD
    CURVE_SERVER: Final = SocketOption.CURVE_SERVER
    CURVE_PUBLICKEY: Final = SocketOption.CURVE_PUBLICKEY
    CURVE_SECRETKEY: Final = SocketOption.CURVE_SECRETKEY
    CURVE_SERVERKEY: Final = SocketOption.CURVE_SERVERKEY
    PROBE_ROUTER: Final = SocketOption.PROBE_ROUTER
    REQ_CORRELATE: Final = SocketOption.REQ_CORRELATE
    REQ_RELAXED: Final = SocketOption.REQ_RELAXED
    CONFLATE: Final = SocketOption.CONFLATE
    ZAP_DOMAIN: Final = SocketOption.ZAP_DOMAIN
    ROUTER_HANDOVER: Final = SocketOption.ROUTER_HANDOVER
    TOS: Final = SocketOption.TOS
    CONNECT_ROUTING_ID: Final = SocketOption.CONNECT_ROUTING_ID
    GSSAPI_SERVER: Final = SocketOption.GSSAPI_SERVER
    GSSAPI_PRINCIPAL: Final = SocketOption.GSSAPI_PRINCIPAL
    GSSAPI_SERVICE_PRINCIPAL: Final = SocketOption.GSSAPI_SERVICE_PRINCIPAL
    GSSAPI_PLAINTEXT: Final = SocketOption.GSSAPI_PLAINTEXT
    HANDSHAKE_IVL: Final = SocketOption.HANDSHAKE_IVL
    SOCKS_PROXY: Final = SocketOption.SOCKS_PROXY
    XPUB_NODROP: Final = SocketOption.XPUB_NODROP
    BLOCKY: Final = SocketOption.BLOCKY
    XPUB_MANUAL: Final = SocketOption.XPUB_MANUAL
    XPUB_WELCOME_MSG: Final = SocketOption.XPUB_WELCOME_MSG
    STREAM_NOTIFY: Final = SocketOption.STREAM_NOTIFY
    INVERT_MATCHING: Final = SocketOption.INVERT_MATCHING
    HEARTBEAT_IVL: Final = SocketOption.HEARTBEAT_IVL
    HEARTBEAT_TTL: Final = SocketOption.HEARTBEAT_TTL
    HEARTBEAT_TIMEOUT: Final = SocketOption.HEARTBEAT_TIMEOUT
    XPUB_VERBOSER: Final = SocketOption.XPUB_VERBOSER
    CONNECT_TIMEOUT: Final = SocketOption.CONNECT_TIMEOUT
    TCP_MAXRT: Final = SocketOption.TCP_MAXRT
    THREAD_SAFE: Final = SocketOption.THREAD_SAFE
    MULTICAST_MAXTPDU: Final = SocketOption.MULTICAST_MAXTPDU
    VMCI_BUFFER_SIZE: Final = SocketOption.VMCI_BUFFER_SIZE
    VMCI_BUFFER_MIN_SIZE: Final = SocketOption.VMCI_BUFFER_MIN_SIZE
    VMCI_BUFFER_MAX_SIZE: Final = SocketOption.VMCI_BUFFER_MAX_SIZE
    VMCI_CONNECT_TIMEOUT: Final = SocketOption.VMCI_CONNECT_TIMEOUT
    USE_FD: Final = SocketOption.USE_FD
    GSSAPI_PRINCIPAL_NAMETYPE: Final = SocketOption.GSSAPI_PRINCIPAL_NAMETYPE
    GSSAPI_SERVICE_PRINCIPAL_NAMETYPE: Final = SocketOption.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE
    BINDTODEVICE: Final = SocketOption.BINDTODEVICE
    IDENTITY: Final = SocketOption.ROUTING_ID
    CONNECT_RID: Final = SocketOption.CONNECT_ROUTING_ID
    TCP_ACCEPT_FILTER: Final = SocketOption.TCP_ACCEPT_FILTER
    IPC_FILTER_PID: Final = SocketOption.IPC_FILTER_PID
    IPC_FILTER_UID: Final = SocketOption.IPC_FILTER_UID
    IPC_FILTER_GID: Final = SocketOption.IPC_FILTER_GID
    IPV4ONLY: Final = SocketOption.IPV4ONLY
    DELAY_ATTACH_ON_CONNECT: Final = SocketOption.IMMEDIATE
    FAIL_UNROUTABLE: Final = SocketOption.ROUTER_MANDATORY
    ROUTER_BEHAVIOR: Final = SocketOption.ROUTER_MANDATORY
    ZAP_ENFORCE_DOMAIN: Final = SocketOption.ZAP_ENFORCE_DOMAIN
    LOOPBACK_FASTPATH: Final = SocketOption.LOOPBACK_FASTPATH
    METADATA: Final = SocketOption.METADATA
    MULTICAST_LOOP: Final = SocketOption.MULTICAST_LOOP
    ROUTER_NOTIFY: Final = SocketOption.ROUTER_NOTIFY
    XPUB_MANUAL_LAST_VALUE: Final = SocketOption.XPUB_MANUAL_LAST_VALUE
    SOCKS_USERNAME: Final = SocketOption.SOCKS_USERNAME
    SOCKS_PASSWORD: Final = SocketOption.SOCKS_PASSWORD
    IN_BATCH_SIZE: Final = SocketOption.IN_BATCH_SIZE
    OUT_BATCH_SIZE: Final = SocketOption.OUT_BATCH_SIZE
    WSS_KEY_PEM: Final = SocketOption.WSS_KEY_PEM
    WSS_CERT_PEM: Final = SocketOption.WSS_CERT_PEM
    WSS_TRUST_PEM: Final = SocketOption.WSS_TRUST_PEM
    WSS_HOSTNAME: Final = SocketOption.WSS_HOSTNAME
    WSS_TRUST_SYSTEM: Final = SocketOption.WSS_TRUST_SYSTEM
    ONLY_FIRST_SUBSCRIBE: Final = SocketOption.ONLY_FIRST_SUBSCRIBE
    RECONNECT_STOP: Final = SocketOption.RECONNECT_STOP
    HELLO_MSG: Final = SocketOption.HELLO_MSG
    DISCONNECT_MSG: Final = SocketOption.DISCONNECT_MSG
    PRIORITY: Final = SocketOption.PRIORITY
    BUSY_POLL: Final = SocketOption.BUSY_POLL
    HICCUP_MSG: Final = SocketOption.HICCUP_MSG
    XSUB_VERBOSE_UNSUBSCRIBE: Final = SocketOption.XSUB_VERBOSE_UNSUBSCRIBE
    TOPICS_COUNT: Final = SocketOption.TOPICS_COUNT
    NORM_MODE: Final = SocketOption.NORM_MODE
    NORM_UNICAST_NACK: Final = SocketOption.NORM_UNICAST_NACK
    NORM_BUFFER_SIZE: Final = SocketOption.NORM_BUFFER_SIZE
    NORM_SEGMENT_SIZE: Final = SocketOption.NORM_SEGMENT_SIZE
    NORM_BLOCK_SIZE: Final = SocketOption.NORM_BLOCK_SIZE
    NORM_NUM_PARITY: Final = SocketOption.NORM_NUM_PARITY
    NORM_NUM_AUTOPARITY: Final = SocketOption.NORM_NUM_AUTOPARITY
    NORM_PUSH: Final = SocketOption.NORM_PUSH

    # Flag
    DONTWAIT: Final = Flag.DONTWAIT
    SNDMORE: Final = Flag.SNDMORE
    NOBLOCK: Final = Flag.DONTWAIT

    # PollEvent
    POLLIN: Final = PollEvent.POLLIN
    POLLOUT: Final = PollEvent.POLLOUT
    POLLERR: Final = PollEvent.POLLERR
    POLLPRI: Final = PollEvent.POLLPRI

    # ContextOption
    IO_THREADS: Final = ContextOption.IO_THREADS
    MAX_SOCKETS: Final = ContextOption.MAX_SOCKETS
    SOCKET_LIMIT: Final = ContextOption.SOCKET_LIMIT
    THREAD_PRIORITY: Final = ContextOption.SOCKET_LIMIT
    THREAD_SCHED_POLICY: Final = ContextOption.THREAD_SCHED_POLICY
    MAX_MSGSZ: Final = ContextOption.MAX_MSGSZ
    MSG_T_SIZE: Final = ContextOption.MSG_T_SIZE
    THREAD_AFFINITY_CPU_ADD: Final = ContextOption.THREAD_AFFINITY_CPU_ADD
    THREAD_AFFINITY_CPU_REMOVE: Final = ContextOption.THREAD_AFFINITY_CPU_REMOVE
    THREAD_NAME_PREFIX: Final = ContextOption.THREAD_NAME_PREFIX
    ZERO_COPY_RECV: Final = ContextOption.ZERO_COPY_RECV

    # MessageOption
    MORE: Final = MessageOption.MORE
    SHARED: Final = MessageOption.SHARED
    SRCFD: Final = MessageOption.SRCFD

    # Event
    PROTOCOL_ERROR_WS_UNSPECIFIED: Final = Event.PROTOCOL_ERROR_WS_UNSPECIFIED
    PROTOCOL_ERROR_ZMTP_UNSPECIFIED: Final = Event.PROTOCOL_ERROR_ZMTP_UNSPECIFIED
    PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND: Final = Event.PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND
    PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE: Final = Event.PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE
    PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE: Final = Event.PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED: Final = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE: Final = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO: Final = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE: Final = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR: Final = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY: Final = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME: Final = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME
    PROTOCOL_ERROR_ZMTP_INVALID_METADATA: Final = Event.PROTOCOL_ERROR_ZMTP_INVALID_METADATA
    PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC: Final = Event.PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC
    PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH: Final = Event.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
    PROTOCOL_ERROR_ZAP_UNSPECIFIED: Final = Event.PROTOCOL_ERROR_ZAP_UNSPECIFIED
    PROTOCOL_ERROR_ZAP_MALFORMED_REPLY: Final = Event.PROTOCOL_ERROR_ZAP_MALFORMED_REPLY
    PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID: Final = Event.PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID
    PROTOCOL_ERROR_ZAP_BAD_VERSION: Final = Event.PROTOCOL_ERROR_ZAP_BAD_VERSION
    PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE: Final = Event.PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE
    PROTOCOL_ERROR_ZAP_INVALID_METADATA: Final = Event.PROTOCOL_ERROR_ZAP_INVALID_METADATA
    EVENT_CONNECTED: Final = Event.CONNECTED
    EVENT_CONNECT_DELAYED: Final = Event.CONNECT_DELAYED
    EVENT_CONNECT_RETRIED: Final = Event.CONNECT_RETRIED
    EVENT_LISTENING: Final = Event.LISTENING
    EVENT_BIND_FAILED: Final = Event.BIND_FAILED
    EVENT_ACCEPTED: Final = Event.ACCEPTED
    EVENT_ACCEPT_FAILED: Final = Event.ACCEPT_FAILED
    EVENT_CLOSED: Final = Event.CLOSED
    EVENT_CLOSE_FAILED: Final = Event.CLOSE_FAILED
    EVENT_DISCONNECTED: Final = Event.DISCONNECTED
    EVENT_MONITOR_STOPPED: Final = Event.MONITOR_STOPPED
    EVENT_HANDSHAKE_FAILED_NO_DETAIL: Final = Event.HANDSHAKE_FAILED_NO_DETAIL
    EVENT_HANDSHAKE_SUCCEEDED: Final = Event.HANDSHAKE_SUCCEEDED
    EVENT_HANDSHAKE_FAILED_PROTOCOL: Final = Event.HANDSHAKE_FAILED_PROTOCOL
    EVENT_HANDSHAKE_FAILED_AUTH: Final = Event.HANDSHAKE_FAILED_AUTH
    EVENT_ALL_V1: Final = Event.ALL_V1
    EVENT_ALL: Final = Event.ALL_V1
    EVENT_PIPES_STATS: Final = Event.PIPES_STATS
    EVENT_ALL_V2: Final = Event.ALL_V2

    # NormMode
    NORM_FIXED: Final = NormMode.FIXED
    NORM_CC: Final = NormMode.CC
    NORM_CCL: Final = NormMode.CCL
    NORM_CCE: Final = NormMode.CCE
    NORM_CCE_ECNONLY: Final = NormMode.CCE_ECNONLY

    # RouterNotify
    NOTIFY_CONNECT: Final = RouterNotify.CONNECT
    NOTIFY_DISCONNECT: Final = RouterNotify.DISCONNECT

    # ReconnectStop
    RECONNECT_STOP_CONN_REFUSED: Final = ReconnectStop.CONN_REFUSED
    RECONNECT_STOP_HANDSHAKE_FAILED: Final = ReconnectStop.HANDSHAKE_FAILED
    RECONNECT_STOP_AFTER_DISCONNECT: Final = ReconnectStop.AFTER_DISCONNECT

    # SecurityMechanism
    NULL: Final = SecurityMechanism.NULL
    PLAIN: Final = SecurityMechanism.PLAIN
    CURVE: Final = SecurityMechanism.CURVE
    GSSAPI: Final = SecurityMechanism.GSSAPI

    # GSSAPINameType
    GSSAPI_NT_HOSTBASED: Final = GSSAPINameType.HOSTBASED
    GSSAPI_NT_USER_NAME: Final = GSSAPINameType.USER_NAME
    GSSAPI_NT_KRB5_PRINCIPAL: Final = GSSAPINameType.KRB5_PRINCIPAL

    # DeviceType
    STREAMER: Final = DeviceType.STREAMER
    FORWARDER: Final = DeviceType.FORWARDER
    QUEUE: Final = DeviceType.QUEUE

    # Errno
    EAGAIN: Final = Errno.EAGAIN
    EFAULT: Final = Errno.EFAULT
    EINVAL: Final = Errno.EINVAL
    ENOTSUP: Final = Errno.ENOTSUP
    EPROTONOSUPPORT: Final = Errno.EPROTONOSUPPORT
    ENOBUFS: Final = Errno.ENOBUFS
    ENETDOWN: Final = Errno.ENETDOWN
    EADDRINUSE: Final = Errno.EADDRINUSE
    EADDRNOTAVAIL: Final = Errno.EADDRNOTAVAIL
    ECONNREFUSED: Final = Errno.ECONNREFUSED
    EINPROGRESS: Final = Errno.EINPROGRESS
    ENOTSOCK: Final = Errno.ENOTSOCK
    EMSGSIZE: Final = Errno.EMSGSIZE
    EAFNOSUPPORT: Final = Errno.EAFNOSUPPORT
    ENETUNREACH: Final = Errno.ENETUNREACH
    ECONNABORTED: Final = Errno.ECONNABORTED
    ECONNRESET: Final = Errno.ECONNRESET
    ENOTCONN: Final = Errno.ENOTCONN
    ETIMEDOUT: Final = Errno.ETIMEDOUT
    EHOSTUNREACH: Final = Errno.EHOSTUNREACH
    ENETRESET: Final = Errno.ENETRESET
    EFSM: Final = Errno.EFSM
    ENOCOMPATPROTO: Final = Errno.ENOCOMPATPROTO
    ETERM: Final = Errno.ETERM
    EMTHREAD: Final = Errno.EMTHREAD

#: Of each enum: its base, what names at module level have before those of its members, its doc, and its
#: first versions.
_ENUMS: dict[str, tuple[str, ...]] = {
    "SocketType": ("IntEnum", "", "zmq socket types", "23"),
    "SocketOption": ("IntEnum", "", "Options for Socket.get/set", "23"),
    "Flag": ("IntFlag", "", "Send/recv flags", "23"),
    "PollEvent": ("IntFlag", "", "Which events to poll for in poll methods", "23"),
    "ContextOption": ("IntEnum", "", "Options for Context.get/set", "23"),
    "MessageOption": ("IntEnum", "", "Options on zmq.Frame objects", "23"),
    "Event": ("IntFlag", "EVENT_", "Socket monitoring events", "23"),
    "NormMode": ("IntEnum", "NORM_", "Values for zmq.NORM_MODE socket option", "26", "libzmq-4.3.5 (draft)"),
    "RouterNotify": ("IntEnum", "NOTIFY_", "Values for zmq.ROUTER_NOTIFY socket option", "26", "libzmq-4.3.0 (draft)"),
    "ReconnectStop": (
        "IntEnum",
        "RECONNECT_STOP_",
        "Select behavior for socket.reconnect_stop",
        "25",
        "libzmq-4.3.3 (draft)",
    ),
    "SecurityMechanism": ("IntEnum", "", "Security mechanisms (as returned by ``socket.get(zmq.MECHANISM)``)", "23"),
    "GSSAPINameType": (
        "IntEnum",
        "GSSAPI_NT_",
        "Values for the zmq.GSSAPI_PRINCIPAL_NAMETYPE and zmq.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE socket options",
        "27.4",
        "libzmq-4.3.0",
    ),
    "DeviceType": ("IntEnum", "", "Device type constants for zmq.device", "23"),
    "Errno": ("IntEnum", "", "libzmq error codes", "23"),
}

#: Of each enum: the numbers, by their names at module level.
# fmt: off
_VALUES: dict[str, dict[str, int]] = {
    "SocketType": {
        "PAIR": 0, "PUB": 1, "SUB": 2, "REQ": 3, "REP": 4, "DEALER": 5, "ROUTER": 6, "PULL": 7, "PUSH": 8, "XPUB": 9,
        "XSUB": 10, "STREAM": 11, "XREQ": 5, "XREP": 6, "SERVER": 12, "CLIENT": 13, "RADIO": 14, "DISH": 15,
        "GATHER": 16, "SCATTER": 17, "DGRAM": 18, "PEER": 19, "CHANNEL": 20,
    },
    "SocketOption": {
        "HWM": 1, "AFFINITY": 4, "ROUTING_ID": 5, "SUBSCRIBE": 6, "UNSUBSCRIBE": 7, "RATE": 8, "RECOVERY_IVL": 9,
        "SNDBUF": 11, "RCVBUF": 12, "RCVMORE": 13, "FD": 14, "EVENTS": 15, "TYPE": 16, "LINGER": 17,
        "RECONNECT_IVL": 18, "BACKLOG": 19, "RECONNECT_IVL_MAX": 21, "MAXMSGSIZE": 22, "SNDHWM": 23, "RCVHWM": 24,
        "MULTICAST_HOPS": 25, "RCVTIMEO": 27, "SNDTIMEO": 28, "LAST_ENDPOINT": 32, "ROUTER_MANDATORY": 33,
        "TCP_KEEPALIVE": 34, "TCP_KEEPALIVE_CNT": 35, "TCP_KEEPALIVE_IDLE": 36, "TCP_KEEPALIVE_INTVL": 37,
        "IMMEDIATE": 39, "XPUB_VERBOSE": 40, "ROUTER_RAW": 41, "IPV6": 42, "MECHANISM": 43, "PLAIN_SERVER": 44,
        "PLAIN_USERNAME": 45, "PLAIN_PASSWORD": 46, "CURVE_SERVER": 47, "CURVE_PUBLICKEY": 48, "CURVE_SECRETKEY": 49,
        "CURVE_SERVERKEY": 50, "PROBE_ROUTER": 51, "REQ_CORRELATE": 52, "REQ_RELAXED": 53, "CONFLATE": 54,
        "ZAP_DOMAIN": 55, "ROUTER_HANDOVER": 56, "TOS": 57, "CONNECT_ROUTING_ID": 61, "GSSAPI_SERVER": 62,
        "GSSAPI_PRINCIPAL": 63, "GSSAPI_SERVICE_PRINCIPAL": 64, "GSSAPI_PLAINTEXT": 65, "HANDSHAKE_IVL": 66,
        "SOCKS_PROXY": 68, "XPUB_NODROP": 69, "BLOCKY": 70, "XPUB_MANUAL": 71, "XPUB_WELCOME_MSG": 72,
        "STREAM_NOTIFY": 73, "INVERT_MATCHING": 74, "HEARTBEAT_IVL": 75, "HEARTBEAT_TTL": 76, "HEARTBEAT_TIMEOUT": 77,
        "XPUB_VERBOSER": 78, "CONNECT_TIMEOUT": 79, "TCP_MAXRT": 80, "THREAD_SAFE": 81, "MULTICAST_MAXTPDU": 84,
        "VMCI_BUFFER_SIZE": 85, "VMCI_BUFFER_MIN_SIZE": 86, "VMCI_BUFFER_MAX_SIZE": 87, "VMCI_CONNECT_TIMEOUT": 88,
        "USE_FD": 89, "GSSAPI_PRINCIPAL_NAMETYPE": 90, "GSSAPI_SERVICE_PRINCIPAL_NAMETYPE": 91, "BINDTODEVICE": 92,
        "IDENTITY": 5, "CONNECT_RID": 61, "TCP_ACCEPT_FILTER": 38, "IPC_FILTER_PID": 58, "IPC_FILTER_UID": 59,
        "IPC_FILTER_GID": 60, "IPV4ONLY": 31, "DELAY_ATTACH_ON_CONNECT": 39, "FAIL_UNROUTABLE": 33,
        "ROUTER_BEHAVIOR": 33, "ZAP_ENFORCE_DOMAIN": 93, "LOOPBACK_FASTPATH": 94, "METADATA": 95, "MULTICAST_LOOP": 96,
        "ROUTER_NOTIFY": 97, "XPUB_MANUAL_LAST_VALUE": 98, "SOCKS_USERNAME": 99, "SOCKS_PASSWORD": 100,
        "IN_BATCH_SIZE": 101, "OUT_BATCH_SIZE": 102, "WSS_KEY_PEM": 103, "WSS_CERT_PEM": 104, "WSS_TRUST_PEM": 105,
        "WSS_HOSTNAME": 106, "WSS_TRUST_SYSTEM": 107, "ONLY_FIRST_SUBSCRIBE": 108, "RECONNECT_STOP": 109,
        "HELLO_MSG": 110, "DISCONNECT_MSG": 111, "PRIORITY": 112, "BUSY_POLL": 113, "HICCUP_MSG": 114,
        "XSUB_VERBOSE_UNSUBSCRIBE": 115, "TOPICS_COUNT": 116, "NORM_MODE": 117, "NORM_UNICAST_NACK": 118,
        "NORM_BUFFER_SIZE": 119, "NORM_SEGMENT_SIZE": 120, "NORM_BLOCK_SIZE": 121, "NORM_NUM_PARITY": 122,
        "NORM_NUM_AUTOPARITY": 123, "NORM_PUSH": 124,
    },
    "Flag": {
        "DONTWAIT": 1, "SNDMORE": 2, "NOBLOCK": 1,
    },
    "PollEvent": {
        "POLLIN": 1, "POLLOUT": 2, "POLLERR": 4, "POLLPRI": 8,
    },
    "ContextOption": {
        "IO_THREADS": 1, "MAX_SOCKETS": 2, "SOCKET_LIMIT": 3, "THREAD_PRIORITY": 3, "THREAD_SCHED_POLICY": 4,
        "MAX_MSGSZ": 5, "MSG_T_SIZE": 6, "THREAD_AFFINITY_CPU_ADD": 7, "THREAD_AFFINITY_CPU_REMOVE": 8,
        "THREAD_NAME_PREFIX": 9, "ZERO_COPY_RECV": 10,
    },
    "MessageOption": {
        "MORE": 1, "SHARED": 3, "SRCFD": 2,
    },
    "Event": {
        "PROTOCOL_ERROR_WS_UNSPECIFIED": 0x30000000, "PROTOCOL_ERROR_ZMTP_UNSPECIFIED": 0x10000000,
        "PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND": 0x10000001, "PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE": 0x10000002,
        "PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE": 0x10000003, "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED": 0x10000011,
        "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE": 0x10000012,
        "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO": 0x10000013,
        "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE": 0x10000014,
        "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR": 0x10000015,
        "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY": 0x10000016,
        "PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME": 0x10000017, "PROTOCOL_ERROR_ZMTP_INVALID_METADATA": 0x10000018,
        "PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC": 0x11000001, "PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH": 0x11000002,
        "PROTOCOL_ERROR_ZAP_UNSPECIFIED": 0x20000000, "PROTOCOL_ERROR_ZAP_MALFORMED_REPLY": 0x20000001,
        "PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID": 0x20000002, "PROTOCOL_ERROR_ZAP_BAD_VERSION": 0x20000003,
        "PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE": 0x20000004, "PROTOCOL_ERROR_ZAP_INVALID_METADATA": 0x20000005,
        "EVENT_CONNECTED": 0x0001, "EVENT_CONNECT_DELAYED": 0x0002, "EVENT_CONNECT_RETRIED": 0x0004,
        "EVENT_LISTENING": 0x0008, "EVENT_BIND_FAILED": 0x0010, "EVENT_ACCEPTED": 0x0020, "EVENT_ACCEPT_FAILED": 0x0040,
        "EVENT_CLOSED": 0x0080, "EVENT_CLOSE_FAILED": 0x0100, "EVENT_DISCONNECTED": 0x0200,
        "EVENT_MONITOR_STOPPED": 0x0400, "EVENT_HANDSHAKE_FAILED_NO_DETAIL": 0x0800,
        "EVENT_HANDSHAKE_SUCCEEDED": 0x1000, "EVENT_HANDSHAKE_FAILED_PROTOCOL": 0x2000,
        "EVENT_HANDSHAKE_FAILED_AUTH": 0x4000, "EVENT_ALL_V1": 0xFFFF, "EVENT_ALL": 0xFFFF,
        "EVENT_PIPES_STATS": 0x10000, "EVENT_ALL_V2": 0x1FFFF,
    },
    "NormMode": {
        "NORM_FIXED": 0, "NORM_CC": 1, "NORM_CCL": 2, "NORM_CCE": 3, "NORM_CCE_ECNONLY": 4,
    },
    "RouterNotify": {
        "NOTIFY_CONNECT": 1, "NOTIFY_DISCONNECT": 2,
    },
    "ReconnectStop": {
        "RECONNECT_STOP_CONN_REFUSED": 1, "RECONNECT_STOP_HANDSHAKE_FAILED": 2, "RECONNECT_STOP_AFTER_DISCONNECT": 4,
    },
    "SecurityMechanism": {
        "NULL": 0, "PLAIN": 1, "CURVE": 2, "GSSAPI": 3,
    },
    "GSSAPINameType": {
        "GSSAPI_NT_HOSTBASED": 0, "GSSAPI_NT_USER_NAME": 1, "GSSAPI_NT_KRB5_PRINCIPAL": 2,
    },
    "DeviceType": {
        "STREAMER": 1, "FORWARDER": 2, "QUEUE": 3,
    },
    "Errno": {
        "EAGAIN": _system_errno("EAGAIN", 11), "EFAULT": _system_errno("EFAULT", 14),
        "EINVAL": _system_errno("EINVAL", 22), "ENOTSUP": _system_errno("ENOTSUP", 129, 1),
        "EPROTONOSUPPORT": _system_errno("EPROTONOSUPPORT", 135, 2), "ENOBUFS": _system_errno("ENOBUFS", 119, 3),
        "ENETDOWN": _system_errno("ENETDOWN", 116, 4), "EADDRINUSE": _system_errno("EADDRINUSE", 100, 5),
        "EADDRNOTAVAIL": _system_errno("EADDRNOTAVAIL", 101, 6), "ECONNREFUSED": _system_errno("ECONNREFUSED", 107, 7),
        "EINPROGRESS": _system_errno("EINPROGRESS", 112, 8), "ENOTSOCK": _system_errno("ENOTSOCK", 128, 9),
        "EMSGSIZE": _system_errno("EMSGSIZE", 115, 10), "EAFNOSUPPORT": _system_errno("EAFNOSUPPORT", 102, 11),
        "ENETUNREACH": _system_errno("ENETUNREACH", 118, 12), "ECONNABORTED": _system_errno("ECONNABORTED", 106, 13),
        "ECONNRESET": _system_errno("ECONNRESET", 108, 14), "ENOTCONN": _system_errno("ENOTCONN", 126, 15),
        "ETIMEDOUT": _system_errno("ETIMEDOUT", 138, 16), "EHOSTUNREACH": _system_errno("EHOSTUNREACH", 110, 17),
        "ENETRESET": _system_errno("ENETRESET", 117, 18), "EFSM": _HAUSNUMERO + 51, "ENOCOMPATPROTO": _HAUSNUMERO + 52,
        "ETERM": _HAUSNUMERO + 53, "EMTHREAD": _HAUSNUMERO + 54,
    },
}
# fmt: on

#: Type of the value of each socket option (key: the option) that is not an int.
_OPTION_TYPES = {
    4: "int64",
    5: "bytes",
    6: "bytes",
    7: "bytes",
    14: "fd",
    22: "int64",
    32: "bytes",
    45: "bytes",
    46: "bytes",
    48: "bytes",
    49: "bytes",
    50: "bytes",
    55: "bytes",
    61: "bytes",
    63: "bytes",
    64: "bytes",
    68: "bytes",
    72: "bytes",
    85: "int64",
    86: "int64",
    87: "int64",
    92: "bytes",
    38: "bytes",
    95: "bytes",
    99: "bytes",
    100: "bytes",
    103: "bytes",
    104: "bytes",
    105: "bytes",
    106: "bytes",
    110: "bytes",
    111: "bytes",
    114: "bytes",
}

#: Module-level names that only libzmq's draft API has.
# fmt: off
_DRAFT_NAMES: frozenset[str] = frozenset({
    "BUSY_POLL", "CHANNEL", "CLIENT", "CURRENT_EVENT_VERSION", "CURRENT_EVENT_VERSION_DRAFT", "DGRAM", "DISCONNECT_MSG",
    "DISH", "EVENT_ALL_V1", "EVENT_ALL_V2", "EVENT_PIPES_STATS", "GATHER", "HELLO_MSG", "HICCUP_MSG", "IN_BATCH_SIZE",
    "LOOPBACK_FASTPATH", "METADATA", "MULTICAST_LOOP", "NORM_BLOCK_SIZE", "NORM_BUFFER_SIZE", "NORM_CC", "NORM_CCE",
    "NORM_CCE_ECNONLY", "NORM_CCL", "NORM_FIXED", "NORM_MODE", "NORM_NUM_AUTOPARITY", "NORM_NUM_PARITY", "NORM_PUSH",
    "NORM_SEGMENT_SIZE", "NORM_UNICAST_NACK", "NOTIFY_CONNECT", "NOTIFY_DISCONNECT", "ONLY_FIRST_SUBSCRIBE",
    "OUT_BATCH_SIZE", "PEER", "PRIORITY", "RADIO", "RECONNECT_STOP", "RECONNECT_STOP_AFTER_DISCONNECT",
    "RECONNECT_STOP_CONN_REFUSED", "RECONNECT_STOP_HANDSHAKE_FAILED", "ROUTER_NOTIFY", "SCATTER", "SERVER",
    "SOCKS_PASSWORD", "SOCKS_USERNAME", "TOPICS_COUNT", "WSS_CERT_PEM", "WSS_HOSTNAME", "WSS_KEY_PEM", "WSS_TRUST_PEM",
    "WSS_TRUST_SYSTEM", "XPUB_MANUAL_LAST_VALUE", "XSUB_VERBOSE_UNSUBSCRIBE", "ZAP_ENFORCE_DOMAIN", "ZERO_COPY_RECV",
})
# fmt: on

#: Names of the socket options that cannot be set.
# fmt: off
_GET_ONLY_OPTIONS: frozenset[str] = frozenset({
    "EVENTS", "FD", "LAST_ENDPOINT", "MECHANISM", "RCVMORE", "THREAD_SAFE", "TOPICS_COUNT", "TYPE",
})
# fmt: on

#: Names of the socket options that cannot be read back.
# fmt: off
_SET_ONLY_OPTIONS: frozenset[str] = frozenset({
    "CONNECT_ROUTING_ID", "DISCONNECT_MSG", "HELLO_MSG", "HICCUP_MSG", "IPC_FILTER_GID", "IPC_FILTER_PID",
    "IPC_FILTER_UID", "METADATA", "ONLY_FIRST_SUBSCRIBE", "PROBE_ROUTER", "REQ_CORRELATE", "REQ_RELAXED",
    "ROUTER_HANDOVER", "ROUTER_MANDATORY", "ROUTER_RAW", "STREAM_NOTIFY", "SUBSCRIBE", "TCP_ACCEPT_FILTER",
    "UNSUBSCRIBE", "WSS_CERT_PEM", "WSS_HOSTNAME", "WSS_KEY_PEM", "WSS_TRUST_PEM", "WSS_TRUST_SYSTEM", "XPUB_MANUAL",
    "XPUB_MANUAL_LAST_VALUE", "XPUB_NODROP", "XPUB_VERBOSE", "XPUB_VERBOSER", "XPUB_WELCOME_MSG",
    "XSUB_VERBOSE_UNSUBSCRIBE",
})
# fmt: on

# limits and defaults of libzmq
IO_THREADS_DFLT: int = 1  #: IO_THREADS of a new context
MAX_SOCKETS_DFLT: int = 1023  #: MAX_SOCKETS of a new context
THREAD_PRIORITY_DFLT: int = -1  #: THREAD_PRIORITY of a new context (4.1.0+)
THREAD_SCHED_POLICY_DFLT: int = -1  #: THREAD_SCHED_POLICY of a new context (4.1.0+)
GROUP_MAX_LENGTH: int = 255  #: longest group of RADIO and DISH, in bytes (4.3.3+)
POLLITEMS_DFLT: int = 16  #: items that zmq_poll takes without allocating
CURRENT_EVENT_VERSION: int = 1  #: latest stable version of monitor events (draft, 4.3.2+)
CURRENT_EVENT_VERSION_DRAFT: int = 2  #: latest draft version of monitor events (draft, 4.3.2+)


#: The enums, from when they are made, which is before their members have names here.
_MADE: dict[str, Any] = {}


def _make(owner: str) -> None:
    """Make an enum, and the names of its members.

    Needs no lock: of two threads that both make an enum, the second one finds it in the module, and drops its own.
    """
    import enum  # noqa: PLC0415

    def make(base: str, name: str, members: list[tuple[str, Any]]) -> Any:
        return getattr(enum, base)(name, members, module=__name__)

    module = globals()
    base, prefix, doc, *added = _ENUMS[owner]
    members = {key: key.removeprefix(prefix) for key in _VALUES[owner]}
    cls = make(base, owner, [(members[key], value) for key, value in _VALUES[owner].items()])
    cls.__doc__ = f"{doc}\n\n" + "".join(f".. versionadded:: {version}\n" for version in added)
    if owner == "SocketOption":
        kinds = make("Enum", "_OptType", [(kind, kind) for kind in ("int", "int64", "bytes", "fd")])
        kinds = module.setdefault("_OptType", kinds)
        cls._opt_type = property(lambda option: kinds(_OPTION_TYPES.get(option._value_, "int")))
    cls = _MADE.setdefault(owner, cls)
    for key, member in members.items():
        # What somebody has put there meanwhile, stays.
        module.setdefault(key, cls[member])
    # Last, since another thread that finds it looks for no members.
    module.setdefault(owner, cls)


def _stop_asking(module: dict[str, Any]) -> None:
    """Take the ``__getattr__`` of a module away, which no longer finds anything.

    The interpreter looks names up several times faster in a module that has none. Without a GIL, another thread might
    not find it just when it has missed a name.
    """
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        module.pop("__getattr__", None)


if not TYPE_CHECKING:
    # A type checker would take any name for one that exists.

    def __getattr__(name):
        if name not in __all__ and name not in ("_OptType", "Enum", "IntEnum", "IntFlag"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import enum  # noqa: PLC0415

        module = globals()
        for owner in _ENUMS:
            if owner not in module:
                _make(owner)
        for base in ("Enum", "IntEnum", "IntFlag"):
            module.setdefault(base, getattr(enum, base))
        _stop_asking(module)
        return module[name]

    def __dir__():
        return sorted({*globals(), *__all__})
