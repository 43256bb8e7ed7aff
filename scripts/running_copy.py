"""A server that runs on a free port, for scripts that measure it: a copy of the release build, or
another program that is compared with it."""

import http.client
import os
import resource
import signal
import socket
import ssl
import subprocess
import time


def allow_open_files():
    """Raises this process's limit of open files as far as it may be."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class RunningServer:
    """`command` in `folder`, serving `port`, until it is stopped."""

    # What it answers as soon as it is ready.
    first = "/"
    # Seconds between two tries.
    pause = 0.02

    def __init__(self, command, folder, port, **environment):
        self.port = port
        self.log = open(os.path.join(folder, "log"), "ab")
        environment = {"HOME": folder, "PATH": os.environ["PATH"], **environment}
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=self.log, stderr=self.log
        )
        self.contexts = {name: trusting_context(name) for name in ("http/1.1", "h2")}
        self._wait_until_it_answers(os.path.join(folder, "log"))

    def _wait_until_it_answers(self, log):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise SystemExit(f"the server has ended: {open(log).read()}")
            try:
                return self.visit(self.first)
            except (OSError, Refused):
                time.sleep(self.pause)
        self.process.kill()
        raise SystemExit(f"the server does not answer: {open(log).read()}")

    def connect(self, protocol="http/1.1"):
        """A TLS connection."""
        return self.contexts[protocol].wrap_socket(self.connect_tcp())

    def connect_tcp(self, receive_buffer=None):
        """A connection without TLS."""
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.connect(("127.0.0.1", self.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def visitor(self):
        """A client that keeps its connection."""
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=60, context=self.contexts["http/1.1"]
        )

    def visit(self, path):
        """The seconds that a newcomer waits for a page, handshake included."""
        start = time.perf_counter()
        visitor = self.visitor()
        fetch(visitor, path)
        visitor.close()
        return time.perf_counter() - start

    def memory(self):
        """Its proportional share of the memory, in bytes."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as lines:
            shares = [line.split()[1] for line in lines if line.startswith("Pss:")]
        return int(shares[0]) * 1024

    def stop(self):
        """Tells it to stop; the seconds that it took and the exit code."""
        start = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.log.close()
        return time.perf_counter() - start, code


class RunningCopy(RunningServer):
    """`sweatbox serve` in `folder`."""

    first = "/healthz"

    def __init__(self, program, folder, *flags, port=None):
        port = port or free_port()
        # Without `--debuggable` only root may look at its memory.
        ours = ["--port", str(port), "--bind", "127.0.0.1", "--log", "warn", "--debuggable"]
        super().__init__([os.path.abspath(program), *ours, *flags], folder, port)


class Refused(SystemExit):
    """Another answer than 200; ends the script unless it is expected."""


def free_port():
    """A port that is free on loopback right now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def trusting_context(protocol):
    """TLS that takes any certificate: the copy has made its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    return context


def fetch(visitor, path, cookie=None):
    """One request over a kept connection; the cookie that was set, if one was."""
    visitor.request("GET", path, headers={"cookie": cookie} if cookie else {})
    answer = visitor.getresponse()
    answer.read()
    if answer.status != 200:
        raise Refused(f"{path}: {answer.status}")
    set_cookie = answer.getheader("set-cookie")
    return set_cookie.split(";")[0] if set_cookie else cookie


def told(seconds):
    """Median, 99th percentile and longest of some times, in words."""
    ordered = sorted(seconds)
    median, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return (
        f"median {median * 1000:.1f} ms, p99 {late * 1000:.1f} ms, "
        f"longest {ordered[-1] * 1000:.1f} ms of {len(ordered)}"
    )
