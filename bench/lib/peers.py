"""The programs that are compared, each serving over TLS with the same certificate."""

import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
from running_copy import RunningCopy, RunningServer, fetch, free_port  # noqa: E402

# As many sessions as connections, unless said.
SESSIONS = 32
# No longer than a page of ours, and none of the visitor's session in it: the limit.
ASSET = "/assets/l0320.js"
READ, WRITE, NEW = "/?haveEnough=0", "/", "/"


def folder_in(work, name):
    """A new folder."""
    folder = os.path.join(work, name)
    os.makedirs(folder)
    return folder


class Visited:
    """A server with sessions of its own for the load."""

    def begin_sessions(self, folder):
        """Makes the sessions, and the file that the load takes their cookies from."""
        visitor = self.visitor()
        cookies = [fetch(visitor, "/") for _ in range(SESSIONS)]
        visitor.close()
        # A cookie that is the session itself is the same for all who have counted as far.
        if None in cookies or (len(set(cookies)) < SESSIONS and not self.in_cookie):
            raise RuntimeError(f"not {SESSIONS} sessions of their own in {folder}")
        self.cookies = os.path.join(folder, "cookies")
        with open(self.cookies, "w") as file:
            file.writelines(f"{cookie}\n" for cookie in cookies)
        self.one_cookie = cookies[0]

    def body(self, path, cookie=None):
        """The text of a page."""
        visitor = self.visitor()
        visitor.request("GET", path, headers={"cookie": cookie} if cookie else {})
        text = visitor.getresponse().read().decode()
        visitor.close()
        return text

    def counted(self):
        """How far the first session has counted; `None` where the cookie itself is the session."""
        if self.in_cookie:
            return None
        found = re.search(r"will wait (\d+) seconds", self.body(READ, self.one_cookie))
        return int(found[1])


class Ours(RunningCopy, Visited):
    """A copy of this program; no refresh waits."""

    def __init__(self, program, folder, *flags):
        self.in_cookie = "cookie" in flags
        super().__init__(program, folder, "--max-wait", "0", *flags)
        self.begin_sessions(folder)


class Express(RunningServer, Visited):
    """The course's program; no refresh waits. Without credentials on its memory store."""

    in_cookie = False

    def __init__(self, folder, certificate, credentials=None):
        port = free_port()
        with open(os.path.join(folder, ".port"), "w") as file:
            file.write(str(port))
        environment = {
            "NODE_ENV": "production",
            "NODE_PATH": os.path.join(ROOT, "target/tools/express/node_modules"),
            "EXPRESS_BIND": "127.0.0.1",
            "EXPRESS_CERT": certificate[0],
            "EXPRESS_KEY": certificate[1],
            "EXPRESS_MAX_WAIT": "0",
        }
        if credentials:
            environment["EXPRESS_CREDENTIALS"] = credentials
        program = os.path.join(ROOT, "tests/express/app.js")
        super().__init__(["node", program], folder, port, **environment)
        self.begin_sessions(folder)


class Actix(RunningServer, Visited):
    """actix-web with actix-session, which signs the session itself into the cookie."""

    in_cookie = True

    def __init__(self, folder, certificate):
        port = free_port()
        program = os.path.join(ROOT, "bench/actix/target/release/actix-peer")
        environment = {"PEER_PORT": str(port), "PEER_CERT": certificate[0]}
        super().__init__([program], folder, port, PEER_KEY=certificate[1], **environment)
        self.begin_sessions(folder)


def certificate_of(folder):
    """The certificate and the key that a copy in `folder` has made."""
    names = ("certs/selfsigned.crt", "certs/selfsigned.key")
    return [os.path.join(folder, name) for name in names]


def modules():
    """The versions of what Express is made of."""
    versions = []
    for name in ("express", "express-session", "express-mysql-session"):
        path = os.path.join(ROOT, "target/tools/express/node_modules", name, "package.json")
        with open(path) as file:
            versions.append(f"{name} {json.load(file)['version']}")
    return ", ".join(versions)
