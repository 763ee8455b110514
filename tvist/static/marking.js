/* Marking an opinion by keyboard and by selecting words. Without it each page works with its buttons and fields.
   The keys work only while the focus is in the list of marks, and never while something is typed (WCAG 2.1.4). */
const list = document.querySelector("[data-marking]");
const text = document.querySelector("[data-marking-text]");
const add = document.querySelector("[data-marking-add]");

function focusOn(mark) {
  const choice = mark.querySelector("input[type=radio]:checked") || mark.querySelector("input[type=radio]");
  choice?.focus();
  mark.scrollIntoView({ block: "nearest" });
  document.querySelectorAll(".tv-mark[data-here]").forEach((shown) => delete shown.dataset.here);
  const shown = document.getElementById(`t-${mark.dataset.mark}`);
  if (shown) {
    shown.dataset.here = "";
    shown.scrollIntoView({ block: "nearest" });
  }
}

function choose(mark, value) {
  const choice = mark.querySelector(`input[type=radio][value=${value}]`);
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const next = mark.nextElementSibling;
  focusOn(next || mark);
}

list?.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input:not([type=radio]), textarea, select");
  const mark = event.target.closest("[data-mark]");
  if (isTyping || !mark || event.ctrlKey || event.metaKey || event.altKey) return;
  const does = {
    n: () => mark.nextElementSibling && focusOn(mark.nextElementSibling),
    f: () => mark.previousElementSibling && focusOn(mark.previousElementSibling),
    s: () => choose(mark, "hide"),
    l: () => choose(mark, "leave"),
  }[event.key.toLowerCase()];
  if (!does) return;
  event.preventDefault();
  does();
});

/* The text as the server has it: what only screen readers are told of a mark is no part of it. */
function written(fragment) {
  fragment.querySelectorAll(".ds-sr-only").forEach((told) => told.remove());
  return fragment.textContent;
}

function selected() {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return null;
  const raw = written(range.cloneContents());
  const words = raw.trim();
  if (!words) return null;
  const before = document.createRange();
  before.selectNodeContents(text);
  before.setEnd(range.startContainer, range.startOffset);
  const start = written(before.cloneContents()).length + raw.indexOf(words);
  const whole = document.createRange();
  whole.selectNodeContents(text);
  const all = written(whole.cloneContents());
  let occurrence = 1;
  for (let at = all.indexOf(words); at >= 0 && at < start; at = all.indexOf(words, at + words.length)) occurrence += 1;
  return { words, occurrence };
}

if (text && add) {
  const take = () => {
    const found = selected();
    if (!found) return;
    add.open = true;
    add.querySelector("[name=words]").value = found.words;
    add.querySelector("[name=occurrence]").value = String(found.occurrence);
  };
  text.addEventListener("mouseup", () => setTimeout(take));
  text.addEventListener("keyup", take);
}
