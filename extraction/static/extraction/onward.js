// How does somebody with a keyboard get from answer to answer? Enter goes to the next one on the sheet, past the fields that say where an
// answer stands; with Shift to the one before. What was typed is saved as its field is left.
"use strict";

const BESIDE_ANSWERS = /^(unit|source|document|page|quote|box|origin|basis|confirm):/;

function answersOn(form) {
  const found = new Map(); // one stop for each name: of radio buttons the chosen one, as with Tab
  for (const each of form.querySelectorAll("input, select, textarea")) {
    const isAnswer = each.name && each.type !== "hidden" && !BESIDE_ANSWERS.test(each.name) && !each.disabled && each.checkVisibility();
    if (isAnswer && (!found.has(each.name) || (each.type === "radio" && each.checked))) found.set(each.name, each);
  }
  return [...found.values()];
}

document.addEventListener("keydown", (event) => {
  const from = event.target;
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!from.matches("form.sheet[data-autosave] :is(input, select)")) return;
  event.preventDefault();
  const side = event.shiftKey ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
  const there = answersOn(from.form).filter((each) => each.name !== from.name && from.compareDocumentPosition(each) & side);
  const to = event.shiftKey ? there.at(-1) : there[0] || from.form.querySelector(".foot-acts [formaction]");
  if (!to) return;
  to.focus();
  if (to.matches("input.form-control")) to.select();
});
