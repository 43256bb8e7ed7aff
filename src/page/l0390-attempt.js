// Lesson 0390: an attempt that runs, in this tab: its answers, its clock, its stream of events.

import { Answers } from "./l0390-answers.js";
import { Deadline, asClock, remarkAt } from "./l0390-clock.js";
import { Paper, write } from "./l0390-paper.js";
import { ATTEMPT, call, mine } from "./l0390-session.js";
import { Refusal, follow, once } from "./l0390-wire.js";

// The server sends the remaining time each second; so long a silence is a dead connection.
const SILENCE = 5_000;
// `?deaf=1` does not listen to what other tabs have saved, and so falls behind: for the lesson.
const LISTENS = !new URLSearchParams(location.search).has("deaf");
const OFFLINE = "No connection. Your answers are kept here, and saved when it is back.";
const OVERRULED = "Another tab has answered this question meanwhile: that answer counts.";

const time = (text) => new Date(text).toLocaleTimeString();

export class Attempt {
  #view;
  #on;
  #state;
  #deadline = new Deadline();
  #said = new Set();
  #stop = null;

  /**
   * `answer` is what the server has answered. `on.changed(answer)` is told when this attempt is
   * not the running one any more, `on.finished(evaluation, attemptsLeft)`, `on.refused(refusal)`
   * and `on.stopping(detail)` when it is over, `on.problem(text)` what the candidate must know.
   */
  constructor(view, answer, on) {
    [this.#view, this.#on, this.#state] = [view, on, answer.body];
    this.answers = new Answers(answer.body, {
      put: (...values) => this.#put(...values),
      refresh: () => this.resync(),
      changed: () => this.paper.refresh(),
      overruled: () => on.problem(OVERRULED),
      troubled: (words) => this.#connection(`${words} Your answers are kept here, and sent again.`),
      ended: on.refused,
    });
    this.paper = new Paper(view, answer.body.questions, this.answers);
    this.#tell(answer);
    this.#connection("");
  }

  get attemptsLeft() {
    return this.#state.attempts_left;
  }

  /** Follows the server from here on, until `close`. */
  open() {
    this.#stop = follow(mine(), "/0390/api/events", SILENCE, {
      event: (name, data, received) => this.#hear(name, data, received),
      lost: () => this.#connection(OFFLINE),
      refused: this.#on.refused,
    });
    // The connection stands now: its making was a part of the first round trip.
    this.look();
  }

  close() {
    this.answers.close();
    this.#stop?.();
    this.#stop = null;
  }

  // Asks how things stand. Who asks meanwhile gets the same answer.
  resync = once(async () => {
    const answer = await call("GET", ATTEMPT);
    if (!this.#stop) return;
    const { state, questions } = answer.body;
    const same = JSON.stringify(questions) === JSON.stringify(this.#state.questions);
    if (state !== "running" || !same) return this.#on.changed(answer);
    this.#tell(answer);
    if (LISTENS) this.answers.adopt(answer.body);
  });

  /** The same, where no answer is no news: the stream finds that out by itself. */
  look() {
    this.resync().catch((error) => {
      const over = error instanceof Refusal && !error.passing;
      if (over && this.#stop) this.#on.refused(error);
    });
  }

  tick() {
    const left = this.#deadline.left(performance.now());
    this.#part("time").dataset.milliseconds = Math.round(left);
    write(this.#part("time"), asClock(left));
    const remark = remarkAt(left);
    if (!remark || this.#said.has(remark)) return;
    // Each once: the guess of what is left may well go over a limit twice.
    this.#said.add(remark);
    write(this.#part(remark.urgent ? "warning" : "said"), remark.text);
  }

  #tell({ body, received, sent }) {
    if (body.deadline !== this.#deadline.deadline) {
      this.#said.clear();
      write(this.#part("warning"), "");
    }
    this.#deadline.tell(body, received, sent);
    this.tick();
  }

  async #put(question, option, revision) {
    const path = `${ATTEMPT}/answers/${encodeURIComponent(question)}`;
    const answer = await call("PUT", path, { option, revision });
    this.#tell(answer);
    this.#connection("");
    return answer.body;
  }

  #hear(name, data, received) {
    this.#connection("");
    if (data.deadline) this.#tell({ body: data, received });
    if (name === "answers" && LISTENS) this.answers.adopt(data);
    if (name === "parameters") this.#changedByProctor(data);
    if (name === "evaluated") this.#on.finished(data, this.attemptsLeft);
    if (name === "stopping") this.#on.stopping(data.detail);
  }

  #changedByProctor({ open, deadline }) {
    const ends = `Your time ends at ${time(deadline)}.`;
    const what = open
      ? "The proctor has changed something."
      : "The quiz is closed for new attempts; yours goes on.";
    write(this.#part("said"), `${what} ${ends}`);
  }

  #connection(text) {
    write(this.#part("connection"), text);
  }

  #part(name) {
    return this.#view.querySelector(`[data-${name}]`);
  }
}
