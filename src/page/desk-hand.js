// The desk: a score and a comment by hand. What is typed is saved at once; what another desk has
// saved meanwhile is never overwritten unseen.

import { write } from "./l0390-paper.js";
import { backOff, inWords } from "./l0390-wire.js";

const FIELDS = ["score", "comment"];

const asText = (value) => (value === null ? "none" : String(value));

/** The two fields of one row. */
export class Hand {
  #row;
  #save;
  #told;
  // What the server had when the fields were last filled: what is typed is a change of this.
  #base = { revision: 0, score: null, comment: "" };
  // The newest that is known.
  #heard = this.#base;
  #busy = false;
  #conflict = null;

  /** `save(given, revision)` returns the server's answer; `told` is where people are told. */
  constructor(row, save, told) {
    [this.#row, this.#save, this.#told] = [row, save, told];
    // `change` comes when a field is left, or at Enter.
    for (const name of FIELDS) this.#field(name).addEventListener("change", () => this.save());
    this.#part("take").addEventListener("click", () => this.#decide(true));
    this.#part("keep").addEventListener("click", () => this.#decide(false));
  }

  get score() {
    return this.#base.score;
  }

  get comment() {
    return this.#base.comment;
  }

  /** Whether something stands here that is on no disk. */
  get unsaved() {
    return this.#busy || this.#conflict !== null || this.#dirty;
  }

  /** What the server has now. A field that somebody is typing in is left alone. */
  hear(entry) {
    this.#heard = entry;
    this.#catchUp();
  }

  async save() {
    if (this.#busy || this.#conflict) return;
    if (!this.#valid) return this.#mark("not a score: a number from 0 to 10000");
    if (!this.#dirty) return;
    this.#busy = true;
    this.#mark("saving…");
    try {
      await this.#saveAll();
    } finally {
      this.#busy = false;
      this.#catchUp();
    }
  }

  // Again as long as something was typed meanwhile, or merged, or there was no answer.
  async #saveAll() {
    for (let failures = 0; this.#valid && this.#dirty && !this.#conflict; ) {
      try {
        await this.#saveOnce();
        failures = 0;
      } catch (error) {
        this.#mark("not saved");
        this.#told.failed(error);
        // A refusal stays one; all else may pass, and what was typed is still here.
        if (error.status && !error.passing) return;
        write(this.#part("saved"), `not saved, tried again: ${inWords(error)}`);
        await backOff(failures);
        failures += 1;
      }
    }
  }

  async #saveOnce() {
    const mine = this.#mine;
    try {
      this.#settle(await this.#save(mine, this.#base.revision));
    } catch (error) {
      if (error.status !== 409) throw error;
      this.#merge(mine, error.body.entry);
      return;
    }
    // As the server has written it, unless somebody has gone on typing.
    const now = this.#mine;
    for (const name of FIELDS) if (now[name] === mine[name]) this.#fill(name, this.#base[name]);
    const { score, comment } = this.#base;
    this.#mark("saved");
    this.#told.saved(`score ${asText(score)}${comment ? `, “${comment}”` : ""}`);
  }

  // Of each field, whoever has changed it counts; if both have, a person decides.
  #merge(mine, theirs) {
    const changed = (one, name) => one[name] !== this.#base[name];
    const clash = FIELDS.filter(
      (name) => changed(mine, name) && changed(theirs, name) && mine[name] !== theirs[name],
    );
    if (clash.length) return this.#ask(theirs, clash);
    for (const name of FIELDS) if (!changed(mine, name)) this.#fill(name, theirs[name]);
    this.#settle(theirs);
    this.#mark("merged with another desk's change");
  }

  #ask(theirs, clash) {
    this.#conflict = { theirs, clash };
    const words = clash.map((name) => `${name} ${asText(theirs[name])}`).join(", ");
    write(this.#part("theirs"), `Another desk has saved: ${words}.`);
    this.#part("conflict").hidden = false;
    this.#mark("not saved");
    this.#told.conflict(`another desk has saved ${words}.`);
  }

  #decide(take) {
    const { theirs, clash } = this.#conflict;
    this.#conflict = null;
    this.#part("conflict").hidden = true;
    const mine = this.#mine;
    for (const name of FIELDS) {
      const untouched = mine[name] === this.#base[name];
      if (untouched || (take && clash.includes(name))) this.#fill(name, theirs[name]);
    }
    this.#settle(theirs);
    // The button that was pressed is gone: the focus needs another place.
    this.#field(clash[0]).focus();
    this.#mark(this.#dirty ? "" : "as the other desk has it");
    this.save();
  }

  #settle(entry) {
    this.#base = entry;
    if (this.#heard.revision < entry.revision) this.#heard = entry;
  }

  #catchUp() {
    if (this.unsaved || !this.#valid || this.#heard === this.#base) return;
    this.#base = this.#heard;
    for (const name of FIELDS) this.#fill(name, this.#base[name]);
    if (this.#base.changed) {
      this.#mark(`saved ${new Date(this.#base.changed).toLocaleTimeString()}`);
    }
  }

  get #mine() {
    const score = this.#field("score").value;
    // As the server writes it: else what was saved would look like another change.
    const rounded = score === "" ? null : Math.round(Number(score) * 100) / 100;
    return { score: rounded, comment: this.#field("comment").value.trim() };
  }

  get #dirty() {
    const mine = this.#mine;
    return FIELDS.some((name) => mine[name] !== this.#base[name]);
  }

  // A number that is none yet has no value: it must not be taken for a score taken back.
  get #valid() {
    const { badInput, rangeOverflow, rangeUnderflow } = this.#field("score").validity;
    return !badInput && !rangeOverflow && !rangeUnderflow;
  }

  // Only if it is another value: writing it anew would move the cursor.
  #fill(name, value) {
    const text = String(value ?? "");
    if (this.#field(name).value !== text) this.#field(name).value = text;
  }

  #mark(text) {
    write(this.#part("saved"), text);
  }

  #field(name) {
    return this.#row.querySelector(`input[data-${name}]`);
  }

  #part(name) {
    return this.#row.querySelector(`[data-${name}]`);
  }
}
