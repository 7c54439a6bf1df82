// What does the desk do besides its keys? A note that is opened can be typed into at once: before the next key comes, or the
// first letters of the note would be votes.
"use strict";

document.addEventListener("click", (event) => {
  const summary = event.target.closest("details.note > summary");
  if (!summary) return;
  event.preventDefault();
  summary.parentElement.open = !summary.parentElement.open;
  if (summary.parentElement.open) summary.parentElement.querySelector("textarea").focus();
});
