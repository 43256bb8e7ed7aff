// The desk: how many cookies the class takes in a browser, and how to be rid of them.

import { copyOf, write } from "./l0390-paper.js";

export class Cookies {
  #card;
  #call;

  constructor(card, call) {
    [this.#card, this.#call] = [card, call];
  }

  async count() {
    const { body } = await this.#call("GET", "/cookies");
    const { host, places, held, of_class: ours, hosts } = body;
    write(this.#part("places"), String(places));
    this.#part("hosts").replaceChildren(...hosts.map((one) => this.#host(one, places)));
    const here = hosts.some((one) => one.here);
    const words = `This browser holds ${held} cookies for ${host}, ${ours} of them this class's.`;
    write(this.#part("held"), here ? words : "");
    this.#elsewhere(hosts.filter((one) => !one.here), host);
    this.#card.querySelector('[data-action="forget"]').disabled = !here;
    return { host, ours };
  }

  /** Expires them all; some at a time, since an answer has only so much room for header fields. */
  async forget() {
    for (let from = 0; from !== null; ) {
      const { body } = await this.#call("POST", "/forget", { from });
      from = body.next;
    }
    return this.count();
  }

  #host({ host, takes, here }, places) {
    const item = copyOf("host");
    write(item.querySelector("[data-host]"), here ? `${host} (here)` : host);
    write(item.querySelector("[data-takes]"), `${takes} of about ${places} places`);
    const meter = item.querySelector("[data-meter]");
    meter.max = places;
    meter.high = places * 0.9;
    meter.value = Math.min(takes, places);
    meter.setAttribute("aria-label", `Places that the class takes on ${host}`);
    const most = `open the copies of at most ${places / 2} students, then forget.`;
    const many = `Too many for one browser: ${most}`;
    write(item.querySelector("[data-too-many]"), takes > places ? many : "");
    return item;
  }

  // The token does not go along: behind another name, another program may be listening here.
  #elsewhere(others, host) {
    const hint = this.#part("elsewhere");
    hint.hidden = others.length === 0;
    const port = location.port ? `:${location.port}` : "";
    // The colons of an IPv6 address would be taken for the one before the port.
    const bracketed = (name) => (name.includes(":") ? `[${name}]` : name);
    const addresses = others.map((one) => `https://${bracketed(one.host)}${port}/`);
    write(
      hint,
      `A cookie belongs to a host name. This desk was opened as ${host}, so it can neither ` +
        "count nor forget the cookies of other names. For these, open it at " +
        `${addresses.join(" or ")} with the same #token=… behind the address. It has to run on ` +
        "that host then, started with --bind.",
    );
  }

  #part(name) {
    return this.#card.querySelector(`[data-${name}]`);
  }
}
