// Lesson 0390: the proctor's tables. Rows are changed where they stand and never made anew:
// whoever is on one of their buttons stays there.

import { asClock } from "./l0390-clock.js";
import { copyOf, write } from "./l0390-paper.js";

const STATES = { logged_in: "logged in", running: "running", evaluated: "evaluated" };

/** A moment for people, or a dash. */
export const time = (text) => (text ? new Date(text).toLocaleTimeString() : "–");

const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);

/** Writes each of `texts` into the cell of its name. */
const fill = (row, texts) => {
  for (const [name, text] of Object.entries(texts)) write(cell(row, name), String(text));
};

const stateOf = ({ state, pending }) =>
  pending ? "evaluated, not written yet" : (STATES[state] ?? state);

/** The attempts of a class, live. */
export class Attempts {
  #body;
  #rows = new Map();

  constructor(body) {
    this.#body = body;
  }

  get names() {
    return [...this.#rows.keys()];
  }

  draw(attempts, received) {
    const present = new Set(attempts.map(({ name }) => name));
    for (const name of this.names.filter((known) => !present.has(known))) {
      this.#rows.get(name).row.remove();
      this.#rows.delete(name);
    }
    for (const attempt of attempts) this.#drawOne(attempt, received);
  }

  /** What is left, between two messages of the server. */
  tick() {
    const now = performance.now();
    for (const { row, end } of this.#rows.values()) {
      const left = end === null ? "–" : asClock(Math.max(0, end - now));
      write(cell(row, "left"), left);
    }
  }

  drawExtras(extras) {
    for (const [name, { row }] of this.#rows) {
      const extra = Object.hasOwn(extras, name) ? extras[name] : 0;
      write(cell(row, "extra"), extra === 0 ? "–" : inMinutes(extra));
    }
  }

  #drawOne(attempt, received) {
    const { name, state, connected, answered, of, revision, score } = attempt;
    const row = this.#rows.get(name)?.row ?? this.#newRow(name);
    const begun = state !== "logged_in";
    const running = state === "running";
    fill(row, {
      state: stateOf(attempt),
      connected: connected ? "yes" : "no",
      answered: begun ? `${answered} of ${of}` : "–",
      revision: begun ? revision : "–",
      deadline: time(attempt.deadline),
      score: state === "evaluated" ? `${score} of ${of}` : "–",
      used: attempt.attempts_used,
    });
    row.querySelector("[data-release]").disabled = !running;
    this.#rows.set(name, { row, end: running ? received + attempt.remaining_ms : null });
  }

  #newRow(name) {
    const row = copyOf("attempt");
    cell(row, "name").textContent = name;
    // Of many buttons with one word on them, a screen reader has to say which this is.
    for (const [kind, words] of [["extra", "Extra time for"], ["release", "Release"]]) {
      const button = row.querySelector(`button[data-${kind}]`);
      button.setAttribute("aria-label", `${words} ${name}`);
      button.dataset[kind] = name;
    }
    this.#body.append(row);
    return row;
  }
}

/** 150 s are +2:30. */
export const inMinutes = (seconds) =>
  `${seconds < 0 ? "−" : "+"}${asClock(Math.abs(seconds) * 1_000)}`;

const ENDED_BY = { submit: "submitted", deadline: "time over", proctor: "proctor" };

/** The finished attempts. */
export const drawResults = (body, results) => {
  const rows = results.map((result) => {
    const row = copyOf("finished");
    fill(row, {
      name: result.name,
      score: `${result.score} of ${result.of}`,
      started: time(result.started_at),
      ended: time(result.ended_at),
      by: ENDED_BY[result.by] ?? result.by,
      written: result.pending ? "not yet" : "yes",
    });
    return row;
  });
  body.replaceChildren(...rows);
};
