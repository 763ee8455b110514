/* Warns five minutes before an idle sign-in ends. Another tab may have kept it alive, so the server is asked before anybody is warned; asking
   keeps nothing alive. Without this what is sent after the end is carried through the sign-in all the same. */
"use strict";

(() => {
  const dialog = document.getElementById("idle");
  if (!dialog) return;
  const minutes = JSON.parse(dialog.dataset.minutes);
  const warned = Number(dialog.dataset.warned) * 1000;
  const left = document.getElementById("idle-left");
  let ends = Date.now() + Number(dialog.dataset.left) * 1000;
  let isAsking = false;
  let isOver = false;
  let isSnoozed = false;

  const say = (text) => {
    if (left.textContent !== text) left.textContent = text;
  };

  const end = () => {
    isOver = true;
    document.getElementById("idle-title").textContent = dialog.dataset.ended;
    say(dialog.dataset.endedText);
    for (const part of dialog.querySelectorAll("[data-idle-still]")) part.hidden = true;
    dialog.querySelector("[data-idle-over]").hidden = false;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-idle-over] a").focus();
  };

  // The answer of the server counts; without one (no network) our own clock does.
  const learn = async (asked) => {
    try {
      const answer = await asked;
      if (answer.type === "opaqueredirect" || answer.status === 401) ends = 0;
      else if (answer.ok) ends = Date.now() + (await answer.json()).seconds * 1000;
    } catch {
      return;
    }
  };

  const look = async () => {
    if (isOver || isAsking || Date.now() < ends - warned) return;
    isAsking = true;
    await learn(fetch(dialog.dataset.ask, { redirect: "manual", cache: "no-store" }));
    isAsking = false;
    show();
  };

  const show = () => {
    const rest = ends - Date.now();
    if (rest <= 0) {
      end();
    } else if (rest > warned) {
      if (dialog.open) dialog.close();
      isSnoozed = false;
    } else {
      say(minutes[Math.min(minutes.length, Math.max(1, Math.ceil(rest / 60000))) - 1]);
      if (!dialog.open && !isSnoozed) dialog.showModal();
    }
  };

  dialog.querySelector("[data-idle-stay]").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const form = event.target;
    await learn(fetch(form.action, { method: "POST", redirect: "manual", body: new URLSearchParams(new FormData(form)) }));
    show();
    // Eight hours are nearly over: it cannot be made longer, and what is typed must be sent.
    if (dialog.open && !isOver) {
      isSnoozed = true;
      dialog.close();
    }
  }, { capture: true });
  dialog.querySelector("[data-idle-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("cancel", () => { isSnoozed = true; });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  setInterval(look, 15000);
})();
