"""Sessions that nobody had to begin: rows in a copy's SQLite file, and the cookies to them.

Making a million by visits would take longer than all the rest, so this writes them as the program
would, and signs their cookies with the copy's own key, which is made here.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import time

from peers import folder_in, free_port
from running_copy import RunningCopy

HOUR = 3600


class Seeded:
    """The folder of a copy that does not run yet, with its key and its empty tables."""

    def __init__(self, program, work, name):
        self.program, self.folder, self.port = program, folder_in(work, name), free_port()
        self.key = os.urandom(32)
        path = os.path.join(self.folder, ".config/sweatbox/install.key")
        os.makedirs(os.path.dirname(path), mode=0o700)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(self.key.hex() + "\n")
        # Makes the tables.
        self.start().stop()

    def start(self):
        """The copy, running; no refresh waits."""
        return RunningCopy(self.program, self.folder, "--max-wait", "0", port=self.port)

    def file(self):
        """The database."""
        return os.path.join(self.folder, "sweatbox.sqlite")

    def add(self, number, ago=0, size=0):
        """Adds sessions that have expired `ago` seconds ago; with 0, that live for two hours more.

        The living began ten hours ago, so that reading one extends nothing: it has longer than the
        hour that a visit gives. Returns their ids.
        """
        now = int(time.time())
        expires = now - ago if ago else now + 2 * HOUR
        record = {"created": now - 10 * HOUR, "data": {"wait": 0}}
        missing = size - len(encoded(record)) - len('"pad":"",')
        if missing > 0:
            record["data"] = {"pad": "x" * missing, "wait": 0}
        ids = [base64.urlsafe_b64encode(os.urandom(16))[:22].decode() for _ in range(number)]
        data = encoded(record)
        # No copy has changed them yet, so one version will do for all.
        rows = ((one, data, expires * 1_000_000, 1) for one in ids)
        database = sqlite3.connect(self.file())
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -400000")
        with database:
            database.executemany(f"INSERT INTO s_{self.port}_session VALUES (?, ?, ?, ?)", rows)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return ids

    def expired(self):
        """How many sessions the purge has not removed yet."""
        database = sqlite3.connect(self.file())
        query = f"SELECT COUNT(*) FROM s_{self.port}_session WHERE expiry_date <= ?"
        (left,) = database.execute(query, (int(time.time() * 1_000_000),)).fetchone()
        database.close()
        return left

    def cookies(self, ids, name="cookies"):
        """A file with the cookies of these sessions."""
        key = cookie_key(self.key, self.port)
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            for one in ids:
                signature = hmac.new(key, one.encode(), hashlib.sha256).digest()
                value = base64.b64encode(signature).decode() + one
                file.write(f"s{self.port}Cookie={value}\n")
        return path


def encoded(record):
    """The bytes of a session, as the program writes them."""
    return json.dumps(record, separators=(",", ":")).encode()


def cookie_key(install_key, port):
    """The key that signs the cookies of a port: the first half of what HKDF gives (RFC 5869)."""
    extracted = hmac.new(bytes(32), install_key, hashlib.sha256).digest()
    info = f"sweatbox/v1/cookie/{port}".encode()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()
