// Lesson 0390, the proctor's page: who is where, live; the parameters; the results.
//
// The authority is the owner's token, which `sweatbox.js` has moved from the address into
// `sessionStorage`. It is in no cookie: those go to every port of this host.

import { write } from "./l0390-paper.js";
import { Attempts, drawResults, inMinutes } from "./l0390-tables.js";
import { Refusal, ask, follow, inWords, once, request } from "./l0390-wire.js";

const API = "/0390/api";
// The server sends the whole state every five seconds, if nothing happens before.
const SILENCE = 15_000;
// A browser needs a moment to take a file over.
const DOWNLOAD = 10_000;

const page = document.querySelector("[data-l0390-proctor]");
const part = (name) => page.querySelector(`[data-${name}]`);
const token = sessionStorage.getItem("owner-token");
const headers = { authorization: `Bearer ${token}` };
const call = (method, path, body) => ask(headers, method, API + path, body);

const attempts = new Attempts(part("attempts"));
let parameters = null;
let stop = null;
let evaluated = "";

const done = (text) => {
  write(part("problem"), "");
  write(part("done"), text);
};

const REFUSED = "The token in this tab was refused: it is not this copy's.";

const failed = (error) => {
  if (error.status === 401) return withoutToken(REFUSED);
  write(part("done"), "");
  write(part("problem"), inWords(error));
};

const withoutToken = (why) => {
  stop?.();
  part("desk").hidden = true;
  part("way-in").hidden = false;
  write(part("why"), why);
};

/** What a button does: once at a time, and if it fails, that is said. */
const action = (work) => once((...values) => work(...values).catch(failed));

const loadParameters = async () => {
  const { body } = await call("GET", "/parameters");
  parameters = body;
  const extras = Object.entries(body.extra_seconds);
  const list = extras.map(([name, seconds]) => `${name} ${inMinutes(seconds)}`);
  write(part("extras"), list.join(", ") || "nobody");
  attempts.drawExtras(body.extra_seconds);
};

const fields = part("parameters").elements;

const NUMBERS = ["duration_seconds", "attempts", "draw"];

const fillIn = () => {
  for (const name of NUMBERS) fields[name].value = parameters[name];
  fields.open.checked = parameters.open;
};

const loadAll = action(async () => {
  await loadParameters();
  fillIn();
});

const change = async (changes) => {
  await call("PATCH", "/parameters", changes);
  await loadParameters();
};

const saveParameters = action(async () => {
  const wanted = { open: fields.open.checked };
  for (const name of NUMBERS) wanted[name] = Number(fields[name].value);
  // Only what was changed here: another proctor may have changed the rest.
  const changed = Object.entries(wanted).filter(([name, value]) => value !== parameters[name]);
  if (!changed.length) return done("Nothing was changed.");
  await change(Object.fromEntries(changed));
  fillIn();
  done("Changed. Running attempts follow at once.");
});

/** Extra seconds by the choice in the form: a part of the duration, or minutes. */
const chosenExtra = ({ by, minutes }) => {
  if (by === "none") return null;
  if (by === "minutes") return Math.round(Number(minutes) * 60);
  return Math.round(parameters.duration_seconds * (Number(by) - 1));
};

const saveExtra = action(async (form) => {
  const chosen = Object.fromEntries(new FormData(form));
  const name = chosen.name.trim();
  // A part of the duration as it is now, which somebody may just have changed.
  await loadParameters();
  const seconds = chosenExtra(chosen);
  await change({ extra_seconds: { [name]: seconds } });
  const what = seconds === null ? "no extra time" : `${inMinutes(seconds)} minutes`;
  done(`${name} has ${what}.`);
});

const release = action(async (name) => {
  await call("POST", `/attempts/${encodeURIComponent(name)}/release`);
  done(`The next session of ${name} takes the attempt over.`);
});

const loadResults = action(async () => {
  const { body } = await call("GET", "/results");
  drawResults(part("results"), body.results);
  part("pending").hidden = body.pending === 0;
  write(part("pending-count"), String(body.pending));
});

const download = action(async () => {
  // A link cannot bring the token along, so the file is fetched first.
  const response = await request(headers, "GET", `${API}/results.csv`);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = "quiz-results.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), DOWNLOAD);
  done("The results were downloaded as quiz-results.csv.");
});

const draw = (state, received) => {
  write(part("connection"), state.open ? "Live. The quiz is open." : "Live. The quiz is closed.");
  attempts.draw(state.attempts, received);
  attempts.tick();
  if (parameters) attempts.drawExtras(parameters.extra_seconds);
  part("nobody").hidden = state.attempts.length > 0;
  offerNames();
  // Results are asked for when there may be new ones.
  const finished = state.attempts.filter((one) => one.state === "evaluated");
  const now = JSON.stringify(finished.map((one) => [one.name, one.pending, one.attempts_used]));
  if (now !== evaluated) loadResults();
  evaluated = now;
};

const offerNames = () => {
  const names = attempts.names;
  if (part("names").childElementCount === names.length) return;
  const options = names.map((name) => {
    const option = document.createElement("option");
    option.value = name;
    return option;
  });
  part("names").replaceChildren(...options);
};

const onMinutes = () => {
  const form = part("extra-form").elements;
  const wanted = form.by.value === "minutes";
  part("minutes").hidden = !wanted;
  form.minutes.disabled = !wanted;
};

const listen = () => {
  page.addEventListener("click", ({ target }) => {
    const { extra, release: released, action: name } = target.closest("button")?.dataset ?? {};
    if (released) release(released);
    if (name === "download") download();
    if (name === "results") loadResults();
    if (name === "reload") loadAll();
    if (!extra) return;
    part("extra-form").elements.name.value = extra;
    part("extra-form").elements.by.focus();
  });
  for (const [form, work] of [["parameters", saveParameters], ["extra-form", saveExtra]]) {
    part(form).addEventListener("submit", (event) => {
      event.preventDefault();
      work(event.target);
    });
  }
  part("extra-form").addEventListener("change", onMinutes);
  onMinutes();
};

const open = () => {
  part("desk").hidden = false;
  listen();
  loadAll();
  stop = follow(headers, `${API}/attempts`, SILENCE, {
    event: (name, state, received) => {
      if (name === "attempts") draw(state, received);
    },
    lost: () => write(part("connection"), "No connection. This is how it was; it is tried again."),
    refused: failed,
  });
  setInterval(() => attempts.tick(), 500);
};

// The same address with a token behind the `#` does not load the page anew by itself.
addEventListener("hashchange", () => location.hash.startsWith("#token=") && location.reload());
if (token) open();
else withoutToken("This tab has no token.");
