/* Small help on top of pages that work without it: focus on what is wrong, one sending a form, and no typed text lost.
   What is kept stays in this tab (sessionStorage) until the server has it; it is keyed by person and page. */
"use strict";

(() => {
  const body = document.body;
  const person = body.dataset.person || "";

  // What is wrong is read first.
  document.querySelector(".ds-error-summary")?.focus();

  // Somebody else than before finds nothing in this tab; a page without a person may be an ended sign-in, and what was typed waits.
  const keptBy = "tvist:";
  const forget = (isOthers) => {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(keptBy) && isOthers(key)) sessionStorage.removeItem(key);
    }
  };
  if (person) forget((key) => !key.startsWith(`${keptBy}${person}:`));
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => forget(() => true));

  const address = (form) => `${keptBy}${person}:${new URL(form.action, location.href).pathname}`;
  const texts = (form) => [...form.querySelectorAll("textarea[name]")];
  // The page that follows a sending tells whether the server has the text: it is another page, or shows the text itself.
  const sentKey = `${keptBy}${person}:sent`;
  const sent = sessionStorage.getItem(sentKey);
  sessionStorage.removeItem(sentKey);
  const hasFailed = document.querySelector(".ds-error-summary, [data-failed]") !== null;
  if (sent !== null && !hasFailed) sessionStorage.removeItem(sent);

  let isSending = false;
  let isChanged = false;

  const restore = (form) => {
    const kept = JSON.parse(sessionStorage.getItem(address(form)) || "null");
    if (kept === null || hasFailed) return;
    let isRestored = false;
    for (const area of texts(form)) {
      const text = kept[area.name];
      if (text && text !== area.value && area.value === area.defaultValue) {
        area.value = text;
        isRestored = true;
      }
    }
    if (!isRestored) return;
    isChanged = true;
    const notice = document.createElement("div");
    notice.className = "ds-alert";
    notice.dataset.color = "info";
    notice.setAttribute("role", "status");
    notice.textContent = body.dataset.restored;
    form.prepend(notice);
  };

  const keep = (form) => {
    const kept = Object.fromEntries(texts(form).filter((area) => area.value !== area.defaultValue).map((area) => [area.name, area.value]));
    try {
      if (Object.keys(kept).length) sessionStorage.setItem(address(form), JSON.stringify(kept));
      else sessionStorage.removeItem(address(form));
    } catch {
      // The tab's store is full: the text still stands in the field.
    }
  };

  for (const form of document.querySelectorAll("form[data-keep]")) {
    restore(form);
    form.addEventListener("input", () => {
      isChanged = true;
      keep(form);
    });
  }

  // What must not be kept in a browser is guarded: who would leave it is asked first.
  for (const form of document.querySelectorAll("form[data-guard]")) {
    form.addEventListener("input", () => {
      isChanged = true;
    });
  }

  for (const form of document.querySelectorAll('form[method="post"]')) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.isSent) {
        event.preventDefault();
        return;
      }
      form.dataset.isSent = "yes";
      isSending = true;
      if (!form.hasAttribute("data-sign-out")) sessionStorage.setItem(sentKey, address(form));
      // After the browser has read the form: a disabled button's name would not be sent.
      setTimeout(() => {
        for (const button of form.querySelectorAll('button[type="submit"]')) button.setAttribute("aria-disabled", "true");
      });
    });
  }

  // Going back brings a page as it was left: let it send again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isSending = false;
    for (const form of document.querySelectorAll("form[data-is-sent]")) {
      delete form.dataset.isSent;
      for (const button of form.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
    }
  });

  addEventListener("beforeunload", (event) => {
    if (isChanged && !isSending) event.preventDefault();
  });
})();
