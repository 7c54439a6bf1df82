// How does a sheet save itself? Of each element with data-save the fields that changed are sent, one request after the other, to the
// address to which the whole form is sent without script. What is not confirmed stays in this browser, is shown as such, and is sent
// again: when the network is back, every few seconds, and when the page is opened the next time. With each field goes what this window
// has seen stored in it: where another window has stored something else since, both are shown, and one is chosen.
"use strict";

const sheet = {
  form: null,
  key: "",
  unsent: {}, // mark -> {fields: [[name, value], ...], seen: {name: [texts]}, version}
  stored: [], // marks that this window keeps in the browser
  seen: {}, // name -> the texts that the server may hold, as far as this window knows: one, and those sent that it has not confirmed
  version: 0, // up to which this window knows every save
  sending: false,
  shown: {}, // key of an answer -> the version of the sheet up to which this window shows it, where that is later than all of the page's
  elsewhere: new Set(), // keys of answers that another window has saved, and this one has not seen
  cut: false, // the server could not be reached when something was sent last
  unknown: false, // the server did not know the person when something was sent last
  noted: {}, // key -> what is to be known of an answer that is saved
  refused: {}, // mark -> true: the server has said why; sent again only when it is changed

  start() {
    sheet.form = document.querySelector("form.sheet");
    if (!sheet.form) return;
    sheet.show();
    sheet.form.addEventListener("change", sheet.show);
    if (!sheet.form.dataset.autosave) return;
    sheet.key = `sheet/${sheet.form.dataset.autosave}`;
    sheet.version = Number(sheet.form.elements.version.value);
    sheet.see(sheet.form);
    sheet.drawn = Number(sheet.form.dataset.drawn); // of what the page shows that was not typed here
    if ("behind" in sheet.form.dataset) sheet.fall();
    sheet.restore();
    sheet.form.addEventListener("input", (event) => { sheet.typed(event.target); sheet.remember(event.target); });
    sheet.form.addEventListener("change", (event) => { sheet.remember(event.target); sheet.send(); });
    for (const each of sheet.form.querySelectorAll("[data-empty]")) {
      each.addEventListener("click", (event) => { event.preventDefault(); sheet.fold(each.value === "fold"); });
    }
    sheet.form.addEventListener("submit", sheet.leave);
    window.addEventListener("online", sheet.send);
    window.addEventListener("beforeunload", (event) => {
      if (sheet.marks().length && !sheet.leaving) event.preventDefault();
    });
    setInterval(sheet.send, 5000);
    sheet.send();
  },

  // Nothing on this page was saved, because another window was ahead: each answer is sent by itself, and what is newer is chosen.
  fall() {
    sheet.seen = {};
    const kept = sheet.kept(); // is put back, whichever window it was typed in
    for (const box of sheet.form.querySelectorAll("[data-save]")) if (!(box.dataset.save in kept)) sheet.remember(box);
  },

  // The whole form goes off: with it, of what was not confirmed, what this window has seen or sent.
  leave() {
    sheet.leaving = true;
    for (const [mark, entry] of Object.entries(sheet.unsent)) {
      for (const name of sheet.changed(sheet.box(mark), entry.fields)) {
        for (const each of sheet.seen[name] || []) sheet.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: `known:${name}`, value: each }));
      }
    }
  },

  // --- conditions ---
  // What is answered to a question, on a sheet that is locked as well.
  values(key) {
    const found = sheet.form.elements[key];
    const controls = !found ? [] : found.tagName ? [found] : [...found];
    return controls.filter((each) => each.value !== "" && (each.checked || !["radio", "checkbox"].includes(each.type))).map((each) => each.value);
  },

  show() {
    for (const each of sheet.form.querySelectorAll("[data-asked-key]")) {
      const wanted = each.dataset.askedValues.split(";").filter(Boolean);
      const other = sheet.box(each.dataset.askedKey);
      const given = other && other.hidden ? [] : sheet.values(each.dataset.askedKey);
      each.hidden = !given.length || (wanted.length > 0 && !given.some((value) => wanted.includes(value)));
    }
    for (const each of sheet.form.querySelectorAll(".not-asked")) each.hidden = true;
    for (const each of sheet.form.querySelectorAll("[data-folds]")) each.hidden = sheet.values(each.dataset.folds).length > 0;
    for (const each of sheet.form.querySelectorAll("[data-unfolds]")) each.hidden = sheet.values(each.dataset.unfolds).length === 0;
  },

  // Every outcome of which nothing is answered: marked as not reported, or opened again.
  fold(away) {
    const folds = [...sheet.form.querySelectorAll("[data-folds]")];
    const isAnswer = (each) => each.name && !/^(unit|source|document|page|quote|box|origin|basis|confirm):/.test(each.name);
    const isGiven = (each) => each.value.trim() !== "" && (each.checked || !["radio", "checkbox"].includes(each.type));
    for (const tick of sheet.form.querySelectorAll(".unreported input[type=checkbox]:enabled")) {
      const parts = folds.filter((each) => each.dataset.folds === tick.name);
      if (tick.checked === away || parts.some((part) => [...part.querySelectorAll("input:not([type=hidden]), select, textarea")].some((each) => isAnswer(each) && isGiven(each)))) continue;
      tick.checked = away;
      sheet.remember(tick);
    }
    sheet.show();
    sheet.send();
  },

  // A number that is typed in place of a converted one was not had by that formula.
  typed(control) {
    const worked = [...sheet.form.querySelectorAll("[data-worked]")].find((each) => each.dataset.worked === control.name);
    if (!worked) return;
    const same = control.value.trim() === control.defaultValue; // typed and taken back: it is the converted number again
    worked.hidden = !same;
    const had = sheet.form.elements[`origin:${control.name}`];
    if (had) had.value = same ? worked.dataset.origin : "reported";
  },

  // --- what is not confirmed ---
  marks: () => Object.keys(sheet.unsent),

  remember(control) {
    const box = control.closest("[data-save]");
    if (!box) return;
    delete sheet.refused[box.dataset.save];
    const before = sheet.unsent[box.dataset.save];
    const seen = Object.fromEntries([...sheet.names(box)].map((name) => [name, sheet.seen[name] || []]));
    sheet.unsent[box.dataset.save] = { fields: sheet.fields(box), seen, version: before ? before.version : sheet.version };
    box.querySelector(".newer")?.remove();
    sheet.store();
    sheet.tell();
  },

  fields(box) {
    const names = sheet.names(box);
    return [...new FormData(sheet.form)].filter(([name]) => names.has(name)).map(([name, value]) => [name, String(value)]);
  },

  // What stands in these fields is what the server holds.
  see(box) {
    const texts = sheet.texts(new FormData(sheet.form));
    for (const name of sheet.names(box)) sheet.seen[name] = [texts[name] || ""];
  },

  names: (box) => new Set([...box.querySelectorAll("input[name], select[name], textarea[name]")].map((each) => each.name)),

  // By name, the text of a field; of several ticks, theirs, joined as the server joins them.
  texts(fields) {
    const found = {};
    for (const [name, value] of fields) if (value !== "") found[name] = name in found ? `${found[name]};${value}` : String(value);
    return found;
  },

  // The names in a box that are to be sent: those whose text is not the one that stands there for sure, each with what is read with it.
  changed(box, fields, seen = sheet.seen) {
    const part = (name) => {
      const [first, ...rest] = name.split(":");
      if (["source", "document", "page", "quote", "box"].includes(first)) return "place";
      if (["origin", "basis"].includes(first)) return `origin:${rest.join(":")}`;
      return first === "unit" ? rest.join(":") : name;
    };
    const parts = new Set(sheet.unsure(box, fields, seen).map(part));
    return [...sheet.names(box)].filter((name) => parts.has(part(name)));
  },

  unsure(box, fields, seen) {
    const texts = sheet.texts(fields);
    return [...sheet.names(box)].filter((name) => (seen[name] || []).length !== 1 || seen[name][0] !== (texts[name] || ""));
  },

  // Other windows of this browser keep theirs in the same place.
  store() {
    try {
      const all = sheet.kept();
      for (const mark of sheet.stored) delete all[mark];
      Object.assign(all, sheet.unsent);
      sheet.stored = sheet.marks();
      if (Object.keys(all).length) localStorage.setItem(sheet.key, JSON.stringify(all));
      else localStorage.removeItem(sheet.key);
    } catch { /* a full or forbidden store: the fields themselves still hold what was typed */ }
  },

  kept() {
    try { return JSON.parse(localStorage.getItem(sheet.key) || "{}"); } catch { return {}; }
  },

  // What was typed is put back; where the page shows by now what another window has stored, that is not known as seen.
  restore() {
    for (const [mark, found] of Object.entries(sheet.kept())) {
      // Kept before the upgrade, when what a window had seen was not kept with it: it has seen nothing.
      const entry = { seen: {}, version: 0, ...(Array.isArray(found) ? { fields: found } : found) };
      const box = sheet.box(mark);
      if (!box) continue;
      const texts = sheet.texts(entry.fields);
      const given = new Set(entry.fields.map(([name]) => name));
      for (const name of sheet.changed(box, entry.fields, entry.seen)) { // a number with the unit beside which it was typed
        if (name.startsWith("unit:") && !given.has(name) && !sheet.isDoubtful(name, texts)) continue;
        sheet.put(name, texts[name] || "");
        sheet.seen[name] = entry.seen[name] || [];
      }
      sheet.unsent[mark] = { ...entry, fields: sheet.fields(box) };
    }
    sheet.store();
    sheet.show();
    sheet.tell();
  },

  // Kept before pages said in which unit a number was typed, for a question that may have had another unit then.
  isDoubtful(name, texts) {
    const key = name.slice("unit:".length);
    return "changed" in sheet.form.elements[name].dataset && sheet.form.elements[key].defaultValue === "" && key in texts;
  },

  // --- sending ---
  async send() {
    const mark = sheet.marks().find((each) => !sheet.refused[each]);
    if (!mark || sheet.sending) return;
    sheet.sending = true;
    const entry = sheet.unsent[mark];
    const box = sheet.box(mark);
    const names = box ? sheet.changed(box, entry.fields) : [];
    const body = new URLSearchParams(entry.fields.filter(([name]) => names.includes(name)));
    body.set("version", entry.version);
    if (sheet.form.elements.form_number) body.set("form_number", sheet.form.elements.form_number.value);
    body.set("csrfmiddlewaretoken", requestToken());
    for (const name of names) for (const each of sheet.seen[name] || []) body.append(`known:${name}`, each);
    const given = sheet.texts(entry.fields);
    const texts = Object.fromEntries(names.map((name) => [name, given[name] || ""]));
    for (const name of names) if (!(sheet.seen[name] ||= []).includes(texts[name])) sheet.seen[name] = [...sheet.seen[name], texts[name]];
    let again = true;
    sheet.unknown = false;
    try {
      const answer = await fetch(sheet.form.action, { method: "POST", body, headers: { Accept: "application/json", ...pageOf() } });
      const isWord = !answer.redirected && (answer.headers.get("Content-Type") || "").includes("json");
      sheet.unknown = !isWord && (answer.redirected || answer.status === 403); // to the sign-in page, or the token is of an earlier sign-in
      if (!isWord) throw new Error("no answer");
      sheet.take(mark, entry, texts, await answer.json());
    } catch {
      again = false;
    }
    sheet.sending = false;
    sheet.cut = !again;
    sheet.tell();
    if (again) sheet.send();
  },

  box: (mark) => [...sheet.form.querySelectorAll("[data-save]")].find((each) => each.dataset.save === mark),

  take(mark, entry, texts, answer) {
    if (answer.stood === sheet.version) sheet.version = answer.version; // else another window has saved as well, which this one has not seen
    for (const [key, version] of Object.entries(answer.elsewhere || {})) if (version > Math.max(sheet.drawn, sheet.shown[key] || 0)) sheet.elsewhere.add(key);
    sheet.shows(Object.fromEntries((answer.said || []).map((key) => [key, answer.version])));
    const box = sheet.box(mark);
    const told = answer.told || {};
    for (const [key, names] of Object.entries(answer.units || {})) sheet.offer(sheet.form.elements[`unit:${key}`], names);
    for (const each of box ? box.querySelectorAll("[data-told]") : []) {
      const key = each.dataset.told;
      if (key in texts) sheet.noted[key] = (answer.noted || {})[key] || "";
      each.textContent = told[key] ? `▲ ${told[key]}` : sheet.noted[key] || "";
      const control = document.getElementById(`id_${key}`);
      if (control) control.toggleAttribute("aria-invalid", Boolean(told[key]));
    }
    if (answer.refused || Object.keys(told).length) {
      sheet.refused[mark] = true;
      sheet.problem = answer.refused || "";
    } else {
      for (const [name, text] of Object.entries(texts)) {
        sheet.seen[name] = [text];
        sheet.form.querySelector(`[data-worked="${CSS.escape(name)}"][hidden]`)?.remove(); // another number stands there now
      }
      if (sheet.unsent[mark] === entry) {
        delete sheet.unsent[mark];
        for (const each of box && answer.again ? box.querySelectorAll("[data-again]") : []) if (!answer.again.includes(each.dataset.again)) each.remove();
      }
    }
    if (answer.newer && box) sheet.choose(mark, box, answer);
    for (const each of document.querySelectorAll("[data-offers]")) if ((answer.offers || {})[each.dataset.offers] !== undefined) each.innerHTML = answer.offers[each.dataset.offers];
    for (const [row, places] of Object.entries(answer.places || {})) sheet.place(row, places);
    const doubts = document.querySelector("[data-doubts]");
    if (answer.doubts !== undefined && doubts && ![...doubts.querySelectorAll("[name=reason]")].some((each) => each.value)) doubts.innerHTML = answer.doubts;
    for (const [id, html] of Object.entries(answer.parts || {})) document.getElementById(id).innerHTML = html;
    for (const each of sheet.form.querySelectorAll("[data-save]")) {
      if (answer.shown && each.dataset.save in answer.shown) each.hidden = !answer.shown[each.dataset.save];
    }
    if (answer.status) document.getElementById("saved").innerHTML = answer.status;
    sheet.form.elements.version.value = sheet.version; // of the whole form, where that is sent
    sheet.store();
  },

  // Another window stored something else meanwhile: both are said, and one is chosen.
  choose(mark, box, answer) {
    box.querySelector(".newer")?.remove();
    const note = document.getElementById("newer").content.cloneNode(true).firstElementChild;
    for (const each of answer.stands) note.querySelector("ul").appendChild(document.createElement("li")).textContent = each;
    for (const each of note.querySelectorAll("[data-newer]")) {
      each.addEventListener("click", () => {
        for (const [name, text] of Object.entries(answer.newer)) {
          sheet.seen[name] = [text];
          if (each.dataset.newer === "there") sheet.put(name, text);
        }
        note.remove();
        sheet.shows(answer.versions);
        for (const link of document.querySelectorAll("[data-overtaken]")) if (link.dataset.overtaken === mark) link.remove();
        if (!document.querySelector("[data-overtaken]")) document.getElementById("overtaken")?.remove();
        const changed = Object.keys(answer.newer).map((name) => box.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`));
        (changed.find(Boolean) || box.querySelector("[name]")).focus(); // where a keyboard goes on
        sheet.remember(box.querySelector("[name]"));
        sheet.show();
        sheet.send();
      });
    }
    (box.querySelector("td.wide") || box).append(note);
  },

  shows(versions) {
    for (const [key, version] of Object.entries(versions)) {
      sheet.shown[key] = version;
      sheet.elsewhere.delete(key);
    }
  },

  put(name, text) {
    for (const control of [...sheet.form.querySelectorAll("[name]")].filter((each) => each.name === name && each.type !== "hidden")) {
      if (name.startsWith("box:")) control.value = text;
      if (name.startsWith("unit:")) sheet.offer(control, [text]);
      if (["radio", "checkbox"].includes(control.type)) control.checked = name.startsWith("box:") ? text !== "" : control.type === "radio" ? control.value === text : text.split(";").includes(control.value);
      else control.value = text;
      if (name.startsWith("box:")) control.closest("label").hidden = !text;
    }
  },

  // More units to choose from; where there was one alone it stood beside the number, and is a choice now.
  offer(select, names) {
    for (const name of names) {
      if (![...select.options].some((each) => each.value === name)) select.add(new Option(name || "which unit?", name));
    }
    if (!select.hidden || select.options.length < 2) return;
    select.hidden = false;
    select.nextElementSibling?.remove();
  },

  // What was just answered in another way gets a place of its own; one that is there already is left as it is.
  place(row, places) {
    const box = [...sheet.form.querySelectorAll("[data-own-places]")].find((each) => each.dataset.ownPlaces === row);
    for (const [key, html] of Object.entries(box ? places : {})) {
      if ([...box.querySelectorAll("[data-place-of]")].some((each) => each.dataset.placeOf === key)) continue;
      box.insertAdjacentHTML("beforeend", html);
      for (const each of box.lastElementChild.querySelectorAll("[data-needs-script]")) each.hidden = false;
      sheet.see(box.lastElementChild);
    }
  },

  tell() {
    const box = document.getElementById("unsaved");
    sheet.form.dataset.unsent = sheet.marks().length;
    const waiting = sheet.marks().filter((each) => !sheet.refused[each]).length;
    const refused = Object.keys(sheet.refused).length;
    const sentences = [];
    if (waiting) sentences.push(`${waiting} answer${waiting > 1 ? "s" : ""} not saved yet: kept in this browser${sheet.cut && !sheet.unknown ? ", and sent again when the server can be reached" : ""}.`);
    if (waiting && sheet.unknown) sentences.push("The server does not know you any more. Sign in again in another window; they are sent then.");
    const choices = document.querySelectorAll(".newer").length;
    if (choices) sentences.push(`${choices} answer${choices > 1 ? "s" : ""} changed in another window meanwhile: choose beside ${choices > 1 ? "them" : "it"}. What you typed is kept.`);
    else if (refused) sentences.push(sheet.problem || `${refused} answer${refused > 1 ? "s" : ""} could not be saved: see what is said beside ${refused > 1 ? "them" : "it"}.`);
    const others = sheet.elsewhere.size;
    if (others && !choices && !waiting) sentences.push(`Another window has changed ${others > 1 ? `${others} other answers` : "another answer"}: load the page again to see ${others > 1 ? "them" : "it"}.`);
    box.textContent = sentences.join(" ");
    box.hidden = !sentences.length;
    box.classList.toggle("trouble", refused > 0 || sheet.cut);
  },
};

document.addEventListener("DOMContentLoaded", sheet.start);
