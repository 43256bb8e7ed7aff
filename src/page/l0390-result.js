// Lesson 0390: an evaluated attempt, drawn: given and right answers, in words.

import { copyOf, write } from "./l0390-paper.js";

const ENDED_BY = {
  submit: "You have submitted it.",
  deadline: "The time was over; what was saved by then counts.",
  proctor: "The proctor has ended it; what was saved by then counts.",
};

const verdict = ({ given, right }) => {
  if (given === null) return "– not answered";
  return given === right ? "✓ right" : "✗ wrong";
};

const item = (question) => {
  const { text, options, given, right } = question;
  const item = copyOf("result");
  const part = (name) => item.querySelector(`[data-${name}]`);
  part("asked").textContent = text;
  part("given").textContent = given === null ? "none" : options[given];
  part("right").textContent = options[right];
  part("verdict").textContent = verdict(question);
  return item;
};

/** Shows an evaluation in `view`, and the way on if there are attempts left. */
export const drawResult = (view, evaluation, attemptsLeft) => {
  const part = (name) => view.querySelector(`[data-${name}]`);
  const { score, of, by, ended_at: endedAt, pending, questions } = evaluation;
  write(part("score"), `${score} of ${of} right`);
  const when = new Date(endedAt).toLocaleTimeString();
  write(part("ended"), `${ENDED_BY[by] ?? "It has ended."} (${when})`);
  part("pending").hidden = !pending;
  part("evaluated").replaceChildren(...questions.map(item));
  part("again").hidden = !(attemptsLeft > 0);
  write(part("left"), attemptsLeft > 0 ? `Attempts left: ${attemptsLeft}` : "No attempt is left.");
};
