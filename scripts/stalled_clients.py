"""Connections that misbehave, watched by one loop, which notes when each opens and closes."""

import select
import ssl
import time

from stalled_kinds import KINDS, answers_to_pings

LATER = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)
# Seen without reading.
GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR


class Client:
    """One connection; its handshake goes on whenever the other side has answered."""

    def __init__(self, copy, kind):
        self.kind, self.unsent, self.came = kind, kind.at_once, b""
        self.opened = self.ready = self.closed = None
        self.connection = copy.connect_tcp(None if kind.reads else 4096)
        self.connection.setblocking(False)
        if kind.protocol:
            self.connection = copy.contexts[kind.protocol].wrap_socket(
                self.connection, do_handshake_on_connect=False
            )
        self.go_on(0)

    def is_open(self):
        return self.opened is not None and self.closed is None

    def is_settled(self):
        """Whether it has sent what it sends at once, or is closed."""
        return self.ready is not None or self.closed is not None

    def seconds(self):
        """How long it was open, if it was and no longer is."""
        return self.closed - self.opened if self.opened and self.closed else None

    def awaited(self):
        """The events after which it goes on."""
        reading = select.EPOLLIN if self.kind.reads or self.opened is None else 0
        writing = select.EPOLLOUT if self.opened is not None and self.unsent else 0
        return reading | writing | GONE

    def go_on(self, events):
        """Does what can be done without waiting."""
        try:
            if self.opened is None:
                self.open()
            self.send()
            if self.kind.reads:
                self.read()
            elif events & GONE:
                self.close()
        except LATER:
            pass
        except OSError:
            self.close()

    def open(self):
        if self.kind.protocol:
            self.connection.do_handshake()
        self.opened = time.monotonic()

    def send(self):
        while self.unsent:
            self.unsent = self.unsent[self.connection.send(self.unsent) :]
        self.ready = self.ready or time.monotonic()

    def read(self):
        while came := self.connection.recv(65536):
            if self.kind.protocol == "h2":
                answers, self.came = answers_to_pings(self.came + came)
                self.unsent += answers
        self.close()

    def close(self):
        self.closed = time.monotonic()
        self.connection.close()


class Crowd:
    """Clients of all kinds."""

    def __init__(self, copy, count):
        self.copy, self.count = copy, count
        self.clients, self.by_number = [], {}
        self.epoll = select.epoll()
        self.next_second = time.monotonic() + 1

    def open(self, until):
        """Opens all of them and looks after them until each has begun to misbehave."""
        for number in range(self.count):
            client = Client(self.copy, KINDS[number % len(KINDS)])
            self.clients.append(client)
            if client.closed is None:
                self.by_number[client.connection.fileno()] = client
                self.epoll.register(client.connection, client.awaited())
            self.look(0)
        self.watch(until, lambda: all(client.is_settled() for client in self.clients))

    def watch(self, until, enough=lambda: False):
        """Looks after them until that time, or until it is enough."""
        while (left := until - time.monotonic()) > 0 and not enough():
            self.look(min(left, 0.2))

    def look(self, wait):
        for number, events in self.epoll.poll(wait):
            self.let(self.by_number[number], events)
        if time.monotonic() >= self.next_second:
            self.next_second += 1
            for client in filter(Client.is_open, self.clients):
                client.unsent += client.kind.each_second
                self.let(client, 0)

    def let(self, client, events):
        client.go_on(events)
        # A closed one is forgotten by the system.
        if client.closed is None:
            self.epoll.modify(client.connection, client.awaited())

    def open_ones(self):
        return sum(client.is_open() for client in self.clients)
