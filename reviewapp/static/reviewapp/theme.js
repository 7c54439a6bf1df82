// Which theme does this person read in? Set before the first paint, so that a dark page never flashes white.
"use strict";

const theme = {
  dark: window.matchMedia("(prefers-color-scheme: dark)"),
  choice: () => localStorage.getItem("theme") || "auto",
  apply() {
    const choice = theme.choice();
    const shown = choice === "auto" ? (theme.dark.matches ? "dark" : "light") : choice;
    document.documentElement.setAttribute("data-bs-theme", shown);
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  },
};

theme.apply();
theme.dark.addEventListener("change", theme.apply);

document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-needs-script]")) box.hidden = false;
  theme.apply();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  localStorage.setItem("theme", button.dataset.themeChoice);
  theme.apply();
});
