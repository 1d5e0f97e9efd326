"""Workers log with topics of their own, and one place collects what all of them log, in order of arrival."""

# ruff: noqa: PLE1205  (the methods of a TopicLogger take the topic first)

from __future__ import annotations

import multiprocessing

import zmq
from zmq.log.handlers import PUBHandler, TopicLogger

WORKERS = 3


def work(number: int, address: str) -> None:
    """Log to the collector: PUSH sockets of many processes connect to one PULL, and lose nothing."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.connect(address)
        logger = TopicLogger(f"worker {number}")
        logger.addHandler(PUBHandler(socket, root_topic=f"worker{number}"))
        logger.info("job.begin", "%d steps to do", number)
        for step in range(number):
            logger.debug("job.step", "step %d", step)
        logger.info("job.end", "done")


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as collector:
        collector.bind("tcp://127.0.0.1:*")
        address = collector.last_endpoint.decode()
        workers = [multiprocessing.Process(target=work, args=[number, address]) for number in range(WORKERS)]
        for worker in workers:
            worker.start()

        done = 0
        while done < WORKERS:
            topic, text = collector.recv_multipart()
            print(f"{topic.decode()}: {text.decode()}")
            done += topic.endswith(b"INFO.job.end")
        for worker in workers:
            worker.join()


# Processes that are not forked import this file.
if __name__ == "__main__":
    main()
