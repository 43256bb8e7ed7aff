// Lesson 0390: the countdown. The server's clock decides; this one only follows it.
//
// `performance.now()` cannot be set by anybody, so a wrong or a changed wall clock does no harm.
// It may stand still while a laptop sleeps; then the server is asked again.

// The server rounds to a millisecond; two clocks drift apart by at most so much of the time.
const ROUNDING = 1;
const DRIFT = 1e-4;

/** The end of the time, in terms of `performance.now()`, between two bounds. */
export class Deadline {
  // ANCHOR: bounds
  /** The server has said so at some moment after `sent` and before `received`. */
  tell({ remaining_ms: remaining, deadline }, received, sent = -Infinity) {
    const drift = (received - this.told) * DRIFT;
    const earliest = sent + remaining - ROUNDING;
    const latest = received + remaining + ROUNDING;
    // What cannot be true together comes from before a sleep, or before the proctor's change.
    const fits = latest >= this.earliest - drift && earliest <= this.latest + drift;
    const same = deadline === this.deadline && fits;
    // Each answer can only draw the bounds closer: a slow one says little, and spoils nothing.
    this.earliest = same ? Math.max(this.earliest - drift, earliest) : earliest;
    this.latest = same ? Math.min(this.latest + drift, latest) : latest;
    this.deadline = deadline;
    this.told = received;
    if (Number.isFinite(sent)) this.trip = received - sent;
  }
  // ANCHOR_END: bounds

  /** Milliseconds that are left, by the best guess: the middle, or half a round trip back. */
  left(now) {
    const middle = (this.earliest + this.latest) / 2;
    const end = Number.isFinite(middle) ? middle : this.latest - (this.trip ?? 0) / 2;
    return Math.max(0, end - now);
  }
}

/** Calls `woken` after a sleep, and when the wall clock was set. */
export const watchForSleep = (woken) => {
  const offset = () => Date.now() - performance.now();
  let [before, last] = [offset(), performance.now()];
  setInterval(() => {
    const [after, now] = [offset(), performance.now()];
    if (Math.abs(after - before) > 1_000 || now - last > 5_000) woken();
    [before, last] = [after, now];
  }, 1_000);
};

/** 65,000 ms are 1:05. A second that has begun counts. */
export const asClock = (milliseconds) => {
  const seconds = Math.ceil(milliseconds / 1_000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3_600) parts.unshift(Math.floor(seconds / 3_600));
  const [first, ...rest] = parts;
  return [first, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
};

const REMARKS = [
  { within: 0, text: "The time is over. Your saved answers are being evaluated.", urgent: false },
  { within: 60_000, text: "Less than one minute left.", urgent: true },
  { within: 300_000, text: "Less than five minutes left.", urgent: false },
];

/** What is to be said aloud when so much is left; the same object for the same remark. */
export const remarkAt = (left) => REMARKS.find(({ within }) => left <= within);
