"""Where the backends of a process find the registry of sockets that they share: see zmq/backend/c/pyzmq_record.h."""

#: Address of the registry of the backend that was loaded first; 0 before.
address: int = 0
