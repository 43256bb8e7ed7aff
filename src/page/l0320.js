// Lesson 0320. What a browser does with a cookie by itself is done by hand here: keep the id,
// send it along, forget it.

const KEY = "l0320-session-id";
// A UUID like any other, only that no server has made it.
const MADE_UP = "00000000-0000-4000-8000-000000000000";

const card = document.querySelector("[data-l0320]");
const part = (name) => card.querySelector(`[data-${name}]`);

// Storage belongs to one origin, port included. A browser that refuses it (some do, together
// with cookies) throws; then a variable has to do, which lasts as long as this page.
let spare = null;

const kept = () => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return spare;
  }
};

const keep = (id) => {
  spare = id;
  try {
    if (id) localStorage.setItem(KEY, id);
    else localStorage.removeItem(KEY);
  } catch {
    // The variable has it.
  }
  show();
};

const show = () => {
  part("kept").textContent = kept() ?? "none";
};

// ANCHOR: send
const send = async (method, path, id) => {
  const headers = id ? { "session-id": id } : {};
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  part("request").textContent = [`${method} ${path}`, ...lines].join("\n");
  const response = await fetch(path, { method, headers });
  const text = await response.text();
  // As text and never as HTML: an answer must not be able to run as a script here.
  part("answer").textContent = `${response.status}\n${text}`;
  return response.ok ? JSON.parse(text) : {};
};
// ANCHOR_END: send

const actions = {
  begin: async () => {
    const { session_id: id } = await send("POST", "/0320/begin");
    if (id) keep(id);
  },
  count: () => send("POST", "/0320/count", kept()),
  makeUp: () => send("POST", "/0320/count", MADE_UP),
  end: () => send("DELETE", "/0320/session", kept()),
  forget: () => keep(null),
};

part("actions").addEventListener("click", async (event) => {
  const action = actions[event.target.dataset.action];
  try {
    await action?.();
  } catch (error) {
    part("answer").textContent = `No answer: ${error.message}`;
  }
});
// Another tab has changed it: they share one storage.
addEventListener("storage", show);

part("actions").hidden = false;
show();
