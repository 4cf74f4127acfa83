// The gallery: cards of tasks, newest first.
export default () => {
  let shelf;
  return {
    initialize({ model }) {
      shelf = openShelf(model);
      return () => shelf.close();
    },
    render({ el }) {
      const region = element("div", { role: "status", "aria-live": "polite", class: "mjnb-status" });
      const list = element("div", { class: "mjnb-cards" });
      const empty = element("div", { class: "mjnb-empty" }, "Pictures will stand here.");
      el.append(element("section", { class: "mjnb-gallery", "aria-label": "Results" }, region, empty, list));
      return drawCards(shelf, list, region, empty);
    },
  };
};
