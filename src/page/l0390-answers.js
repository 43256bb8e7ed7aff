// Lesson 0390: the answers of this tab, those that the server has and those that it is to get.
//
// They are sent one at a time, each with the revision that follows the last known one. Of two
// tabs the larger state wins; the other one gets 409, takes it over, and tries its own answer
// again on top of it, unless the very same question was answered there.

import { Refusal, backOff, inWords, pause, wake } from "./l0390-wire.js";

/** How an answer stands: a sign, and the words for it. */
export const MARKS = {
  none: { sign: "–", words: "not answered" },
  saved: { sign: "✓", words: "saved" },
  saving: { sign: "…", words: "saving…" },
  unsaved: { sign: "!", words: "not saved yet" },
};

// After these it is no use to send the same again.
const ENDS = [401, 403, 404, 410, 423];

export class Answers {
  // Per question, the newest answer that the server does not have yet.
  #waiting = new Map();
  #sending = null;
  #run = null;
  #closed = false;
  #on;

  /**
   * `on.put(question, option, revision)` sends one, `on.refresh()` asks for the present state;
   * `on.changed()`, `on.overruled()`, `on.troubled(words)` and `on.ended(refusal)` are told.
   */
  constructor({ answers, revision }, on) {
    this.saved = answers;
    this.revision = revision;
    this.#on = on;
  }

  get unsaved() {
    return this.#waiting.size;
  }

  /** The chosen option, `null` for none. */
  of(question) {
    const waiting = this.#waiting.get(question);
    return waiting ? waiting.option : (this.saved[question] ?? null);
  }

  markOf(question) {
    if (this.#sending === question) return MARKS.saving;
    if (this.#waiting.has(question)) return MARKS.unsaved;
    return this.of(question) === null ? MARKS.none : MARKS.saved;
  }

  choose(question, option) {
    if (this.#closed) return;
    // What it comes in the place of: anything else that turns up there is from another tab.
    const before = this.#waiting.get(question);
    const replaces = [...(before?.replaces ?? []), this.of(question)];
    this.#waiting.set(question, { option, replaces });
    this.#run ??= this.#send().finally(() => {
      this.#run = null;
    });
    this.#on.changed();
  }

  // ANCHOR: adopt
  /** Takes over a state of the server. */
  adopt({ answers, revision }) {
    // Two messages may overtake each other.
    if (revision < this.revision) return;
    [this.saved, this.revision] = [answers, revision];
    for (const [question, { option, replaces }] of [...this.#waiting]) {
      const there = answers[question] ?? null;
      const known = replaces.includes(there);
      if (there === option || !known) this.#waiting.delete(question);
      if (there !== option && !known) this.#on.overruled();
    }
    this.#on.changed();
  }
  // ANCHOR_END: adopt

  /** Waits until all are saved, though not longer than `within`. Whether they are. */
  async settled(within) {
    wake();
    await Promise.race([this.#run, pause(within)]);
    return this.unsaved === 0;
  }

  close() {
    this.#closed = true;
  }

  async #send() {
    let failures = 0;
    while (this.#waiting.size && !this.#closed) {
      try {
        // After no answer nobody knows whether the last one has arrived: look first.
        if (failures) await this.#on.refresh();
        if (this.#waiting.size && !this.#closed) await this.#sendOne();
        failures = 0;
      } catch (error) {
        if (!this.#closed) await this.#failed(error, failures);
        failures += 1;
      }
    }
  }

  async #sendOne() {
    const [question, answer] = this.#waiting.entries().next().value;
    const revision = this.revision + 1;
    this.#sending = question;
    this.#on.changed();
    try {
      const state = await this.#on.put(question, answer.option, revision);
      // Meanwhile there may be a newer one.
      if (this.#waiting.get(question) === answer) this.#waiting.delete(question);
      this.adopt(state);
    } catch (error) {
      const larger = error.status === 409 && error.body.revision >= revision;
      if (!larger) throw error;
      this.adopt(error.body);
    } finally {
      this.#sending = null;
      this.#on.changed();
    }
  }

  async #failed(error, failures) {
    if (error instanceof Refusal && ENDS.includes(error.status)) {
      this.close();
      return this.#on.ended(error);
    }
    this.#on.troubled(inWords(error));
    await backOff(failures);
  }
}
