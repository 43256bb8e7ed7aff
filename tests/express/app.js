'use strict';

// The wait counter as a college course writes it with Express: every name and the secret come
// from the port, the sessions lie in MariaDB. It stands here as others' programs do, mistakes
// included, to be graded and to be measured against; nobody should copy it.
//
//   .port                  in the working folder: the port
//   EXPRESS_CREDENTIALS    JSON file with host, port, user, password, database;
//                          without it the sessions are kept in the process
//   EXPRESS_CERT, _KEY     PEM files
//   EXPRESS_MAX_WAIT       seconds that no wait goes beyond, for the benchmark; without it no limit

const { readFileSync } = require('node:fs');
const { createServer } = require('node:https');
const { setTimeout: sleep } = require('node:timers/promises');
const express = require('express');
const session = require('express-session');

const port = readFileSync('.port', 'utf8').trim();
const { EXPRESS_CREDENTIALS, EXPRESS_CERT, EXPRESS_KEY } = process.env;
const longest = Number(process.env.EXPRESS_MAX_WAIT ?? Infinity);

function store() {
  if (EXPRESS_CREDENTIALS === undefined) {
    return new session.MemoryStore();
  }
  const MySqlStore = require('express-mysql-session')(session);
  const credentials = JSON.parse(readFileSync(EXPRESS_CREDENTIALS, 'utf8'));
  return new MySqlStore({ ...credentials, schema: { tableName: `s_${port}_session` } });
}

const app = express();

app.use(
  session({
    name: `s${port}Cookie`,
    // Mistake: whoever knows the port can sign.
    secret: port,
    store: store(),
    resave: false,
    saveUninitialized: false,
    // Mistake: `sameSite` is left to the browser.
    cookie: { maxAge: 3_600_000, path: '/', secure: true },
  }),
);

app.get('/', async (request, response) => {
  const visitor = request.session;
  const { haveEnough } = request.query;
  if (haveEnough !== undefined) {
    if (haveEnough === '1') {
      visitor.wait = 0;
    }
  } else if (visitor.wait === undefined) {
    visitor.wait = 0;
  } else {
    // Mistake: the number was read before the wait, and is written after it.
    if (longest > 0) {
      await sleep(Math.min(visitor.wait, longest) * 1000);
    }
    visitor.wait += 1;
  }
  response.type('html').end(page(visitor.wait));
});

// Mistakes: an empty address keeps `?haveEnough=1`, and a newcomer's number may be undefined.
const page = (seconds) => `<!doctype html>
<html lang="en">
  <head><title>Got you sweating?</title></head>
  <body>
    <h1>Got you sweating?</h1>
    <p>The next refresh will wait ${seconds} seconds</p>
    <p><a href="?haveEnough=1">I have enough!</a></p>
    <p><a href="">I can wait longer.</a></p>
  </body>
</html>
`;

const pair = { cert: readFileSync(EXPRESS_CERT), key: readFileSync(EXPRESS_KEY) };
// All addresses, as the course's program does; tests keep to themselves by EXPRESS_BIND.
createServer(pair, app).listen(Number(port), process.env.EXPRESS_BIND);
