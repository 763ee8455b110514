/* Reading a bundle: pages are turned in place and by keys, the next page of the same paper is fetched ahead, and the place is kept.
   Each page works by its links without this. What is kept in the browser: tvist/static/kept_store.js. */
import { recallPlace, rememberPlace } from "./kept_store.js";

const PATIENCE = 15_000;
const ASK_EVERY = 3_000;
const KEYS = "keys";
const OFF = "off";
const LEADS_TO = { ArrowRight: "next", j: "next", ArrowLeft: "previous", k: "previous", ".": "later", ",": "earlier", n: "hit-after", N: "hit-before", "+": "larger", "-": "smaller" };
const FIELDS = { g: "#jump", "/": "#words" };
const PAGE = /\/bundle(\/versions\/\d+)?\/pages\/\d+$/;

const ahead = new Map();
const here = () => document.querySelector("[data-bundle-page]");
const areKeysOn = () => recallPlace(KEYS) !== OFF;
const isTyping = () => [...document.querySelectorAll("main textarea")].some((area) => area.value !== area.defaultValue);

/* The main part of another page, with its pictures on their way; null where it is not to be had so. */
const fetchPage = async (href) => {
  try {
    const response = await fetch(href, { signal: AbortSignal.timeout(PATIENCE) });
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    if (found.querySelector("[data-bundle-page]") === null) return null;
    return { title: found.title, main: document.importNode(found.querySelector("main"), true), crumbs: document.importNode(found.querySelector(".tv-crumbs"), true) };
  } catch {
    return null;
  }
};

const lookAhead = () => {
  const next = document.querySelector('[data-leaf="next"][data-ahead]');
  if (next !== null && !ahead.has(next.href)) ahead.set(next.href, fetchPage(next.href));
};

const settle = () => {
  const page = here();
  if (page === null) return;
  rememberPlace(`page:${page.dataset.bundleCase}`, page.dataset.bundlePage);
  const keys = page.querySelector("[data-keys]");
  keys.hidden = false;
  keys.querySelector("[data-keys-on]").checked = areKeysOn();
  lookAhead();
};

/* The last one asked for wins: who presses a key many times does not see every page on the way. */
let wanted = "";
const turn = async (href, isBack = false) => {
  if (isTyping()) {
    location.assign(href);
    return;
  }
  wanted = href;
  const page = await (ahead.get(href) ?? fetchPage(href));
  if (wanted !== href) return;
  if (page === null) {
    location.assign(href);
    return;
  }
  ahead.clear();
  if (!isBack) history.pushState(null, "", href);
  document.title = page.title;
  document.querySelector(".tv-crumbs").replaceWith(page.crumbs);
  document.querySelector("main").replaceChildren(...page.main.childNodes);
  for (const field of document.querySelectorAll('header input[name="next"]')) field.value = location.pathname + location.search;
  here().querySelector("h1").focus({ preventScroll: true });
  here().scrollIntoView();
  settle();
};

const scrollsSideways = (target) => {
  const sheet = target.closest?.(".tv-sheet");
  return Boolean(sheet) && sheet.scrollWidth > sheet.clientWidth;
};

document.addEventListener("keydown", (event) => {
  if (here() === null || !areKeysOn() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (event.key.startsWith("Arrow") && scrollsSideways(event.target)) return;
  const field = FIELDS[event.key] && document.querySelector(FIELDS[event.key]);
  const link = LEADS_TO[event.key] && document.querySelector(`[data-leaf="${LEADS_TO[event.key]}"]`);
  if (!field && !link) return;
  event.preventDefault();
  if (field) {
    field.focus();
    field.select();
  } else turn(link.href);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  if (!link || here() === null || !here().contains(link) || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const address = new URL(link.href);
  if (address.origin !== location.origin || !PAGE.test(address.pathname) || address.hash) return;
  event.preventDefault();
  turn(link.href);
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-keys-on]")) rememberPlace(KEYS, event.target.checked ? "" : OFF);
});

addEventListener("popstate", () => {
  if (PAGE.test(location.pathname) && here() !== null) turn(location.href, true);
});

addEventListener("beforeunload", (event) => {
  const isSent = document.querySelector("main form[data-is-sent]") !== null;
  if (here() !== null && isTyping() && !isSent) event.preventDefault();
});
/* A form that came with a turned page was not there when tvist.js looked for forms. */
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") event.target.dataset.isSent = "yes";
});

const askHowFar = (box) => {
  setInterval(async () => {
    try {
      const response = await fetch(box.dataset.progress, { signal: AbortSignal.timeout(PATIENCE) });
      const { done, total, is_over: isOver } = await response.json();
      const bar = box.querySelector("progress");
      const words = box.querySelector("[data-progress-words]");
      bar.value = done;
      bar.max = total;
      words.textContent = words.dataset.progressWords.replace("{done}", done).replace("{total}", total);
      if (isOver) location.reload();
    } catch {
      // It is asked again in a moment.
    }
  }, ASK_EVERY);
};
const waiting = document.querySelector("[data-progress]");
if (waiting !== null) askHowFar(waiting);

const begin = document.querySelector("[data-continue]");
const kept = begin === null ? 0 : Number(recallPlace(`page:${begin.dataset.continue}`));
if (kept > 1 && kept <= Number(begin.dataset.pages)) {
  const again = begin.cloneNode();
  again.href = begin.href.replace(/\d+$/, kept);
  again.textContent = begin.dataset.continueWords.replace("{page}", kept);
  begin.dataset.variant = "secondary";
  begin.before(again);
}

settle();
