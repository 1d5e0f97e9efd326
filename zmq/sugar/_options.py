"""What options are as attributes of sockets and contexts, and as what ``get`` returns them. For type checkers.

At run time the attributes of sockets are descriptors of the backend, made by `zmq.sugar.attrsettr`, and nothing imports
this module. Other spellings than these two (``Linger``) work as well, but type checkers do not know them.

Generated from tools/spec/constants.toml by `nox -s generate`. DO NOT EDIT.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, NoReturn, TypeVar, Union

from zmq.constants import SocketOption
from zmq.sugar.attrsettr import AttributeSetter

_GetT_co = TypeVar("_GetT_co", covariant=True)
_SetT_contra = TypeVar("_SetT_contra", contravariant=True)

#: What SUBSCRIBE and UNSUBSCRIBE take: text becomes UTF-8.
Topic = Union[bytes, str]


class Option(Generic[_GetT_co, _SetT_contra]):
    """An option that can be read and written."""

    def __get__(self, instance: object, owner: Any = None) -> _GetT_co:
        """Read it."""
        raise NotImplementedError

    def __set__(self, instance: object, value: _SetT_contra) -> None:
        """Write it."""


class ReadOnlyOption(Generic[_GetT_co]):
    """An option that cannot be written."""

    def __get__(self, instance: object, owner: Any = None) -> _GetT_co:
        """Read it."""
        raise NotImplementedError

    def __set__(self, instance: object, value: NoReturn) -> None:
        """Raise AttributeError."""


class WriteOnlyOption(Generic[_SetT_contra]):
    """An option that cannot be read: reading raises AttributeError."""

    def __set__(self, instance: object, value: _SetT_contra) -> None:
        """Write it."""


class DefaultOption(Option[_GetT_co, _SetT_contra]):
    """An option that new sockets begin with. It can be read after it was set, and deleted then."""

    def __delete__(self, instance: object) -> None:
        """Return to libzmq's default."""


#: Options whose value is an int.
# fmt: off
IntOption = Literal[
    SocketOption.HWM, SocketOption.AFFINITY, SocketOption.RATE, SocketOption.RECOVERY_IVL, SocketOption.SNDBUF,
    SocketOption.RCVBUF, SocketOption.RCVMORE, SocketOption.FD, SocketOption.EVENTS, SocketOption.TYPE,
    SocketOption.LINGER, SocketOption.RECONNECT_IVL, SocketOption.BACKLOG, SocketOption.RECONNECT_IVL_MAX,
    SocketOption.MAXMSGSIZE, SocketOption.SNDHWM, SocketOption.RCVHWM, SocketOption.MULTICAST_HOPS,
    SocketOption.RCVTIMEO, SocketOption.SNDTIMEO, SocketOption.ROUTER_MANDATORY, SocketOption.TCP_KEEPALIVE,
    SocketOption.TCP_KEEPALIVE_CNT, SocketOption.TCP_KEEPALIVE_IDLE, SocketOption.TCP_KEEPALIVE_INTVL,
    SocketOption.IMMEDIATE, SocketOption.XPUB_VERBOSE, SocketOption.ROUTER_RAW, SocketOption.IPV6,
    SocketOption.MECHANISM, SocketOption.PLAIN_SERVER, SocketOption.CURVE_SERVER, SocketOption.PROBE_ROUTER,
    SocketOption.REQ_CORRELATE, SocketOption.REQ_RELAXED, SocketOption.CONFLATE, SocketOption.ROUTER_HANDOVER,
    SocketOption.TOS, SocketOption.GSSAPI_SERVER, SocketOption.GSSAPI_PLAINTEXT, SocketOption.HANDSHAKE_IVL,
    SocketOption.XPUB_NODROP, SocketOption.BLOCKY, SocketOption.XPUB_MANUAL, SocketOption.STREAM_NOTIFY,
    SocketOption.INVERT_MATCHING, SocketOption.HEARTBEAT_IVL, SocketOption.HEARTBEAT_TTL,
    SocketOption.HEARTBEAT_TIMEOUT, SocketOption.XPUB_VERBOSER, SocketOption.CONNECT_TIMEOUT, SocketOption.TCP_MAXRT,
    SocketOption.THREAD_SAFE, SocketOption.MULTICAST_MAXTPDU, SocketOption.VMCI_BUFFER_SIZE,
    SocketOption.VMCI_BUFFER_MIN_SIZE, SocketOption.VMCI_BUFFER_MAX_SIZE, SocketOption.VMCI_CONNECT_TIMEOUT,
    SocketOption.USE_FD, SocketOption.GSSAPI_PRINCIPAL_NAMETYPE, SocketOption.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE,
    SocketOption.IPC_FILTER_PID, SocketOption.IPC_FILTER_UID, SocketOption.IPC_FILTER_GID, SocketOption.IPV4ONLY,
    SocketOption.DELAY_ATTACH_ON_CONNECT, SocketOption.FAIL_UNROUTABLE, SocketOption.ROUTER_BEHAVIOR,
    SocketOption.ZAP_ENFORCE_DOMAIN, SocketOption.LOOPBACK_FASTPATH, SocketOption.MULTICAST_LOOP,
    SocketOption.ROUTER_NOTIFY, SocketOption.XPUB_MANUAL_LAST_VALUE, SocketOption.IN_BATCH_SIZE,
    SocketOption.OUT_BATCH_SIZE, SocketOption.WSS_TRUST_SYSTEM, SocketOption.ONLY_FIRST_SUBSCRIBE,
    SocketOption.RECONNECT_STOP, SocketOption.PRIORITY, SocketOption.BUSY_POLL, SocketOption.XSUB_VERBOSE_UNSUBSCRIBE,
    SocketOption.TOPICS_COUNT, SocketOption.NORM_MODE, SocketOption.NORM_UNICAST_NACK, SocketOption.NORM_BUFFER_SIZE,
    SocketOption.NORM_SEGMENT_SIZE, SocketOption.NORM_BLOCK_SIZE, SocketOption.NORM_NUM_PARITY,
    SocketOption.NORM_NUM_AUTOPARITY, SocketOption.NORM_PUSH,
]
# fmt: on
#: Options whose value is bytes.
# fmt: off
BytesOption = Literal[
    SocketOption.ROUTING_ID, SocketOption.SUBSCRIBE, SocketOption.UNSUBSCRIBE, SocketOption.LAST_ENDPOINT,
    SocketOption.PLAIN_USERNAME, SocketOption.PLAIN_PASSWORD, SocketOption.CURVE_PUBLICKEY,
    SocketOption.CURVE_SECRETKEY, SocketOption.CURVE_SERVERKEY, SocketOption.ZAP_DOMAIN,
    SocketOption.CONNECT_ROUTING_ID, SocketOption.GSSAPI_PRINCIPAL, SocketOption.GSSAPI_SERVICE_PRINCIPAL,
    SocketOption.SOCKS_PROXY, SocketOption.XPUB_WELCOME_MSG, SocketOption.BINDTODEVICE, SocketOption.IDENTITY,
    SocketOption.CONNECT_RID, SocketOption.TCP_ACCEPT_FILTER, SocketOption.METADATA, SocketOption.SOCKS_USERNAME,
    SocketOption.SOCKS_PASSWORD, SocketOption.WSS_KEY_PEM, SocketOption.WSS_CERT_PEM, SocketOption.WSS_TRUST_PEM,
    SocketOption.WSS_HOSTNAME, SocketOption.HELLO_MSG, SocketOption.DISCONNECT_MSG, SocketOption.HICCUP_MSG,
]
# fmt: on


class SocketOptions:
    """The options of sockets."""

    hwm: Option[int, int]
    """SNDHWM and RCVHWM together; pyzmq's own option."""
    HWM: Option[int, int]
    affinity: Option[int, int]
    """Bitmap of I/O threads that serve new connections."""
    AFFINITY: Option[int, int]
    routing_id: Option[bytes, bytes]
    """Name by which a ROUTER peer addresses this socket."""
    ROUTING_ID: Option[bytes, bytes]
    SUBSCRIBE: WriteOnlyOption[Topic]
    UNSUBSCRIBE: WriteOnlyOption[Topic]
    rate: Option[int, int]
    """Multicast data rate, in kilobits per second."""
    RATE: Option[int, int]
    recovery_ivl: Option[int, int]
    """Multicast recovery interval, in ms."""
    RECOVERY_IVL: Option[int, int]
    sndbuf: Option[int, int]
    """Kernel transmit buffer, in bytes; -1 for the system's default."""
    SNDBUF: Option[int, int]
    rcvbuf: Option[int, int]
    """Kernel receive buffer, in bytes; -1 for the system's default."""
    RCVBUF: Option[int, int]
    rcvmore: ReadOnlyOption[int]
    """1 if more parts of the message just received follow."""
    RCVMORE: ReadOnlyOption[int]
    fd: ReadOnlyOption[int]
    """Edge-triggered descriptor that signals a change of EVENTS."""
    FD: ReadOnlyOption[int]
    events: ReadOnlyOption[int]
    """Mask of POLLIN and POLLOUT that now hold."""
    EVENTS: ReadOnlyOption[int]
    TYPE: ReadOnlyOption[int]
    linger: Option[int, int]
    """How long close waits to send, in ms; -1 for ever."""
    LINGER: Option[int, int]
    reconnect_ivl: Option[int, int]
    """Delay before reconnecting, in ms; -1 for never."""
    RECONNECT_IVL: Option[int, int]
    backlog: Option[int, int]
    """Queue of outstanding connections of a listener."""
    BACKLOG: Option[int, int]
    reconnect_ivl_max: Option[int, int]
    """Greatest delay of exponential back-off, in ms; 0 for none."""
    RECONNECT_IVL_MAX: Option[int, int]
    maxmsgsize: Option[int, int]
    """Largest inbound message, in bytes; -1 for no limit."""
    MAXMSGSIZE: Option[int, int]
    sndhwm: Option[int, int]
    """High-water mark for outbound messages; 0 for no limit."""
    SNDHWM: Option[int, int]
    rcvhwm: Option[int, int]
    """High-water mark for inbound messages; 0 for no limit."""
    RCVHWM: Option[int, int]
    multicast_hops: Option[int, int]
    """Greatest number of network hops of a multicast packet."""
    MULTICAST_HOPS: Option[int, int]
    rcvtimeo: Option[int, int]
    """Time before recv raises Again, in ms; -1 for ever."""
    RCVTIMEO: Option[int, int]
    sndtimeo: Option[int, int]
    """Time before send raises Again, in ms; -1 for ever."""
    SNDTIMEO: Option[int, int]
    last_endpoint: ReadOnlyOption[bytes]
    """The last endpoint bound or connected, wildcards resolved."""
    LAST_ENDPOINT: ReadOnlyOption[bytes]
    router_mandatory: WriteOnlyOption[int]
    """ROUTER: unroutable messages raise EHOSTUNREACH."""
    ROUTER_MANDATORY: WriteOnlyOption[int]
    tcp_keepalive: Option[int, int]
    """SO_KEEPALIVE; -1 for the system's default."""
    TCP_KEEPALIVE: Option[int, int]
    tcp_keepalive_cnt: Option[int, int]
    """TCP_KEEPCNT, in probes; -1 for the system's default."""
    TCP_KEEPALIVE_CNT: Option[int, int]
    tcp_keepalive_idle: Option[int, int]
    """TCP_KEEPIDLE, in seconds; -1 for the system's default."""
    TCP_KEEPALIVE_IDLE: Option[int, int]
    tcp_keepalive_intvl: Option[int, int]
    """TCP_KEEPINTVL, in seconds; -1 for the system's default."""
    TCP_KEEPALIVE_INTVL: Option[int, int]
    immediate: Option[int, int]
    """Queue messages only to completed connections."""
    IMMEDIATE: Option[int, int]
    xpub_verbose: WriteOnlyOption[int]
    """XPUB: pass on repeated subscriptions."""
    XPUB_VERBOSE: WriteOnlyOption[int]
    router_raw: WriteOnlyOption[int]
    """ROUTER: raw TCP with non-zmq peers; use STREAM."""
    ROUTER_RAW: WriteOnlyOption[int]
    ipv6: Option[int, int]
    """IPv6; also for a context, as default of its sockets."""
    IPV6: Option[int, int]
    mechanism: ReadOnlyOption[int]
    """The SecurityMechanism in use."""
    MECHANISM: ReadOnlyOption[int]
    plain_server: Option[int, int]
    """Act as server of PLAIN security."""
    PLAIN_SERVER: Option[int, int]
    plain_username: Option[bytes, bytes]
    """User name of PLAIN security."""
    PLAIN_USERNAME: Option[bytes, bytes]
    plain_password: Option[bytes, bytes]
    """Password of PLAIN security."""
    PLAIN_PASSWORD: Option[bytes, bytes]
    curve_server: Option[int, int]
    """Act as server of CURVE security."""
    CURVE_SERVER: Option[int, int]
    curve_publickey: Option[bytes, bytes]
    """Own public key: 32 bytes, or 40 of Z85."""
    CURVE_PUBLICKEY: Option[bytes, bytes]
    curve_secretkey: Option[bytes, bytes]
    """Own secret key: 32 bytes, or 40 of Z85."""
    CURVE_SECRETKEY: Option[bytes, bytes]
    curve_serverkey: Option[bytes, bytes]
    """The server's public key: 32 bytes, or 40 of Z85."""
    CURVE_SERVERKEY: Option[bytes, bytes]
    probe_router: WriteOnlyOption[int]
    """Send an empty message on each new connection."""
    PROBE_ROUTER: WriteOnlyOption[int]
    req_correlate: WriteOnlyOption[int]
    """REQ: match replies with requests by number."""
    REQ_CORRELATE: WriteOnlyOption[int]
    req_relaxed: WriteOnlyOption[int]
    """REQ: a new request may replace an unanswered one."""
    REQ_RELAXED: WriteOnlyOption[int]
    conflate: Option[int, int]
    """Keep only the last message."""
    CONFLATE: Option[int, int]
    zap_domain: Option[bytes, bytes]
    """Domain of ZAP authentication (RFC 27)."""
    ZAP_DOMAIN: Option[bytes, bytes]
    router_handover: WriteOnlyOption[int]
    """ROUTER: a new peer takes over a routing id in use."""
    ROUTER_HANDOVER: WriteOnlyOption[int]
    tos: Option[int, int]
    """Type-of-service field of IP packets."""
    TOS: Option[int, int]
    connect_routing_id: WriteOnlyOption[bytes]
    """Routing id given to the peer of the next connect."""
    CONNECT_ROUTING_ID: WriteOnlyOption[bytes]
    gssapi_server: Option[int, int]
    """Act as server of GSSAPI security."""
    GSSAPI_SERVER: Option[int, int]
    gssapi_principal: Option[bytes, bytes]
    """Name of the own GSSAPI principal."""
    GSSAPI_PRINCIPAL: Option[bytes, bytes]
    gssapi_service_principal: Option[bytes, bytes]
    """Name of the server's GSSAPI principal."""
    GSSAPI_SERVICE_PRINCIPAL: Option[bytes, bytes]
    gssapi_plaintext: Option[int, int]
    """GSSAPI without encryption."""
    GSSAPI_PLAINTEXT: Option[int, int]
    handshake_ivl: Option[int, int]
    """Limit on the handshake, in ms; 0 for none."""
    HANDSHAKE_IVL: Option[int, int]
    socks_proxy: Option[bytes, bytes]
    """Address of the SOCKS5 proxy."""
    SOCKS_PROXY: Option[bytes, bytes]
    xpub_nodrop: WriteOnlyOption[int]
    """XPUB, PUB: raise Again at the high-water mark, do not drop."""
    XPUB_NODROP: WriteOnlyOption[int]
    xpub_manual: WriteOnlyOption[int]
    """XPUB: subscriptions are set by hand."""
    XPUB_MANUAL: WriteOnlyOption[int]
    xpub_welcome_msg: WriteOnlyOption[bytes]
    """XPUB: message to each new subscriber."""
    XPUB_WELCOME_MSG: WriteOnlyOption[bytes]
    stream_notify: WriteOnlyOption[int]
    """STREAM: empty messages report connect and disconnect."""
    STREAM_NOTIFY: WriteOnlyOption[int]
    invert_matching: Option[int, int]
    """Send to subscribers that do not match."""
    INVERT_MATCHING: Option[int, int]
    heartbeat_ivl: Option[int, int]
    """Interval between ZMTP heartbeats, in ms; 0 for none."""
    HEARTBEAT_IVL: Option[int, int]
    heartbeat_ttl: Option[int, int]
    """Silence after which the peer gives up, in ms."""
    HEARTBEAT_TTL: Option[int, int]
    heartbeat_timeout: Option[int, int]
    """Time to wait for an answer to a heartbeat, in ms."""
    HEARTBEAT_TIMEOUT: Option[int, int]
    xpub_verboser: WriteOnlyOption[int]
    """XPUB: pass on repeated (un)subscriptions."""
    XPUB_VERBOSER: WriteOnlyOption[int]
    connect_timeout: Option[int, int]
    """Limit on connect(), in ms; 0 for the system's."""
    CONNECT_TIMEOUT: Option[int, int]
    tcp_maxrt: Option[int, int]
    """Greatest TCP retransmit timeout, in ms; 0 for the system's."""
    TCP_MAXRT: Option[int, int]
    thread_safe: ReadOnlyOption[int]
    """Whether the socket may be shared by threads."""
    THREAD_SAFE: ReadOnlyOption[int]
    multicast_maxtpdu: Option[int, int]
    """Largest multicast packet, in bytes."""
    MULTICAST_MAXTPDU: Option[int, int]
    vmci_buffer_size: Option[int, int]
    """Buffer of a VMCI connection, in bytes."""
    VMCI_BUFFER_SIZE: Option[int, int]
    vmci_buffer_min_size: Option[int, int]
    """Least buffer of a VMCI connection, in bytes."""
    VMCI_BUFFER_MIN_SIZE: Option[int, int]
    vmci_buffer_max_size: Option[int, int]
    """Greatest buffer of a VMCI connection, in bytes."""
    VMCI_BUFFER_MAX_SIZE: Option[int, int]
    vmci_connect_timeout: Option[int, int]
    """Limit on connecting over VMCI, in ms."""
    VMCI_CONNECT_TIMEOUT: Option[int, int]
    use_fd: Option[int, int]
    """Bound or connected descriptor to use instead of a new one."""
    USE_FD: Option[int, int]
    gssapi_principal_nametype: Option[int, int]
    """GSSAPINameType of the own principal."""
    GSSAPI_PRINCIPAL_NAMETYPE: Option[int, int]
    gssapi_service_principal_nametype: Option[int, int]
    """GSSAPINameType of the server's principal."""
    GSSAPI_SERVICE_PRINCIPAL_NAMETYPE: Option[int, int]
    bindtodevice: Option[bytes, bytes]
    """Network interface to bind to (Linux)."""
    BINDTODEVICE: Option[bytes, bytes]
    identity: Option[bytes, bytes]
    """Old name of ROUTING_ID."""
    IDENTITY: Option[bytes, bytes]
    connect_rid: WriteOnlyOption[bytes]
    """Old name of CONNECT_ROUTING_ID."""
    CONNECT_RID: WriteOnlyOption[bytes]
    tcp_accept_filter: WriteOnlyOption[bytes]
    """Deprecated: accept TCP peers of this network only; use ZAP."""
    TCP_ACCEPT_FILTER: WriteOnlyOption[bytes]
    ipc_filter_pid: WriteOnlyOption[int]
    """Deprecated: accept IPC peers of this process only; use ZAP."""
    IPC_FILTER_PID: WriteOnlyOption[int]
    ipc_filter_uid: WriteOnlyOption[int]
    """Deprecated: accept IPC peers of this user only; use ZAP."""
    IPC_FILTER_UID: WriteOnlyOption[int]
    ipc_filter_gid: WriteOnlyOption[int]
    """Deprecated: accept IPC peers of this group only; use ZAP."""
    IPC_FILTER_GID: WriteOnlyOption[int]
    ipv4only: Option[int, int]
    """Deprecated: the opposite of IPV6."""
    IPV4ONLY: Option[int, int]
    delay_attach_on_connect: Option[int, int]
    """Old name of IMMEDIATE."""
    DELAY_ATTACH_ON_CONNECT: Option[int, int]
    fail_unroutable: WriteOnlyOption[int]
    """Old name of ROUTER_MANDATORY."""
    FAIL_UNROUTABLE: WriteOnlyOption[int]
    router_behavior: WriteOnlyOption[int]
    """Old name of ROUTER_MANDATORY."""
    ROUTER_BEHAVIOR: WriteOnlyOption[int]
    zap_enforce_domain: Option[int, int]
    """Ask ZAP only if ZAP_DOMAIN is set, as RFC 27 wants."""
    ZAP_ENFORCE_DOMAIN: Option[int, int]
    loopback_fastpath: Option[int, int]
    """Faster TCP on the loopback interface (Windows)."""
    LOOPBACK_FASTPATH: Option[int, int]
    metadata: WriteOnlyOption[bytes]
    """Application metadata, as b"X-key:value"."""
    METADATA: WriteOnlyOption[bytes]
    multicast_loop: Option[int, int]
    """Receive own multicast packets."""
    MULTICAST_LOOP: Option[int, int]
    router_notify: Option[int, int]
    """Mask of RouterNotify: report peers by empty messages."""
    ROUTER_NOTIFY: Option[int, int]
    xpub_manual_last_value: WriteOnlyOption[int]
    """XPUB_MANUAL, then send to the last subscriber only."""
    XPUB_MANUAL_LAST_VALUE: WriteOnlyOption[int]
    socks_username: Option[bytes, bytes]
    """User name for the SOCKS5 proxy."""
    SOCKS_USERNAME: Option[bytes, bytes]
    socks_password: Option[bytes, bytes]
    """Password for the SOCKS5 proxy."""
    SOCKS_PASSWORD: Option[bytes, bytes]
    in_batch_size: Option[int, int]
    """Most messages received by one system call."""
    IN_BATCH_SIZE: Option[int, int]
    out_batch_size: Option[int, int]
    """Most messages sent by one system call."""
    OUT_BATCH_SIZE: Option[int, int]
    wss_key_pem: WriteOnlyOption[bytes]
    """Wss://: private key, PEM."""
    WSS_KEY_PEM: WriteOnlyOption[bytes]
    wss_cert_pem: WriteOnlyOption[bytes]
    """Wss://: certificate, PEM."""
    WSS_CERT_PEM: WriteOnlyOption[bytes]
    wss_trust_pem: WriteOnlyOption[bytes]
    """Wss://: trusted certificates, PEM."""
    WSS_TRUST_PEM: WriteOnlyOption[bytes]
    wss_hostname: WriteOnlyOption[bytes]
    """Wss://: host name expected of the server."""
    WSS_HOSTNAME: WriteOnlyOption[bytes]
    wss_trust_system: WriteOnlyOption[int]
    """Wss://: trust the system's certificates."""
    WSS_TRUST_SYSTEM: WriteOnlyOption[int]
    only_first_subscribe: WriteOnlyOption[int]
    """Only the first part of a message can (un)subscribe."""
    ONLY_FIRST_SUBSCRIBE: WriteOnlyOption[int]
    reconnect_stop: Option[int, int]
    """Mask of ReconnectStop: when to stop reconnecting."""
    RECONNECT_STOP: Option[int, int]
    hello_msg: WriteOnlyOption[bytes]
    """Message sent to each new peer."""
    HELLO_MSG: WriteOnlyOption[bytes]
    disconnect_msg: WriteOnlyOption[bytes]
    """Message received when an accepted peer disconnects."""
    DISCONNECT_MSG: WriteOnlyOption[bytes]
    priority: Option[int, int]
    """SO_PRIORITY of the underlying socket (Linux)."""
    PRIORITY: Option[int, int]
    busy_poll: Option[int, int]
    """SO_BUSY_POLL of the underlying socket (Linux)."""
    BUSY_POLL: Option[int, int]
    hiccup_msg: WriteOnlyOption[bytes]
    """Message received when a connected peer drops out."""
    HICCUP_MSG: WriteOnlyOption[bytes]
    xsub_verbose_unsubscribe: WriteOnlyOption[int]
    """XSUB: pass on repeated unsubscriptions."""
    XSUB_VERBOSE_UNSUBSCRIBE: WriteOnlyOption[int]
    topics_count: ReadOnlyOption[int]
    """Number of topics subscribed."""
    TOPICS_COUNT: ReadOnlyOption[int]
    norm_mode: Option[int, int]
    """NORM: the sender's NormMode."""
    NORM_MODE: Option[int, int]
    norm_unicast_nack: Option[int, int]
    """NORM: receivers answer by unicast."""
    NORM_UNICAST_NACK: Option[int, int]
    norm_buffer_size: Option[int, int]
    """NORM: buffer, in kilobytes."""
    NORM_BUFFER_SIZE: Option[int, int]
    norm_segment_size: Option[int, int]
    """NORM: segment, in bytes."""
    NORM_SEGMENT_SIZE: Option[int, int]
    norm_block_size: Option[int, int]
    """NORM: segments in a block, 1 to 255."""
    NORM_BLOCK_SIZE: Option[int, int]
    norm_num_parity: Option[int, int]
    """NORM: parity segments in a block, up to 254."""
    NORM_NUM_PARITY: Option[int, int]
    norm_num_autoparity: Option[int, int]
    """NORM: parity segments sent unasked, up to 254."""
    NORM_NUM_AUTOPARITY: Option[int, int]
    norm_push: Option[int, int]
    """NORM: push to new receivers."""
    NORM_PUSH: Option[int, int]


class ContextOptions(AttributeSetter):
    """The options of contexts, and those of sockets, which new sockets begin with."""

    hwm: DefaultOption[int, int]
    """SNDHWM and RCVHWM together; pyzmq's own option."""
    HWM: DefaultOption[int, int]
    affinity: DefaultOption[int, int]
    """Bitmap of I/O threads that serve new connections."""
    AFFINITY: DefaultOption[int, int]
    routing_id: DefaultOption[bytes, bytes]
    """Name by which a ROUTER peer addresses this socket."""
    ROUTING_ID: DefaultOption[bytes, bytes]
    subscribe: DefaultOption[bytes, Topic]
    """Add a prefix to the message filter."""
    SUBSCRIBE: DefaultOption[bytes, Topic]
    unsubscribe: DefaultOption[bytes, Topic]
    """Remove a prefix from the message filter."""
    UNSUBSCRIBE: DefaultOption[bytes, Topic]
    rate: DefaultOption[int, int]
    """Multicast data rate, in kilobits per second."""
    RATE: DefaultOption[int, int]
    recovery_ivl: DefaultOption[int, int]
    """Multicast recovery interval, in ms."""
    RECOVERY_IVL: DefaultOption[int, int]
    sndbuf: DefaultOption[int, int]
    """Kernel transmit buffer, in bytes; -1 for the system's default."""
    SNDBUF: DefaultOption[int, int]
    rcvbuf: DefaultOption[int, int]
    """Kernel receive buffer, in bytes; -1 for the system's default."""
    RCVBUF: DefaultOption[int, int]
    linger: DefaultOption[int, int]
    """How long close waits to send, in ms; -1 for ever."""
    LINGER: DefaultOption[int, int]
    reconnect_ivl: DefaultOption[int, int]
    """Delay before reconnecting, in ms; -1 for never."""
    RECONNECT_IVL: DefaultOption[int, int]
    backlog: DefaultOption[int, int]
    """Queue of outstanding connections of a listener."""
    BACKLOG: DefaultOption[int, int]
    reconnect_ivl_max: DefaultOption[int, int]
    """Greatest delay of exponential back-off, in ms; 0 for none."""
    RECONNECT_IVL_MAX: DefaultOption[int, int]
    maxmsgsize: DefaultOption[int, int]
    """Largest inbound message, in bytes; -1 for no limit."""
    MAXMSGSIZE: DefaultOption[int, int]
    sndhwm: DefaultOption[int, int]
    """High-water mark for outbound messages; 0 for no limit."""
    SNDHWM: DefaultOption[int, int]
    rcvhwm: DefaultOption[int, int]
    """High-water mark for inbound messages; 0 for no limit."""
    RCVHWM: DefaultOption[int, int]
    multicast_hops: DefaultOption[int, int]
    """Greatest number of network hops of a multicast packet."""
    MULTICAST_HOPS: DefaultOption[int, int]
    rcvtimeo: DefaultOption[int, int]
    """Time before recv raises Again, in ms; -1 for ever."""
    RCVTIMEO: DefaultOption[int, int]
    sndtimeo: DefaultOption[int, int]
    """Time before send raises Again, in ms; -1 for ever."""
    SNDTIMEO: DefaultOption[int, int]
    router_mandatory: DefaultOption[int, int]
    """ROUTER: unroutable messages raise EHOSTUNREACH."""
    ROUTER_MANDATORY: DefaultOption[int, int]
    tcp_keepalive: DefaultOption[int, int]
    """SO_KEEPALIVE; -1 for the system's default."""
    TCP_KEEPALIVE: DefaultOption[int, int]
    tcp_keepalive_cnt: DefaultOption[int, int]
    """TCP_KEEPCNT, in probes; -1 for the system's default."""
    TCP_KEEPALIVE_CNT: DefaultOption[int, int]
    tcp_keepalive_idle: DefaultOption[int, int]
    """TCP_KEEPIDLE, in seconds; -1 for the system's default."""
    TCP_KEEPALIVE_IDLE: DefaultOption[int, int]
    tcp_keepalive_intvl: DefaultOption[int, int]
    """TCP_KEEPINTVL, in seconds; -1 for the system's default."""
    TCP_KEEPALIVE_INTVL: DefaultOption[int, int]
    immediate: DefaultOption[int, int]
    """Queue messages only to completed connections."""
    IMMEDIATE: DefaultOption[int, int]
    xpub_verbose: DefaultOption[int, int]
    """XPUB: pass on repeated subscriptions."""
    XPUB_VERBOSE: DefaultOption[int, int]
    router_raw: DefaultOption[int, int]
    """ROUTER: raw TCP with non-zmq peers; use STREAM."""
    ROUTER_RAW: DefaultOption[int, int]
    ipv6: DefaultOption[int, int]
    """IPv6; also for a context, as default of its sockets."""
    IPV6: DefaultOption[int, int]
    plain_server: DefaultOption[int, int]
    """Act as server of PLAIN security."""
    PLAIN_SERVER: DefaultOption[int, int]
    plain_username: DefaultOption[bytes, bytes]
    """User name of PLAIN security."""
    PLAIN_USERNAME: DefaultOption[bytes, bytes]
    plain_password: DefaultOption[bytes, bytes]
    """Password of PLAIN security."""
    PLAIN_PASSWORD: DefaultOption[bytes, bytes]
    curve_server: DefaultOption[int, int]
    """Act as server of CURVE security."""
    CURVE_SERVER: DefaultOption[int, int]
    curve_publickey: DefaultOption[bytes, bytes]
    """Own public key: 32 bytes, or 40 of Z85."""
    CURVE_PUBLICKEY: DefaultOption[bytes, bytes]
    curve_secretkey: DefaultOption[bytes, bytes]
    """Own secret key: 32 bytes, or 40 of Z85."""
    CURVE_SECRETKEY: DefaultOption[bytes, bytes]
    curve_serverkey: DefaultOption[bytes, bytes]
    """The server's public key: 32 bytes, or 40 of Z85."""
    CURVE_SERVERKEY: DefaultOption[bytes, bytes]
    probe_router: DefaultOption[int, int]
    """Send an empty message on each new connection."""
    PROBE_ROUTER: DefaultOption[int, int]
    req_correlate: DefaultOption[int, int]
    """REQ: match replies with requests by number."""
    REQ_CORRELATE: DefaultOption[int, int]
    req_relaxed: DefaultOption[int, int]
    """REQ: a new request may replace an unanswered one."""
    REQ_RELAXED: DefaultOption[int, int]
    conflate: DefaultOption[int, int]
    """Keep only the last message."""
    CONFLATE: DefaultOption[int, int]
    zap_domain: DefaultOption[bytes, bytes]
    """Domain of ZAP authentication (RFC 27)."""
    ZAP_DOMAIN: DefaultOption[bytes, bytes]
    router_handover: DefaultOption[int, int]
    """ROUTER: a new peer takes over a routing id in use."""
    ROUTER_HANDOVER: DefaultOption[int, int]
    tos: DefaultOption[int, int]
    """Type-of-service field of IP packets."""
    TOS: DefaultOption[int, int]
    connect_routing_id: DefaultOption[bytes, bytes]
    """Routing id given to the peer of the next connect."""
    CONNECT_ROUTING_ID: DefaultOption[bytes, bytes]
    gssapi_server: DefaultOption[int, int]
    """Act as server of GSSAPI security."""
    GSSAPI_SERVER: DefaultOption[int, int]
    gssapi_principal: DefaultOption[bytes, bytes]
    """Name of the own GSSAPI principal."""
    GSSAPI_PRINCIPAL: DefaultOption[bytes, bytes]
    gssapi_service_principal: DefaultOption[bytes, bytes]
    """Name of the server's GSSAPI principal."""
    GSSAPI_SERVICE_PRINCIPAL: DefaultOption[bytes, bytes]
    gssapi_plaintext: DefaultOption[int, int]
    """GSSAPI without encryption."""
    GSSAPI_PLAINTEXT: DefaultOption[int, int]
    handshake_ivl: DefaultOption[int, int]
    """Limit on the handshake, in ms; 0 for none."""
    HANDSHAKE_IVL: DefaultOption[int, int]
    socks_proxy: DefaultOption[bytes, bytes]
    """Address of the SOCKS5 proxy."""
    SOCKS_PROXY: DefaultOption[bytes, bytes]
    xpub_nodrop: DefaultOption[int, int]
    """XPUB, PUB: raise Again at the high-water mark, do not drop."""
    XPUB_NODROP: DefaultOption[int, int]
    blocky: Option[int, int]
    """For a context: its sockets linger for ever by default."""
    BLOCKY: Option[int, int]
    xpub_manual: DefaultOption[int, int]
    """XPUB: subscriptions are set by hand."""
    XPUB_MANUAL: DefaultOption[int, int]
    xpub_welcome_msg: DefaultOption[bytes, bytes]
    """XPUB: message to each new subscriber."""
    XPUB_WELCOME_MSG: DefaultOption[bytes, bytes]
    stream_notify: DefaultOption[int, int]
    """STREAM: empty messages report connect and disconnect."""
    STREAM_NOTIFY: DefaultOption[int, int]
    invert_matching: DefaultOption[int, int]
    """Send to subscribers that do not match."""
    INVERT_MATCHING: DefaultOption[int, int]
    heartbeat_ivl: DefaultOption[int, int]
    """Interval between ZMTP heartbeats, in ms; 0 for none."""
    HEARTBEAT_IVL: DefaultOption[int, int]
    heartbeat_ttl: DefaultOption[int, int]
    """Silence after which the peer gives up, in ms."""
    HEARTBEAT_TTL: DefaultOption[int, int]
    heartbeat_timeout: DefaultOption[int, int]
    """Time to wait for an answer to a heartbeat, in ms."""
    HEARTBEAT_TIMEOUT: DefaultOption[int, int]
    xpub_verboser: DefaultOption[int, int]
    """XPUB: pass on repeated (un)subscriptions."""
    XPUB_VERBOSER: DefaultOption[int, int]
    connect_timeout: DefaultOption[int, int]
    """Limit on connect(), in ms; 0 for the system's."""
    CONNECT_TIMEOUT: DefaultOption[int, int]
    tcp_maxrt: DefaultOption[int, int]
    """Greatest TCP retransmit timeout, in ms; 0 for the system's."""
    TCP_MAXRT: DefaultOption[int, int]
    multicast_maxtpdu: DefaultOption[int, int]
    """Largest multicast packet, in bytes."""
    MULTICAST_MAXTPDU: DefaultOption[int, int]
    vmci_buffer_size: DefaultOption[int, int]
    """Buffer of a VMCI connection, in bytes."""
    VMCI_BUFFER_SIZE: DefaultOption[int, int]
    vmci_buffer_min_size: DefaultOption[int, int]
    """Least buffer of a VMCI connection, in bytes."""
    VMCI_BUFFER_MIN_SIZE: DefaultOption[int, int]
    vmci_buffer_max_size: DefaultOption[int, int]
    """Greatest buffer of a VMCI connection, in bytes."""
    VMCI_BUFFER_MAX_SIZE: DefaultOption[int, int]
    vmci_connect_timeout: DefaultOption[int, int]
    """Limit on connecting over VMCI, in ms."""
    VMCI_CONNECT_TIMEOUT: DefaultOption[int, int]
    use_fd: DefaultOption[int, int]
    """Bound or connected descriptor to use instead of a new one."""
    USE_FD: DefaultOption[int, int]
    gssapi_principal_nametype: DefaultOption[int, int]
    """GSSAPINameType of the own principal."""
    GSSAPI_PRINCIPAL_NAMETYPE: DefaultOption[int, int]
    gssapi_service_principal_nametype: DefaultOption[int, int]
    """GSSAPINameType of the server's principal."""
    GSSAPI_SERVICE_PRINCIPAL_NAMETYPE: DefaultOption[int, int]
    bindtodevice: DefaultOption[bytes, bytes]
    """Network interface to bind to (Linux)."""
    BINDTODEVICE: DefaultOption[bytes, bytes]
    identity: DefaultOption[bytes, bytes]
    """Old name of ROUTING_ID."""
    IDENTITY: DefaultOption[bytes, bytes]
    connect_rid: DefaultOption[bytes, bytes]
    """Old name of CONNECT_ROUTING_ID."""
    CONNECT_RID: DefaultOption[bytes, bytes]
    tcp_accept_filter: DefaultOption[bytes, bytes]
    """Deprecated: accept TCP peers of this network only; use ZAP."""
    TCP_ACCEPT_FILTER: DefaultOption[bytes, bytes]
    ipc_filter_pid: DefaultOption[int, int]
    """Deprecated: accept IPC peers of this process only; use ZAP."""
    IPC_FILTER_PID: DefaultOption[int, int]
    ipc_filter_uid: DefaultOption[int, int]
    """Deprecated: accept IPC peers of this user only; use ZAP."""
    IPC_FILTER_UID: DefaultOption[int, int]
    ipc_filter_gid: DefaultOption[int, int]
    """Deprecated: accept IPC peers of this group only; use ZAP."""
    IPC_FILTER_GID: DefaultOption[int, int]
    ipv4only: DefaultOption[int, int]
    """Deprecated: the opposite of IPV6."""
    IPV4ONLY: DefaultOption[int, int]
    delay_attach_on_connect: DefaultOption[int, int]
    """Old name of IMMEDIATE."""
    DELAY_ATTACH_ON_CONNECT: DefaultOption[int, int]
    fail_unroutable: DefaultOption[int, int]
    """Old name of ROUTER_MANDATORY."""
    FAIL_UNROUTABLE: DefaultOption[int, int]
    router_behavior: DefaultOption[int, int]
    """Old name of ROUTER_MANDATORY."""
    ROUTER_BEHAVIOR: DefaultOption[int, int]
    zap_enforce_domain: DefaultOption[int, int]
    """Ask ZAP only if ZAP_DOMAIN is set, as RFC 27 wants."""
    ZAP_ENFORCE_DOMAIN: DefaultOption[int, int]
    loopback_fastpath: DefaultOption[int, int]
    """Faster TCP on the loopback interface (Windows)."""
    LOOPBACK_FASTPATH: DefaultOption[int, int]
    metadata: DefaultOption[bytes, bytes]
    """Application metadata, as b"X-key:value"."""
    METADATA: DefaultOption[bytes, bytes]
    multicast_loop: DefaultOption[int, int]
    """Receive own multicast packets."""
    MULTICAST_LOOP: DefaultOption[int, int]
    router_notify: DefaultOption[int, int]
    """Mask of RouterNotify: report peers by empty messages."""
    ROUTER_NOTIFY: DefaultOption[int, int]
    xpub_manual_last_value: DefaultOption[int, int]
    """XPUB_MANUAL, then send to the last subscriber only."""
    XPUB_MANUAL_LAST_VALUE: DefaultOption[int, int]
    socks_username: DefaultOption[bytes, bytes]
    """User name for the SOCKS5 proxy."""
    SOCKS_USERNAME: DefaultOption[bytes, bytes]
    socks_password: DefaultOption[bytes, bytes]
    """Password for the SOCKS5 proxy."""
    SOCKS_PASSWORD: DefaultOption[bytes, bytes]
    in_batch_size: DefaultOption[int, int]
    """Most messages received by one system call."""
    IN_BATCH_SIZE: DefaultOption[int, int]
    out_batch_size: DefaultOption[int, int]
    """Most messages sent by one system call."""
    OUT_BATCH_SIZE: DefaultOption[int, int]
    wss_key_pem: DefaultOption[bytes, bytes]
    """Wss://: private key, PEM."""
    WSS_KEY_PEM: DefaultOption[bytes, bytes]
    wss_cert_pem: DefaultOption[bytes, bytes]
    """Wss://: certificate, PEM."""
    WSS_CERT_PEM: DefaultOption[bytes, bytes]
    wss_trust_pem: DefaultOption[bytes, bytes]
    """Wss://: trusted certificates, PEM."""
    WSS_TRUST_PEM: DefaultOption[bytes, bytes]
    wss_hostname: DefaultOption[bytes, bytes]
    """Wss://: host name expected of the server."""
    WSS_HOSTNAME: DefaultOption[bytes, bytes]
    wss_trust_system: DefaultOption[int, int]
    """Wss://: trust the system's certificates."""
    WSS_TRUST_SYSTEM: DefaultOption[int, int]
    only_first_subscribe: DefaultOption[int, int]
    """Only the first part of a message can (un)subscribe."""
    ONLY_FIRST_SUBSCRIBE: DefaultOption[int, int]
    reconnect_stop: DefaultOption[int, int]
    """Mask of ReconnectStop: when to stop reconnecting."""
    RECONNECT_STOP: DefaultOption[int, int]
    hello_msg: DefaultOption[bytes, bytes]
    """Message sent to each new peer."""
    HELLO_MSG: DefaultOption[bytes, bytes]
    disconnect_msg: DefaultOption[bytes, bytes]
    """Message received when an accepted peer disconnects."""
    DISCONNECT_MSG: DefaultOption[bytes, bytes]
    priority: DefaultOption[int, int]
    """SO_PRIORITY of the underlying socket (Linux)."""
    PRIORITY: DefaultOption[int, int]
    busy_poll: DefaultOption[int, int]
    """SO_BUSY_POLL of the underlying socket (Linux)."""
    BUSY_POLL: DefaultOption[int, int]
    hiccup_msg: DefaultOption[bytes, bytes]
    """Message received when a connected peer drops out."""
    HICCUP_MSG: DefaultOption[bytes, bytes]
    xsub_verbose_unsubscribe: DefaultOption[int, int]
    """XSUB: pass on repeated unsubscriptions."""
    XSUB_VERBOSE_UNSUBSCRIBE: DefaultOption[int, int]
    norm_mode: DefaultOption[int, int]
    """NORM: the sender's NormMode."""
    NORM_MODE: DefaultOption[int, int]
    norm_unicast_nack: DefaultOption[int, int]
    """NORM: receivers answer by unicast."""
    NORM_UNICAST_NACK: DefaultOption[int, int]
    norm_buffer_size: DefaultOption[int, int]
    """NORM: buffer, in kilobytes."""
    NORM_BUFFER_SIZE: DefaultOption[int, int]
    norm_segment_size: DefaultOption[int, int]
    """NORM: segment, in bytes."""
    NORM_SEGMENT_SIZE: DefaultOption[int, int]
    norm_block_size: DefaultOption[int, int]
    """NORM: segments in a block, 1 to 255."""
    NORM_BLOCK_SIZE: DefaultOption[int, int]
    norm_num_parity: DefaultOption[int, int]
    """NORM: parity segments in a block, up to 254."""
    NORM_NUM_PARITY: DefaultOption[int, int]
    norm_num_autoparity: DefaultOption[int, int]
    """NORM: parity segments sent unasked, up to 254."""
    NORM_NUM_AUTOPARITY: DefaultOption[int, int]
    norm_push: DefaultOption[int, int]
    """NORM: push to new receivers."""
    NORM_PUSH: DefaultOption[int, int]
    io_threads: Option[int, int]
    """Number of I/O threads."""
    IO_THREADS: Option[int, int]
    max_sockets: Option[int, int]
    """Greatest number of open sockets."""
    MAX_SOCKETS: Option[int, int]
    socket_limit: Option[int, int]
    """Largest MAX_SOCKETS that can be set (get only)."""
    SOCKET_LIMIT: Option[int, int]
    thread_priority: Option[int, int]
    """Priority of the I/O threads (set only)."""
    THREAD_PRIORITY: Option[int, int]
    thread_sched_policy: Option[int, int]
    """Scheduling policy of the I/O threads."""
    THREAD_SCHED_POLICY: Option[int, int]
    max_msgsz: Option[int, int]
    """Largest message, in bytes."""
    MAX_MSGSZ: Option[int, int]
    msg_t_size: Option[int, int]
    """Size of zmq_msg_t, in bytes (get only)."""
    MSG_T_SIZE: Option[int, int]
    thread_affinity_cpu_add: Option[int, int]
    """Let the I/O threads run on this CPU (set only)."""
    THREAD_AFFINITY_CPU_ADD: Option[int, int]
    thread_affinity_cpu_remove: Option[int, int]
    """Take back THREAD_AFFINITY_CPU_ADD (set only)."""
    THREAD_AFFINITY_CPU_REMOVE: Option[int, int]
    thread_name_prefix: Option[int, int]
    """Number put before the I/O threads' names."""
    THREAD_NAME_PREFIX: Option[int, int]
    zero_copy_recv: Option[int, int]
    """Messages refer to the receive buffer; 0 to copy."""
    ZERO_COPY_RECV: Option[int, int]
