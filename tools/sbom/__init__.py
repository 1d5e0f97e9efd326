"""The software bill of materials of a wheel: what is compiled into it, as CycloneDX 1.6 in JSON (PEP 770).

``python tools/sbom`` is called by CMake, and needs nothing but Python. Names, licences and package URLs stand in
``cmake/dependencies.json``; version and hash are those of the archive that was compiled. The same build has the same
bytes: there is no random serial number, and no time but SOURCE_DATE_EPOCH.
"""

from .bill import Inside as Inside
from .bill import bill as bill
