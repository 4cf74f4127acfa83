// Cards of tasks: what is kept of them in the page, and how one is drawn.
const VERBS = {
  U: { words: (n) => `U${n}`, name: (n, what, of) => `Upscale ${what} ${n} (U${n}) of ${of}` },
  V: { words: (n) => `V${n}`, name: (n, what, of) => `Vary ${what} ${n} (V${n}) of ${of}` },
  Animate: { words: () => "Animate", name: (n, what, of) => `Animate ${what} ${n} of ${of}` },
  Extend: { words: () => "Extend", name: (n, what, of) => `Extend ${what} ${n} of ${of}` },
  Save: { words: () => "Save", name: (n, what, of) => `Save ${what} ${n} of ${of}` },
};
const WHOLE = {
  Rerun: { words: "Rerun", name: (of) => `Rerun ${of}: a new task, paid anew` },
  Use: { words: "Use these settings", name: (of) => `Use these settings: those of ${of}` },
};
const SCORES = ["poor", "fair", "good", "very good", "excellent"];
const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="; // one clear pixel
const SHOWN = 264; // pixels: the widest column
const NEAR = "800px"; // how far outside of the window pictures are kept decoded
const TITLE_LENGTH = 240; // characters of a prompt that are shown at once
const NAME_LENGTH = 80; // characters of a prompt in the name of a button

function shortened(text) {
  const letters = [...text];
  return letters.length <= NAME_LENGTH ? text : `${letters.slice(0, NAME_LENGTH - 1).join("")}…`;
}

// What the page has of the cards: the model tells once, any number of views draw.
function openShelf(model) {
  const cards = new Map(); // by id
  const pictures = new Map(); // by id: picture number to its bytes and, once it is looked at, their address
  const views = new Set();
  const busy = new Set(); // what waits for its answer, also while a card is drawn anew
  const waiting = new Map(); // what was pressed and not answered yet, by nonce
  const me = freshId();
  let nonce = 0;

  const forget = (id) => {
    for (const kept of pictures.get(id)?.values() ?? []) kept.url?.then(URL.revokeObjectURL);
    pictures.delete(id);
  };

  function take(card, buffers) {
    const there = pictures.get(card.id) ?? new Map();
    card.buffers.forEach((number, at) => {
      there.get(number)?.url?.then(URL.revokeObjectURL);
      there.set(number, { blob: new Blob([buffers[at]], { type: "image/jpeg" }) });
    });
    pictures.set(card.id, there);
    const before = cards.get(card.id);
    cards.set(card.id, { ...card, received: performance.now() });
    for (const view of views) view.changed(cards.get(card.id), before);
  }

  model.on("msg:custom", (message, buffers) => {
    if (message.do === "card") take(message.card, buffers);
    if (message.do === "clear") {
      for (const id of cards.keys()) forget(id);
      cards.clear();
      for (const view of views) view.cleared();
    }
    if (message.do === "answered") {
      const answer = waiting.get(message.nonce);
      waiting.delete(message.nonce);
      answer?.(message, buffers);
    }
  });
  model.send({ do: "hello" });

  return {
    cards,
    views,
    busy,
    has: (id, number) => Boolean(pictures.get(id)?.has(number)),
    async url(id, number) {
      const kept = pictures.get(id)?.get(number);
      if (!kept) return NOTHING;
      kept.url ??= fitted(kept.blob).then((blob) => URL.createObjectURL(blob));
      return kept.url;
    },
    newestFirst: () => [...cards.values()].sort((one, other) => other.order - one.order),
    ask(message, then) {
      nonce += 1;
      waiting.set(nonce, then);
      model.send({ ...message, nonce, press: `${me} ${nonce}` });
    },
    close() {
      for (const id of [...pictures.keys()]) forget(id);
      cards.clear();
    },
  };
}

// A browser keeps a picture decoded at the size of its file: 0.6 MB for 384 pixels, half of it for what is shown.
async function fitted(blob) {
  try {
    const whole = await createImageBitmap(blob);
    const scale = SHOWN * (globalThis.devicePixelRatio || 1) / Math.max(whole.width, whole.height);
    if (scale >= 1) return blob;
    const canvas = new OffscreenCanvas(Math.round(whole.width * scale), Math.round(whole.height * scale));
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  } catch {
    return blob;
  }
}

// ---- one card -----------------------------------------------------------------------------------

// Draws a card; `host` stays while cards are drawn anew.
function drawCard(card, shelf, say, host) {
  const of = shortened(card.title);
  const trouble = element("div", { class: "mjnb-bad mjnb-trouble", role: "alert" });

  const now = () => [...host.querySelectorAll("[data-id]")].find((one) => one.dataset.id === card.id) ?? article;
  const controlOf = (key) => [...now().querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);

  // One press is one request: the button waits for the answer, whatever happens to the card meanwhile.
  function ask(made, verb, action, number, then) {
    const key = made.dataset.key;
    const name = `${card.id} ${key}`;
    if (shelf.busy.has(name)) return;
    shelf.busy.add(name);
    setBusy(made, true);
    trouble.textContent = "";
    shelf.ask({ do: verb, id: card.id, action, number }, (answer, buffers) => {
      shelf.busy.delete(name);
      const there = controlOf(key);
      if (there) setBusy(there, false);
      now().querySelector(".mjnb-trouble").textContent = answer.error;
      if (!answer.error) then(answer, buffers, there ?? made);
    });
  }

  const press = (made, action, number) => ask(made, "act", action, number, () => {
    const [word, score] = action.split(" ");
    if (word === "Rate") rated(number, Number(score));
  });

  function rated(number, score) {
    shelf.cards.get(card.id).scores[number] = score;
    now().querySelectorAll(`[data-rate="${number}"] button`).forEach((one, at) =>
      one.setAttribute("aria-pressed", String(at + 1 === score)));
    say(`Rated ${score} of 5: ${of}, ${number}`);
  }

  function pictureButton(action, picture) {
    const what = picture.kind === "video" ? "video" : "picture";
    const verb = VERBS[action];
    return button(verb.words(picture.number), verb.name(picture.number, what, of),
      (made) => press(made, action, picture.number), { "data-key": `${action} ${picture.number}` });
  }

  function scores(picture) {
    const row = element("span", { class: "mjnb-scores", role: "group", "data-rate": picture.number,
      "aria-label": `Rate ${picture.kind === "video" ? "video" : "picture"} ${picture.number} of ${of}` });
    row.append(element("span", { "aria-hidden": "true" }, "Rate"));
    SCORES.forEach((word, at) => row.append(button(String(at + 1), `${at + 1} of 5, ${word}`,
      (made) => press(made, `Rate ${at + 1}`, picture.number),
      { "aria-pressed": String(card.scores[picture.number] === at + 1), "data-key": `rate ${at + 1} ${picture.number}` })));
    return row;
  }

  function figure(picture) {
    const made = element("figure", { "data-number": picture.number });
    made.append(view(picture));
    const actions = picture.actions.filter((action) => action in VERBS).map((action) => pictureButton(action, picture));
    if (actions.length) made.append(element("div", { class: "mjnb-actions" }, ...actions));
    if (picture.actions.includes("Rate")) made.append(scores(picture));
    return made;
  }

  function view(picture) {
    if (!picture.here || !shelf.has(card.id, picture.number))
      return element("div", { class: "mjnb-missing" }, `${picture.number}: ${picture.note || "not here yet"}`);
    const image = element("img", { src: NOTHING, alt: picture.alt, decoding: "async", "data-picture": picture.number });
    image.style.aspectRatio = picture.size.join(" / ");
    const video = picture.kind === "video";
    const name = video ? `Play video ${picture.number} of ${of}` : `Enlarge picture ${picture.number} of ${of}`;
    const made = button("", name, () => open(picture, made), { class: "mjnb-thumb", "data-key": `open ${picture.number}` });
    made.append(image, ...(video ? [element("span", { class: "mjnb-play", "aria-hidden": "true" }, "▶")] : []));
    return made;
  }

  // The original travels when it is asked for; a video plays in its place, a picture opens on top.
  const open = (picture, made) => ask(made, "open", "open", picture.number, (answer, buffers, there) => {
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: answer.mime }));
    if (picture.kind === "video") play(picture, there, url);
    else enlarge(picture, url, answer.name);
  });

  function play(picture, made, url) {
    const video = element("video", { controls: true, preload: "none", src: url, playsinline: true, loop: true,
      "aria-label": picture.alt, "data-key": `open ${picture.number}` });
    shelf.url(card.id, picture.number).then((poster) => { video.poster = poster; });
    made.replaceWith(video);
    video.focus();
    video.play().catch(() => {}); // the controls are there when it may not start by itself
  }

  function enlarge(picture, url, name) {
    const image = element("img", { src: url, alt: picture.alt });
    const close = button("Close", "Close", () => dialog.close());
    const keep = element("a", { href: url, download: name, class: "mjnb-button" }, "Download the original");
    const dialog = element("dialog", { class: "mjnb-dialog", "aria-label": picture.alt }, image,
      element("div", { class: "mjnb-actions" }, close, keep));
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => {
      URL.revokeObjectURL(url);
      dialog.remove();
      // The browser has given the focus back, unless the card was drawn anew; keys may have moved it on since.
      if (!host.contains(document.activeElement)) controlOf(`open ${picture.number}`)?.focus();
    });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    host.append(dialog);
    dialog.showModal();
    close.focus();
  }

  const status = element("span", { class: `mjnb-state mjnb-${card.state}` }, card.status);
  const head = element("div", { class: "mjnb-head" }, status,
    element("time", { class: "mjnb-muted", datetime: new Date(card.created).toISOString() }, new Date(card.created).toLocaleString()),
    card.sandbox ? element("span", { class: "mjnb-muted", title: "drawn here, nothing is paid" }, "sandbox") : "",
    ...card.actions.filter((action) => action in WHOLE).map((action) => button(WHOLE[action].words, WHOLE[action].name(of),
      (made) => press(made, action, 0), { "data-key": action })));
  const title = element("div", { class: "mjnb-title", dir: "auto" }, card.title);
  const letters = [...card.title].length;
  const whole = button("Show all of it", `Show all of it: ${letters} characters`, (made) => {
    title.classList.add("mjnb-whole");
    made.remove();
  }, { "data-key": "whole" });
  const article = element("article", { class: "mjnb-card", "aria-label": of, "data-id": card.id },
    title, ...(letters > TITLE_LENGTH ? [whole] : []), head);
  if (card.running) article.append(progress(card));
  if (card.error) article.append(element("div", { class: "mjnb-bad" }, card.error));
  if (card.error && card.hint) article.append(element("div", { class: "mjnb-muted" }, `→ ${card.hint}`));
  if (card.trouble) article.append(element("div", { class: "mjnb-muted" }, card.trouble));
  if (card.surprises) article.append(element("div", { class: "mjnb-muted" }, `The service changed it: ${card.surprises}`));
  article.append(trouble);
  if (card.pictures.length) article.append(element("div", { class: "mjnb-pictures" }, ...card.pictures.map(figure)));
  article.append(copyable(`%mj ${card.magic}`, `the %mj line of ${of}`));
  for (const one of article.querySelectorAll("[data-key]")) setBusy(one, shelf.busy.has(`${card.id} ${one.dataset.key}`));
  return article;
}

// How far a task is: by the page's own clock, so that nothing has to be sent for it.
function progress(card) {
  const bar = element("progress", { max: "1", "aria-label": `Progress of ${shortened(card.title)}` });
  const words = element("span", { class: "mjnb-muted" });
  const made = element("div", { class: "mjnb-progress" }, bar, words);
  made.tick = () => {
    const elapsed = (card.elapsed ?? 0) + (performance.now() - card.received) / 1000;
    if (!card.usual) { words.textContent = duration(elapsed); return; }
    bar.value = Math.min(elapsed / card.usual.middle, 0.98);
    words.textContent = `${duration(elapsed)}, ${card.usual.words}${elapsed > card.usual.high ? "; longer than usual" : ""}`;
  };
  made.tick();
  return made;
}

// ---- many cards ---------------------------------------------------------------------------------

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

// Cards in a list that follows the shelf; returns what takes it down again.
function drawCards(shelf, list, region, empty) {
  const drawn = new Map(); // by id
  const say = (text) => announce(region, text);

  // Decoded pictures fill the memory (0.6 MB each): those far away are let go.
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries)
      for (const image of target.querySelectorAll("img[data-picture]")) {
        image.near = isIntersecting;
        if (!isIntersecting) image.src = NOTHING;
        else shelf.url(target.dataset.id, Number(image.dataset.picture)).then((url) => { if (image.near) image.src = url; });
      }
  }, { rootMargin: NEAR, scrollMargin: NEAR });

  function place(card) {
    const made = drawCard(card, shelf, say, list.parentElement);
    const old = drawn.get(card.id);
    const key = old?.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    drawn.set(card.id, made);
    near.observe(made);
    if (old) near.unobserve(old);
    if (old) keepPlaying(old, made);
    if (old) old.replaceWith(made);
    else list.insertBefore(made, [...list.children].find((one) => (shelf.cards.get(one.dataset.id)?.order ?? 0) < card.order) ?? null);
    if (key) [...made.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key)?.focus({ preventScroll: true });
    empty.hidden = drawn.size > 0;
  }

  // A video goes on while its card is drawn anew.
  function keepPlaying(old, made) {
    for (const video of old.querySelectorAll("video"))
      [...made.querySelectorAll(".mjnb-thumb")].find((one) => one.dataset.key === video.dataset.key)?.replaceWith(video);
  }

  const view = {
    changed(card, before) {
      place(card);
      if (before && !before.settled && card.settled) say(ended(card));
    },
    cleared() {
      near.disconnect();
      list.replaceChildren();
      drawn.clear();
      empty.hidden = false;
    },
  };

  // Arrow keys go from picture to picture, digits rate the one that has the focus.
  function press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("video, dialog, select, input")) return;
    const figure = event.target.closest("figure");
    if (!figure) return;
    const all = [...list.querySelectorAll("figure")];
    const next = all[all.indexOf(figure) + (STEPS[event.key] ?? 0)];
    if (event.key in STEPS) next?.querySelector("button, video")?.focus();
    else if (/^[1-5]$/.test(event.key)) figure.querySelectorAll("[data-rate] button")[Number(event.key) - 1]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const clock = setInterval(() => list.querySelectorAll(".mjnb-progress").forEach((one) => one.tick?.()), 1000);
  list.addEventListener("keydown", press);
  shelf.views.add(view);
  for (const card of shelf.newestFirst()) place(card);
  empty.hidden = drawn.size > 0;
  return () => {
    clearInterval(clock);
    near.disconnect();
    shelf.views.delete(view);
  };
}

function ended(card) {
  const count = card.pictures.filter((one) => one.here).length;
  const what = card.pictures[0]?.kind === "video" ? "video" : "picture";
  if (card.state !== "succeeded") return `${shortened(card.title)}: ${card.error || card.state}`;
  return count ? `${count} ${what}${count === 1 ? "" : "s"} of ${shortened(card.title)} ready` : `${shortened(card.title)} is done`;
}
