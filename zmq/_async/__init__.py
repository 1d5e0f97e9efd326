"""The readiness machine: what waits for sockets in an event loop, and what wakes it. Built once, for every loop.

This is its specification. The backend may compile the part that waits for nothing (``compile_async``); the same tests
run over that and over what is written in Python here.

At once
    An operation is first tried without waiting, unless others wait in the same direction: then it takes its place
    behind them. If it succeeds, or fails for another reason than having to wait, the future is returned done. After so
    many of these (:data:`~zmq._async.readiness.budget`) one goes through the loop, as if it had to wait, so that a task
    whose every operation completes at once cannot keep the others from running.

Waiting
    There is a queue for each direction. RCVTIMEO and SNDTIMEO are read when waiting begins. The loop watches the
    socket's descriptor from the first wait on, until the socket is closed or goes to another loop.

Waking
    The descriptor tells of changes only, and any operation on the socket may take the news away. So a wake-up looks at
    EVENTS, serves whom it can, and looks again, until nothing more is possible; and an operation outside of it, while
    somebody waits, looks at EVENTS, too, and calls for a wake-up if these allow something. A wake-up that has served as
    many as the budget allows lets the loop run and goes on afterwards.

Messages
    One is taken from libzmq only for a receiver that still waits for it. It is the receiver's when the task runs again,
    or when somebody asks for the result. If the receiver is cancelled before, or nobody wants the result any more, it
    goes back, in the order in which it came: the next receiver gets it, and until then EVENTS, polls and pollers tell
    POLLIN. Converting (``recv_json`` and so on) is part of the reception, so that the message itself goes back, not
    what was made of it. ``recv_into`` has written to the buffer then.

Messages in several sends
    What other tasks have queued waits until a message that was begun with SNDMORE is finished, or the task that began
    it is.

Ending
    Closing the socket cancels all futures; so does the loop. If the context is terminated, they get ContextTerminated.
"""
