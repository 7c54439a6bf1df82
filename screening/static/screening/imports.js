// What does a form for files do besides being a form? Files that are dropped anywhere on it, or (data-drop="page") anywhere on its
// page, are those that it sends.
"use strict";

const zone = document.querySelector("[data-drop]");
const field = zone && zone.querySelector("input[type=file]");
const target = zone && zone.dataset.drop === "page" ? document : zone;

function chosen() {
  const names = [...field.files].map((file) => file.name);
  zone.querySelector("[data-chosen]").textContent = names.length > 1 ? `${names.length} files: ${names.join(", ")}` : "";
}

if (field) {
  let depth = 0; // the pointer enters and leaves every element inside, too
  const marked = (by) => zone.classList.toggle("drop-over", (depth = Math.max(0, depth + by)) > 0);
  const files = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  target.addEventListener("dragenter", (event) => files(event) && marked(1));
  target.addEventListener("dragleave", (event) => files(event) && marked(-1));
  target.addEventListener("dragover", (event) => files(event) && event.preventDefault());
  target.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    marked(-depth);
    field.files = event.dataTransfer.files;
    chosen();
    zone.querySelector("button").focus();
  });
  field.addEventListener("change", chosen);
}
