// The frame: finds the place in the page where the panel stands, puts tabs there, and the widgets in them.
//
// The notebook's output is static HTML with an empty place; this runs as soon as the model is in the page, also
// after the page was loaded again, and puts the live panel there.  A saved notebook therefore has no widget.

// Lumino's widgets learn by messages that they came into the page; nobody else tells those that stand here.
function put(view, host) {
  const lumino = view.luminoWidget ?? view.pWidget;
  lumino?.processMessage({ type: "before-attach" });
  host.append(view.el);
  lumino?.processMessage({ type: "after-attach" });
}

const PATIENCE = 60000; // milliseconds in which a part has to be in the page
const PAUSE = 250; // milliseconds between two looks

const pause = () => new Promise((done) => setTimeout(done, PAUSE));

// A page that is loaded again gets its models in any order, and on a busy machine late: wait for the one that is meant.
async function viewOf(model, id) {
  const manager = model.widget_manager;
  for (const start = performance.now(); ; await pause()) {
    try {
      return await manager.create_view(await manager.get_model(id));
    } catch (error) {
      if (performance.now() - start > PATIENCE) throw error;
    }
  }
}

function initialize({ model }) {
  const place = `mjnb-place-${model.get("place")}`;
  const hiding = element("style", {}, `.mjnb-static-${model.get("place")} { display: none; }`);
  const views = new Map(); // by the element they stand in

  async function mountIn(host) {
    const view = viewOf(model, model.get("own"));
    views.set(host, view);
    try {
      put(await view, host);
      document.head.append(hiding);
    } catch (error) { // the static form stays, and says how to go on
      host.textContent = `The panel could not be drawn: ${error.message}. Run the cell again.`;
    }
  }

  function mount() {
    for (const [host, view] of views)
      if (!host.isConnected) { views.delete(host); view.then((one) => one.remove(), () => {}); }
    for (const host of document.getElementsByClassName(place)) if (!views.has(host)) mountIn(host);
  }

  const arrival = new MutationObserver(mount);
  arrival.observe(document.body, { childList: true, subtree: true });
  mount();
  return () => {
    arrival.disconnect();
    hiding.remove();
    for (const view of views.values()) view.then((one) => one.remove(), () => {});
  };
}

function render({ model, el }) {
  const tabs = Object.entries(model.get("tabs"));
  const list = element("div", { role: "tablist", "aria-label": "Panel", class: "mjnb-tabs" });
  const parts = tabs.map(([name, words]) => {
    const pane = element("div", { role: "tabpanel", id: freshId(), class: "mjnb-pane", tabindex: "-1" });
    const tab = element("button", { type: "button", role: "tab", id: freshId(), "aria-controls": pane.id }, words);
    pane.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => choose(name));
    list.append(tab);
    return { name, tab, pane, there: new Set() };
  });
  const note = element("div", { role: "status", class: "mjnb-told" });
  const root = element("section", { class: "mjnb-panel", "aria-label": "mjnb panel" }, list, note, ...parts.map((one) => one.pane));
  el.append(root);

  function choose(name, told = true) {
    for (const one of parts) {
      const chosen = one.name === name;
      one.tab.setAttribute("aria-selected", String(chosen));
      one.tab.tabIndex = chosen ? 0 : -1;
      one.pane.hidden = !chosen;
    }
    if (told) model.send({ do: "tab", name });
  }

  list.addEventListener("keydown", (event) => {
    const at = parts.findIndex((one) => one.tab === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + parts.length, Home: 0, End: parts.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = parts[to % parts.length];
    choose(next.name);
    next.tab.focus();
  });

  function fill() {
    const children = model.get("children");
    for (const { name, pane, there } of parts)
      for (const id of children[name] ?? []) {
        if (there.has(id)) continue;
        there.add(id);
        const host = element("div");
        pane.append(host);
        viewOf(model, id).then((view) => put(view, host), (error) => { host.textContent = `This part could not be drawn: ${error.message}. Run the cell again.`; });
      }
    root.dataset.ready = "yes";
  }

  const led = (message) => { if (message.do === "tab") choose(message.name, false); };
  const noted = () => { note.textContent = model.get("note"); };
  const on = { "change:children": fill, "msg:custom": led, "change:note": noted };
  for (const [event, act] of Object.entries(on)) model.on(event, act);
  choose(tabs[0][0], false);
  noted();
  fill();
  return () => { for (const [event, act] of Object.entries(on)) model.off(event, act); };
}

export default { initialize, render };
