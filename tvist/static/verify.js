/* The verify page: a file that is dropped on its form is asked about at once. Without it the file is chosen in the field. */
"use strict";

for (const form of document.querySelectorAll("form[data-drop]")) {
  const input = form.querySelector('input[type="file"]');
  if (!matchMedia("(pointer: coarse)").matches) {
    // A finger drops nothing.
    const words = document.createElement("p");
    words.className = "ds-paragraph tv-small";
    words.textContent = form.dataset.drop;
    input.closest(".ds-field").after(words);
  }
  let inside = 0;

  const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const enter = (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    inside += 1;
    form.classList.add("tv-drop-over");
  };
  const leave = () => {
    inside = Math.max(0, inside - 1);
    if (inside === 0) form.classList.remove("tv-drop-over");
  };
  const drop = (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    inside = 0;
    form.classList.remove("tv-drop-over");
    const [first] = event.dataTransfer.files;
    if (!first) return;
    const chosen = new DataTransfer();
    chosen.items.add(first);
    input.files = chosen.files;
    form.requestSubmit();
  };

  form.addEventListener("dragenter", enter);
  form.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  form.addEventListener("dragleave", leave);
  form.addEventListener("drop", drop);
}

// A file dropped beside the form would replace the page; here it does nothing.
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
