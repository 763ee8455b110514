/* What a page says beside its fields while somebody writes: the quiet line, who else is here, and two texts to choose between. */
import { boxOf, told } from "./kept_fields.js";

const made = (tag, className, text = "") => {
  const found = document.createElement(tag);
  found.className = className;
  found.textContent = text;
  return found;
};

const button = (text, onClick) => {
  const found = made("button", "ds-button", text);
  found.type = "button";
  found.dataset.variant = "secondary";
  found.dataset.size = "sm";
  found.addEventListener("click", onClick);
  return found;
};

/* The quiet line is read out when it changes, and never takes the focus. */
export const say = (form, text, link = null, isTrouble = false) => {
  const line = form.querySelector("[data-kept-status]");
  if (line === null || line.dataset.said === text) return;
  line.dataset.said = text;
  line.classList.toggle("tv-kept-trouble", isTrouble);
  line.replaceChildren(text);
  if (link) {
    const anchor = made("a", "ds-link", link.text);
    anchor.href = link.href;
    if (link.isApart) anchor.target = "_blank";
    line.append(" ", anchor);
  }
};

const signOf = (form, name, kind) => form.querySelector(`[data-kept-sign="${kind}"][data-kept-field="${CSS.escape(name)}"]`);

const sign = (form, name, kind, found) => {
  signOf(form, name, kind)?.remove();
  found.dataset.keptSign = kind;
  found.dataset.keptField = name;
  boxOf(form, name)?.after(found);
};

export const unsign = (form, name, kind) => signOf(form, name, kind)?.remove();

/* Somebody else has changed the field, and the page shows their text already. */
export const markChanged = (form, name, text) => sign(form, name, "changed", made("p", "tv-kept-sign", text));

/* Both texts at the field: mine stands in it, the other's here. */
export const markClash = (form, name, clash, words, { mine, theirs }) => {
  const box = made("div", "tv-kept-clash");
  const row = made("p", "tv-row");
  row.append(button(words.mine, mine), button(words.theirs, theirs));
  box.append(made("p", "tv-kept-who", `${clash.said} ${words.clash}`), made("p", "tv-preserve", told(form, name, clash.kept, words.empty)), row);
  sign(form, name, "clash", box);
};

/* Who else is here, in the list above the form and at the field in which they write. */
export const showOthers = (form, others) => {
  const list = form.querySelector("[data-kept-others]");
  const lines = others.map((other) => other.said);
  if (list.dataset.said === lines.join("\n")) return placeOthers(form, others);
  list.dataset.said = lines.join("\n");
  list.hidden = lines.length === 0;
  list.replaceChildren(...[...new Set(lines)].map((text) => made("li", "", text)));
  placeOthers(form, others);
};

const placeOthers = (form, others) => {
  const there = others.filter((other) => other.field && boxOf(form, other.field));
  for (const old of form.querySelectorAll('[data-kept-sign="here"]')) {
    if (!there.some((other) => other.field === old.dataset.keptField && other.said === old.textContent)) old.remove();
  }
  for (const other of there) if (!signOf(form, other.field, "here")) sign(form, other.field, "here", made("p", "tv-kept-sign", other.said));
};

/* On any page: text that waits on another one. */
export const showWaiting = (paths, words) => {
  const main = document.querySelector("main");
  if (!paths.length || main === null) return;
  const box = made("div", "ds-alert");
  box.dataset.color = "info";
  box.setAttribute("role", "status");
  box.append(made("p", "ds-paragraph", words.waiting));
  for (const path of paths) {
    const anchor = made("a", "ds-link", words.go_there);
    anchor.href = path;
    const line = made("p", "ds-paragraph");
    line.append(anchor);
    box.append(line);
  }
  main.prepend(box);
};
