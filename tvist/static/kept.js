/* Forms that keep what is typed: sent to the server every few seconds and when a field is left, kept in the browser until the server has it, and
   put together with what others write in the same draft. Without it each page works with its buttons. The server's side: tvist/intake/kept.py. */
import { initialOf, names, put, same, valueOf } from "./kept_fields.js";
import { markChanged, markClash, say, showOthers, showWaiting, unsign } from "./kept_signs.js";
import { clean, forget, forgetAll, noteSending, person, recall, remember, settleSending, waiting } from "./kept_store.js";

const PATIENCE = 15_000;
const LARGEST_LAST_WORD = 60_000;
const WORDS = JSON.parse(document.body.dataset.keptWords || "{}");

class KeptForm {
  constructor(form) {
    this.form = form;
    this.keeps = JSON.parse(form.dataset.keeps);
    this.every = Number(form.dataset.keptEvery);
    this.names = names(form, this.keeps.fields);
    this.version = "";
    this.clashes = new Map();
    this.trouble = null;
    this.isOver = false;
    this.isLeaving = false;
    this.isStored = true;
    this.busy = null;
    const shown = this.keeps.base;
    this.base = Object.fromEntries(this.names.map((name) => [name, shown ? (shown[name] ?? "") : initialOf(form, name)]));
    if (shown === null) this.restore();
    else if ("stale" in form.dataset) for (const name of this.pending()) this.clash({ field: name, kept: this.base[name], said: "" });
    this.listen();
    this.sync();
  }

  get path() {
    return new URL(this.form.action, location.href).pathname;
  }

  value(name) {
    return valueOf(this.form, name);
  }

  pending() {
    this.names = names(this.form, this.keeps.fields);
    return this.names.filter((name) => !same(this.value(name), this.base[name] ?? ""));
  }

  restore() {
    const kept = recall(this.path);
    if (kept === null) return;
    let isRestored = false;
    for (const [name, { base, value }] of Object.entries(kept.fields)) {
      if (!this.names.includes(name) || same(value, this.base[name])) continue;
      put(this.form, name, value);
      this.base[name] = base;
      isRestored = true;
    }
    if (isRestored) say(this.form, WORDS.restored);
    this.store();
  }

  store() {
    const fields = Object.fromEntries(this.pending().map((name) => [name, { base: this.base[name] ?? "", value: this.value(name) }]));
    this.isStored = remember(this.path, fields, this.keeps.draft);
    return Object.keys(fields);
  }

  listen() {
    const { form } = this;
    form.addEventListener("input", (event) => {
      unsign(form, event.target.name, "changed");
      this.storing ??= setTimeout(() => {
        this.storing = undefined;
        this.store();
      }, 100);
      this.saving ??= setTimeout(() => this.sync(), this.every);
    });
    form.addEventListener("focusout", () => this.pending().length && this.sync());
    form.addEventListener("submit", (event) => this.leave(event), { capture: true });
    addEventListener("pageshow", (event) => event.persisted && ((this.isLeaving = false), this.sync()));
    addEventListener("online", () => this.sync());
    addEventListener("storage", () => this.trouble?.isEnded && this.sync());
    addEventListener("pagehide", () => this.lastWord());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.lastWord() : this.sync()));
    addEventListener("beforeunload", (event) => {
      if (this.isLeaving || !this.store().length) return;
      this.lastWord();
      if (this.trouble !== null || !this.isStored) event.preventDefault();
    });
    setInterval(() => {
      if (!document.hidden || this.trouble !== null) this.sync();
    }, this.every * 2.5);
  }

  /* The form itself is sent: what is on its way to the server comes first, so that the page is not taken for an old one. */
  leave(event) {
    if (this.busy !== null) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const wait = new Promise((go) => setTimeout(go, 3000));
      Promise.race([this.busy, wait]).then(() => {
        this.busy = null;
        this.form.requestSubmit(event.submitter);
      });
      return;
    }
    this.isLeaving = true;
    this.store();
    noteSending(this.path);
  }

  lastWord() {
    const typings = this.isLeaving || this.isOver ? [] : this.typings();
    const body = this.message(typings);
    if (typings.length && body.toString().length < LARGEST_LAST_WORD) fetch(this.keeps.url, { method: "POST", body, keepalive: true }).catch(() => {});
  }

  typings() {
    return this.pending().map((name) => ({ field: name, base: this.base[name] ?? "", value: this.value(name) }));
  }

  message(typings) {
    const at = document.activeElement;
    return new URLSearchParams({
      csrf_token: this.form.elements.csrf_token.value,
      tab: this.form.elements._tab.value,
      draft: this.keeps.draft,
      version: this.version,
      at: this.form.contains(at) && this.names.includes(at.name) ? at.name : "",
      key: this.keeps.key,
      rows: this.keeps.rows,
      typed: JSON.stringify(typings),
    });
  }

  sync() {
    if (this.isOver || this.isLeaving) return Promise.resolve();
    if (this.busy !== null) return this.busy;
    clearTimeout(this.saving);
    this.saving = undefined;
    this.busy = this.exchange().finally(() => {
      this.busy = null;
      this.store();
      if (this.trouble === null && this.pending().some((name) => !this.clashes.has(name))) this.saving ??= setTimeout(() => this.sync(), this.every);
    });
    return this.busy;
  }

  async exchange(isSecondTry = false) {
    const typings = this.typings();
    let response;
    try {
      response = await fetch(this.keeps.url, { method: "POST", body: this.message(typings), signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      return this.inTrouble(WORDS.offline);
    }
    const isOurs = response.headers.get("Content-Type")?.startsWith("application/json");
    if ((response.status === 400 || response.status === 401) && !isSecondTry) return this.comeBack();
    if (response.ok && isOurs) {
      this.trouble = null;
      return this.hear(await response.json(), typings);
    }
    if (isOurs) {
      const answer = await response.json();
      return this.inTrouble(answer.moved ?? answer.refused);
    }
    return this.inTrouble({ 403: WORDS.denied, 404: WORDS.denied, 413: WORDS.too_large }[response.status] ?? WORDS.failed);
  }

  inTrouble(text, link = null) {
    this.trouble = { isEnded: link !== null };
    const left = this.store();
    say(this.form, left.length ? `${text} ${this.isStored ? WORDS.kept_here : WORDS.not_kept}` : text, link, true);
  }

  /* The sign-in may have ended, and begun anew in another tab. */
  async comeBack() {
    let found = null;
    try {
      const response = await fetch(document.body.dataset.keptToken, { signal: AbortSignal.timeout(PATIENCE) });
      if (response.ok && response.headers.get("Content-Type")?.startsWith("application/json")) found = await response.json();
    } catch {
      return this.inTrouble(WORDS.offline);
    }
    if (found === null) return this.inTrouble(WORDS.ended, { text: WORDS.sign_in, href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, isApart: true });
    if (found.person !== person) {
      this.isOver = true;
      return this.inTrouble(WORDS.another);
    }
    for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = found.token;
    return this.exchange(true);
  }

  hear(answer, typings) {
    if (answer.sent) return this.wasSent(answer.sent);
    const isNew = answer.draft !== "" && answer.version !== this.version;
    for (const { field, value } of typings) {
      if (!answer.saved.includes(field)) continue;
      this.base[field] = value;
      this.settle(field);
    }
    for (const clash of answer.clashes) this.clash(clash);
    if (answer.values) this.takeOver(answer.values, answer.by);
    if (isNew) this.version = answer.version;
    this.keeps.draft = answer.draft;
    if (answer.url) this.moveTo(answer);
    if (this.clashes.size === 0) {
      if (answer.seen) this.form.elements._seen.value = answer.seen;
      if (this.keeps.is_seen) this.form.elements._seen.value = answer.version;
      this.form.elements._kept.value = answer.version;
    }
    showOthers(this.form, answer.others);
    if (answer.said) say(this.form, this.pending().length && !this.isStored ? WORDS.not_kept : answer.said);
    return undefined;
  }

  /* What others have written: in place of what stood here untouched; where both have written, the next exchange tells of both. */
  takeOver(values, by) {
    for (const name of this.names.filter((each) => each in values)) {
      const isTouched = !same(this.value(name), this.base[name] ?? "");
      if (same(values[name], this.base[name] ?? "") || this.clashes.has(name)) continue;
      if (isTouched && !same(values[name], this.value(name))) continue;
      this.base[name] = values[name];
      if (isTouched) continue;
      put(this.form, name, values[name]);
      if (by[name]) markChanged(this.form, name, by[name]);
    }
  }

  moveTo(answer) {
    const before = this.path;
    Object.assign(this.keeps, { url: answer.url, key: answer.key, rows: answer.rows });
    if (answer.action === before) return;
    forget(before);
    this.form.action = answer.action;
    if (location.pathname === before) history.replaceState(null, "", answer.action);
  }

  clash(clash) {
    if (this.clashes.has(clash.field) && same(this.clashes.get(clash.field), clash.kept)) return;
    this.clashes.set(clash.field, clash.kept);
    markClash(this.form, clash.field, clash, WORDS, {
      mine: () => {
        this.base[clash.field] = clash.kept;
        this.settle(clash.field);
        this.sync();
      },
      // My text is noted among the earlier ones first.
      theirs: () =>
        this.sync().then(() => {
          if (this.trouble !== null) return;
          put(this.form, clash.field, clash.kept);
          this.base[clash.field] = clash.kept;
          this.settle(clash.field);
          this.store();
        }),
    });
  }

  settle(name) {
    this.clashes.delete(name);
    unsign(this.form, name, "clash");
  }

  wasSent(sent) {
    this.isOver = true;
    say(this.form, this.store().length ? `${sent.said} ${WORDS.kept_here}` : sent.said, { text: sent.link, href: sent.href }, true);
    for (const button of this.form.querySelectorAll('button[type="submit"]')) button.disabled = true;
  }
}

clean();
settleSending();
document.querySelector("form[data-sign-out]")?.addEventListener("submit", forgetAll);
const kept = [...document.querySelectorAll("form[data-keeps]")].map((form) => new KeptForm(form));
if (person) showWaiting(waiting().filter((path) => path !== location.pathname && !kept.some((each) => each.path === path)), WORDS);
