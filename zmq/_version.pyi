"""Version of pyzmq; the module is written when it is built."""

__version__: str
__revision__: str
