"""Finds the source archives of the bundled libraries and checks each against its pinned SHA-256.

Run as ``python tools/sources resolve|vendor|licenses``; CMake calls it while configuring, with
nothing but the standard library at hand. ``cmake/dependencies.json`` holds every version, address
and checksum.

    model      what dependencies.json says
    transfer   one file over HTTP, with a deadline; hashing; atomic placing
    archive    looking into tar and zip files without unpacking them
    clients    the package registries' own clients: cargo, pip, apt-get
    resolver   the order in which these are asked
    cli        the command line
"""
