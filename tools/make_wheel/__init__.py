"""Build, repair, check, install and try the wheel for this machine.

``python tools/make_wheel`` is the command, run by the nox session ``wheel``. Each step is shown
while it runs; its whole output goes to a file of its own. Needs what pyproject.toml lists under
``build-system.requires`` and the dependency group ``wheel``, and cmake and ninja.
"""
