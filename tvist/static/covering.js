// A box drawn over a page with the mouse or a pen: its place is written into the four fields, which are all there is without this file.
const sheet = document.querySelector("[data-covering]");

if (sheet) {
  const fields = Object.fromEntries([...document.querySelectorAll("[data-part]")].map((field) => [field.dataset.part, field]));
  const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  box.classList.add("tv-new-box");
  let start = null;

  const place = (event) => {
    const edge = sheet.getBoundingClientRect();
    const share = (at, from, size) => Math.min(Math.max((at - from) / size, 0), 1);
    return [share(event.clientX, edge.left, edge.width), share(event.clientY, edge.top, edge.height)];
  };

  const corners = (from, to) => ({
    left: Math.min(from[0], to[0]),
    top: Math.min(from[1], to[1]),
    width: Math.abs(from[0] - to[0]),
    height: Math.abs(from[1] - to[1]),
  });

  const show = (found) => {
    const [, , width, height] = sheet.getAttribute("viewBox").split(" ").map(Number);
    box.setAttribute("x", found.left * width);
    box.setAttribute("y", found.top * height);
    box.setAttribute("width", found.width * width);
    box.setAttribute("height", found.height * height);
    sheet.append(box);
  };

  // A comma as in Norwegian; rounded so that left and width together never reach beyond the page.
  const written = (share) => (Math.floor(share * 10000) / 100).toFixed(2).replace(".", ",");

  sheet.addEventListener("pointerdown", (event) => {
    // A finger scrolls the page; with the fields everybody can place a box.
    if (event.pointerType === "touch") return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    start = place(event);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (start) show(corners(start, place(event)));
  });
  sheet.addEventListener("pointerup", (event) => {
    if (!start) return;
    const found = corners(start, place(event));
    start = null;
    show(found);
    for (const [part, field] of Object.entries(fields)) field.value = written(found[part]);
    fields.left?.form?.querySelector("button[type=submit]")?.focus();
  });
}
