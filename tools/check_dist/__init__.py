"""Check a built wheel or sdist against the written policy in ``ci/dist-policy.toml``.

``python tools/check_dist FILE...`` is the command; :func:`inspect_wheel` and :func:`inspect_sdist`
are the same check for other programs. Both return a :class:`Report` with the facts (tags,
libraries, exports, hardening, glibc floor) and every :class:`Problem`. Needs lief and packaging,
auditwheel for manylinux wheels that use the C++ runtime, and tomli before Python 3.11.
"""

from .paths import default_forbidden_paths as default_forbidden_paths
from .policy import DEFAULT_POLICY as DEFAULT_POLICY
from .policy import Policy as Policy
from .policy import PolicyError as PolicyError
from .policy import load_policy as load_policy
from .report import Problem as Problem
from .report import Report as Report
from .sdist import inspect_sdist as inspect_sdist
from .wheel import inspect_wheel as inspect_wheel
from .wheel import load_baseline as load_baseline
