// Passkeys: asks the browser for one and sends its answer in the form. Without this, or without passkeys, the codes are there.

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const read = (options) => {
    for (const list of ["excludeCredentials", "allowCredentials"]) {
      for (const known of options[list] ?? []) known.id = bytes(known.id);
    }
    if (options.user) options.user.id = bytes(options.user.id);
    return { ...options, challenge: bytes(options.challenge) };
  };

  // Not every browser that has passkeys can tell its answer as JSON by itself.
  const told = (credential) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} });
  };

  for (const part of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    const form = part.closest("form");
    const button = part.querySelector("button");
    const fault = part.querySelector("[data-passkey-fault]");
    part.hidden = false;
    form.querySelector("[data-no-passkey]")?.remove();
    button.addEventListener("click", async () => {
      fault.hidden = true;
      button.setAttribute("aria-disabled", "true");
      try {
        const publicKey = read(JSON.parse(part.dataset.options));
        const credential = await navigator.credentials[part.dataset.passkey]({ publicKey });
        form.elements.credential.value = told(credential);
        form.requestSubmit();
      } catch {
        fault.hidden = false;
        button.removeAttribute("aria-disabled");
      }
    });
    // Enter in the field of the name does what the button does.
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      button.click();
    }, { capture: true });
  }
})();
