"""Build one of the images in ``Dockerfiles``, also where no image can be pulled.

::

    python tools/docker_image.py manylinux-local
    python tools/docker_image.py cross-aarch64 --add dist/pyzmq-27.4.0.tar.gz --output build/cross

The base image is the one that ``--base`` names, if there is one or it can be pulled. Otherwise Debian's ``debootstrap``
makes one of the suite in its name (needs root), and ``docker import`` takes it in. The build context is a folder of its
own with the host's CA certificates (``ca-certificates.crt``), its settings of pip (``pip.conf``) and what ``--add``
names, so that packages can be installed behind a proxy with a certificate of its own. They get into the image, which is
meant for this machine, and never into the checkout. ``--output`` copies the image's folder ``/out`` at the end.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "Dockerfiles"
DEFAULT_BASE = "debian:bookworm"

#: Settings of pip that hold inside a container, too; others name places of this machine.
PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries")


class ImageError(Exception):
    """The image could not be built; the message says why and what helps."""


def run(*command: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a command whose output is shown.

    :raises ImageError: it could not be run or did not succeed.
    """
    print("$", " ".join(command), flush=True)
    try:
        status = subprocess.run(command, env=environment, check=False).returncode
    except OSError as error:
        raise ImageError(f"{command[0]}: {error}") from error
    if status:
        raise ImageError(f"{' '.join(command)} ended with status {status}")


def succeeds(*command: str) -> bool:
    """Tell whether a command that is only asked something succeeds."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError as error:
        raise ImageError(f"{command[0]}: {error}; install Docker, or start it") from error


def pip_settings(listing: str) -> str:
    """Return a ``pip.conf`` of what ``pip config list`` tells that holds elsewhere, too."""
    settings = {}
    # From the weakest to the strongest, as pip lists them.
    for line in listing.splitlines():
        match = re.fullmatch(r"[^=]*?\.([\w-]+)='(.*)'", line.strip())
        if match and match[1] in PIP_SETTINGS:
            settings[match[1]] = match[2].replace("\\n", "\n    ")
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


def write_context(folder: Path, add: Sequence[Path]) -> None:
    """Fill the folder that Docker gets to see."""
    certificates = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if certificates and Path(certificates).is_file():
        shutil.copyfile(certificates, folder / "ca-certificates.crt")
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    (folder / "pip.conf").write_text(pip_settings(listing.stdout), "utf-8")
    for path in add:
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        else:
            shutil.copyfile(path, folder / path.name)


def make_base(base: str) -> str:
    """Return an image to build upon: the named one, or one that debootstrap made, which is kept.

    :raises ImageError: there is none and none could be made.
    """
    own = "pyzmq-base:" + base.rpartition(":")[2]
    for image in (base, own):
        if succeeds("docker", "image", "inspect", image):
            return image
    if succeeds("docker", "pull", "--quiet", base):
        return base
    suite = base.rpartition(":")[2]
    if not base.startswith("debian:") or not shutil.which("debootstrap"):
        raise ImageError(
            f"{base} is not here and cannot be pulled. Name an image that is, with --base, or debian:SUITE and install "
            "debootstrap (Debian: apt-get install debootstrap)"
        )
    if os.getuid() != 0:
        raise ImageError(
            f"{base} cannot be pulled, and debootstrap needs root: run this as root, or name another --base"
        )
    with tempfile.TemporaryDirectory(prefix="pyzmq-base-") as place:
        tree = Path(place) / "tree"
        run("debootstrap", "--variant=minbase", suite, str(tree))
        archive = Path(place) / "base.tar"
        run("tar", "-C", str(tree), "-cf", str(archive), ".")
        run("docker", "import", str(archive), own)
    return own


def build(name: str, tag: str, base: str, add: Sequence[Path], arguments: Sequence[str], stage: str = "") -> None:
    """Build an image.

    :param name: that of the file, without its ending.
    :param add: files and folders that the file copies.
    :param arguments: further build arguments, NAME=VALUE.
    :param stage: the last one to build; "": all.
    """
    file = FILES / f"{name}.Dockerfile"
    if not file.is_file():
        known = ", ".join(sorted(path.name.partition(".")[0] for path in FILES.glob("*.Dockerfile")))
        raise ImageError(f"there is no {file}; there are {known}")
    words = [word for argument in (f"BASE={make_base(base)}", *arguments) for word in ("--build-arg", argument)]
    with tempfile.TemporaryDirectory(prefix="pyzmq-context-") as place:
        write_context(Path(place), add)
        if stage:
            words += ["--target", stage]
        run("docker", "build", "--file", str(file), "--tag", tag, *words, place)


def copy_out(tag: str, output: Path) -> None:
    """Copy what an image has in ``/out`` into a folder."""
    output.mkdir(parents=True, exist_ok=True)
    told = subprocess.run(["docker", "create", tag, "true"], stdout=subprocess.PIPE, encoding="utf-8", check=True)
    container = told.stdout.strip()
    try:
        run("docker", "cp", f"{container}:/out/.", str(output))
    finally:
        run("docker", "rm", container)


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="docker_image", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", help="that of the file in Dockerfiles, without its ending")
    parser.add_argument("--base", default=DEFAULT_BASE, metavar="IMAGE", help="what to build upon (%(default)s)")
    parser.add_argument("--tag", help="of the image (pyzmq-NAME)")
    parser.add_argument("--add", type=Path, action="append", default=[], metavar="PATH", help="what the file copies")
    parser.add_argument("--argument", action="append", default=[], metavar="NAME=VALUE", help="for the file's ARG")
    parser.add_argument("--stage", default="", help="the last stage of the file to build")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="where the image's /out is copied to")
    options = parser.parse_args()
    tag = options.tag or f"pyzmq-{options.name}"
    try:
        build(options.name, tag, options.base, options.add, options.argument, options.stage)
        if options.output is not None:
            copy_out(tag, options.output)
    except ImageError as error:
        print(f"docker_image: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
