"""Logging over sockets: :mod:`zmq.log.handlers` publishes messages, ``python -m zmq.log`` shows them."""
