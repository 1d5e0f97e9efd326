"""The wake-up matrix: an operation must not take away the wake-up of anything that waits for the same libzmq socket.

The descriptor of a libzmq socket becomes readable when commands arrive for the socket, and every call on the socket may
process these commands. After that, the descriptor says nothing about the events that they have brought. In each cell,

1. a waiter waits in an event loop for an event of a libzmq socket;
2. the event happens while the loop does not run: a peer sends, or makes room;
3. an operation uses the same libzmq socket, through the same object or another one, and mostly processes the commands;
4. the loop runs again: the waiter must be served within a time limit.

The cells are all combinations of the dimensions in ``cells.py`` that no rule there excludes. Their names are stable:
``python -m tests.wakeups --only NAME`` runs one again. ``nox -s wakeups`` runs all of them, and
``tests/test_wakeups.py`` a selection in which each pair of values occurs that can occur.

=================  =====================================================================================
``operations.py``  the operations, and which outcomes each can have
``cells.py``       the dimensions, the rules, the generator and the selection
``peers.py``       the other end of the socket: inproc, or ZMTP on a plain socket of the operating system
``calls.py``       how each operation is called
``loops.py``       the event loops, in the main thread and in another one
``waiters.py``     what waits
``run.py``         a process that runs cells of one loop and one backend
``driver.py``      the processes, and a watchdog for them
=================  =====================================================================================
"""
