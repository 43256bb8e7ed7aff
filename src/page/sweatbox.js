// The script of all pages. Every page works without it.

// The owner's link carries its token behind the `#`, which no browser sends to a server. It is
// kept per tab and per port (a cookie would go to every port of this host), and wiped from the
// address so that it is in no history and in no picture of the screen.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) {
  sessionStorage.setItem("owner-token", token);
  history.replaceState(null, "", location.pathname + location.search);
}

// While the browser waits for the next page, this one is still shown: count down on it.
const countdown = document.querySelector("[data-wait]");
if (countdown) {
  const seconds = Number(countdown.dataset.wait);
  const [status, display] = countdown.children;
  const [text, bar] = display.children;
  let timer;

  const show = (end) => {
    const left = Math.max(0, (end - performance.now()) / 1000);
    bar.value = seconds - left;
    text.firstElementChild.textContent = Math.ceil(left);
  };

  const start = () => {
    if (seconds === 0 || timer) return;
    const end = performance.now() + seconds * 1000;
    status.textContent = `Waiting ${seconds} seconds.`;
    display.hidden = false;
    show(end);
    timer = setInterval(show, 100, end);
  };

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    status.textContent = "";
    display.hidden = true;
  };

  // Both links leave the page, but only a refresh waits; F5 has no link at all.
  let leavingByLink;
  addEventListener("click", (event) => {
    leavingByLink = event.target.closest("a");
  });
  addEventListener("beforeunload", () => {
    if (!leavingByLink || leavingByLink.matches("[data-refresh]")) start();
    leavingByLink = undefined;
  });
  // Escape stops a page that is loading: then nobody waits any more.
  addEventListener("keydown", (event) => event.key === "Escape" && stop());
  addEventListener("pageshow", stop);
}

// The X-ray follows live: each request of this visitor comes as a piece of HTML from this server.
const xray = document.querySelector("[data-xray]");
const show = (html, number) => {
  const list = xray.querySelector("[data-xray-records]");
  if (list.querySelector(`[data-number="${CSS.escape(number)}"]`)) return;
  const item = document.createElement("li");
  item.innerHTML = html;
  list.prepend(item);
  xray.querySelector("[data-xray-empty]")?.remove();
};

// Progress belongs to this browser: a number of its own, which outlives sessions and restarts.
const learner = () => {
  let known = localStorage.getItem("learner");
  if (!known) {
    known = crypto.randomUUID();
    localStorage.setItem("learner", known);
  }
  return known;
};

const post = async (path, body) => {
  const headers = { "content-type": "application/json" };
  const token = sessionStorage.getItem("owner-token");
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

const pages = [...document.querySelectorAll("[data-progress]")];
const tick = ({ ticks }) => {
  for (const task of document.querySelectorAll("[data-task]")) {
    const lesson = task.closest("[data-lesson]").dataset.lesson;
    const done = (ticks[lesson] ?? []).includes(task.dataset.task);
    const state = task.querySelector("[data-state]");
    task.classList.toggle("done", done);
    // Written only when it changes: a screen reader says it each time.
    const text = done ? "done ✓" : "open";
    if (state.textContent !== text) state.textContent = text;
  }
  for (const count of document.querySelectorAll("[data-done]")) {
    const lesson = count.closest("[data-lesson]").dataset.lesson;
    count.textContent = (ticks[lesson] ?? []).length;
  }
};

// One after the other: each answer is about all requests before it.
let asking = Promise.resolve();
const progress = () => {
  asking = asking.then(() => post("/progress", { learner: learner() })).then(tick).catch(() => {});
  return asking;
};

const follow = async () => {
  // Only now is there a session for sure, and with it something to follow.
  if (pages.length) await progress();
  const source = new EventSource("/xray/events");
  source.onmessage = ({ data, lastEventId }) => {
    show(data, lastEventId);
    if (pages.length) progress();
  };
  // The session has ended, or the server was restarted: there may be another one by now.
  source.onerror = () => {
    source.close();
    setTimeout(follow, 1000);
  };
};

if (xray) follow();
else if (pages.length) progress();

for (const tools of document.querySelectorAll("[data-tools]")) {
  tools.hidden = false;
  tools.querySelector("[data-reset]").addEventListener("click", async () => {
    const lesson = tools.closest("[data-lesson]")?.dataset.lesson ?? null;
    tick(await post("/progress/reset", { learner: learner(), lesson }));
    xray?.querySelector("[data-xray-records]").replaceChildren();
  });
}


// Lesson 0310: which cookies a script can read here. Names only, as others may look on.
const readable = document.querySelector("[data-readable]");
if (readable) {
  const names = document.cookie.split("; ").filter(Boolean).map((pair) => pair.split("=")[0]);
  readable.append(` Here and now: ${names.join(", ") || "none"}.`);
}
