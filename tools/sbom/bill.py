"""The bill itself."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEPENDENCIES = Path(__file__).resolve().parents[2] / "cmake" / "dependencies.json"

_SPECIFICATION = "1.6"


@dataclass(frozen=True)
class Inside:
    """A library that is compiled in.

    ``sha256`` and ``origin`` are of its archive, "" where it was a folder. ``patches`` are files of
    ours, ``parts`` the names of what others wrote and it carries.
    """

    name: str
    version: str
    sha256: str = ""
    origin: str = ""
    patches: tuple[Path, ...] = ()
    parts: tuple[str, ...] = ()


def bill(version: str, libraries: Sequence[Inside], dependencies: Mapping[str, Any], epoch: str = "") -> dict[str, Any]:
    """Return the bill of materials.

    :param version: of pyzmq.
    :param libraries: what is compiled in.
    :param dependencies: what ``cmake/dependencies.json`` holds.
    :param epoch: the time of the build in seconds since 1970, "" to tell none.
    :raises KeyError: a library or a part is not listed there.
    """
    own = f"pkg:pypi/pyzmq@{version}"
    components = [_library(library, dependencies[library.name]) for library in libraries]
    metadata: dict[str, Any] = {
        "component": {
            "type": "library",
            "bom-ref": own,
            "name": "pyzmq",
            "version": version,
            "licenses": [_licence("BSD-3-Clause")],
            "purl": own,
        }
    }
    if epoch:
        time = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        metadata = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"), **metadata}
    # libzmq calls libsodium.
    needs = {library.name: reference(library) for library in libraries}
    graph = [{"ref": own, "dependsOn": sorted(needs.values())}]
    for library, component in zip(libraries, components):
        inner = [part["bom-ref"] for part in component.get("components", [])]
        others = [needs["libsodium"]] if library.name == "libzmq" and "libsodium" in needs else []
        graph.append({"ref": component["bom-ref"], "dependsOn": sorted(inner + others)})
        graph += [{"ref": name} for name in inner]
    content: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": _SPECIFICATION,
        "version": 1,
        "metadata": metadata,
        "components": components,
        "dependencies": graph,
    }
    # Of the content: the same bill has the same number.
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return {"bomFormat": content.pop("bomFormat"), "serialNumber": f"urn:uuid:{number}", **content}


def reference(library: Inside) -> str:
    """Return what the bill calls a library."""
    return f"{library.name}@{library.version}"


def _licence(name: str) -> dict[str, Any]:
    """A licence; one that SPDX does not list has a name only."""
    return {"license": {"name" if name.startswith("LicenseRef-") else "id": name}}


def _library(library: Inside, known: Mapping[str, Any]) -> dict[str, Any]:
    release = known["releases"].get(library.version, {})
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference(library),
        "name": library.name,
        "version": library.version,
    }
    if library.sha256:
        component["hashes"] = [{"alg": "SHA-256", "content": library.sha256}]
    component["licenses"] = [_licence(release.get("license", known["license"]))]
    component["purl"] = known["purl"].format(version=library.version)
    component["externalReferences"] = [{"type": "website", "url": known["homepage"]}]
    if library.parts:
        listed = {entry["name"]: entry for entry in known["license_files"] if "name" in entry}
        component["components"] = [_part(library, listed[name]) for name in library.parts]
    if library.patches:
        component["pedigree"] = {
            "patches": [
                {
                    "type": "unofficial",
                    "diff": {"text": {"contentType": "text/x-diff", "content": patch.read_text("utf-8")}},
                }
                for patch in library.patches
            ]
        }
    if library.origin:
        component["properties"] = [{"name": "pyzmq:archive", "value": library.origin}]
    return component


def _part(library: Inside, entry: Mapping[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{reference(library)}/{entry['name']}",
        "name": entry["name"],
        "description": entry["covers"],
        "licenses": [_licence(entry["license"])],
    }
    if "version" in entry:
        part["version"] = entry["version"]
        part["purl"] = entry["purl"].format(version=entry["version"])
    return part
