// Which key presses which button? A shortcut is an attribute, data-key="i", on a real button or link; this file clicks it.
// Nothing happens while somebody types, with Ctrl, Alt or Meta held, on a key held down, behind an open dialog, or when the
// person has switched the keys off. The key ? lists the keys of the page, read from the same attributes.
"use strict";

const keys = {
  dialog: () => document.getElementById("keys"),
  areOn: () => localStorage.getItem("keys") !== "off" && !("keysOff" in document.body.dataset),

  // A person may use another key than the page comes with: body[data-keys] holds pairs, the page's key and theirs.
  own() {
    const pairs = (document.body.dataset.keys || "").split(" ").filter(Boolean);
    return Object.fromEntries(pairs.map((pair) => [pair[0], pair.slice(1)]));
  },
  of: (element) => keys.own()[element.dataset.key] || element.dataset.key,
  write(within) {
    if (!document.body.dataset.keys) return;
    for (const element of within.querySelectorAll("[data-key]")) {
      const hint = element.querySelector("kbd");
      if (hint) hint.textContent = keys.of(element);
    }
  },

  isTyping(element) {
    if (element.isContentEditable) return true;
    if (element.tagName === "INPUT") return !["button", "checkbox", "radio", "submit", "reset"].includes(element.type);
    return element.tagName === "TEXTAREA" || element.tagName === "SELECT";
  },

  // The key without Caps Lock, which changes no meaning here: whoever has it on sees that nothing happens, and not why.
  pressed(event) {
    const isLifted = event.getModifierState("CapsLock") && !event.shiftKey && event.key.length === 1;
    return isLifted ? event.key.toLowerCase() : event.key;
  },

  usable() {
    return [...document.querySelectorAll("[data-key]")].filter((each) => !each.disabled && each.getClientRects().length);
  },

  name(element) {
    const label = element.dataset.keyLabel || element.getAttribute("aria-label");
    if (label) return label;
    const copy = element.cloneNode(true);
    for (const hint of copy.querySelectorAll("kbd, .visually-hidden")) hint.remove();
    return copy.textContent.trim().replace(/\s+/g, " ");
  },

  list() {
    const body = keys.dialog().querySelector("tbody");
    body.replaceChildren();
    for (const element of keys.usable()) {
      const key = document.createElement("th");
      key.scope = "row";
      key.append(Object.assign(document.createElement("kbd"), { textContent: keys.of(element) }));
      const does = Object.assign(document.createElement("td"), { textContent: keys.name(element) });
      body.append(document.createElement("tr"));
      body.lastChild.append(key, does);
    }
    keys.dialog().querySelector("[data-keys-none]").hidden = body.children.length > 0;
    keys.dialog().querySelector("table").hidden = body.children.length === 0;
  },

  open() {
    keys.list();
    const box = keys.dialog().querySelector("[data-keys-on]");
    box.checked = keys.areOn();
    box.disabled = "keysOff" in document.body.dataset;
    keys.dialog().showModal();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
  if (!keys.areOn() || keys.isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    keys.open();
    return;
  }
  const element = keys.usable().find((each) => keys.of(each) === keys.pressed(event));
  if (!element) return;
  event.preventDefault();
  element.click();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-open]")) keys.open();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-on]")) localStorage.setItem("keys", event.target.checked ? "on" : "off");
});

document.addEventListener("DOMContentLoaded", () => keys.write(document));
document.addEventListener("htmx:afterSettle", () => keys.write(document));
document.addEventListener("desk:shown", (event) => keys.write(event.detail));
