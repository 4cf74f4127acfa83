// Small parts that every front end shares.  Texts become text nodes, never markup.

// JupyterLab and Notebook take keys of a focused element for shortcuts unless it says this itself.
const GUARD = { "data-lm-suppress-shortcuts": "true" };
const FOCUSABLE = new Set(["button", "input", "select", "textarea", "a", "video", "summary"]);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  const guard = FOCUSABLE.has(tag) || "tabindex" in attributes ? GUARD : {};
  for (const [name, value] of Object.entries({ ...guard, ...attributes }))
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// A native button; its visible words may be short, its name says all of it.
function button(words, name, act, attributes = {}) {
  const made = element("button", { type: "button", "aria-label": name, title: name, ...attributes }, words);
  made.addEventListener("click", () => { if (made.getAttribute("aria-disabled") !== "true") act(made); });
  return made;
}

// Disabled in a way that keeps the focus where it is.
function setBusy(made, busy) {
  if (busy) made.setAttribute("aria-disabled", "true");
  else made.removeAttribute("aria-disabled");
}

let names = 0;
function freshId() {
  names += 1;
  return `mjnb-${names}-${Math.random().toString(36).slice(2, 8)}`;
}

function labelled(words, control, attributes = {}) {
  control.id = control.id || freshId();
  return element("span", { class: "mjnb-field", ...attributes }, element("label", { for: control.id }, words), control);
}

// Say something to a screen reader, once, also when it is the same as before.
function announce(region, text) {
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

// A line of code with a button that copies it; where copying is forbidden, it is selected.
function copyable(text, name) {
  const code = element("code", { class: "mjnb-code" }, text);
  const copy = button("Copy", `Copy ${name}`, async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      copy.textContent = "Selected";
    }
    setTimeout(() => { copy.textContent = "Copy"; }, 2000);
  }, { "data-key": `copy ${name}` });
  return element("div", { class: "mjnb-line" }, code, copy);
}

// Draw anew without losing the place of somebody who works with keys.
function redraw(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  parent.replaceChildren(...children);
  if (key) [...parent.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key)?.focus({ preventScroll: true });
}

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
