"""Build the two extensions here, against the pyzmq that is installed: ``python setup.py build_ext --inplace``."""

import sysconfig

from Cython.Build import cythonize
from setuptools import Extension, setup  # type: ignore[import-untyped]  # it comes without types

import zmq

includes = zmq.get_includes()
limited = [] if sysconfig.get_config_var("Py_GIL_DISABLED") else [("Py_LIMITED_API", "0x03090000")]

setup(
    name="extensions",
    ext_modules=[
        *cythonize(Extension("in_cython", ["in_cython.pyx"], include_dirs=includes), include_path=includes),
        Extension("in_c", ["in_c.c"], include_dirs=includes, define_macros=limited, py_limited_api=bool(limited)),
    ],
)
