// The front end of the rater: keys, buttons, words; what is asked comes from Python, answers go there.
const SCORES = ["", "poor", "fair", "good", "very good", "excellent"];
const HELP = {
  single: "Keys: 1 to 5. S skips, U takes back.",
  pairs: "Keys: left arrow, right arrow, = for neither. S skips, U takes back.",
  best_worst: "Keys: 1 to 4 for the best, then Shift and 1 to 4 for the worst. S skips, U takes back.",
};
const ASKS = { single: "How good is this picture?", pairs: "Which picture is better?", best_worst: "Which is the best, which the worst?" };

function element(tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

function render({ model, el }) {
  let best = null;
  let worst = null;
  let sent = -1; // the question that was answered already
  const guard = { "data-lm-suppress-shortcuts": "true" };
  const root = element("div", { class: "mjnb-rater", role: "group", tabindex: "0", ...guard });
  const status = element("div", { role: "status", "aria-live": "polite", class: "mjnb-rater-status" });
  const trouble = element("div", { role: "alert", class: "mjnb-rater-trouble" });
  const body = element("div");
  root.append(status, body, trouble);
  el.append(root);

  const kind = () => model.get("kind");
  const over = () => model.get("done") >= model.get("total");

  function send(message) {
    const at = model.get("done");
    if (sent === at) return; // its answer is on its way
    sent = at;
    model.send({ ...message, at });
  }
  const answer = (choice, low = null) => { if (!over()) send({ do: "answer", choice, worst: low }); };
  const skip = () => { if (!over()) send({ do: "skip" }); };
  const undo = () => { if (model.get("done") > 0) send({ do: "undo" }); };

  function mark(number, low) {
    if (low) { worst = number; if (best === number) best = null; } else { best = number; if (worst === number) worst = null; }
    body.querySelectorAll("[data-mark]").forEach((button) => {
      const [place, side] = button.dataset.mark.split(" ");
      button.setAttribute("aria-pressed", String(Number(place) === (side === "worst" ? worst : best)));
    });
    if (best !== null && worst !== null) answer(best, worst);
  }

  function button(label, name, act, more = {}) {
    const made = element("button", { type: "button", "aria-label": name, ...guard, ...more }, label);
    made.addEventListener("click", act);
    return made;
  }

  function choices() {
    const row = element("div", { class: "mjnb-rater-choices" });
    if (kind() === "single" && !over())
      for (let n = 1; n <= 5; n++) row.append(button(String(n), `${n} of 5, ${SCORES[n]}`, () => answer(n)));
    if (kind() === "pairs" && !over()) row.append(
      button("← left", "left is better", () => answer(1)),
      button("= neither", "neither is better", () => answer(0)),
      button("right →", "right is better", () => answer(2)));
    if (!over()) row.append(button("skip (S)", "skip", skip));
    if (model.get("done") > 0) row.append(button("take back (U)", "take back", undo));
    return row;
  }

  function figures() {
    const row = element("div", { class: "mjnb-rater-pictures" });
    const pictures = model.get("pictures");
    pictures.forEach((source, place) => {
      const number = place + 1;
      const figure = element("figure");
      figure.append(element("img", { src: source, alt: `picture ${number} of ${pictures.length}` }));
      if (kind() === "best_worst") figure.append(
        button("best", `picture ${number} is the best`, () => mark(number, false), { "data-mark": `${number} best`, "aria-pressed": "false" }),
        button("worst", `picture ${number} is the worst`, () => mark(number, true), { "data-mark": `${number} worst`, "aria-pressed": "false" }));
      row.append(figure);
    });
    return row;
  }

  function draw() {
    const inside = root.contains(document.activeElement);
    best = worst = null;
    sent = -1;
    const total = model.get("total");
    const where = `${Math.min(model.get("done") + 1, total)} of ${total}`;
    status.textContent = over() ? `All ${total} answered. Thank you.` : `${where}. ${ASKS[kind()]}`;
    root.setAttribute("aria-label", `Rate pictures. ${HELP[kind()]}`);
    body.replaceChildren(figures(), choices(), element("small", {}, over() ? "" : HELP[kind()]));
    if (inside) root.focus({ preventScroll: true });
  }

  function complain() {
    trouble.textContent = model.get("trouble");
    if (trouble.textContent) sent = -1;
  }

  function press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code);
    const number = digit ? Number(digit[1]) : 0;
    let act = null;
    if (event.key.toLowerCase() === "s") act = skip;
    else if (event.key.toLowerCase() === "u") act = undo;
    else if (kind() === "single" && number && !event.shiftKey) act = () => answer(number);
    else if (kind() === "pairs" && event.key === "ArrowLeft") act = () => answer(1);
    else if (kind() === "pairs" && event.key === "ArrowRight") act = () => answer(2);
    else if (kind() === "pairs" && event.key === "=") act = () => answer(0);
    else if (kind() === "best_worst" && number && number <= 4) act = () => mark(number, event.shiftKey);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  root.addEventListener("keydown", press);
  model.on("change:pictures change:done change:total", draw);
  model.on("change:trouble", complain);
  draw();
  complain();
  return () => {
    model.off("change:pictures change:done change:total", draw);
    model.off("change:trouble", complain);
  };
}

export default { render };
