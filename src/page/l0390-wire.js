// Lesson 0390: how its two pages speak with the server.
//
// A refusal is an answer, and is told apart from no answer at all. Nothing waits for ever: each
// request has its time, and a stream that has fallen silent is opened again.

const PATIENCE = 10_000;

/** The server has answered, and it is no. */
export class Refusal extends Error {
  constructor(status, body, wait) {
    super(body.detail ?? `The server has answered ${status}.`);
    Object.assign(this, { status, body, wait });
  }

  /** Whether the same request may do better a little later. */
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

const refusal = async (response) => {
  const body = await response.json().catch(() => null);
  return new Refusal(response.status, body ?? {}, Number(response.headers.get("retry-after")));
};

/** What to tell people about it. */
export const inWords = (error) => {
  if (!(error instanceof Refusal)) return "The server does not answer. Is the network there?";
  return error.wait ? `${error.message} (Wait ${error.wait} s.)` : error.message;
};

/** One request and its answer. */
export const request = async (headers, method, path, body) => {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(path, {
    method,
    headers: { ...headers, ...type },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) throw await refusal(response);
  return response;
};

/** The same for JSON, with the two moments between which the server has answered. */
export const ask = async (headers, method, path, body) => {
  const sent = performance.now();
  const response = await request(headers, method, path, body);
  const received = performance.now();
  const text = await response.text();
  return { body: text ? JSON.parse(text) : {}, sent, received };
};

// ANCHOR: stream
/** The events of a stream: what `EventSource` does, but that one cannot send a header. */
async function* eventsIn(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    // The last one has not come to its end yet.
    text = blocks.pop();
    yield* blocks.map(parsed);
  }
}
// ANCHOR_END: stream

const parsed = (block) => {
  const lines = block.split("\n");
  const field = (name) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);
  return { name: field("event")?.trim(), data: field("data") };
};

/**
 * Reads the stream at `path` until the function that it returns is called, connecting again by
 * itself. `on.event(name, data, received)` gets what comes, `on.lost()` is told when the
 * connection is gone, `on.refused(refusal)` when it is no use to try again. Silence for longer
 * than `silence` milliseconds is a dead connection.
 */
export const follow = (headers, path, silence, on) => {
  const stop = new AbortController();
  const run = async () => {
    for (let failures = 0; !stop.signal.aborted; failures += 1) {
      try {
        await listen(headers, path, silence, stop.signal, (name, data) => {
          failures = 0;
          on.event(name, data, performance.now());
        });
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof Refusal && !error.passing) return on.refused(error);
      }
      if (stop.signal.aborted) return;
      on.lost();
      await backOff(failures);
    }
  };
  run();
  return () => stop.abort();
};

const listen = async (headers, path, silence, stop, hear) => {
  const connection = new AbortController();
  const close = () => connection.abort();
  stop.addEventListener("abort", close, { signal: connection.signal });
  let timer = setTimeout(close, silence);
  try {
    const response = await fetch(path, {
      headers: { ...headers, accept: "text/event-stream" },
      signal: connection.signal,
    });
    if (!response.ok) throw await refusal(response);
    for await (const { name, data } of eventsIn(response)) {
      clearTimeout(timer);
      timer = setTimeout(close, silence);
      // A comment has neither, and only shows that the connection lives.
      if (name && data && !stop.aborted) hear(name, JSON.parse(data));
    }
  } finally {
    clearTimeout(timer);
    close();
  }
};

const bell = new EventTarget();

/** Ends all waiting between two tries. */
export const wake = () => bell.dispatchEvent(new Event("wake"));
addEventListener("online", wake);

/** Waits, but not longer than until the network is back. */
export const pause = (milliseconds) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      bell.removeEventListener("wake", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    bell.addEventListener("wake", done);
  });

/** Longer each time, and for everybody another time: a class must not come back as one. */
export const backOff = (failures) => {
  const most = Math.min(15_000, 500 * 2 ** failures);
  return pause(most * (0.5 + Math.random() / 2));
};

/** Two clicks at once are one: whoever comes while the work goes on shares its outcome. */
export const once = (work) => {
  let running = null;
  return (...values) => {
    running ??= work(...values).finally(() => {
      running = null;
    });
    return running;
  };
};
