"""Loading a backend, and saying why it could not be loaded."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from zmq.backend._abc import Backend

#: What each backend has; :class:`zmq.backend._abc.Backend` says what it is.
public_api: tuple[str, ...] = (
    "Budget",
    "Context",
    "Frame",
    "IPC_PATH_MAX_LEN",
    "OptionAttribute",
    "PYZMQ_DRAFT_API",
    "Readiness",
    "Socket",
    "compile_async",
    "curve_keypair",
    "curve_public",
    "has",
    "monitored_queue",
    "proxy",
    "proxy_steerable",
    "readiness_of",
    "strerror",
    "zmq_errno",
    "zmq_poll",
    "zmq_version_info",
)


def backend_modules(requested: str | None) -> list[str]:
    """Names of the modules to try, best first.

    Parameters
    ----------
    requested : str, optional
        ``cython``, ``cffi``, or the dotted name of a module that satisfies :class:`zmq.backend._abc.Backend`: it is
        then the only one. None or empty: what suits this interpreter.

    Returns
    -------
    list of str
    """
    if requested:
        return [requested if "." in requested else f"zmq.backend.{requested}"]
    if sys.implementation.name == "cpython":
        return ["zmq.backend.cython", "zmq.backend.cffi"]
    # Elsewhere Cython's emulation of the C API is slower than CFFI.
    return ["zmq.backend.cffi", "zmq.backend.cython"]


def first_backend(names: Sequence[str]) -> Backend:
    """Import the first backend that can be.

    Parameters
    ----------
    names : sequence of str
        Dotted names of modules, best first.

    Returns
    -------
    module
        It has all of ``public_api``.

    Raises
    ------
    ImportError
        If there is none; it names each module with the reason, and the ways out.

    Warns
    -----
    RuntimeWarning
        If a better one is installed, but broken.
    """
    failures: dict[str, Exception] = {}
    for name in names:
        try:
            module = _load(name)
        except Exception as error:  # a broken extension may raise anything
            failures[name] = error
            continue
        for failed, reason in failures.items():
            if not isinstance(reason, ModuleNotFoundError):
                import warnings  # noqa: PLC0415  (rarely needed)

                warnings.warn(
                    f"pyzmq uses {name}, since {failed} cannot be imported: {type(reason).__name__}: {reason}",
                    RuntimeWarning,
                    stacklevel=2,
                )
        return module
    reasons = "".join(f"\n  {name}: {type(reason).__name__}: {reason}" for name, reason in failures.items())
    raise ImportError(
        f"no backend of pyzmq can be imported:{reasons}\n"
        "Ways out: reinstall pyzmq (pip install --force-reinstall pyzmq); build it for this interpreter (pip install "
        "--no-binary pyzmq pyzmq); or name a backend in the environment: PYZMQ_BACKEND=cython, cffi or a dotted module "
        "name. A checkout that is not built cannot be imported: leave its folder, or install it (pip install -e .)."
    ) from next(iter(failures.values()))


def select_backend(name: str) -> dict[str, Any]:
    """Import a backend.

    Parameters
    ----------
    name : str
        Dotted name of the module.

    Returns
    -------
    dict
        What it has of ``public_api``, by name; and ``Message``, the old name of ``Frame``.

    Raises
    ------
    ImportError
        If it cannot be imported, or lacks some.
    """
    try:
        backend = _load(name)
    except ImportError:
        raise
    except Exception as error:
        raise ImportError(f"Importing {name} failed with {error}") from error
    found = {attribute: getattr(backend, attribute) for attribute in public_api}
    return {**found, "Message": backend.Frame}


def _load(name: str) -> Backend:
    # As importlib.import_module does, which is one of three modules to import.
    __import__(name)
    module: Any = sys.modules[name]
    missing = [attribute for attribute in public_api if not hasattr(module, attribute)]
    if missing:
        raise ImportError(f"it lacks {', '.join(missing)}", name=name)
    backend: Backend = module
    return backend
