// The desk: the table of the class, filtered and sorted.

import { Row } from "./desk-row.js";

export class Table {
  #body;
  #head;
  #save;
  #told;
  #rows = new Map();
  #filter = { words: [], state: "all" };

  constructor(body, head, save, told) {
    [this.#body, this.#head, this.#save, this.#told] = [body, head, save, told];
  }

  /** Draws the rows that have come: all at first, later those that have changed. */
  draw(rows) {
    for (const data of rows) {
      const known = this.#rows.get(data.student);
      if (known) known.draw(data);
      else this.#add(data);
    }
    this.#show();
  }

  get count() {
    return this.#rows.size;
  }

  get shown() {
    return this.#all.filter(({ element }) => !element.hidden).length;
  }

  get busy() {
    return this.#all.filter(({ busy }) => busy).length;
  }

  get unsaved() {
    return this.#all.some(({ hand }) => hand.unsaved);
  }

  filter(text, state) {
    this.#filter = { words: text.toLowerCase().split(/\s+/).filter(Boolean), state };
    this.#show(true);
  }

  // Only when it is asked for: a row that moved by itself would take the focus along, or lose it.
  sort(key) {
    const heading = this.#head.querySelector(`[data-sort="${key}"]`).closest("th");
    const up = heading.getAttribute("aria-sort") !== "ascending";
    for (const one of this.#head.querySelectorAll("[aria-sort]")) {
      one.setAttribute("aria-sort", "none");
    }
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    const sign = up ? 1 : -1;
    const rows = this.#all.sort((one, other) => sign * compare(one.key(key), other.key(key)));
    this.#body.append(...rows.map(({ element }) => element));
  }

  get #all() {
    return [...this.#rows.values()];
  }

  #add(data) {
    const row = new Row(data, this.#save, this.#told);
    this.#rows.set(data.student, row);
    this.#body.append(row.element);
  }

  // A row that somebody is in does not vanish because something in it has changed.
  #show(asked = false) {
    const { words, state } = this.#filter;
    for (const row of this.#rows.values()) {
      const kept = !asked && row.element.contains(document.activeElement);
      row.element.hidden = !kept && !row.fits(words, state);
    }
  }
}

const compare = (one, other) =>
  typeof one === "string" ? one.localeCompare(other) : one - other;
