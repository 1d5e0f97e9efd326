"""How much longer than usual a machine may take: what is emulated is slow (PYZMQ_TEST_PATIENCE, a whole number)."""

import os

PATIENCE = int(os.environ.get("PYZMQ_TEST_PATIENCE", "1"))
