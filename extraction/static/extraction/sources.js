// How does an answer get its source from the report beside the form, and how is it shown again? The panel of reports opens beside the
// form, or before it on a narrow screen. What is taken from a report (pdf:taken) fills document, page, quote and rectangle of the question,
// or of the cell of a table, in which the person was last; the sheet saves them as it saves all that is typed. A link with data-place-link
// shows its place in the panel.

import { placeIn } from "../screening/places.js";

const KEPT = "papers"; // in this browser: whether the panel was open
const ASKED = "[data-save], [data-choose]"; // a question of a sheet, or of an agreement: there the source is a third answer's
const WIDE = matchMedia("(min-width: 1100px)");

const sources = {
  target: null, // the question whose source is taken next
  before: new WeakMap(), // of such an element: what stood in its source before it was last taken or removed

  start() {
    sources.panel = document.querySelector("[data-papers]");
    if (!sources.panel) return;
    sources.form = document.querySelector("form.sheet[data-autosave], form.agree");
    sources.opener = document.querySelector("[data-papers-open]");
    sources.said = sources.panel.querySelector("[data-papers-target]");
    sources.choice = sources.panel.querySelector("[data-papers-choice]");
    sources.opener.addEventListener("click", () => sources.open(sources.panel.hidden));
    sources.panel.querySelector("[data-papers-close]").addEventListener("click", () => sources.open(false));
    sources.choice?.addEventListener("change", () => sources.choose(sources.choice.value));
    sources.panel.addEventListener("pdf:taken", (event) => sources.take(event.detail));
    document.addEventListener("click", sources.clicked);
    WIDE.addEventListener("change", () => sources.alone(!sources.panel.hidden && !WIDE.matches));
    document.addEventListener("keydown", sources.pressed);
    sources.form?.addEventListener("focusin", (event) => sources.aim(event.target));
    sources.form?.addEventListener("input", sources.typed);
    if (WIDE.matches && sources.form && localStorage.getItem(KEPT) !== "closed") sources.open(true, false);
    const asked = document.getElementById(decodeURIComponent(location.hash.slice(1))); // such as the cell behind a number
    const link = asked?.querySelector("[data-place-link][href]");
    if (link && WIDE.matches) sources.follow(link, false);
  },

  // --- the panel ---

  open(on, remembered = true) {
    sources.panel.hidden = !on;
    sources.opener.setAttribute("aria-expanded", String(on));
    document.body.classList.toggle("papers-shown", on);
    sources.alone(on && !WIDE.matches);
    if (remembered && WIDE.matches) localStorage.setItem(KEPT, on ? "open" : "closed");
    if (!on && sources.panel.contains(document.activeElement)) sources.back();
    else if (!on && !WIDE.matches) sources.back();
  },

  // On a narrow screen the panel covers the page: nothing behind it can be reached meanwhile.
  alone(on) {
    for (let each = sources.panel; each !== document.body; each = each.parentElement) {
      for (const other of each.parentElement.children) if (other !== each) other.inert = on;
    }
  },

  // Lead back to where the person was in the form.
  back() {
    const field = sources.left?.isConnected ? sources.left : sources.opener;
    field.focus({ preventScroll: WIDE.matches });
  },

  choose(paper) {
    for (const each of sources.panel.querySelectorAll("[data-paper]")) each.hidden = each.dataset.paper !== String(paper);
    if (sources.choice) sources.choice.value = paper;
  },

  viewer: () => sources.panel.querySelector("[data-paper]:not([hidden]) pdf-viewer"),
  paper: () => sources.panel.querySelector("[data-paper]:not([hidden])").dataset.paper,

  // --- whose source it is ---

  // A place is an element with data-place. Of an assessment the source supports the judgement of a domain, whichever of its questions the
  // person is at. In a row of a table the source is that of the cell; at its "Where it stands", that of the whole row.
  aim(at) {
    const takes = (each) => each?.querySelector("[data-place-act='take']");
    const asked = at?.closest(ASKED);
    const box = takes(asked) ? asked : at?.closest("fieldset")?.querySelector("[data-save]:has([data-place])");
    if (!takes(box)) return;
    const key = (at.name || "").replace(/^unit:/, "");
    const cell = [...box.querySelectorAll("[data-place]")].find((each) => each.dataset.placeOf === key);
    const place = at.closest("[data-place]") || cell || box.querySelector("[data-place]");
    if (!takes(place)) return;
    sources.left = document.activeElement;
    if (place === sources.target) return;
    sources.target?.closest(ASKED).classList.remove("aimed");
    sources.target = place;
    box.classList.add("aimed");
    const whole = cell && box.tagName === "TR" ? " For the whole row, go to its “Where it stands”." : "";
    sources.say(`Source for: ${sources.about(place)}.${whole}`);
  },

  about(place) {
    const name = place.dataset.place;
    const row = place.closest("tr");
    return row ? `${row.closest(".block").querySelector("h2").textContent.trim()}: ${name}` : name;
  },

  say(sentence) {
    if (sources.said) sources.said.textContent = sentence;
  },

  part: (box, name) => box.querySelector(`[name^="${name}:"]`),

  read(box) {
    const mark = sources.part(box, "box");
    const [document, page, quote] = ["document", "page", "quote"].map((name) => sources.part(box, name).value);
    return { document, page, quote, box: mark.checked ? mark.value : "" };
  },

  write(box, place) {
    for (const name of ["document", "page", "quote"]) sources.part(box, name).value = place[name];
    sources.mark(box, place.box);
    sources.link(box);
    sources.part(box, "page").dispatchEvent(new Event("change", { bubbles: true })); // as if typed: the sheet keeps and sends it
    box.querySelector("[data-place-act='clear']").hidden = !Object.values(place).some(Boolean);
  },

  mark(box, value) {
    const mark = sources.part(box, "box");
    mark.value = value;
    mark.checked = Boolean(value);
    mark.closest("label").hidden = !value;
  },

  take(place) {
    const box = sources.target;
    if (!box) return sources.say("First go to the question whose source this is.");
    if (!place) return sources.say("Nothing is selected yet: select text in the report, search for it, or draw a rectangle.");
    sources.before.set(box, sources.read(box));
    const third = box.closest(ASKED).querySelector('input[name^="take:"][value="third"]');
    if (third) third.checked = true;
    sources.write(box, { document: sources.paper(), page: String(place.page), quote: place.quote, box: place.box.join(",") });
    sources.settled(box);
    sources.viewer().show([{ ...place, label: "" }], null);
    document.getSelection().removeAllRanges();
    sources.say(`Taken for ${sources.about(box)}: page ${place.page}${place.quote ? "" : ", without words: no text lies beneath"}.`);
    if (WIDE.matches) sources.back();
    else sources.open(false);
    return undefined;
  },

  // The link leads to what stands there now.
  link(box) {
    const link = box.querySelector("[data-place-link]");
    const { document: paper, ...place } = sources.read(box);
    const said = new URLSearchParams(Object.entries(place).filter(([, value]) => value));
    link.hidden = !paper;
    link.dataset.placeLink = paper;
    link.href = `${sources.panel.dataset.papers.replace("/0/", `/${paper || 0}/`)}#${said}`;
  },

  settled(box) {
    for (let each = box; each; each = each.parentElement.closest("details")) each.open = true;
    box.querySelector("[data-place-act='undo']").hidden = false;
  },

  // Another page or document, typed by hand, has not the rectangle of the one before.
  typed(event) {
    const box = event.target.closest("[data-place]");
    if (!/^(page|document|quote):/.test(event.target.name || "") || !box || !sources.part(box, "box")) return;
    if (!event.target.name.startsWith("quote:")) sources.mark(box, "");
    sources.link(box);
  },

  // --- what is pressed ---

  clicked(event) {
    const link = event.target.closest("[data-place-link]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && sources.follow(link)) return event.preventDefault();
    const act = event.target.closest("[data-place-act]")?.dataset.placeAct;
    const box = event.target.closest("[data-place]");
    if (!act || !box) return undefined;
    sources.aim(event.target);
    if (act === "take") return sources.look();
    const now = sources.read(box);
    const empty = { document: "", page: "", quote: "", box: "" };
    sources.write(box, act === "undo" ? sources.before.get(box) : empty);
    sources.before.set(box, now);
    sources.settled(box);
    box.querySelector(`[data-place-act="${act === "undo" ? "undo" : "take"}"]`).focus();
    return undefined;
  },

  // The places of one question, both authors', are drawn together; the view goes to the one that was asked for.
  follow(link, remembered = true) {
    const paper = link.dataset.placeLink;
    if (!sources.panel.querySelector(`[data-paper="${paper}"]`)) return false;
    sources.left = link;
    sources.open(true, remembered);
    sources.choose(paper);
    const around = link.closest(`${ASKED}, tr`) || link;
    const links = [...around.querySelectorAll(`[data-place-link="${paper}"]`)];
    const place = (each) => ({ ...placeIn(each.hash), label: each.dataset.whose || "" });
    const at = placeIn(link.hash);
    if (at) sources.viewer().show((links.length ? links : [link]).map(place), at);
    return true;
  },

  // Go to the search of the report, from the field in hand.
  look() {
    sources.open(true);
    if (sources.target) sources.choose(sources.part(sources.target, "document").value || sources.paper());
    const viewer = sources.viewer();
    viewer.ready.then(() => viewer.one("words").focus());
  },

  pressed(event) {
    if (event.key === "Escape" && !WIDE.matches && !sources.panel.hidden) sources.open(false);
    if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.code === "KeyR" && sources.form) {
      event.preventDefault();
      if (sources.panel.contains(event.target)) sources.back();
      else sources.look();
    } else if (event.key === "Enter" && sources.panel.contains(event.target)) {
      event.preventDefault();
      sources.take(sources.viewer().places?.chosen());
    }
  },
};

sources.start();
