// Lesson 0390: the session id of a candidate, kept by hand as in lesson 0320.

import { ask } from "./l0390-wire.js";

export const ATTEMPT = "/0390/api/attempt";

// `?browser=2` keeps an id of its own, as another browser would: for the lesson.
const seat = new URLSearchParams(location.search).get("browser");
export const KEY = seat ? `l0390-session-id-${seat}` : "l0390-session-id";

// A browser that refuses storage throws; then a variable has to do, as long as the page lasts.
let spare = null;

export const kept = () => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return spare;
  }
};

export const keep = (id) => {
  spare = id;
  try {
    if (id) localStorage.setItem(KEY, id);
    else localStorage.removeItem(KEY);
  } catch {
    // The variable has it.
  }
};

/** What every request but the login brings along; no browser adds it by itself. */
export const mine = () => ({ "session-id": kept() ?? "" });

export const call = (method, path, body) => ask(mine(), method, path, body);
