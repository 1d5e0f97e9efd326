"""The readiness machine: what waits for sockets in an event loop, and what wakes it. Built once, for every loop.

This is its specification. :mod:`zmq._async.readiness` is the machine; asyncio (``ports.py``, ``futures.py``,
``socket.py``, ``poller.py``), :mod:`zmq.eventloop.zmqstream` and :mod:`zmq.green` are its adapters. The backend
compiles the part of asyncio that waits for nothing (``compile_async``); the same tests run over that and over what is
written in Python here.

The record
    Each libzmq socket has one record in C, which all objects that use the socket share. Each attempt to use the socket,
    by whatever object, thread or poller and with whatever result, ends in one function of the record. While something
    waits, that function looks at EVENTS, and has the wake-up scheduled if these allow something. The descriptor of a
    socket signals changes only, and any operation may consume that signal; only this function deals with it.

At once
    An operation is first tried without waiting, unless others wait in the same direction: then it takes its place
    behind them. If it succeeds, or fails for another reason than having to wait, the future is returned done. After so
    many of these (:data:`~zmq._async.readiness.budget`) one completes in the next turn of the loop, so that a task
    whose every operation completes at once cannot keep the others from running.

Waiting
    A :class:`~zmq._async.readiness.WaitQueue` is what waits for one libzmq socket in one loop, in order: receivers,
    senders, and watchers, which wait for events beside these. RCVTIMEO and SNDTIMEO are read when waiting begins. An
    asyncio loop watches the socket's descriptor from the first wait on, until the socket is closed.

Waking
    A wake-up looks at EVENTS, serves what it can, and looks again, until nothing more is possible. One that has served
    as many as the budget allows lets the loop run and goes on afterwards.

Messages
    One is taken from libzmq only for a receiver that still waits for it. It is the receiver's when the task runs again,
    or when the result is asked for. If the task is cancelled before, or the future is dropped, the message goes back to
    the record, in the order in which it came: the next receiver of any object gets it, and until then EVENTS, polls and
    pollers tell POLLIN. What is to be made of a message (``recv_json`` and so on) is made when the result is asked for.
    A future that is done stays done.

Messages in several sends
    A task's send does not land inside a message that another task began with SNDMORE: it waits until that message is
    complete, or that task has ended. Synchronous objects may go on with each other's messages.

Ending
    Closing the socket, by whatever object, cancels all futures; so does the loop. If the context is terminated, they
    get ContextTerminated.
"""
