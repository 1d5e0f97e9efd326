"""Build the extensions here: ``python setup.py build_ext --inplace``; then try them: ``python demo.py``.

``pip install .`` does, too; what it needs stands in pyproject.toml.
"""

from Cython.Build import cythonize
from setuptools import Extension, setup  # type: ignore[import-untyped]  # it comes without types

import zmq

includes = zmq.get_includes()
extensions = [Extension(name, [f"{name}.pyx"], include_dirs=includes) for name in ("frames", "forwarder")]
built = cythonize(extensions, include_path=includes)  # type: ignore[no-untyped-call]
setup(py_modules=[], ext_modules=built)
