/* The fields of a form by their names: what stands in them, what stood in them when the page came, and how to put something there.
   A value is a text, a single tick `y` or nothing, and of a group of ticks a list. */

const NOT_TYPED = new Set(["hidden", "file", "password", "submit", "button", "image", "reset"]);

export const controls = (form, name) => [...form.elements].filter((control) => control.name === name && !NOT_TYPED.has(control.type));

export const names = (form, only) => {
  const found = [...form.elements].filter(
    (control) => control.name && !NOT_TYPED.has(control.type) && !control.closest("[data-unkept]") && (only === null || only.includes(control.name)),
  );
  return [...new Set(found.map((control) => control.name))];
};

const isTick = (found) => found.length === 1 && found[0].value === "y";

const read = (form, name, isOn, isChosen, text) => {
  const found = controls(form, name);
  const [first] = found;
  if (first === undefined) return "";
  if (first.type === "radio" || first.type === "checkbox") {
    const ticked = found.filter(isOn).map((control) => control.value);
    return first.type === "radio" || isTick(found) ? (ticked[0] ?? "") : ticked;
  }
  if (first.tagName === "SELECT") {
    const chosen = [...first.options].filter(isChosen).map((option) => option.value);
    return first.multiple ? chosen : (chosen.at(-1) ?? first.options[0]?.value ?? "");
  }
  const texts = found.map((control) => text(control).replaceAll("\r\n", "\n"));
  return texts.length > 1 ? texts : texts[0];
};

export const valueOf = (form, name) =>
  read(form, name, (control) => control.checked, (option) => option.selected, (control) => control.value);

/* As the server wrote it into the page, whatever a browser has put there since. */
export const initialOf = (form, name) =>
  read(form, name, (control) => control.defaultChecked, (option) => option.defaultSelected, (control) => control.defaultValue);

const nothing = (value) => (value.length ? value : "");
export const same = (one, other) => JSON.stringify(nothing(one)) === JSON.stringify(nothing(other));

export const put = (form, name, value) => {
  const values = [value].flat();
  controls(form, name).forEach((control, place) => {
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.tagName === "SELECT") for (const option of control.options) option.selected = values.includes(option.value);
    else {
      const { selectionStart, selectionEnd } = control;
      control.value = values[place] ?? "";
      // The caret stays where it was: only who writes moves it.
      if (document.activeElement === control && selectionStart !== null) control.setSelectionRange(selectionStart, selectionEnd);
    }
    control.closest("details")?.setAttribute("open", "");
  });
};

/* A value as the page words it. */
export const told = (form, name, value, nothing) => {
  const [first] = controls(form, name);
  const word = (each) => {
    if (first?.tagName === "SELECT") return [...first.options].find((option) => option.value === each)?.text ?? each;
    if (first?.type !== "radio" && first?.type !== "checkbox") return each;
    return controls(form, name).find((control) => control.value === each)?.labels[0]?.innerText ?? each;
  };
  return [value].flat().filter(Boolean).map(word).join(", ") || nothing;
};

/* Where something is said about a field: after the box that holds it. */
export const boxOf = (form, name) => {
  const [control] = controls(form, name);
  return control?.closest("fieldset, .ds-field") ?? control;
};
