// What does a page do besides its keys? Errors are seen, the focus follows a swap, a link can be copied.
"use strict";

// htmx does not show an answer of 400 and above by itself. A refusal in words says where it goes (HX-Retarget);
// anything else gets a sentence, so that nobody thinks that a vote was saved which was not.
document.addEventListener("htmx:beforeSwap", (event) => {
  const answer = event.detail;
  if (answer.xhr.status < 400) {
    if (document.querySelector("#live .alert-danger")) document.getElementById("live").replaceChildren();
    return;
  }
  if (answer.xhr.getResponseHeader("HX-Retarget")) {
    answer.shouldSwap = true;
    answer.isError = false;
  } else {
    tell("The server could not do this, and nothing was saved. Load the page again and try once more.");
  }
});
document.addEventListener("htmx:sendError", () => {
  tell("The server cannot be reached, and nothing was saved. Check the connection and try once more.");
});

function tell(sentence) {
  const box = Object.assign(document.createElement("div"), { className: "alert alert-danger", textContent: sentence });
  document.getElementById("live").replaceChildren(box);
}

// Against forged requests. The cookie's is of today: who signed in again in another window has another one than this page came with.
function requestToken() {
  const kept = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return kept ? kept[1] : JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}
// Whom the page was made for: what one person entered is not sent for another who has signed in meanwhile.
function pageOf() {
  const whom = JSON.parse(document.body.getAttribute("hx-headers"))["X-Page-Of"];
  return whom ? { "X-Page-Of": whom } : {};
}
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = requestToken();
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = requestToken();
});

// The second click of a double click sends a form no second time. After a while, or back on the page, it can be sent again; and by
// another button at once. Heard last of all, at the window: what a script of the page sends itself, as votes are, is its own affair.
const DOUBLE_CLICK = 2000; // milliseconds
let sent = new WeakMap();
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  const now = performance.now();
  const last = sent.get(form);
  if (last && last.by === event.submitter && now - last.at < DOUBLE_CLICK) event.preventDefault();
  else sent.set(form, { by: event.submitter, at: now });
});
window.addEventListener("pageshow", () => {
  sent = new WeakMap();
});

// A form of a page that keeps what was typed is not sent off where the server cannot be reached: the browser's own page of errors would
// stand in its place. It is asked first each time: a network that is there says nothing of the server. Heard before all else: what is not
// sent off is not to be taken for sent.
const PATIENCE = 5000; // milliseconds; a server that takes longer is slow, and not away
const asking = new WeakSet(); // forms of which it is not known yet: the second click of a double click
let reached = null; // the form of which the server is known to be there
window.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form === reached || !form.matches("form.sheet, form.agree")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asking.has(form)) return;
  asking.add(form);
  const why = await whyNotToSend();
  asking.delete(form);
  if (why) {
    tell(`${why}, and nothing was sent off. What stands on this page stays.`);
    return;
  }
  reached = form;
  try {
    form.requestSubmit(submitter);
  } finally {
    reached = null;
  }
}, true);

// Nothing where the server is there. One that stands before it and asks to sign in would lose what is sent to it.
async function whyNotToSend() {
  const how = { method: "HEAD", cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
  try {
    const answer = await fetch(document.body.dataset.alive, how);
    return answer.type === "opaqueredirect" ? "You are asked to sign in again, which you can in another window" : "";
  } catch (error) {
    return error.name === "TimeoutError" ? "" : "The server cannot be reached";
  }
}

// After a swap the focus goes to what the fragment marks with data-focus, usually the heading of the next thing.
document.addEventListener("htmx:afterSettle", (event) => {
  const marked = event.detail.elt.querySelector("[data-focus]");
  if (marked) marked.focus();
});

document.addEventListener("DOMContentLoaded", () => {
  const here = document.querySelector(".subnav [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
});

// Back to a form that was refused goes by the history, which keeps what was written; the link itself opens it afresh.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-back]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.back();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C"; // the clipboard is closed to pages without TLS; the text is selected
  }
});

// A menu closes when the person goes elsewhere, or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
