// Buttons that print a page, or save a text of it as a file. Without this both are done by hand, and there are no buttons.

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const button of document.querySelectorAll("[data-downloads]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const file = new Blob([`${document.getElementById(button.dataset.downloads).textContent}\n`], { type: "text/plain" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = button.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
