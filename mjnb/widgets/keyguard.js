// Keeps the keys of focused controls from the notebook's shortcuts, and names sliders that have no name.
//
// JupyterLab and Notebook match shortcuts against the focused element first, so each focusable element needs
// the attribute; on a container it has no effect.
const FOCUSABLE = "input, select, textarea, button, summary, a[href], video, [tabindex]";

function guard(panel) {
  for (const one of panel.querySelectorAll(FOCUSABLE))
    if (!one.hasAttribute("data-lm-suppress-shortcuts")) one.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const slider of panel.querySelectorAll(".widget-slider")) {
    const name = slider.querySelector(".widget-label")?.textContent;
    if (!name) continue;
    for (const handle of slider.querySelectorAll("[role=slider]"))
      if (handle.getAttribute("aria-label") !== name) handle.setAttribute("aria-label", name);
  }
}

function render({ model, el }) {
  let observer = null;
  const start = () => {
    const panel = el.closest(model.get("around"));
    if (!panel || observer) return;
    arrival.disconnect();
    observer = new MutationObserver(() => guard(panel));
    observer.observe(panel, { childList: true, subtree: true });
    guard(panel);
    panel.dataset.mjnbGuarded = "true";
  };
  const arrival = new MutationObserver(start); // a view is made before it is put into the page
  arrival.observe(document.body, { childList: true, subtree: true });
  start();
  return () => {
    arrival.disconnect();
    observer?.disconnect();
  };
}

export default { render };
