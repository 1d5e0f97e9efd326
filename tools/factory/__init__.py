"""The wheels of our own road: every target of ``ci/targets.toml`` that has one, cross-built on this machine.

``python tools/factory`` is the command, run by the nox session ``factory``. PyPI's ziglang is the compiler for all
targets; CPython's source has the headers. Each target compiles libzmq and libsodium once, for all its wheels, through
the build backend that everybody uses. A wheel is checked against ``ci/dist-policy.toml`` and, where something here can
run it, executed by ``tools/execute``. What is there from an earlier run, and made from the same, is kept.
"""
