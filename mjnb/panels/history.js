// The history: a search, three filters, the cards of one page, and the way to the others.
const PAUSE = 250; // milliseconds after a key before the ledger is searched

export default () => {
  let shelf;
  return {
    initialize({ model }) {
      shelf = openShelf(model);
      return () => shelf.close();
    },
    render({ model, el }) {
      const region = element("div", { role: "status", "aria-live": "polite", class: "mjnb-status" });
      const counted = element("div", { role: "status", "aria-live": "polite", class: "mjnb-counted" });
      const trouble = element("div", { role: "alert", class: "mjnb-bad" });
      const list = element("div", { class: "mjnb-cards" });
      const empty = element("div", { class: "mjnb-empty" }, "No task.");

      const text = element("input", { type: "search", "data-key": "text", autocomplete: "off", spellcheck: "false" });
      const state = element("select", { "data-key": "state" });
      const kind = element("select", { "data-key": "kind" });
      const since = element("input", { type: "date", "data-key": "since" });
      const newer = button("Newer", "Newer tasks", () => turn(-1), { "data-key": "newer" });
      const older = button("Older", "Older tasks", () => turn(1), { "data-key": "older" });
      const again = button("Refresh", "Refresh: read the ledger again", () => look(wanted), { "data-key": "again" });
      const where = element("span", { class: "mjnb-muted" });

      function asked() {
        const day = since.value ? new Date(`${since.value}T00:00`).getTime() : null; // the reader's own midnight
        return { text: text.value, state: state.value, task_type: kind.value, since: day };
      }
      const me = freshId();
      let looks = 0;
      let wanted = 1; // the page that was asked for last, whether or not it is here yet
      function look(page) {
        wanted = page;
        model.send({ do: "look", query: { ...asked(), page }, stamp: `${me} ${looks += 1}` });
      }
      function turn(step) {
        const page = wanted + step;
        if (page >= 1 && page <= model.get("pages")) look(page);
      }
      let typed;
      text.addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(() => look(1), PAUSE); });
      for (const one of [state, kind, since]) one.addEventListener("change", () => look(1));

      function fill(select, all, values, chosen) {
        const options = [["", all], ...values.map((value) => [value, value.replace(/^mj_/, "").replaceAll("_", " ")])];
        select.replaceChildren(...options.map(([value, words]) => element("option", { value }, words)));
        select.value = chosen;
      }

      function draw() {
        const query = model.get("query");
        const [view, number] = query.stamp.split(" ");
        if (view !== me || Number(number) === looks || model.get("trouble")) wanted = query.page; // it is answered
        const found = model.get("found");
        fill(state, "every state", model.get("states"), query.state);
        fill(kind, "every type", model.get("task_types"), query.task_type);
        if (document.activeElement !== text) text.value = query.text;
        counted.textContent = found < 0 ? "Reading the ledger." : `${found} task${found === 1 ? "" : "s"}`;
        where.textContent = `Page ${query.page} of ${model.get("pages")}`;
        setBusy(newer, query.page <= 1);
        setBusy(older, query.page >= model.get("pages"));
        trouble.textContent = model.get("trouble");
        empty.textContent = found < 0 ? "Reading the ledger." : "No task fits.";
      }

      el.append(element("section", { class: "mjnb-history", "aria-label": "History" },
        element("div", { class: "mjnb-fields" },
          labelled("Search in prompts", text, { class: "mjnb-field mjnb-wide" }), labelled("State", state),
          labelled("Type", kind), labelled("Since", since), again),
        counted, trouble, empty, list,
        element("nav", { class: "mjnb-pager", "aria-label": "Pages of the history" }, newer, where, older), region));
      const names = "change:query change:found change:pages change:states change:task_types change:trouble";
      model.on(names, draw);
      draw();
      const stop = drawCards(shelf, list, region, empty);

      // The ledger is read when somebody looks, not when the panel opens.
      const seen = new IntersectionObserver((entries) => {
        if (entries.some((one) => one.isIntersecting)) look(wanted);
      });
      seen.observe(el);
      return () => {
        seen.disconnect();
        clearTimeout(typed);
        model.off(names, draw);
        stop();
      };
    },
  };
};
