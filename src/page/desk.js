// The desk: a class in the instructor's browser.
//
// The authority is the desk's token, which `sweatbox.js` has moved from the address into
// `sessionStorage`. It is in no cookie: those go to every port of this host.

import { Cookies } from "./desk-cookies.js";
import { Table } from "./desk-table.js";
import { write } from "./l0390-paper.js";
import { ask, follow, inWords, once, request } from "./l0390-wire.js";

const API = "/api";
// The server gives a sign of life every five seconds.
const SILENCE = 15_000;
// A browser needs a moment to take a file over.
const DOWNLOAD = 10_000;

const page = document.querySelector("[data-desk]");
const part = (name) => page.querySelector(`[data-${name}]`);
const token = sessionStorage.getItem("owner-token");
const headers = { authorization: `Bearer ${token}` };
const call = (method, path, body) => ask(headers, method, API + path, body);
let stop = null;

const done = (text) => {
  write(part("problem"), "");
  write(part("done"), text);
};

const problem = (text) => {
  write(part("done"), "");
  write(part("problem"), text);
};

const failed = (error, name) => {
  if (error.status === 401) return withoutToken("The token in this tab was refused.");
  problem(name ? `${name}: ${inWords(error)}` : inWords(error));
};

const withoutToken = (why) => {
  stop?.();
  part("class").hidden = true;
  part("way-in").hidden = false;
  write(part("why"), why);
};

/** What a button does; if it fails, that is said. */
const action = (work) => (...values) => work(...values).catch(failed);

const save = async (student, given, revision) => {
  const path = `${API}/scores/${encodeURIComponent(student)}`;
  const match = { ...headers, "if-match": `"${revision}"` };
  return (await ask(match, "PUT", path, given)).body;
};

const table = new Table(part("rows"), page.querySelector("thead"), save, {
  saved: (text) => done(`Saved. ${text}`),
  conflict: problem,
  failed,
});
const cookies = new Cookies(page, call);

const count = () => {
  const { busy } = table;
  const waiting = busy ? `; ${busy} being checked` : "";
  write(part("count"), `${table.shown} of ${table.count} students shown${waiting}`);
};

const check = async (students, words) => {
  const { body } = await call("POST", "/check", { students });
  done(body.begun ? words : "These are being checked already.");
};

const checkAll = action(() => check(null, "All are being checked."));
const checkOne = action((student) => check([student], `${student} is being checked.`));
const countCookies = once(action(() => cookies.count()));

const forget = once(action(async () => {
  const { host, ours } = await cookies.forget();
  if (ours) return problem(`${ours} cookies have come back: close the copies' tabs, then again.`);
  done(`Forgotten: this browser holds no cookie of this class for ${host}.`);
}));

const download = action(async (file) => {
  // A link cannot bring the token along, so the file is fetched first.
  const response = await request(headers, "GET", `${API}/exports/${file}`);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), DOWNLOAD);
  done(`${file} was downloaded.`);
});

const filter = () => {
  const { words, state } = part("filter").elements;
  table.filter(words.value, state.value);
  count();
};

const ACTIONS = { "check-all": checkAll, forget, cookies: countCookies };

const listen = () => {
  page.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    const { action: name, again, file, sort } = button?.dataset ?? {};
    if (name) ACTIONS[name]();
    if (again && button.getAttribute("aria-disabled") !== "true") checkOne(again);
    if (file) download(file);
    if (sort) table.sort(sort);
  });
  part("filter").addEventListener("input", filter);
  part("filter").addEventListener("submit", (event) => event.preventDefault());
  // What was typed and is on no disk yet would be gone.
  addEventListener("beforeunload", (event) => table.unsaved && event.preventDefault());
  // Meanwhile copies were opened in other tabs.
  addEventListener("focus", countCookies);
};

const open = () => {
  part("class").hidden = false;
  listen();
  countCookies();
  stop = follow(headers, `${API}/rows`, SILENCE, {
    event: (name, { rows }) => {
      if (name !== "rows") return;
      write(part("connection"), "Live.");
      table.draw(rows);
      count();
    },
    lost: () => write(part("connection"), "No connection. This is how it was; it is tried again."),
    refused: failed,
  });
};

// The same address with a token behind the `#` does not load the page anew by itself.
addEventListener("hashchange", () => location.hash.startsWith("#token=") && location.reload());
if (token) open();
else withoutToken("This tab has no token.");
