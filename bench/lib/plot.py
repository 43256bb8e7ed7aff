"""Pictures of how cost grows: two panels of SVG, with nothing but text and lines.

The colours are seen on white and on black; a second series has squares and dashes besides.
"""

from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 860, 330
# Of a panel's plotting area.
LEFT, TOP, WIDE, HIGH = 70, 50, 320, 210
APART = 430
GREY = "#7a7f87"
COLOURS = ["#2f81c7", "#cf7420"]


class Axis:
    """From values to places, evenly or by powers of ten."""

    def __init__(self, values, start, end, powers):
        self.start, self.end, self.powers = start, end, powers
        low, high = min(values), max(values)
        if powers:
            self.low, self.high = floor(log10(low)), max(ceil(log10(high)), floor(log10(low)) + 1)
            self.ticks = [10**power for power in range(self.low, self.high + 1)]
        else:
            step = round_step(high / 5)
            self.low, self.high = 0, step * ceil(high / step)
            self.ticks = [step * number for number in range(ceil(high / step) + 1)]

    def place(self, value):
        """Where a value is, in the picture's own unit."""
        value = log10(value) if self.powers else value
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def round_step(least):
    """1, 2 or 5 times a power of ten."""
    power = 10 ** floor(log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)


def picture(title, across, points, series):
    """`series`: for each name its requests a second and its p99 in ms, at each of `points`."""
    rates = {name: [one.rate() for one in samples] for name, samples in series.items()}
    lates = {name: [one.late() for one in samples] for name, samples in series.items()}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="{GREY}"><title>{escape(title)}</title>',
        text(LEFT, 20, title, size=15),
        *panel(LEFT, "requests a second", across, points, rates, powers=False),
        *panel(LEFT + APART, "p99, ms", across, points, lates, powers=True),
        *legend(list(series)),
        "</svg>\n",
    ]
    return "\n".join(parts)


def panel(left, up, across, points, series, powers):
    """One plot with its axes."""
    values = [value for line in series.values() for value in line]
    x = Axis(points, left, left + WIDE, True)
    y = Axis(values, TOP + HIGH, TOP, powers)
    parts = [text(left, TOP - 8, up), text(left + WIDE / 2, TOP + HIGH + 38, across, "middle")]
    for tick in y.ticks:
        parts.append(line(left, y.place(tick), left + WIDE, y.place(tick), "0.25"))
        parts.append(text(left - 6, y.place(tick) + 4, short(tick), "end"))
    for point in points:
        parts.append(line(x.place(point), TOP + HIGH, x.place(point), TOP + HIGH + 4, "1"))
        parts.append(text(x.place(point), TOP + HIGH + 18, short(point), "middle"))
    for number, values in enumerate(series.values()):
        places = [(x.place(point), y.place(value)) for point, value in zip(points, values)]
        parts += curve(number, places)
    return parts


def curve(number, places):
    """A series: its line, and a mark at each point."""
    colour = COLOURS[number % 2]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashes = ' stroke-dasharray="6 4"' if number % 2 else ""
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>']
    return parts + [mark(number, x, y) for x, y in places]


def mark(number, x, y):
    colour = COLOURS[number % 2]
    if number % 2:
        return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def legend(names):
    """Which line is which, below both panels."""
    parts, x = [], LEFT
    for number, name in enumerate(names):
        parts += [mark(number, x + 4, HEIGHT - 12), text(x + 14, HEIGHT - 8, name)]
        x += 40 + 7 * len(name)
    return parts


def text(x, y, words, anchor="start", size=12):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(str(words))}</text>"
    )


def line(x1, y1, x2, y2, opacity):
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{GREY}" '
        f'stroke-opacity="{opacity}"/>'
    )


def short(value):
    """1,000 as 1k."""
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
