"""Measures pyzmq beside pyzmq 27.3.0 and beside C; ``nox -s bench -- --help`` shows how."""
