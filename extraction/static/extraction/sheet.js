// How does a sheet save itself? Each element with data-save is sent when one of its fields changes, one request after the other, to
// the address to which the whole form is sent without script. What is not confirmed stays in this browser, is shown as such, and is
// sent again: when the network is back, every few seconds, and when the page is opened the next time.
"use strict";

const sheet = {
  form: null,
  key: "",
  unsent: {}, // mark -> {fields: [[name, value], ...], known: {name: [values that this window has seen or sent]}}
  seen: {}, // name -> values that this window has seen stored, or has sent
  sending: false,
  cut: false, // the server could not be reached when something was sent last
  unknown: false, // the server did not know the person when something was sent last
  refused: {}, // mark -> true: the server has said why; sent again only when it is changed

  start() {
    sheet.form = document.querySelector("form.sheet");
    if (!sheet.form) return;
    sheet.show();
    sheet.form.addEventListener("change", sheet.show);
    if (!sheet.form.dataset.autosave) return;
    sheet.key = `sheet/${sheet.form.dataset.autosave}`;
    for (const [name, value] of new FormData(sheet.form)) (sheet.seen[name] ||= []).push(String(value));
    sheet.restore();
    sheet.form.addEventListener("input", (event) => { sheet.typed(event.target); sheet.remember(event.target); });
    sheet.form.addEventListener("change", (event) => { sheet.remember(event.target); sheet.send(); });
    for (const each of sheet.form.querySelectorAll("[data-empty]")) {
      each.addEventListener("click", (event) => { event.preventDefault(); sheet.fold(each.value === "fold"); });
    }
    sheet.form.addEventListener("submit", () => { sheet.leaving = true; });
    window.addEventListener("online", sheet.send);
    window.addEventListener("beforeunload", (event) => {
      if (sheet.marks().length && !sheet.leaving) event.preventDefault();
    });
    setInterval(sheet.send, 5000);
    sheet.send();
  },

  // --- conditions ---
  values(key) {
    return [...new FormData(sheet.form)].filter(([name, value]) => name === key && value !== "").map(([, value]) => value);
  },

  show() {
    for (const each of sheet.form.querySelectorAll("[data-asked-key]")) {
      const wanted = each.dataset.askedValues.split(";").filter(Boolean);
      const other = [...sheet.form.querySelectorAll("[data-save]")].find((box) => box.dataset.save === each.dataset.askedKey);
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
    sheet.unsent[box.dataset.save] = sheet.fields(box);
    sheet.store();
    sheet.tell();
  },

  fields(box) {
    const names = new Set([...box.querySelectorAll("[name]")].map((each) => each.name));
    return [...new FormData(sheet.form)].filter(([name]) => names.has(name)).map(([name, value]) => [name, String(value)]);
  },

  store() {
    try {
      if (sheet.marks().length) localStorage.setItem(sheet.key, JSON.stringify(sheet.unsent));
      else localStorage.removeItem(sheet.key);
    } catch { /* a full or forbidden store: the fields themselves still hold what was typed */ }
  },

  restore() {
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem(sheet.key) || "{}"); } catch { localStorage.removeItem(sheet.key); }
    for (const [mark, fields] of Object.entries(kept)) {
      const box = [...sheet.form.querySelectorAll("[data-save]")].find((each) => each.dataset.save === mark);
      if (!box) continue;
      for (const control of box.querySelectorAll("[name]")) {
        if (control.type === "hidden") continue; // says that its boxes were there, ticked or not
        const given = fields.filter(([name]) => name === control.name).map(([, value]) => value);
        if (control.name.startsWith("box:")) control.value = given[0] || ""; // a rectangle, which no choice of the page has
        if (["radio", "checkbox"].includes(control.type)) control.checked = given.includes(control.value);
        else if (given.length) control.value = given[given.length - 1];
        if (control.name.startsWith("box:")) control.closest("label").hidden = !control.value;
      }
      sheet.unsent[mark] = fields;
    }
    sheet.show();
    sheet.tell();
  },

  // --- sending ---
  async send() {
    const mark = sheet.marks().find((each) => !sheet.refused[each]);
    if (!mark || sheet.sending) return;
    sheet.sending = true;
    const fields = sheet.unsent[mark];
    const body = new URLSearchParams(fields);
    body.set("version", sheet.form.elements.version.value);
    body.set("csrfmiddlewaretoken", requestToken());
    for (const [name, value] of fields) for (const each of sheet.seen[name] || []) body.append(`known:${name}`, each);
    let again = true;
    sheet.unknown = false;
    try {
      const answer = await fetch(sheet.form.action, { method: "POST", body, headers: { Accept: "application/json", ...pageOf() } });
      const isWord = !answer.redirected && (answer.headers.get("Content-Type") || "").includes("json");
      sheet.unknown = !isWord && (answer.redirected || answer.status === 403); // to the sign-in page, or the token is of an earlier sign-in
      if (!isWord) throw new Error("no answer");
      for (const [name, value] of fields) {
        (sheet.seen[name] ||= []).push(value);
        sheet.form.querySelector(`[data-worked="${CSS.escape(name)}"][hidden]`)?.remove(); // another number stands there now
      }
      sheet.take(mark, fields, await answer.json());
    } catch {
      again = false;
    }
    sheet.sending = false;
    sheet.cut = !again;
    sheet.tell();
    if (again) sheet.send();
  },

  take(mark, fields, answer) {
    if (answer.version !== undefined) sheet.form.elements.version.value = answer.version;
    const box = [...sheet.form.querySelectorAll("[data-save]")].find((each) => each.dataset.save === mark);
    const told = answer.told || {};
    for (const each of box ? box.querySelectorAll("[data-told]") : []) {
      each.textContent = told[each.dataset.told] ? `▲ ${told[each.dataset.told]}` : "";
      const control = document.getElementById(`id_${each.dataset.told}`);
      if (control) control.toggleAttribute("aria-invalid", Boolean(told[each.dataset.told]));
    }
    if (answer.refused || Object.keys(told).length) {
      sheet.refused[mark] = true;
      sheet.problem = answer.refused || "";
    } else if (JSON.stringify(sheet.unsent[mark]) === JSON.stringify(fields)) {
      delete sheet.unsent[mark];
      for (const each of box ? box.querySelectorAll(".again") : []) if (each.querySelector("input").checked) each.remove();
    }
    for (const each of document.querySelectorAll("[data-offers]")) if ((answer.offers || {})[each.dataset.offers] !== undefined) each.innerHTML = answer.offers[each.dataset.offers];
    for (const [row, places] of Object.entries(answer.places || {})) sheet.place(row, places);
    const doubts = document.querySelector("[data-doubts]");
    if (answer.doubts !== undefined && doubts && ![...doubts.querySelectorAll("[name=reason]")].some((each) => each.value)) doubts.innerHTML = answer.doubts;
    for (const [id, html] of Object.entries(answer.parts || {})) document.getElementById(id).innerHTML = html;
    for (const each of sheet.form.querySelectorAll("[data-save]")) {
      if (answer.shown && each.dataset.save in answer.shown) each.hidden = !answer.shown[each.dataset.save];
    }
    if (answer.status) document.getElementById("saved").innerHTML = answer.status;
    sheet.store();
  },

  // What was just answered in another way gets a place of its own; one that is there already is left as it is.
  place(row, places) {
    const box = [...sheet.form.querySelectorAll("[data-own-places]")].find((each) => each.dataset.ownPlaces === row);
    for (const [key, html] of Object.entries(box ? places : {})) {
      if ([...box.querySelectorAll("[data-place-of]")].some((each) => each.dataset.placeOf === key)) continue;
      box.insertAdjacentHTML("beforeend", html);
      for (const each of box.lastElementChild.querySelectorAll("[data-needs-script]")) each.hidden = false;
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
    if (refused) sentences.push(sheet.problem || `${refused} answer${refused > 1 ? "s" : ""} could not be saved: see what is said beside ${refused > 1 ? "them" : "it"}.`);
    box.textContent = sentences.join(" ");
    box.hidden = !sentences.length;
    box.classList.toggle("trouble", refused > 0 || sheet.cut);
  },
};

document.addEventListener("DOMContentLoaded", sheet.start);
