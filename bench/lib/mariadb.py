"""A private MariaDB server: its own folder and port, gone with the benchmark."""

import json
import os
import secrets
import shutil
import subprocess
import time

from peers import free_port


class MariaDb:
    """Runs until it is stopped. Its settings are Debian's, its commits as durable as they are."""

    def __init__(self, folder):
        self.folder, self.port, self.password = folder, free_port(), secrets.token_hex(16)
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        data = [f"--datadir={folder}/data", f"--tmpdir={folder}", *as_root]
        make = ["mariadb-install-db", "--no-defaults", *data, "--skip-test-db"]
        make.append("--auth-root-authentication-method=normal")
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(f"{folder}/init.sql", "w") as file:
            for host in ("localhost", "127.0.0.1"):
                file.write(f"CREATE USER bench@'{host}' IDENTIFIED BY '{self.password}';\n")
                file.write(f"GRANT ALL ON *.* TO bench@'{host}';\n")
        serve = ["mariadbd", "--no-defaults", *data, f"--socket={folder}/socket"]
        serve += [f"--pid-file={folder}/pid", f"--log-error={folder}/log"]
        serve += [f"--init-file={folder}/init.sql", f"--port={self.port}"]
        serve += ["--bind-address=127.0.0.1", "--max-connections=200"]
        # Of its own group: Ctrl-C is for the benchmark, which then stops it.
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(serve, stdout=quiet, stderr=quiet, start_new_session=True)
        self._wait_until_it_answers()

    def _wait_until_it_answers(self):
        until = time.monotonic() + 60
        while self.execute("SELECT 1") != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise SystemExit(f"MariaDB does not answer: {open(f'{self.folder}/log').read()}")
            time.sleep(0.1)

    def execute(self, statement):
        """Runs a statement; the exit code of the client."""
        client = ["mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1"]
        client += [f"--port={self.port}", "--user=bench", f"--execute={statement}"]
        environment = {"PATH": os.environ["PATH"], "MYSQL_PWD": self.password}
        quiet = subprocess.DEVNULL
        return subprocess.run(client, env=environment, stdout=quiet, stderr=quiet).returncode

    def credentials(self, database):
        """The credentials file for a new database: the same for all who are compared."""
        if self.execute(f"CREATE DATABASE {database}") != 0:
            raise RuntimeError(f"the database {database} was not made")
        path = os.path.join(self.folder, f"{database}.json")
        account = {"host": "127.0.0.1", "port": self.port, "user": "bench"}
        account |= {"password": self.password, "database": database, "connectionLimit": 5}
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            json.dump(account, file)
        return path

    def stop(self):
        """Ends it; its folder goes with the benchmark's."""
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def version():
    """As the program tells it."""
    told = subprocess.run([shutil.which("mariadbd"), "--version"], capture_output=True, text=True)
    return told.stdout.split("Ver", 1)[-1].split("for")[0].strip()
