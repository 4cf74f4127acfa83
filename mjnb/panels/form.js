// The form: a control for each parameter, drawn from a description; Python reads what is said and answers.
const PAUSE = 150; // milliseconds without a change after which Python is told: a slider's drag is one message
const HOLD = 850; // milliseconds for which a press is the same press; Python's is a little shorter
const PATIENCE = 6000; // milliseconds without an answer after which the kernel is said to be busy or gone
const PART = 1 << 20; // bytes of a file in one message

function bounded(number, low, high) {
  return Math.min(Math.max(number, low), high);
}

// Every control is { root, read(), write(value) }; `undefined` means "not said" and is not sent.
function described(spec) {
  const flags = spec.flags.length ? ` (${spec.flags.join(", ")})` : "";
  return `${spec.help}${flags}; ${spec.legal}`;
}

function caption(spec, words = spec.label) {
  return [words, spec.flags.length ? element("span", { class: "mjnb-flag", "aria-hidden": "true" }, spec.flags[0]) : ""];
}

function spanControl(spec, changed) {
  let said;
  const slider = element("input", { type: "range", min: spec.low, max: spec.high, step: spec.step, id: freshId(),
    "aria-label": `${spec.label}, slider` });
  const box = element("input", { type: "number", min: spec.low, max: spec.high, step: spec.step, id: freshId(),
    placeholder: "default", "aria-label": spec.label, "aria-description": described(spec), inputmode: "numeric" });
  const clear = button("×", `${spec.label}: back to default`, () => { write(undefined); box.focus(); changed(); },
    { class: "mjnb-clear" });
  const root = element("div", { class: "mjnb-control mjnb-span", title: described(spec) },
    element("label", { for: box.id }, ...caption(spec)), element("div", { class: "mjnb-pair" }, slider, box, clear));

  function show() {
    root.classList.toggle("mjnb-unsaid", said === undefined);
    slider.setAttribute("aria-valuetext", said === undefined ? "default" : String(said));
    clear.hidden = said === undefined;
  }
  function write(value) {
    said = value;
    box.value = value === undefined ? "" : value;
    slider.value = typeof value === "number" ? bounded(value, spec.low, spec.high) : spec.low;
    show();
  }
  slider.addEventListener("input", () => {
    said = Number(slider.value);
    box.value = slider.value;
    show();
    changed();
  });
  box.addEventListener("input", () => {
    said = box.value !== "" ? Number(box.value) : box.validity.badInput ? "what stands there" : undefined;
    if (typeof said === "number") slider.value = bounded(said, spec.low, spec.high);
    show();
    changed();
  });
  write(undefined);
  return { root, read: () => said, write, field: box };
}

function choiceControl(spec, changed) {
  const name = freshId();
  const row = element("div", { class: spec.kind === "ratio" ? "mjnb-ratios" : "mjnb-choices" });
  const inputs = [undefined, ...spec.values].map((value, at) => {
    const words = at ? spec.words[at - 1] : spec.unsaid;
    const input = element("input", { type: "radio", name, id: freshId(), checked: at === 0 });
    input.addEventListener("change", changed);
    const label = element("label", { for: input.id, class: "mjnb-choice" }, input);
    if (spec.kind === "ratio") label.append(element("span", { class: "mjnb-shape", "aria-hidden": "true" }, shape(value)));
    label.append(element("span", {}, words));
    if (spec.notes?.[value]) label.append(element("span", { class: "mjnb-note" }, spec.notes[value]));
    row.append(label);
    return { input, value };
  });
  const root = element("fieldset", { class: "mjnb-control", title: described(spec) }, element("legend", {}, ...caption(spec)), row);
  return {
    root,
    read: () => inputs.find((one) => one.input.checked)?.value,
    write(value) {
      for (const one of inputs) one.input.checked = one.value === value;
      root.classList.toggle("mjnb-unsaid", value === undefined);
    },
    field: root,
  };
}

function shape(value) {
  const [width, height] = value === undefined ? [1, 1] : value.split(":").map(Number);
  const scale = 22 / Math.max(width, height);
  const box = element("span", { class: value === undefined ? "mjnb-any" : "" });
  box.style.width = `${Math.round(width * scale)}px`;
  box.style.height = `${Math.round(height * scale)}px`;
  return box;
}

function listControl(spec, changed) {
  const select = element("select", { id: freshId(), "aria-description": described(spec) },
    element("option", { value: "" }, spec.unsaid),
    ...spec.values.map((value, at) => element("option", { value: String(at) }, spec.words[at])));
  select.addEventListener("change", changed);
  return {
    root: element("div", { class: "mjnb-control", title: described(spec) }, element("label", { for: select.id }, ...caption(spec)), select),
    read: () => (select.value === "" ? undefined : spec.values[Number(select.value)]),
    write(value) {
      const at = spec.values.indexOf(value);
      select.value = at < 0 ? "" : String(at);
    },
    field: select,
  };
}

function textControl(spec, changed) {
  const input = element("input", { type: spec.url ? "url" : "text", id: freshId(), dir: "auto", placeholder: "default",
    "aria-description": described(spec), autocomplete: "off" });
  input.addEventListener("input", changed);
  return {
    root: element("div", { class: "mjnb-control", title: described(spec) }, element("label", { for: input.id }, ...caption(spec)), input),
    read: () => (input.value === "" ? undefined : input.value),
    write(value) { input.value = value ?? ""; },
    field: input,
  };
}

const KINDS = { span: spanControl, ratio: choiceControl, buttons: choiceControl, list: listControl, text: textControl };

// A second click of a double click pays nothing.
function payButton(words, act) {
  const made = element("button", { type: "button", class: "mjnb-go" }, words);
  made.addEventListener("click", (event) => {
    if (event.detail < 2 && made.getAttribute("aria-disabled") !== "true") act();
  });
  return made;
}

// ---- the whole form -----------------------------------------------------------------------------

function render({ model, el }) {
  const spec = model.get("spec");
  const me = freshId();
  const controls = new Map();
  let edits = 0;
  let heard = 0; // of these edits
  let timer = null;
  let waiting = null;
  let pressed = 0;
  let held = false; // just pressed

  const changed = () => { edits += 1; clearTimeout(timer); timer = setTimeout(tell, PAUSE); };

  // The task type and the prompt, which are always there.
  const kind = element("select", { id: freshId() }, ...spec.types.map((one) => element("option", { value: one.name }, one.label)));
  const kindHelp = element("div", { class: "mjnb-help" });
  kind.addEventListener("change", () => { apply(); changed(); });
  const about = spec.controls.find((one) => one.kind === "prompt");
  const prompt = element("textarea", { id: freshId(), rows: "3", dir: "auto", spellcheck: "true", maxlength: 20000,
    placeholder: "What the picture shows; flags such as --ar 16:9 --s 250 may be typed or pasted here", "aria-description": described(about) });
  const count = element("span", { class: "mjnb-count" });
  prompt.addEventListener("input", () => { counted(); changed(); });
  prompt.addEventListener("paste", () => setTimeout(() => { counted(); changed(); tell(true); }, 0));
  prompt.addEventListener("blur", () => { if (hasFlags()) tell(true); });
  const hasFlags = () => /--|:\/\//.test(prompt.value);
  const counted = () => { count.textContent = `${[...prompt.value].length} of ${about.limit}`; };

  // Reference pictures.
  const pictures = referencePart(model, spec);

  // What applies to the task type, in the table's order; the rest behind "Advanced".
  const grid = element("div", { class: "mjnb-grid" });
  const more = element("div", { class: "mjnb-grid" });
  for (const one of spec.controls) {
    if (!(one.kind in KINDS)) continue;
    const control = KINDS[one.kind](one, changed);
    control.spec = one;
    control.root.dataset.name = one.name;
    controls.set(one.name, control);
    (one.advanced ? more : grid).append(control.root);
  }

  // What comes of it.
  const go = payButton("Generate", press);
  const cost = element("span", { class: "mjnb-cost" });
  const keys = element("span", { class: "mjnb-help" }, "Ctrl+Enter");
  const faults = element("ul", { class: "mjnb-faults", "aria-live": "polite", "aria-label": "What is wrong" });
  const notes = element("ul", { class: "mjnb-warnings", "aria-live": "polite", "aria-label": "Warnings" });
  const line = element("div", { class: "mjnb-live" });
  const json = element("pre", { class: "mjnb-json", tabindex: "0", "aria-label": "The exact JSON" });
  const status = element("div", { role: "status", class: "mjnb-told" });
  const trouble = element("div", { role: "alert", class: "mjnb-trouble" });
  const question = element("div", { class: "mjnb-ask" });

  el.append(element("div", { class: "mjnb-form", role: "group", "aria-label": "What to make" },
    element("div", { class: "mjnb-control" }, element("label", { for: kind.id }, "Task type"), kind, kindHelp),
    element("div", { class: "mjnb-control mjnb-prompt" }, element("label", { for: prompt.id }, "Prompt", count), prompt),
    pictures.root, grid,
    element("details", { class: "mjnb-more" }, element("summary", {}, "Advanced"), more),
    faults, notes,
    element("div", { class: "mjnb-do" }, go, keys, cost, element("span", { class: "mjnb-help" }, spec.place)), question, trouble, status, line,
    element("details", { class: "mjnb-more" }, element("summary", {}, "JSON"), json)));

  function apply() {
    const type = spec.types.find((one) => one.name === kind.value);
    kindHelp.textContent = type.help;
    for (const control of controls.values()) control.root.hidden = !control.spec.on.includes(kind.value);
    pictures.root.hidden = type.most === 0;
    pictures.limit(type.least, type.most);
  }

  function said() {
    const found = { task_type: kind.value, prompt: prompt.value };
    for (const [name, control] of controls) {
      const value = control.root.hidden ? undefined : control.read();
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  // Flags move into their controls when people are done with the prompt: it is left, or was pasted into.
  function tell(commit = false) {
    clearTimeout(timer);
    send({ do: "say", commit: commit || (hasFlags() && el.ownerDocument.activeElement !== prompt) });
  }

  function send(message) {
    clearTimeout(waiting);
    waiting = setTimeout(silent, PATIENCE);
    try {
      model.send({ ...message, said: said(), stamp: `${me} ${edits}` });
    } catch {
      silent(); // a model whose kernel is gone cannot send
    }
  }

  function silent() {
    trouble.textContent = "The kernel does not answer: it is busy, or was restarted. After a restart run the cell again.";
    trouble.dataset.waiting = "yes";
  }

  function answered() {
    clearTimeout(waiting);
    if (trouble.dataset.waiting) { delete trouble.dataset.waiting; trouble.textContent = model.get("trouble"); }
  }

  function press() {
    if (held || model.get("busy")) return;
    clearTimeout(timer);
    pressed += 1;
    send({ do: "generate", press: `${me} ${pressed}`, pictures: model.get("pictures").map((one) => one.url) });
    held = true;
    setTimeout(() => { held = false; busy(); }, HOLD);
    busy();
  }

  function busy() {
    const sending = held || model.get("busy");
    setBusy(go, sending);
    go.textContent = sending ? "Sending…" : "Generate";
  }

  function load() {
    const [view, edit] = model.get("stamp").split(" ");
    if ((view === me ? Number(edit) : heard) < edits) return; // typed on since
    const values = model.get("said");
    kind.value = values.task_type;
    prompt.value = values.prompt ?? "";
    for (const [name, control] of controls) control.write(values[name]);
    counted();
    apply();
  }

  // What another view of the form says stands here too, beside its price.
  function follow() {
    const [view, edit] = model.get("stamp").split(" ");
    if (view === me) heard = Number(edit);
    else load();
  }

  function listed(list, lines, word) {
    list.replaceChildren(...lines.map((text) => element("li", {}, element("b", {}, `${word}: `), text)));
    list.hidden = !lines.length;
  }

  function live() {
    const seen = model.get("live");
    if (!seen.faults) return;
    const blank = !prompt.value.trim();
    listed(faults, blank ? [] : seen.faults, "Fault");
    listed(notes, seen.warnings, "Note");
    for (const [name, control] of controls) {
      const wrong = seen.faults.some((text) => text.startsWith(`${name} `));
      if (control.field.tagName !== "FIELDSET") control.field.setAttribute("aria-invalid", String(wrong));
      control.root.classList.toggle("mjnb-wrong", wrong);
    }
    cost.textContent = seen.cost;
    json.textContent = seen.json || "Nothing would be sent yet.";
    redraw(line, seen.command ? copyable(seen.command, "the command that makes the same")
      : element("span", { class: "mjnb-help" }, blank ? "Write a prompt; the equal %mj command stands here." : "The %mj command stands here when nothing is wrong."));
  }

  function asks() {
    const ask = model.get("ask");
    question.replaceChildren();
    if (!ask.text) return;
    const field = element("input", { type: "text", dir: "auto" });
    const answer = (yes) => { model.send({ do: "answer", yes, about: ask.number, text: field.value }); go.focus(); };
    const pay = payButton("Pay and start", () => answer(true));
    question.append(element("div", { role: "group", "aria-label": "Before paying" },
      element("p", {}, ask.text), ask.field ? labelled(ask.field, field) : "",
      element("div", { class: "mjnb-do" }, pay, button("Cancel", "Cancel: pay nothing", () => answer(false)))));
    (ask.field ? field : pay).focus();
    question.scrollIntoView({ block: "nearest" });
  }

  const told = () => { status.textContent = model.get("status"); };
  const failed = () => {
    delete trouble.dataset.waiting;
    trouble.textContent = model.get("trouble");
    if (model.get("trouble")) { held = false; busy(); } // nothing is being sent
  };

  el.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat && go.getAttribute("aria-disabled") !== "true") press();
  });

  const on = { "change:loads": load, "change:stamp": follow, "change:live": live, "change:busy": busy, "change:ask": asks, "change:status": told,
    "change:trouble": failed, "change:pictures": pictures.draw, "change:earlier": pictures.draw, "change:heard": answered };
  for (const [event, act] of Object.entries(on)) model.on(event, act);
  load();
  live();
  busy();
  asks();
  told();
  failed();
  pictures.draw();
  return () => {
    clearTimeout(timer);
    clearTimeout(waiting);
    for (const [event, act] of Object.entries(on)) model.off(event, act);
  };
}

// ---- reference pictures -------------------------------------------------------------------------

function referencePart(model, spec) {
  const about = spec.controls.find((one) => one.kind === "pictures");
  const file = element("input", { type: "file", multiple: true, accept: "image/png, image/jpeg, image/webp", id: freshId() });
  const options = element("datalist", { id: freshId() });
  const address = element("input", { type: "text", list: options.id, id: freshId(), autocomplete: "off",
    placeholder: "https://… or an earlier result as TASK/2" });
  const add = button("Add", "Add this reference picture", () => {
    if (!address.value.trim()) return;
    model.send({ do: "add", text: address.value });
    address.value = "";
  });
  const list = element("ul", { class: "mjnb-references", "aria-label": about.label });
  const wanted = element("span", { class: "mjnb-help" });
  const root = element("fieldset", { class: "mjnb-control", title: described(about) }, element("legend", {}, about.label, wanted),
    list, element("div", { class: "mjnb-fields" }, labelled("Upload files", file), labelled("URL or earlier result", address), add), options);

  address.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); add.click(); }
  });
  file.addEventListener("change", async () => {
    for (const one of file.files) await upload(one);
    file.value = "";
  });

  async function upload(one) {
    const key = freshId();
    const of = Math.max(1, Math.ceil(one.size / PART));
    for (let part = 0; part < of; part++) {
      const content = await one.slice(part * PART, (part + 1) * PART).arrayBuffer();
      model.send({ do: "file", name: one.name, key, part, of }, undefined, [content]);
    }
  }

  function draw() {
    list.replaceChildren(...model.get("pictures").map((one) => element("li", {},
      one.picture ? element("img", { src: one.picture, alt: "" }) : "", element("span", {}, one.label),
      button("×", `Take away ${one.label}`, () => { model.send({ do: "remove", url: one.url }); address.focus(); }, { class: "mjnb-clear" }))));
    options.replaceChildren(...model.get("earlier").map((one) => element("option", { value: one.name, label: one.title })));
  }

  return {
    root,
    draw,
    limit(least, most) { wanted.textContent = most === 1 ? "exactly one" : least ? "at least one" : ""; },
  };
}

export default { render };
