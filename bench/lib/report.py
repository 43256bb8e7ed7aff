"""What is to be reached, and the page that says what was."""

import os
from datetime import datetime, timezone

AT_LEAST, AT_MOST = "≥", "≤"

# By name: what is measured, whether more or less is better, the bound, its unit.
TARGETS = {
    "read-sqlite": ("session read on SQLite, against a page without session", AT_LEAST, 0.85, ""),
    "read-mariadb": ("session read on MariaDB, against Express on the same", AT_LEAST, 10, " ×"),
    "write-mariadb": ("session write on MariaDB, against Express on the same", AT_LEAST, 4, " ×"),
    "write-sqlite": ("session write on SQLite, against a page without session", AT_LEAST, 0.4, ""),
    "new-sqlite": ("new session on SQLite, against Express on MariaDB", AT_LEAST, 4, " ×"),
    "new-mariadb": ("new session on MariaDB, against Express on the same", AT_LEAST, 4, " ×"),
    "xray": ("the page with the X-ray on, against off", AT_LEAST, 0.95, ""),
    "sleeper-memory": ("sleepers over TLS: memory of each", AT_MOST, 16, " KiB"),
    "sleeper-late": ("the same: p99 of other pages meanwhile", AT_MOST, 50, " ms"),
    "idle-memory": ("idle copies with SQLite: PSS of each", AT_MOST, 1.5, " MB"),
    "idle-start": ("the same: start to first answer, median", AT_MOST, 40, " ms"),
    "hosted-memory": ("1,000 hosted copies in one process: memory", AT_MOST, 150, " MB"),
    "hosted-start": ("the same: start until the last one answers", AT_MOST, 2, " s"),
    "million": ("a million sessions against a thousand: p99 of reads", AT_MOST, 1.2, " ×"),
    "purge-read": ("purge of a million expired: p99 of reads, against none", AT_MOST, 1.5, " ×"),
    "purge-write": ("the same: p99 of writes", AT_MOST, 1.5, " ×"),
    "replicas": ("session write with `--replicas` on MariaDB, against without", AT_LEAST, 0.5, ""),
    "build-time": ("clean `cargo build`", AT_MOST, 100, " s"),
    "build-folder": ("a student's `target` folder after it", AT_MOST, 650, " MB"),
    "binary": ("stripped release binary", AT_MOST, 20, " MB"),
}


class Report:
    """Figures as they come in, and the pages and pictures beside them."""

    def __init__(self, folder):
        self.folder = folder
        self.figures = {}
        self.missing = []
        self.pages = []
        os.makedirs(os.path.join(folder, "plots"), exist_ok=True)

    def measured(self, name, value, basis):
        """A figure for a target, and what it was made of."""
        self.figures[name] = (value, basis)
        print("  " + " ".join(self._row(name).split()), flush=True)

    def page(self, title, *lines):
        """A section of text below the table."""
        self.pages.append("\n".join([f"## {title}", "", *lines, ""]))

    def plot(self, name, svg):
        """Keeps a picture; what shows it in a text."""
        with open(os.path.join(self.folder, "plots", f"{name}.svg"), "w") as file:
            file.write(svg)
        return f"![{name}](plots/{name}.svg)"

    def failed(self, section, why):
        """A section without figures."""
        self.missing.append(f"{section}: {why}")
        print(f"  no figures: {why}", flush=True)

    def _row(self, name):
        what, sense, bound, unit = TARGETS[name]
        if name not in self.figures:
            return f"| {what} | {sense} {bound:g}{unit} | not measured | | |"
        value, basis = self.figures[name]
        reached = value >= bound if sense == AT_LEAST else value <= bound
        mark = "✓ pass" if reached else "✗ miss"
        return f"| {what} | {sense} {bound:g}{unit} | {figure(value)}{unit} | {mark} | {basis} |"

    def write(self, title, facts):
        """Writes RESULTS.md and returns its path."""
        day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
        lines = [f"# {title}", "", f"Made by `bench/run` on {day}; how: [README](README.md).", ""]
        lines += [*(f"- {fact}" for fact in facts), "", "## Targets", ""]
        lines += ["| what | at least, at most | measured | | of |", "|---|---|---|---|---|"]
        lines += [self._row(name) for name in TARGETS]
        lines += ["", *(f"Without figures: {why}\n" for why in self.missing), *self.pages]
        path = os.path.join(self.folder, "RESULTS.md")
        with open(path, "w") as file:
            file.write("\n".join(lines).rstrip() + "\n")
        return path


def figure(value):
    """A number with as many digits as it deserves."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(head, rows):
    """Lines of a table; the cells of a row are texts."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]
