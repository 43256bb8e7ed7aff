// The desk: one row, changed where it stands and never made anew: whoever is in it stays there.

import { Hand } from "./desk-hand.js";
import { copyOf, write } from "./l0390-paper.js";

const COPIES = ["sandbox", "production"];
const BUSY = { waiting: "waiting", running: "at work" };

const time = (text) => new Date(text).toLocaleTimeString();

const upInWords = ({ up, why }) => {
  if (up === null) return "not asked yet";
  return up ? "up" : `down: ${why}`;
};

const claimed = ({ claim }) => {
  if (!claim) return "nothing";
  const lessons = claim.lessons === 1 ? "1 lesson" : `${claim.lessons} lessons`;
  return `${claim.done} of ${claim.tasks} tasks, in ${lessons}`;
};

const checkInWords = ({ state, outcome, score, points_possible: possible, at }) => {
  const last = at ? `${score ?? "–"} of ${possible} at ${time(at)}` : "";
  if (state === "never") return "not checked";
  const now = BUSY[state] ?? outcome;
  const words = BUSY[state] && outcome ? `${now}: ${outcome}` : now;
  return last ? `${last}, ${words}` : words;
};

export class Row {
  element = copyOf("row");
  hand;
  #data;

  constructor(data, save, told) {
    const name = data.name || data.student;
    const called = (words) => `${words} ${name}`;
    write(this.#part("name"), name);
    write(this.#part("login"), data.name ? data.student : "");
    // Of many fields and buttons, a screen reader has to say whose this is.
    this.#part("score").setAttribute("aria-label", called("Score of"));
    this.#part("comment").setAttribute("aria-label", called("Comment on"));
    this.#part("again").setAttribute("aria-label", called("Check"));
    this.#part("again").dataset.again = data.student;
    const whose = (text) => `${name}: ${text}`;
    this.hand = new Hand(this.element, (given, revision) => save(data.student, given, revision), {
      saved: (text) => told.saved(whose(text)),
      conflict: (text) => told.conflict(whose(text)),
      failed: (error) => told.failed(error, name),
    });
    data.copies.forEach((copy, at) => this.#link(COPIES[at], copy, name));
    this.draw(data);
  }

  draw(data) {
    this.#data = data;
    data.copies.forEach((copy, at) => {
      const cell = this.#copy(COPIES[at]);
      write(cell.querySelector("[data-up]"), upInWords(copy));
      cell.classList.toggle("down", copy.up === false);
    });
    const claims = data.copies.map((copy, at) => `${COPIES[at]}: ${claimed(copy)}`);
    write(this.#part("claimed"), claims.join("; "));
    write(this.#part("check"), checkInWords(data.check));
    // Not `disabled`, which would take the focus away from whoever has just pressed it.
    this.#part("again").setAttribute("aria-disabled", String(this.busy));
    this.#drawFaults(data.check.failed);
    this.hand.hear(data.hand);
  }

  get busy() {
    return this.#data.check.state in BUSY;
  }

  /** What the table sorts by. */
  key(name) {
    const { copies, check } = this.#data;
    const up = (copy) => (copy.up === null ? -1 : Number(copy.up));
    const keys = {
      name: () => (this.#data.name || this.#data.student).toLowerCase(),
      sandbox: () => up(copies[0]),
      production: () => up(copies[1]),
      claimed: () => copies.reduce((sum, { claim }) => sum + (claim?.done ?? 0), 0),
      check: () => check.score ?? -1,
      score: () => this.hand.score ?? -1,
      comment: () => this.hand.comment.toLowerCase(),
    };
    return keys[name]();
  }

  /** Whether it is among those that are asked for. */
  fits(words, state) {
    const { student, name, email, copies, check } = this.#data;
    const all = [student, name, email, ...copies.map(({ port }) => port)].join(" ").toLowerCase();
    const states = {
      all: () => true,
      down: () => copies.some(({ up }) => up === false),
      unchecked: () => !check.at,
      failed: () => check.failed.length > 0,
      ungiven: () => this.hand.score === null,
      unsaved: () => this.hand.unsaved,
    };
    return words.every((word) => all.includes(word)) && states[state]();
  }

  #link(which, { port, address }, name) {
    const link = this.#copy(which).querySelector("[data-open]");
    write(link, String(port));
    link.href = address;
    link.target = `sweatbox-${port}`;
    link.setAttribute("aria-label", `Open ${port}, the ${which} of ${name}, in a new tab`);
    const opened = () => write(this.#copy(which).querySelector("[data-opened]"), "✓ opened");
    link.addEventListener("click", opened);
    // The middle button opens it as well.
    link.addEventListener("auxclick", opened);
  }

  #drawFaults(failed) {
    const details = this.#part("details");
    const known = JSON.stringify(failed);
    if (details.dataset.details === known) return;
    details.dataset.details = known;
    details.hidden = failed.length === 0;
    write(this.#part("failed"), `${failed.length} not passed`);
    const faults = failed.map(({ title, lesson, came }) => {
      const item = copyOf("fault");
      write(item.querySelector("[data-title]"), title);
      write(item.querySelector("[data-lesson]"), ` (lesson ${lesson})`);
      write(item.querySelector("[data-came]"), came ? `: ${came}` : "");
      return item;
    });
    this.#part("faults").replaceChildren(...faults);
  }

  #copy(which) {
    return this.element.querySelector(`[data-copy="${which}"]`);
  }

  #part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }
}
