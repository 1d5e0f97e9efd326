"""The released test suites of other projects, run with pyzmq 27.3.0 and with a wheel of ours.

``python tools/suites --wheel FILE [NAME...]`` is the command, run by the nox session ``programs``. The suites and their
pinned versions are listed in ``tests/programs/suites.toml``. Each suite has a virtual environment, in which only pyzmq
is replaced between its two runs. A test that passes with 27.3.0 and not with our wheel is rerun twice with both; it is
a regression if it never passes with ours.

    model         what suites.toml says
    environments  sdists, wheels and virtual environments, fetched once and kept
    outcomes      results of single tests: reading, comparing, the table
    runner        one suite: both runs, and the reruns
    cli           the command line
"""
