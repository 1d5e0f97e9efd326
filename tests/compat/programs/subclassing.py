"""Subclasses of Context and Socket, in the ways that programs are written."""

import zmq
import zmq.asyncio
import zmq.eventloop.future
import zmq.green

_FLAVOURS = [
    (zmq.Context, zmq.Socket),
    (zmq.asyncio.Context, zmq.asyncio.Socket),
    (zmq.green.Context, zmq.green.Socket),
    (zmq.eventloop.future.Context, zmq.eventloop.future.Socket),
]


def _outcome(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def annotated_context():
    seen = []
    for context_class, _ in _FLAVOURS:

        class Context(context_class):
            extra: str
            other: "int"

            def __init__(self, *args, **kwargs):
                self.extra = "before"
                super().__init__(*args, **kwargs)
                self.other = 5

        context = Context()
        seen.append((context.extra, context.other, _outcome(lambda c=context: setattr(c, "third", 1))))
    return seen


def annotated_socket():
    seen = []
    for context_class, socket_class in _FLAVOURS:

        class Socket(socket_class):
            extra: str

            def __init__(self, *args, **kwargs):
                self.extra = "before"
                super().__init__(*args, **kwargs)
                self.extra += " and after"

        socket = Socket(context_class(), zmq.PAIR)
        seen.append((socket.extra, _outcome(lambda s=socket: setattr(s, "third", 1))))
    return seen


def inherited_annotations():
    class Mixin:
        mixed: int

    class Parent(Mixin, zmq.Socket):
        parent: int

    class Child(Parent):
        child: int

    socket = Child(zmq.Context(), zmq.PAIR)
    socket.mixed, socket.parent, socket.child = 1, 2, 3
    return socket.mixed, socket.parent, socket.child


def annotations_that_cannot_be_evaluated():
    class Socket(zmq.Socket):
        extra: "no_such_name[1]"  # noqa: F821

    socket = Socket(zmq.Context(), zmq.PAIR)
    socket.extra = 1
    return socket.extra


def socket_class_with_keywords():
    class Socket(zmq.Socket):
        custom_attr: int

        def __init__(self, *args, custom_attr, **kwargs):
            super().__init__(*args, **kwargs)
            self.custom_attr = custom_attr

    class Context(zmq.Context):
        _socket_class = Socket

    with Context() as context, context.socket(zmq.PUSH, custom_attr=10) as socket:
        return socket.custom_attr, type(socket).__name__, _outcome(lambda: context.socket(zmq.PUSH))


def socket_class_argument():
    class Socket(zmq.Socket):
        pass

    with zmq.Context() as context, context.socket(zmq.PUSH, socket_class=Socket) as socket:
        return type(socket).__name__, isinstance(socket, zmq.Socket)


def class_attribute_instead_of_option():
    class Socket(zmq.Socket):
        linger = None
        identity = "mine"

    socket = Socket(zmq.Context(), zmq.PAIR)
    socket.linger = 17
    socket.identity = "changed"
    return socket.linger, socket.get(zmq.LINGER), socket.identity, socket.get(zmq.IDENTITY)


def property_instead_of_option():
    class Socket(zmq.Socket):
        @property
        def linger(self):
            return "property"

    socket = Socket(zmq.Context(), zmq.PAIR)
    return socket.linger, _outcome(lambda: setattr(socket, "linger", 1))


def class_attributes():
    class Socket(zmq.Socket):
        extra = None
        __slots__ = ()

    socket = Socket(zmq.Context(), zmq.PAIR)
    socket.extra = 5
    return socket.extra, "extra" in vars(socket)


def attributes_in_the_instance_dictionary():
    socket = zmq.Context().socket(zmq.PAIR)
    socket.__dict__["extra"] = 1
    socket.extra = 2
    return socket.extra


def misspelt_options():
    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    return [
        _outcome(lambda: setattr(socket, "lingr", 0)).split(":")[0],
        _outcome(lambda: socket.lingr).split(":")[0],
        _outcome(lambda: setattr(context, "lingr", 0)).split(":")[0],
        _outcome(lambda: context.lingr).split(":")[0],
    ]


def instance_of_a_subclass():
    class Context(zmq.Context):
        pass

    parent = zmq.Context.instance()
    return Context.instance() is parent


def instance_of_a_subclass_with_its_own():
    class Context(zmq.Context):
        _instance = None

    parent = zmq.Context.instance()
    own = Context.instance()
    return own is parent, type(own).__name__, Context.instance() is own


def context_is_assignable():
    context, other = zmq.Context(), zmq.Context()
    socket = context.socket(zmq.PAIR)
    socket.context = other
    return socket.context is other


def overridden_methods_are_used():
    class Socket(zmq.Socket):
        seen = ()

        def send(self, *args, **kwargs):
            self.seen += ("send",)
            return super().send(*args, **kwargs)

        def recv(self, *args, **kwargs):
            self.seen += ("recv",)
            return super().recv(*args, **kwargs)

    context = zmq.Context()
    sender, receiver = Socket(context, zmq.PAIR), Socket(context, zmq.PAIR)
    sender.bind("inproc://x")
    receiver.connect("inproc://x")
    sender.send_string("a")
    sender.send_json(1)
    sender.send_pyobj(None)
    sender.send_multipart([b"x", b"y"])
    result = [receiver.recv_string(), receiver.recv_json(), receiver.recv_pyobj(), receiver.recv_multipart()]
    return result, sender.seen, receiver.seen


def mocks_of_contexts_and_sockets():
    from unittest import mock

    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    made = (
        mock.Mock(spec=context),
        mock.Mock(spec=socket),
        mock.create_autospec(zmq.Context),
        mock.create_autospec(zmq.Socket),
    )
    return [isinstance(each, (zmq.Context, zmq.Socket)) for each in made[:2]], len(made)


def every_attribute_of_a_context_raises_attribute_errors_only():
    context = zmq.Context()
    seen = set()
    for name in dir(context):
        try:
            getattr(context, name)
        except AttributeError:
            pass
        except Exception as error:
            seen.add(type(error).__name__)
    return sorted(seen)


def every_attribute_of_a_socket_raises_attribute_errors_only():
    socket = zmq.Context().socket(zmq.PAIR)
    seen = set()
    for name in dir(socket):
        try:
            getattr(socket, name)
        except AttributeError:
            pass
        except Exception as error:
            seen.add(type(error).__name__)
    return sorted(seen)
