"""The capsule through which other extensions use this libzmq; see zmq/include/pyzmq_capi.h."""

cdef extern from "pyzmq_capi_maker.h":
    object pyzmq_capi_capsule()

_C_API = pyzmq_capi_capsule()
