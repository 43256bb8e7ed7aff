"""A class that one process hosts, and load on some of its copies."""

import contextlib
import functools
import http.client
import os
import socket

from load import wrk
from peers import READ, fetch, folder_in
from running_copy import RunningServer, trusting_context

# So many copies have visitors at a time, and so many connections each.
LOADED, EACH = 8, 4


class HostedClass(RunningServer):
    """`sweatbox host` with a roster of so many copies."""

    first = "/healthz"

    def __init__(self, bench, copies):
        folder = folder_in(bench.work, f"hosted-{copies}")
        self.ports = free_ports(copies)
        with open(os.path.join(folder, "roster.csv"), "w") as file:
            file.write("student,name,email,host,sandbox,production\n")
            for number in range(0, copies, 2):
                pair = f"{self.ports[number]},{self.ports[number + 1]}"
                file.write(f"student{number},,,localhost,{pair}\n")
        command = [bench.program, "host", "roster.csv", "--bind", "127.0.0.1", "--log", "warn"]
        super().__init__([*command, "--debuggable"], folder, self.ports[-1])
        bench.ending.callback(self.process.kill)
        self.cookies = os.path.join(folder, "cookies")
        self.loaded = spread(self.ports, LOADED)
        for port in set(self.loaded):
            self._begin_sessions(port)

    def _begin_sessions(self, port):
        context = trusting_context("http/1.1")
        visitor = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
        with open(f"{self.cookies}.{port}", "w") as file:
            for _ in range(LOADED * EACH // len(set(self.loaded))):
                file.write(fetch(visitor, "/") + "\n")
        visitor.close()

    def load(self, seconds):
        """What one round does."""
        number = LOADED * EACH
        more = {"connections": number, "cookies": self.cookies, "ports": self.loaded}
        return functools.partial(wrk, self.loaded[0], READ, seconds, **more)


def free_ports(number):
    """Ports that are free on loopback right now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def spread(ports, number):
    """So many of them, evenly apart; of fewer, some more than once."""
    return [ports[at * len(ports) // number % len(ports)] for at in range(number)]
