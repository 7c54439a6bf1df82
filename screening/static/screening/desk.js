// What does the desk do besides its keys? It shows the next citation before the server has heard of the vote: the cards that come
// next are fetched ahead, votes go to the outbox. Without this file every vote is a form that is sent, and all works as well.
"use strict";

const AT_HAND = 20; // cards fetched at once: a minute without a connection, at three seconds each
const FEW = 15; // so few left: time to fetch
const REMEMBERED = 30; // cards that undo can bring back without asking
const ON_THE_WAY = 30_000; // milliseconds after which the server has heard of a vote that is not in the outbox any more

const desk = {
  held: [], // cards that come next
  past: [], // cards voted on since the page was opened, the last at the end
  refused: [], // what the server would not take, in words
  fetching: null,
  seconds: 0, // how long the card has been in view, up to `since`
  since: performance.now(),

  root: () => document.getElementById("desk"),
  card: () => document.querySelector("#desk > [data-card]"),
  pk: (card) => card?.dataset.card || "",
  part: (name) => document.querySelector(`#desk [data-desk="${name}"]`),

  start() {
    desk.outbox = new Outbox(desk.root().dataset.outbox, desk.heard, desk.tellOutbox);
    desk.outbox.flush();
    desk.tellOutbox();
    if ("list" in desk.root().dataset) return; // rows.js does the rest
    if (desk.isBehind(desk.pk(desk.card()))) desk.next();
    desk.restock();
  },

  // The server may have chosen the next citation before it heard of a vote that was on its way then. Not so where one is asked for, nor
  // later: a vote that was taken back on another page is asked for again.
  votedLately() {
    const last = desk.remembered().map((each) => each.pk);
    return [...last, ...desk.outbox.all().filter((act) => act.kind === "vote").map((act) => act.citation)];
  },

  remembered() {
    const all = JSON.parse(sessionStorage.getItem(desk.outbox.name) || "[]");
    return all.filter((each) => Date.now() - each.at < ON_THE_WAY);
  },

  isBehind: (pk) => !location.pathname.endsWith(`/${pk}/`) && desk.votedLately().includes(pk),

  remember(pk, voted) {
    const others = desk.remembered().filter((each) => each.pk !== pk);
    const mine = voted ? [{ pk, at: Date.now() }] : [];
    sessionStorage.setItem(desk.outbox.name, JSON.stringify([...others, ...mine].slice(-REMEMBERED)));
  },

  // --- the time that a citation is in view ---------------------------------------------------------------------------------

  count() {
    const now = performance.now();
    if (!desk.away) desk.seconds += (now - desk.since) / 1000;
    desk.since = now;
    desk.away = document.visibilityState !== "visible";
  },

  countAnew() {
    desk.seconds = 0;
    desk.since = performance.now();
  },

  // --- cards ---------------------------------------------------------------------------------------------------------------

  async restock() {
    if (desk.fetching || desk.held.length >= FEW) return desk.fetching;
    desk.fetching = desk.fetchAhead();
    try {
      await desk.fetching;
    } finally {
      desk.fetching = null;
    }
  },

  async fetchAhead() {
    const known = [desk.card(), ...desk.held].map(desk.pk).filter(Boolean);
    const url = new URL(desk.root().dataset.ahead, location.href);
    url.searchParams.set("count", AT_HAND);
    const last = known.at(-1) || desk.pk(desk.past.at(-1));
    if (last) url.searchParams.set("after", last);
    url.searchParams.set("skip", [...known, ...desk.votedLately()].slice(-300).join(","));
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(Outbox.PATIENCE) });
      if (!response.ok || response.redirected) throw new Error(response.status);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const cards = [...page.querySelectorAll("[data-card]")].map((card) => document.adoptNode(card));
      desk.held.push(...cards);
      desk.isCutOff = false;
    } catch {
      desk.isCutOff = true;
    }
  },

  show(card) {
    desk.card().replaceWith(card);
    desk.countAnew();
    htmx.process(card);
    document.dispatchEvent(new CustomEvent("desk:shown", { detail: card }));
    card.querySelector("[data-focus]")?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  },

  showWord(name) {
    const card = document.createElement("div");
    card.dataset.card = "";
    card.append(document.getElementById(`desk-${name}`).content.cloneNode(true));
    desk.show(card);
  },

  async next() {
    if (!desk.held.length) await desk.restock();
    if (desk.held.length) {
      desk.show(desk.held.shift());
    } else if (desk.isCutOff) {
      desk.showWord("cut-off");
      setTimeout(() => desk.pk(desk.card()) || desk.next(), 3000);
      return;
    } else {
      desk.showWord("empty");
    }
    desk.restock();
  },

  // --- acts ----------------------------------------------------------------------------------------------------------------

  async vote(form, button) {
    desk.count();
    const card = desk.card();
    const fields = Object.fromEntries(new FormData(form, button));
    const title = card.querySelector("[data-focus]").textContent.trim();
    const word = button.dataset.word || button.value;
    const act = {
      kind: "vote",
      key: newKey(),
      url: form.action,
      citation: desk.pk(card),
      title,
      word,
      fields: { answer: fields.answer, reason: fields.reason || "", seconds: desk.seconds.toFixed(1) },
    };
    act.fields.key = act.key;
    try {
      desk.outbox.add(act);
    } catch {
      desk.isPlain = true; // this browser keeps nothing: the form goes its ordinary way
      return form.requestSubmit(button);
    }
    desk.remember(act.citation, true);
    desk.past = [...desk.past, card].slice(-REMEMBERED);
    if (!card.dataset.voted) desk.tally(1);
    card.dataset.voted = act.key;
    desk.said(`${word}: ${title}`);
    await desk.next();
  },

  async putOff(form) {
    const card = desk.card();
    const title = card.querySelector("[data-focus]").textContent.trim();
    desk.outbox.add({ kind: "later", key: newKey(), url: form.action, citation: desk.pk(card), title, word: "Later", fields: {} });
    desk.said(`Put off: ${title}`);
    await desk.next();
  },

  undo(form) {
    const card = desk.past.pop();
    const waiting = desk.outbox.all().filter((act) => act.kind === "vote");
    if (!card) {
      const last = waiting.at(-1);
      if (!last) return form.submit(); // voted before the page was opened: the server knows
      desk.takeBack(last);
      desk.remember(last.citation, false);
      location.assign(desk.root().dataset.at.replace("/0/", `/${last.citation}/`));
      return;
    }
    const act = waiting.findLast((each) => each.citation === desk.pk(card));
    if (act && act.key !== desk.outbox.sent) desk.outbox.drop(act.key);
    else desk.takeBack({ citation: desk.pk(card), title: card.querySelector("[data-focus]").textContent.trim() });
    const present = desk.card();
    if (desk.pk(present)) desk.held.unshift(present);
    delete card.dataset.voted;
    desk.remember(desk.pk(card), false);
    desk.tally(-1);
    desk.show(card);
    desk.said("Your last vote is taken back.");
  },

  // What is not sent is dropped; the server hears of the rest, of these `times` votes or of one before them.
  takeBackAll(of, times) {
    const waiting = desk.outbox.all().filter((act) => act.kind === "vote" && act.citation === of.citation);
    const unsent = waiting.filter((act) => act.key !== desk.outbox.sent);
    for (const act of unsent) desk.outbox.drop(act.key);
    if (unsent.length < times) desk.takeBack(of);
  },

  takeBack(act) {
    if (act.key && act.key !== desk.outbox.sent) return desk.outbox.drop(act.key);
    const url = desk.root().dataset.withdraw.replace("/0/", `/${act.citation}/`);
    const key = newKey();
    desk.outbox.add({ kind: "withdraw", key, url, citation: act.citation, title: act.title, word: "Taken back", fields: { key } });
  },

  heard(act, answer) {
    if (answer.refused && act.kind === "vote") {
      desk.refused.push(`${act.word}, “${act.title}”: ${answer.told} ${answer.todo || ""}`);
      desk.tellOutbox();
    } else if (answer.stored === false) {
      desk.said(`${answer.told} (${act.title})`);
      if (act.kind === "vote") desk.add("mine", -1);
    }
  },

  // --- words ---------------------------------------------------------------------------------------------------------------

  said(sentence) {
    desk.part("said").textContent = sentence;
  },

  // Over the card, so that no button moves under the finger; it goes with the card.
  tellTooSoon(form) {
    const sentence = "Two clicks so close count as one. To vote on this citation too, click again.";
    desk.said(sentence);
    if (form.querySelector("[data-too-soon]") || form.matches(".undo")) return;
    const told = Object.assign(document.createElement("p"), { textContent: sentence });
    told.dataset.tooSoon = "";
    told.setAttribute("aria-hidden", "true"); // said already
    form.append(told);
  },

  tally(change) {
    if (change > 0 && desk.part("left").textContent === "0") desk.part("left-of").hidden = true; // more came than was counted: a pilot is done, or an import
    desk.add("left", -change);
    desk.add("mine", change);
    desk.part("undo").hidden = false;
  },

  add(name, change) {
    const place = desk.part(name);
    const number = Math.max(0, Number(place.textContent.replaceAll(",", "")) + change);
    place.textContent = number.toLocaleString("en-GB");
  },

  tellOutbox() {
    const acts = desk.outbox?.all() || [];
    const box = desk.part("outbox");
    const isSlow = Boolean(desk.outbox?.trouble);
    box.hidden = !acts.length && !desk.refused.length;
    box.classList.toggle("is-slow", isSlow);
    if (box.hidden) return;
    const many = acts.length === 1 ? "1 vote is" : `${acts.length} votes are`;
    desk.part("outbox-word").textContent = acts.length
      ? `${many} on the way to the server. ${isSlow ? `${desk.outbox.trouble} ${acts.length === 1 ? "It is" : "They are"} kept in this browser and sent again by itself; you can go on.` : ""}`
      : "";
    desk.part("outbox-now").hidden = !isSlow;
    const lines = [...desk.refused.map((each) => `Not taken: ${each}`), ...acts.map((act) => `On the way: ${act.word}, “${act.title}”`)];
    desk.part("outbox-list").replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    desk.part("outbox-list").parentElement.open ||= desk.refused.length > 0;
  },
};

// crypto.randomUUID exists on pages with TLS alone; a server in the own network may have none.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

document.addEventListener("DOMContentLoaded", () => desk.root()?.dataset.ahead && desk.start());
document.addEventListener("visibilitychange", () => desk.count());

document.addEventListener("submit", (event) => {
  if (!desk.outbox || desk.isPlain || event.defaultPrevented) return;
  if (event.target.matches("#desk form.vote-row") && event.submitter) {
    event.preventDefault();
    rows.vote(event.target, event.submitter);
  } else if (event.target.matches("#desk form.undo") && "list" in desk.root().dataset) {
    event.preventDefault();
    rows.undo(event.target);
  } else if (event.target.matches("#desk form.vote") && event.submitter) {
    event.preventDefault();
    desk.vote(event.target, event.submitter);
  } else if (event.target.matches("#desk form.later")) {
    event.preventDefault();
    desk.putOff(event.target);
  } else if (event.target.matches("#desk form.undo")) {
    event.preventDefault();
    desk.undo(event.target);
  }
});

// The second click of a double click is meant for the citation that was there, not for the one that is there now.
document.addEventListener(
  "click",
  (event) => {
    const form = event.detail > 1 && event.target.closest("#desk form.vote, #desk form.undo");
    if (form) {
      event.preventDefault();
      desk.tellTooSoon(form);
    }
    if (event.target.closest("[data-desk=outbox-now]")) desk.outbox.flush();
  },
  true,
);

document.addEventListener("htmx:afterSettle", () => desk.outbox && desk.tellOutbox());

// The marks of the review's terms are on or off in this browser.
const marks = {
  areOn: () => localStorage.getItem("marks") !== "off",
  show() {
    document.documentElement.classList.toggle("terms-off", !marks.areOn());
    desk.part("terms")?.setAttribute("aria-pressed", String(marks.areOn()));
    if (desk.part("terms")) desk.part("terms").hidden = false;
  },
};
document.addEventListener("DOMContentLoaded", marks.show);
document.addEventListener("htmx:afterSettle", marks.show);
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-desk=terms]")) return;
  localStorage.setItem("marks", marks.areOn() ? "off" : "on");
  marks.show();
});

// What a key opens is seen: the criteria stand below the vote, where a long abstract or the report's side leaves no room for them.
document.addEventListener("toggle", (event) => event.target.matches("#desk .card-side details") && event.target.open && event.target.scrollIntoView({ block: "nearest" }), true);

// A note that is opened can be typed into at once: before the next key comes, or the first letters of the note would be votes.
document.addEventListener("click", (event) => {
  const summary = event.target.closest("details.note > summary, details.label-add > summary");
  if (!summary) return;
  event.preventDefault();
  summary.parentElement.open = !summary.parentElement.open;
  if (summary.parentElement.open) summary.parentElement.querySelector("textarea, input[name=name]").focus();
});
