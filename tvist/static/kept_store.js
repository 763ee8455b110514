/* What this browser keeps of typed text until the server has it: for one person, by the address of the page. Why so: docs/decisions/0009. */

const PREFIX = "tvist:typed:";
const PLACES = "tvist:place:";
const LONGEST = 14 * 24 * 60 * 60 * 1000;

export const person = document.body.dataset.person || "";
const nameOf = (path) => `${PREFIX}${person}:${path}`;

const keys = (prefix = PREFIX) => {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
};

export const recall = (path) => {
  try {
    return JSON.parse(localStorage.getItem(nameOf(path)) || "null");
  } catch {
    return null;
  }
};

/* Returns whether the browser took it: its store may be full or shut. Nothing left to keep is no entry. */
export const remember = (path, fields, draft) => {
  try {
    if (Object.keys(fields).length) localStorage.setItem(nameOf(path), JSON.stringify({ at: Date.now(), draft, fields }));
    else localStorage.removeItem(nameOf(path));
    return true;
  } catch {
    return false;
  }
};

export const forget = (path) => remember(path, {}, "");

/* Pages of this person with text that the server does not have yet. */
export const waiting = () => keys().filter((key) => key.startsWith(nameOf(""))).map((key) => key.slice(nameOf("").length));

/* Where this person was in a bundle, and whether they use its keys: a page's number or a word of ours, never text. */
export const recallPlace = (what) => {
  try {
    return localStorage.getItem(`${PLACES}${person}:${what}`) || "";
  } catch {
    return "";
  }
};
export const rememberPlace = (what, value) => {
  try {
    if (value) localStorage.setItem(`${PLACES}${person}:${what}`, value);
    else localStorage.removeItem(`${PLACES}${person}:${what}`);
  } catch {
    // The place is not kept, and that is all.
  }
};

export const forgetAll = () => [...keys(), ...keys(PLACES)].forEach((key) => localStorage.removeItem(key));

/* Somebody else than before finds nothing, and what is old is gone. A page without a person may be an ended sign-in: there it waits. */
export const clean = () => {
  if (person) keys(PLACES).filter((key) => !key.startsWith(`${PLACES}${person}:`)).forEach((key) => localStorage.removeItem(key));
  for (const key of keys()) {
    const isOld = (() => {
      try {
        return Date.now() - JSON.parse(localStorage.getItem(key)).at > LONGEST;
      } catch {
        return true;
      }
    })();
    if (isOld || (person && !key.startsWith(nameOf("")))) localStorage.removeItem(key);
  }
};

/* The page that follows a sending tells with a message that it was taken: then nothing of it waits any more. */
const SENT = `tvist:${person}:sent-typed`; // Under the name by which tvist.js leaves this person's own entries alone.
export const noteSending = (path) => {
  try {
    sessionStorage.setItem(SENT, path);
  } catch {
    // Without this note the text is offered again, and that is all.
  }
};
export const settleSending = () => {
  try {
    const path = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    const hasFailed = document.querySelector(".ds-error-summary, [data-failed]") !== null;
    if (path !== null && !hasFailed && document.querySelector("[data-told]")) forget(path);
  } catch {
    // As above.
  }
};
