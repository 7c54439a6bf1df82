// How is a choice kept at once? Each question with data-choose is sent when a choice in it is complete, to the address to which the
// whole form is sent without script. What was not kept is said, and is sent again with the next choice or with the signature.
"use strict";

const SIGN_IN = "The server does not know you any more. Sign in again in another window";

const agree = {
  waiting: new Map(), // key -> fieldset
  undone: new Set(), // keys of the waiting ones that are to be taken back
  sending: false,

  start() {
    agree.form = document.querySelector("form.agree");
    if (!agree.form) return;
    agree.form.addEventListener("change", (event) => {
      const box = event.target.closest("[data-choose]");
      if (!box) return;
      agree.waiting.set(box.dataset.choose, box);
      agree.undone.delete(box.dataset.choose);
      if (box.querySelector('input[name^="take:"]:checked')) box.removeAttribute("data-unticked");
      if (!agree.complete(box)) box.querySelector("[data-kept]").textContent = "Not kept yet: it needs a reason.";
      agree.send();
    });
    agree.form.addEventListener("input", agree.tick);
    agree.form.addEventListener("formdata", agree.leave);
    agree.form.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=undo]");
      if (!button) return;
      event.preventDefault();
      agree.undo(button.closest("[data-choose]"));
    });
    window.addEventListener("online", agree.send);
  },

  // What is typed as another answer is chosen.
  tick(event) {
    const third = event.target.closest(".third")?.closest(".side-third");
    if (third && (event.target.type === "checkbox" || event.target.value.trim())) third.querySelector('input[name^="take:"]').checked = true;
  },

  // With that, what stands in the fields of another answer that is not ticked is offered, or was left: it is not sent.
  // Where the page itself took the tick away it is, and is told of.
  leave(event) {
    for (const third of agree.form.querySelectorAll(".side-third")) {
      if (third.querySelector('input[name^="take:"]').checked || third.closest("[data-unticked]")) continue;
      for (const each of third.querySelectorAll(".third [name]")) event.formData.delete(each.name);
    }
  },

  complete(box) {
    const take = box.querySelector('input[name^="take:"]:checked');
    if (!take) return false;
    return take.value !== "third" || box.querySelector('[name^="reason:"]').value.trim() !== "";
  },

  // Replies to which what is settled now does not lead are not to be settled.
  ask(asked) {
    for (const each of agree.form.querySelectorAll("[data-choose]")) {
      if (each.dataset.choose in asked) each.hidden = !asked[each.dataset.choose];
    }
    for (const each of agree.form.querySelectorAll("[data-group]")) {
      each.hidden = !each.querySelector("[data-choose]:not([hidden])");
    }
  },

  // Which choices this page has shown by now. What a colleague chose meanwhile is told of, and takes the place of the choice here.
  show(seen, refused) {
    for (const [key, mark] of Object.entries(seen)) {
      if (!(`seen:${key}` in agree.form.elements)) continue; // not on this page
      agree.form.elements[`seen:${key}`].value = mark;
      if (refused) agree.untick(agree.form.elements[`take:${key}`]);
    }
  },

  // Another answer that was ticked is marked as one that the page unticked.
  untick(takes) {
    if (takes.value === "third") takes[0].closest("[data-choose]").toggleAttribute("data-unticked", true);
    for (const each of takes) each.checked = false;
  },

  // What is chosen in a question is taken back; what was typed as another answer stays on the page.
  undo(box) {
    for (const each of box.querySelectorAll('input[name^="take:"]')) each.checked = each.value === "both";
    agree.waiting.set(box.dataset.choose, box);
    agree.undone.add(box.dataset.choose);
    box.querySelector('input[name^="take:"]').focus(); // the button goes
    agree.send();
  },

  body(key, box) {
    const names = new Set([...box.querySelectorAll("[name]")].map((each) => each.name));
    const body = new URLSearchParams([...new FormData(agree.form)].filter(([name]) => names.has(name)));
    if (agree.undone.has(key)) body.set("undo", key);
    else body.set("save", "choices");
    body.set("csrfmiddlewaretoken", requestToken());
    return body;
  },

  async send() {
    const next = [...agree.waiting].find(([key, box]) => agree.undone.has(key) || agree.complete(box));
    if (!next || agree.sending) return;
    agree.sending = true;
    const [key, box] = next;
    const body = agree.body(key, box);
    const isUndone = agree.undone.delete(key);
    agree.waiting.delete(key);
    let reached = true;
    agree.unknown = false;
    try {
      const answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json", ...pageOf() } });
      const isWord = !answer.redirected && (answer.headers.get("Content-Type") || "").includes("json");
      agree.unknown = !isWord && (answer.redirected || answer.status === 403); // to the sign-in page, or the token is of an earlier sign-in
      if (!isWord) throw new Error("no answer");
      const told = await answer.json();
      for (const each of document.querySelectorAll("[data-proposed]")) {
        if (told.proposed && each.dataset.proposed in told.proposed) each.innerHTML = told.proposed[each.dataset.proposed];
      }
      for (const [key, may] of Object.entries(told.judgeable || {})) {
        for (const each of document.querySelectorAll(`[name=domain][value="proposed:${CSS.escape(key)}"]`)) each.hidden = !may;
      }
      agree.ask(told.asked || {});
      agree.show(told.seen || {}, Boolean(told.refused));
      box.querySelector("[data-told]").textContent = told.refused ? `▲ ${told.refused}` : "";
      box.querySelector("[data-kept]").textContent = told.refused ? "" : isUndone ? "Taken back: to be settled again." : "✓ Kept";
      if (!told.refused) box.querySelector("[data-undo]").hidden = isUndone || box.querySelector('[name^="take:"]:checked')?.value === "both";
    } catch {
      reached = false;
      if (isUndone && !agree.waiting.has(key)) agree.undone.add(key);
      agree.waiting.set(key, box);
    }
    agree.sending = false;
    const line = document.getElementById("unkept");
    line.hidden = reached;
    line.textContent = reached ? "" : `${agree.unknown ? SIGN_IN : "The server cannot be reached"}: the last choices are not kept yet. Do not close this page.`;
    if (reached) agree.send();
    else setTimeout(agree.send, 5000);
  },
};

document.addEventListener("DOMContentLoaded", agree.start);
