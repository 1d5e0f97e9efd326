"""What libzmq offers beside contexts, sockets and messages."""

IPC_PATH_MAX_LEN = PYZMQ_IPC_PATH_MAX_LEN
PYZMQ_DRAFT_API = bool(PYZMQ_HAVE_DRAFT)


def zmq_version_info():
    """The version of the libzmq that runs, as three ints. See zmq_version(3)."""
    cdef int major = 0
    cdef int minor = 0
    cdef int patch = 0
    zmq_version(&major, &minor, &patch)
    return (major, minor, patch)


def zmq_errno():
    """The error number of the last libzmq call of this thread that failed. See zmq_errno(3)."""
    return libzmq_errno()


def has(capability):
    """Tell whether libzmq has a capability.

    Parameters
    ----------
    capability : str
        Such as ``"curve"``, ``"ipc"``, ``"draft"``, ``"gssapi"``, ``"norm"``, ``"pgm"``, ``"tipc"``, ``"vmci"``;
        libzmq spells the WebSocket transports ``"WS"`` and ``"WSS"``.

    Returns
    -------
    bool

    Raises
    ------
    ZMQVersionError
        If libzmq is older than 4.1.

    Thread-safe. See zmq_has(3).
    """
    need_libzmq(ZMQ_VERSION >= 40100, (4, 1), "has")
    if not isinstance(capability, str):
        raise TypeError(f"a capability is a str, not {capability!r}")
    return bool(zmq_has(capability.encode("utf-8")))


def curve_keypair():
    """Make a pair of keys for CURVE.

    Returns
    -------
    public, secret : bytes
        40 bytes of Z85 each.

    Raises
    ------
    ZMQVersionError
        If libzmq is older than 4.0.
    ZMQError
        ENOTSUP if libzmq was built without CURVE.

    Thread-safe. See zmq_curve_keypair(3).
    """
    cdef char public_key[41]
    cdef char secret_key[41]
    need_libzmq(ZMQ_VERSION >= 40000, (4, 0), "curve_keypair")
    if zmq_curve_keypair(public_key, secret_key) != 0:
        raise_last()
    return public_key[:40], secret_key[:40]


def curve_public(secret_key):
    """Derive the public key from a secret one.

    Parameters
    ----------
    secret_key : bytes-like or str
        40 bytes of Z85.

    Returns
    -------
    bytes
        40 bytes of Z85.

    Raises
    ------
    ValueError
        If `secret_key` is not 40 bytes long. Its value is not shown.
    ZMQError
        EINVAL if it is no Z85.
    ZMQVersionError
        If libzmq is older than 4.2.

    Thread-safe. See zmq_curve_public(3).
    """
    cdef char public_key[41]
    need_libzmq(ZMQ_VERSION >= 40200, (4, 2), "curve_public")
    if isinstance(secret_key, str):
        secret_key = secret_key.encode("utf-8")
    elif isinstance(secret_key, (bytearray, memoryview)):
        secret_key = bytes(secret_key)
    if len(secret_key) != 40:
        raise ValueError(f"a secret key is 40 bytes of Z85, not {len(secret_key)} bytes")
    if not isinstance(secret_key, bytes):
        raise TypeError(f"a secret key is bytes or str, not {type(secret_key).__name__}")
    if zmq_curve_public(public_key, <bytes> secret_key) != 0:
        if libzmq_errno() == EINVAL:
            raise ZMQError(EINVAL, f"{strerror(EINVAL)}: the secret key has characters that Z85 lacks")
        raise_last()
    return public_key[:40]
