// Lesson 0390: a running attempt, drawn: one question at a time, and an overview of all.

/** A copy of the page's own template of that name. */
export const copyOf = (name) =>
  document.querySelector(`[data-template="${name}"]`).content.firstElementChild.cloneNode(true);

/** Sets a text only if it is another one: a screen reader may say it each time. */
export const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export class Paper {
  #view;
  #questions;
  #answers;
  #at = 0;

  constructor(view, questions, answers) {
    [this.#view, this.#questions, this.#answers] = [view, questions, answers];
    this.#part("overview").replaceChildren(...questions.map((_, at) => this.#overviewItem(at)));
    this.#drawQuestion();
  }

  get unanswered() {
    return this.#questions.filter(({ id }) => this.#answers.of(id) === null).length;
  }

  /** Goes to the question that is so many further, and makes it the one that is read. */
  step(by) {
    this.goTo(this.#at + by);
  }

  goTo(at) {
    if (!(at in this.#questions)) return;
    this.#at = at;
    this.#drawQuestion();
    this.#part("question").focus();
  }

  choose(option) {
    this.#answers.choose(this.#question.id, option);
  }

  takeBack() {
    this.choose(null);
    // The button that was pressed can no longer be: the focus needs another place.
    this.#inputs[0].focus();
  }

  /** Draws what may have changed: the choice, and how each answer stands. */
  refresh() {
    const chosen = this.#answers.of(this.#question.id);
    this.#inputs.forEach((input, option) => {
      input.checked = option === chosen;
    });
    const here = this.#answers.markOf(this.#question.id);
    write(this.#part("mark"), `${here.sign} ${here.words}`);
    this.#part("mark").dataset.mark = here.words;
    this.#part("retake").disabled = chosen === null;
    [...this.#part("overview").children].forEach((item, at) => this.#refreshItem(item, at));
    const answered = this.#questions.length - this.unanswered;
    write(this.#part("answered"), `${answered} of ${this.#questions.length} answered`);
  }

  get #question() {
    return this.#questions[this.#at];
  }

  get #inputs() {
    return [...this.#part("options").querySelectorAll("input")];
  }

  #part(name) {
    return this.#view.querySelector(`[data-${name}]`);
  }

  #drawQuestion() {
    const { text, options } = this.#question;
    write(this.#part("question"), `${this.#at + 1} of ${this.#questions.length}: ${text}`);
    const labels = options.map((words, option) => {
      const label = copyOf("option");
      label.querySelector("input").value = option;
      label.querySelector("span").textContent = words;
      return label;
    });
    this.#part("options").replaceChildren(...labels);
    this.#part("previous").disabled = this.#at === 0;
    this.#part("next").disabled = this.#at === this.#questions.length - 1;
    this.refresh();
  }

  #overviewItem(at) {
    const item = copyOf("overview");
    item.querySelector("[data-number]").textContent = at + 1;
    item.querySelector("button").addEventListener("click", () => this.goTo(at));
    return item;
  }

  #refreshItem(item, at) {
    const { sign, words } = this.#answers.markOf(this.#questions[at].id);
    write(item.querySelector("[data-sign]"), sign);
    write(item.querySelector("[data-words]"), `, ${words}`);
    const button = item.querySelector("button");
    if (at === this.#at) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
