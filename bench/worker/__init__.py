"""The Python subject of the benchmarks.

The same files run under every pyzmq that is measured, so they use what the documentation promises and nothing else, and
import nothing but zmq and the standard library.
"""
