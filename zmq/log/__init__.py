"""Logging over sockets: :mod:`zmq.log.handlers` publishes, ``python -m zmq.log`` shows."""
