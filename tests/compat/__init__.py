"""A differential suite: small programs run under pyzmq 27.3.0 and under this wheel, and their outcomes are compared.

``nox -s compat`` runs it. The parts, in the order in which they work:

- ``programs/`` holds programs written by hand, one function each; ``generate.py`` makes programs for every public
  module, class, attribute, callable and option that 27.3.0 has. Both yield ``case.Case``, which is source text.
- ``probe.py`` runs the programs in one interpreter, each in a process of its own, and writes their outcomes as JSON.
  27.3.0 is only ever called there; its source is not used.
- ``outcome.py`` describes what a program did: result, exception, warnings, log records, output. What is not
  deterministic (addresses, ports, temporary folders) is normalised there, in one place.
- ``compare.py`` compares the outcomes of two interpreters by rules, and matches the differences against
  ``intended/``, where every difference that is meant stands with its reason. An entry that matches nothing is an
  error, so none outlives its difference.

``tools/generate`` renders ``intended/`` into docs/migrating.md.
"""
