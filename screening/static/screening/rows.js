// What does the list of citations do besides its forms? A vote goes to the outbox, its row says so, and the next row has the keys.
"use strict";

const rows = {
  all: () => [...document.querySelectorAll("#desk [data-row]")],
  open: () => rows.all().filter((row) => !row.dataset.voted),
  past: [],

  // The keys work on the row that has the focus, or else on the first without a vote.
  choose(row) {
    for (const each of rows.all()) {
      const isHere = each === row;
      each.classList.toggle("is-here", isHere);
      for (const button of each.querySelectorAll("[data-row-key]")) {
        if (isHere) button.dataset.key = button.dataset.rowKey;
        else delete button.dataset.key;
      }
    }
  },

  go(row) {
    if (!row) return;
    rows.choose(row);
    row.querySelector("[data-focus]").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  },

  vote(form, button) {
    const row = form.closest("[data-row]");
    const title = row.querySelector("[data-focus]").textContent.trim();
    const { answer, reason = "" } = Object.fromEntries(new FormData(form, button));
    const word = [button.dataset.word, form.querySelector("select")?.selectedOptions[0].text].filter(Boolean).join(": ");
    const key = newKey();
    const before = row.dataset.voted;
    desk.outbox.add({ kind: "vote", key, url: form.action, citation: row.dataset.row, title, word, fields: { answer, reason, key } });
    row.dataset.voted = key;
    row.querySelector("[data-row-said]").textContent = `Your vote: ${word}`;
    rows.past.push(row);
    if (!before) desk.tally(1);
    desk.said(`${word}: ${title}`);
    const after = rows.all().slice(rows.all().indexOf(row) + 1);
    rows.go(after.find((each) => !each.dataset.voted) || rows.open()[0]);
    if (!rows.open().length) document.querySelector("[data-list-next]")?.focus();
  },

  // At full text a key excludes the row for a reason: it is chosen in the row's own form, and that is sent.
  exclude(reason) {
    const select = document.querySelector("#desk [data-row].is-here select[name=reason]");
    if (!select) return;
    select.value = reason;
    rows.vote(select.form, select.form.querySelector("button"));
  },

  // A row may have been voted on more than once since the page was opened: all of it is taken back, sent or not.
  undo(form) {
    const row = rows.past.at(-1);
    if (!row) return form.submit();
    const times = rows.past.filter((each) => each === row).length;
    rows.past = rows.past.filter((each) => each !== row);
    const title = row.querySelector("[data-focus]").textContent.trim();
    desk.takeBackAll({ citation: row.dataset.row, title }, times + ("before" in row.dataset ? 1 : 0));
    delete row.dataset.before;
    delete row.dataset.voted;
    row.querySelector("[data-row-said]").textContent = "";
    desk.tally(-1);
    desk.said("Your last vote is taken back.");
    rows.go(row);
  },
};

document.addEventListener("DOMContentLoaded", () => {
  for (const row of rows.all()) {
    if (desk.votedLately().includes(row.dataset.row)) {
      row.dataset.voted = row.dataset.before = "before";
      row.querySelector("[data-row-said]").textContent = "Your vote is on its way.";
    }
  }
  if (rows.open()[0]) rows.choose(rows.open()[0]);
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) rows.choose(row);
});
document.addEventListener("click", (event) => {
  const reason = event.target.closest("[data-list-reason]");
  if (reason) rows.exclude(reason.dataset.listReason);
});
document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-list-step]");
  if (!step) return;
  const all = rows.all();
  rows.go(all[all.findIndex((row) => row.classList.contains("is-here")) + Number(step.dataset.listStep)]);
});
