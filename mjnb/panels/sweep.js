// The sweep tab: one or two axes, the plan, a button that pays, and a figure that grows.
const PAUSE = 300; // milliseconds after a key before it is planned again
const NONE = "none";

export default {
  render({ model, el }) {
    const news = element("div", { role: "status", "aria-live": "polite", class: "mjnb-status" });
    const base = element("div", { class: "mjnb-base", dir: "auto" });
    const faults = element("div", { role: "alert", class: "mjnb-bad" });
    const facts = element("dl", { class: "mjnb-facts" });
    const lines = element("div");
    const question = element("div", { role: "group", "aria-label": "Pay?", class: "mjnb-question" });
    const picture = element("div", { class: "mjnb-plot" });
    const bar = element("progress", { "aria-label": "Progress of the sweep", max: "1" });
    const words = element("span", { class: "mjnb-muted" });
    const progress = element("div", { class: "mjnb-progress" }, bar, words);
    const axes = [axis(1, "First axis"), axis(2, "Second axis")];
    const repeat = element("input", { type: "number", min: "1", max: "100", step: "1", value: "1", "data-key": "repeat" });
    const retry = element("input", { type: "checkbox", "data-key": "retry" });
    const run = button("Run", null, () => start(), { class: "mjnb-primary", "data-key": "run" });
    const stop = button("Stop", "Stop: send nothing new; what runs goes on and is kept", () => tell("stop"), { "data-key": "stop" });
    const me = freshId();
    let edits = 0;
    let pressed = 0;
    let typed;
    let shown = ""; // the address of the figure

    const theme = () => document.body.dataset.jpThemeLight === "false" ? "dark" : "light";
    const tell = (verb, more = {}) => model.send({ do: verb, form: said(), stamp: `${me} ${edits}`, theme: theme(),
      width: Math.round(el.clientWidth), ...more });

    const press = (verb, more = {}) => tell(verb, { press: `${me} ${pressed += 1}`, shown: [model.get("python"), model.get("run_words")], ...more });
    const start = () => press("run");

    function axis(number, name) {
      const select = element("select", { "data-key": `axis ${number}` });
      const text = element("input", { type: "text", autocomplete: "off", spellcheck: "false", "data-key": `values ${number}` });
      const help = element("div", { class: "mjnb-muted", id: freshId() });
      text.setAttribute("aria-describedby", help.id);
      const made = element("fieldset", { class: "mjnb-axis" }, element("legend", {}, name),
        element("div", { class: "mjnb-fields" }, labelled("Parameter", select), labelled("Values", text, { class: "mjnb-field mjnb-values" })), help);
      return { select, text, help, made };
    }

    function said() {
      const chosen = axes.filter((one) => one.select.value !== NONE);
      return { axes: chosen.map((one) => ({ name: one.select.value, text: one.text.value })), repeat: Number(repeat.value) || 1, retry: retry.checked };
    }
    function changed(pause) {
      edits += 1;
      clearTimeout(typed);
      describe();
      typed = setTimeout(() => tell("form"), pause);
    }
    for (const one of axes) {
      one.select.addEventListener("change", () => {
        one.text.value = of(one.select.value)?.example ?? "";
        changed(0);
      });
      one.text.addEventListener("input", () => changed(PAUSE));
    }
    repeat.addEventListener("input", () => changed(PAUSE));
    retry.addEventListener("change", () => changed(0));
    el.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.ctrlKey && !model.get("running") && model.get("can_run")) start();
    });

    const of = (name) => model.get("parameters").find((one) => one.name === name);
    function describe() {
      for (const one of axes) {
        const parameter = of(one.select.value);
        one.help.textContent = parameter ? `${parameter.help}: ${parameter.values}. ${parameter.example.includes("..") ? `A span such as ${parameter.example}, or a list.` : "Several, with commas."}` : "";
        one.text.disabled = !parameter;
      }
    }

    // What can be swept follows the task type; what is picked stays while it is among them.
    function fill() {
      const form = model.get("form").axes ?? [];
      axes.forEach((one, at) => {
        const kept = one.select.value || form[at]?.name || NONE;
        const options = model.get("parameters").map((each) => element("option", { value: each.name }, each.name.replaceAll("_", " ")));
        one.select.replaceChildren(element("option", { value: NONE }, at ? "none" : "pick one"), ...options);
        one.select.value = of(kept) ? kept : NONE;
        if (!one.text.value && form[at] && form[at].name === one.select.value) one.text.value = form[at].text;
      });
      describe();
      if (axes.some((one, at) => form[at] && form[at].name !== one.select.value)) changed(0); // it is gone
    }

    function draw() {
      const running = model.get("running");
      const wrong = [...model.get("faults"), ...[model.get("trouble")].filter(Boolean)];
      faults.replaceChildren(...(wrong.length > 1
        ? [element("ul", {}, ...wrong.map((one) => element("li", {}, one)))] : wrong));
      facts.replaceChildren(...model.get("facts").map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
      facts.hidden = !model.get("facts").length;
      base.textContent = model.get("base");
      run.textContent = model.get("run_words");
      run.hidden = Boolean(model.get("question"));
      setBusy(run, !model.get("can_run"));
      stop.hidden = !running;
      progress.hidden = !running;
      words.textContent = model.get("progress");
      if (model.get("total")) bar.value = model.get("done") / model.get("total");
    }

    function write() {
      const made = [["python", "the Python line"], ["magic", "the %mj line"]].filter(([name]) => model.get(name));
      redraw(lines, ...made.map(([name, what]) => copyable(model.get(name), what)));
    }

    function ask() {
      const text = model.get("question");
      const had = question.childElementCount > 0;
      if (!text) {
        const inside = question.contains(document.activeElement);
        question.replaceChildren();
        question.hidden = true;
        if (inside) (model.get("running") ? stop : run).focus();
        return;
      }
      const price = model.get("price");
      const pay = button(`Pay about ${price}`, `Pay about ${price} and start`, () => press("pay", { question: text }), { class: "mjnb-primary" });
      const cancel = button("Cancel", "Cancel: pay nothing", () => tell("cancel"));
      question.replaceChildren(element("div", {}, text), element("div", { class: "mjnb-actions" }, pay, cancel));
      question.hidden = false;
      if (!had) cancel.focus();
    }

    function plot() {
      const content = model.get("plot");
      const bytes = content?.byteLength ? content : null;
      if (shown) URL.revokeObjectURL(shown);
      shown = bytes ? URL.createObjectURL(new Blob([bytes], { type: model.get("plot_type") })) : "";
      if (!bytes) { picture.replaceChildren(); return; }
      const image = picture.querySelector("img") ?? element("img");
      image.alt = model.get("plot_alt");
      image.src = shown;
      if (!image.isConnected) picture.replaceChildren(image);
    }

    const told = () => announce(news, model.get("news"));
    const watched = [
      ["change:base change:facts change:faults change:trouble change:run_words change:running change:can_run change:progress change:done change:question", draw],
      ["change:parameters", fill],
      ["change:python change:magic", write],
      ["change:question", ask],
      ["change:plot", plot],
      ["change:news", told],
    ];
    for (const [names, act] of watched) model.on(names, act);

    el.append(element("section", { class: "mjnb-sweep", "aria-label": "Sweep" },
      base, element("div", { class: "mjnb-axes" }, ...axes.map((one) => one.made)),
      element("div", { class: "mjnb-fields" }, labelled("Repeats", repeat),
        labelled("Pay again for cells that failed", retry, { class: "mjnb-field mjnb-check" }), run, stop),
      faults, facts, question, lines, progress, news, picture));
    fill();
    repeat.value = String(model.get("form").repeat ?? 1);
    retry.checked = model.get("form").retry ?? false;
    for (const act of [draw, write, ask, plot]) act();

    // What is planned depends on the prompt, which may have changed while somebody looked elsewhere.
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting) && !model.get("running") && !model.get("question")) tell("look");
    });
    seen.observe(el);
    return () => {
      seen.disconnect();
      clearTimeout(typed);
      if (shown) URL.revokeObjectURL(shown);
      for (const [names, act] of watched) model.off(names, act);
    };
  },
};
