// Lesson 0390, the candidate's page: log in, start, answer, submit, see the result.
//
// The server holds the state and this page only shows it: after a reload, a restart, a change
// in another tab, `resume` asks how things stand and goes on from there.

import { Attempt } from "./l0390-attempt.js";
import { watchForSleep } from "./l0390-clock.js";
import { write } from "./l0390-paper.js";
import { drawResult } from "./l0390-result.js";
import { ATTEMPT, KEY, call, keep, kept } from "./l0390-session.js";
import { Refusal, ask, backOff, inWords, once, wake } from "./l0390-wire.js";

const quiz = document.querySelector("[data-l0390]");
const part = (name) => quiz.querySelector(`[data-${name}]`);
const view = (name) => quiz.querySelector(`[data-view="${name}"]`);

let attempt = null;
let shown = null;
let failures = 0;
let waiting = 0;
// How many answers the last attempt of this tab could not send.
let unsent = 0;

const problem = (text) => {
  write(part("problem"), text);
  if (text) part("problem").scrollIntoView({ block: "nearest" });
};

const show = (name) => {
  problem("");
  for (const one of quiz.querySelectorAll("[data-view]")) one.hidden = one !== view(name);
  // Not when the page has just been loaded: there a reader begins at the top.
  if (shown && shown !== name) view(name).querySelector("h2").focus();
  shown = name;
};

const leave = () => {
  if (attempt) unsent = attempt.answers.unsaved;
  attempt?.close();
  attempt = null;
  part("confirm").close();
};

/** Asks how things stand, and shows it. */
const resume = once(async () => {
  if (!kept()) return logInAgain("");
  try {
    enter(await call("GET", ATTEMPT));
  } catch (error) {
    leave();
    refused(error);
  }
});

const enter = (answer) => {
  leave();
  failures = 0;
  const { state, title, evaluation, attempts_left: left } = answer.body;
  if (state !== "running") return finished(evaluation, left);
  write(part("title"), title);
  const on = { changed: enter, finished, refused, stopping, problem };
  attempt = new Attempt(view("running"), answer, on);
  show("running");
  unsent = 0;
  attempt.open();
};

const finished = (evaluation, attemptsLeft) => {
  leave();
  drawResult(view("result"), evaluation, attemptsLeft);
  show("result");
  if (unsent) problem(`Answers that could not be saved in time, and so do not count: ${unsent}.`);
  unsent = 0;
};

/** Says what stands in the way, and shows the way on. */
const refused = (error) => {
  const ran = attempt !== null;
  leave();
  if (!(error instanceof Refusal) || error.passing) return stopped("No answer just now", error);
  if (error.status === 401) return logInAgain(inWords(error));
  // It has ended meanwhile, or another one runs: how things stand is known to the server alone.
  if (error.status === 410 || (error.status === 404 && ran)) return resume();
  if (error.status === 423) return stopped("Your attempt runs in another session", error);
  const left = error.body.attempts_left;
  write(part("attempts-left"), left === undefined ? "" : `Attempts left: ${left}`);
  show("ready");
  // That there is no attempt yet is no problem; all else is one.
  if (error.status !== 404) problem(inWords(error));
};

const FORGOTTEN = "Log in again. If the server was restarted, the attempt does not count.";

const logInAgain = (reason) => {
  leave();
  keep(null);
  show("login");
  if (reason) problem(`${reason} ${FORGOTTEN}`);
};

const stopping = (detail) => {
  leave();
  stopped("The server is stopping", new Refusal(503, { detail }, 0));
};

const stopped = (title, error) => {
  write(part("stopped"), title);
  write(part("reason"), inWords(error));
  part("locked").hidden = error.status !== 423;
  show("stopped");
  if (error.status !== 423) comeBack();
};

/** Asks again by itself, unless somebody has done something else meanwhile. */
const comeBack = async () => {
  failures += 1;
  waiting += 1;
  const latest = waiting;
  await backOff(failures);
  if (latest === waiting && shown === "stopped") resume();
};

const login = once(async (form) => {
  problem("");
  try {
    const typed = Object.fromEntries(new FormData(form));
    const { body } = await ask({}, "POST", "/0390/api/login", typed);
    keep(body.session_id);
  } catch (error) {
    return problem(inWords(error));
  }
  form.reset();
  await resume();
});

const start = once(async () => {
  try {
    enter(await call("POST", ATTEMPT));
  } catch (error) {
    refused(error);
  }
});

/** Asks whether it is meant, and says how many questions are not answered. */
const confirmed = () => {
  const missing = attempt.paper.unanswered;
  const words = missing === 1 ? "1 question is" : `${missing} questions are`;
  write(part("unanswered"), missing ? `${words} not answered.` : "All questions are answered.");
  const dialog = part("confirm");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const answer = () => resolve(dialog.returnValue === "submit");
    dialog.addEventListener("close", answer, { once: true });
  });
};

const submit = once(async () => {
  const submitted = attempt;
  if (!submitted || !(await confirmed())) return;
  // What was given last is to count as well.
  const saved = await submitted.answers.settled(10_000);
  if (attempt !== submitted) return;
  const { unsaved } = submitted.answers;
  if (!saved) return problem(`Not submitted: ${unsaved} of your answers are not saved yet.`);
  try {
    const { body } = await call("POST", `${ATTEMPT}/submit`);
    if (attempt === submitted) finished(body, submitted.attemptsLeft);
  } catch (error) {
    if (attempt !== submitted) return;
    if (error instanceof Refusal && !error.passing) refused(error);
    else problem(`Not submitted: ${inWords(error)} Try it once more.`);
  }
});

const actions = {
  start,
  submit,
  resume,
  leave: () => logInAgain(""),
  previous: () => attempt?.paper.step(-1),
  next: () => attempt?.paper.step(1),
  retake: () => attempt?.paper.takeBack(),
  retry: wake,
  confirm: () => part("confirm").close("submit"),
  back: () => part("confirm").close(),
};

quiz.addEventListener("click", ({ target }) => {
  actions[target.closest("[data-action]")?.dataset.action]?.();
});
part("options").addEventListener("change", ({ target }) => {
  attempt?.paper.choose(Number(target.value));
});
part("login").addEventListener("submit", (event) => {
  event.preventDefault();
  login(event.target);
});

const look = () => attempt?.look();
setInterval(() => attempt?.tick(), 100);
// Everybody at another moment, so that a class does not ask all at once.
setInterval(look, 55_000 + Math.random() * 10_000);
watchForSleep(() => {
  wake();
  look();
});
addEventListener("online", look);
document.addEventListener("visibilitychange", () => !document.hidden && look());
// Another tab has logged in, or has left.
addEventListener("storage", ({ key }) => key === KEY && resume());
addEventListener("beforeunload", (event) => {
  if (attempt?.answers.unsaved) event.preventDefault();
});

resume();
