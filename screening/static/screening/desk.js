// What does the desk do besides its keys? A note that is opened can be typed into at once.
"use strict";

document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.note[open]")) event.target.querySelector("textarea").focus();
}, true);
