"""The list of all wheels that are made, ``ci/targets.toml``, read into typed values.

:func:`load_targets` reads it; ``python tools/targets`` compares it with what depends on it. Needs
tomli before Python 3.11, and nothing else to read the list.
"""

from .model import DEFAULT_TARGETS as DEFAULT_TARGETS
from .model import Factory as Factory
from .model import Interpreter as Interpreter
from .model import Older as Older
from .model import Standard as Standard
from .model import Target as Target
from .model import Targets as Targets
from .model import TargetsError as TargetsError
from .model import load_targets as load_targets
