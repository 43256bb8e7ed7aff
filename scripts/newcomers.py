"""Visitors who come one after another, each over a connection of its own: a process of its own
measures how long they wait, so that nothing else that a script does counts."""

import http.client
import multiprocessing
import time

from running_copy import Refused, fetch, trusting_context

# Seconds between the end of one visit and the next.
PAUSE = 0.02


def arrive(port, end, result):
    """Visits the first page until the end; sends the beginning and the seconds of each visit,
    and what went wrong."""
    context, visits, wrong = trusting_context("http/1.1"), [], []
    while not end.wait(PAUSE):
        begun = time.monotonic()
        try:
            visitor = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
            fetch(visitor, "/")
            visitor.close()
        except (OSError, http.client.HTTPException, Refused) as error:
            wrong.append(repr(error))
        visits.append((begun, time.monotonic() - begun))
    result.send((visits, wrong))


class Newcomers:
    """Come from now on, until `stop`."""

    def __init__(self, port):
        self.end = multiprocessing.Event()
        self.result, theirs = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(target=arrive, args=(port, self.end, theirs))
        self.process.daemon = True
        self.process.start()

    def stop(self):
        """Their visits, and what went wrong."""
        self.end.set()
        visits, wrong = self.result.recv()
        self.process.join()
        return visits, wrong
