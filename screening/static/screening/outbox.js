// What has the server not taken yet? Votes, and votes taken back, in the order in which they were given. They are kept in this
// browser until the server has answered, sent again until it does, and carry a number of their own, so that sending twice does
// nothing twice. A reload, a closed lid or an hour without a connection changes nothing but when they arrive. Each has a place of its
// own: of two windows, each of which may see late what the other has kept, neither writes over the other's.
"use strict";

class Outbox {
  static LONGEST_WAIT = 30_000; // milliseconds between two tries
  static PATIENCE = 20_000; // after so long without an answer a try counts as lost

  // name: whose acts, and on what, so that two people at one browser do not send each other's. heard(act, answer) is called for
  // each act that has an answer, changed() whenever there is something else to show.
  constructor(name, heard, changed) {
    this.name = `outbox/${name}`;
    this.heard = heard;
    this.changed = changed;
    this.wait = 0;
    this.trouble = "";
    this.sent = null; // the key of the act that is on its way
    window.addEventListener("online", () => this.flush());
    window.addEventListener("storage", (event) => event.key?.startsWith(`${this.name}/`) && changed());
  }

  // Up to version 0.1.0 all acts of an outbox were kept in one list. They are the oldest, and come first.
  static takeOver() {
    for (const place of Object.keys(localStorage).filter((each) => each.startsWith("outbox/"))) {
      const acts = JSON.parse(localStorage.getItem(place));
      if (!Array.isArray(acts)) continue;
      for (const [index, act] of acts.entries()) localStorage.setItem(`${place}/${act.key}`, JSON.stringify({ ...act, at: index + 1 }));
      localStorage.removeItem(place);
    }
  }

  all() {
    const places = Object.keys(localStorage).filter((place) => place.startsWith(`${this.name}/`));
    const acts = places.map((place) => JSON.parse(localStorage.getItem(place)));
    return acts.filter(Boolean).sort((one, other) => one.at - other.at);
  }

  // Throws when the browser keeps nothing (no room, or not allowed): then the form is sent as a form.
  add(act) {
    const last = this.all().at(-1)?.at || 0;
    localStorage.setItem(`${this.name}/${act.key}`, JSON.stringify({ ...act, at: Math.max(Date.now(), last + 1) }));
    this.changed();
    this.flush();
  }

  drop(key) {
    localStorage.removeItem(`${this.name}/${key}`);
    this.changed();
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.sent) return;
    for (let act = this.all()[0]; act; act = this.all()[0]) {
      this.sent = act.key;
      const answer = await this.send(act);
      this.sent = null;
      if (!answer) return this.later();
      this.wait = 0;
      this.trouble = "";
      this.drop(act.key);
      this.heard(act, answer);
    }
  }

  later() {
    this.wait = Math.min(Outbox.LONGEST_WAIT, this.wait ? this.wait * 2 : 1000);
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.changed();
  }

  // One try: the server's answer in words, or nothing when it has to be tried again.
  async send(act) {
    let response;
    try {
      response = await fetch(act.url, {
        method: "POST",
        keepalive: true, // who goes to another page does not stop it
        body: new URLSearchParams({ ...act.fields, csrfmiddlewaretoken: requestToken() }),
        headers: { Accept: "application/json", ...pageOf() },
        signal: AbortSignal.timeout(Outbox.PATIENCE),
      });
      const isWord = (response.headers.get("Content-Type") || "").startsWith("application/json");
      if (isWord && response.status < 500) return { refused: !response.ok, ...(await response.json()) };
    } catch {
      this.trouble = "The server cannot be reached.";
      return null;
    }
    this.trouble =
      response.status >= 500
        ? "The server has a problem."
        : "The server does not know you any more. Sign in again in another window; this page keeps your votes, and sends them then.";
    return null;
  }
}

Outbox.takeOver();

// On a page without a desk: what another page could not send any more is sent from here.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("unsent");
  if (!box || document.querySelector("#desk[data-outbox]")) return;
  const places = Object.keys(localStorage).filter((place) => place.startsWith(`outbox/${box.dataset.of}/`));
  const names = new Set(places.map((place) => place.slice("outbox/".length, place.lastIndexOf("/"))));
  const refused = [];
  const outboxes = [...names].map((name) => new Outbox(name, heard, tell));
  for (const outbox of outboxes) outbox.flush();

  function heard(act, answer) {
    if (answer.refused && act.kind === "vote") refused.push(`Not taken: ${act.word}, “${act.title}”: ${answer.told}`);
    tell();
  }

  function tell() {
    const unsent = outboxes.flatMap((outbox) => outbox.all()).length;
    const slow = outboxes.find((outbox) => outbox.trouble);
    const words = unsent && slow ? [`Votes that are not sent yet: ${unsent}. ${slow.trouble} They are kept in this browser.`] : [];
    box.textContent = [...words, ...refused].join(" ");
    box.hidden = !box.textContent;
  }
});
