// What pages gain by JavaScript. Every page is of use without it; each part looks for its own element and does nothing where there is none.

// What several pages know -------------------------------------------------------------------------------------------

/** Where readers are in their novels, kept in this browser under `quire.place`: {novel: {chapter, position, at, seen, time}}. */
const bookmarks = {
  all() {
    try {
      const kept = JSON.parse(localStorage.getItem("quire.place"));
      return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
    } catch {
      return {}; // no storage, or not what we wrote
    }
  },
  of(novel) {
    const place = this.all()[novel];
    return place && typeof place === "object" ? place : {};
  },
  keep(novel, place) {
    try {
      localStorage.setItem("quire.place", JSON.stringify({ ...this.all(), [novel]: place }));
    } catch {
      // no storage, or a full one: the place is then not remembered
    }
  },
};

/** Now, and again when the browser goes back to the page and shows it as it was left. */
const whenShown = (act) => {
  act();
  addEventListener("pageshow", (event) => event.persisted && act());
};

// Home, activity, state ---------------------------------------------------------------------------------------------

// Times are told as ages; the reader's own clock says when that was. Those in a chapter's text are its own.
const localise = (part) => {
  for (const time of part.querySelectorAll("time[title]:not(.text *)")) time.title = new Date(time.dateTime).toLocaleString();
};
localise(document);

// A page that says what is going on asks the server for itself again whenever it hears of news, and takes over the parts that read otherwise.
const live = document.querySelector("[data-live]");
if (live) {
  const OVER = [1000, 4404]; // the socket's word that nothing will happen any more
  const AGAIN = 10_000;
  const shown = new Map();
  let last = 0, waiting = false, missed = false; // the first news is looked at at once

  const renew = (part, fresh) => {
    if (!fresh || fresh.innerHTML === shown.get(part.id)) return;
    shown.set(part.id, fresh.innerHTML);
    const held = part.contains(document.activeElement) ? document.activeElement.id : null;
    const open = Array.from(part.querySelectorAll("details[open]"), (one) => one.id);
    part.replaceChildren(...fresh.childNodes);
    localise(part);
    nameLanguages(part);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (held !== null) {
      part.tabIndex = -1;
      (document.getElementById(held) ?? part).focus({ preventScroll: true });
    }
  };

  const show = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    document.title = page.title;
    for (const part of live.querySelectorAll("[data-part]")) renew(part, page.getElementById(part.id));
  };

  // One look at a time: of two, the older answer might come last.
  const look = async () => {
    last = Date.now();
    missed = false;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (text && answer.ok && !answer.redirected) show(text);
    waiting = false;
    if (!text || answer.status >= 500) setTimeout(news, AGAIN);
    else if (missed) news();
  };

  const news = () => {
    missed = document.hidden || waiting;
    if (missed) return;
    waiting = true;
    setTimeout(look, Math.max(0, last + Number(live.dataset.pause) - Date.now()));
  };
  document.addEventListener("visibilitychange", () => missed && news());
  addEventListener("pageshow", (event) => event.persisted && news());

  // No EventSource: of these a browser has six at a site, in all tabs together, and asks for nothing else meanwhile.
  const listen = () => {
    const socket = new WebSocket(new URL(live.dataset.socket, location.href.replace(/^http/, "ws")));
    socket.onmessage = news;
    socket.onclose = ({ code }) => {
      if (OVER.includes(code)) news();
      else setTimeout(() => { news(); listen(); }, AGAIN);
    };
  };
  listen();
  document.documentElement.classList.add("follows");

  setInterval(() => {
    for (const wait of live.querySelectorAll("[data-wait]")) {
      const left = wait.dataset.wait - 0.1;
      wait.dataset.wait = left;
      wait.textContent = left > 0 ? `in ${left.toFixed(1)} s` : "now";
    }
  }, 100);
}

// Library, a novel --------------------------------------------------------------------------------------------------

function nameLanguages(within) {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  for (const element of within.querySelectorAll("[data-language]")) {
    try {
      element.textContent = names.of(element.dataset.language);
    } catch {
      // What a site calls a language need not be one; then it stays as it is.
    }
  }
}

// What is unread of each book on the shelf; `only` leaves out those of which nothing is.
function tellUnread(only) {
  const known = bookmarks.all();
  let left = 0;
  for (const book of document.querySelectorAll(".book")) {
    const last = Number(book.dataset.last);
    const seen = Number(known[book.dataset.novel]?.seen) || 0;
    const unread = book.querySelector(".unread");
    const begun = seen > 0 && seen < last;
    unread.hidden = !begun;
    unread.textContent = begun ? `Read up to ${seen} of ${last}` : "";
    book.hidden = only && seen >= last;
    left += book.hidden ? 0 : 1;
  }
  return left;
}

// By more than its id, which an element of a chapter's text may have, too.
const browse = document.querySelector("form#browse");
if (browse) {
  const found = document.getElementById("found");
  const told = document.getElementById("told");
  const unread = document.getElementById("unread");
  const only = unread.querySelector("input");
  let waiting = 0;
  let asked = new AbortController();

  const tell = () => {
    const left = tellUnread(only.checked);
    const count = document.getElementById("count").textContent;
    told.textContent = only.checked ? `${left} with unread chapters on this page` : count;
  };

  const show = async () => {
    const query = new URLSearchParams([...new FormData(browse)].filter(([, value]) => value && value !== "new"));
    const place = `${browse.action}?${query}`;
    asked.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`${place}&part=found`, { signal: asked.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      found.innerHTML = await answer.text();
    } catch (reason) {
      if (reason.name !== "AbortError") browse.submit();
      return;
    }
    history.replaceState(null, "", place);
    nameLanguages(found);
    tell();
  };

  unread.hidden = false;
  only.addEventListener("change", tell);
  browse.addEventListener("input", (event) => {
    if (event.target === only) return;
    clearTimeout(waiting);
    waiting = setTimeout(show, event.target.matches("select") ? 0 : 250);
  });
  browse.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    show();
  });
  whenShown(() => tellUnread(only.checked));
}

function tellPlace(novel) {
  const place = bookmarks.of(novel.dataset.novel);
  const go = document.getElementById("continue");
  if (go && Number.isSafeInteger(place.chapter)) {
    go.href = novel.dataset.read + place.chapter;
    go.textContent = `Continue at chapter ${Number(place.position)}`;
  }
  for (const chapter of novel.querySelectorAll(".chapters li")) {
    chapter.classList.toggle("read", Number(chapter.dataset.position) <= (Number(place.seen) || 0));
  }
}

const novel = document.querySelector(".novel");
if (novel) whenShown(() => tellPlace(novel));

// A file that is being made: look from time to time, and fetch it once it is there.
const making = document.querySelector("#making[role]");
if (making) {
  const next = () => {
    if (making.dataset.file) location.assign(making.dataset.file);
    else if (making.dataset.again) setTimeout(look, 2000);
  };
  const look = async () => {
    try {
      const answer = await fetch(making.dataset.again);
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("making");
      if (!found) {
        location.assign(making.dataset.again);
        return;
      }
      making.replaceChildren(...found.childNodes);
      delete making.dataset.again;
      Object.assign(making.dataset, found.dataset);
    } catch {
      // Nobody answers: the next look may find somebody.
    }
    next();
  };
  next();
}

nameLanguages(document);

// Reader, search ----------------------------------------------------------------------------------------------------

const root = document.documentElement;
const LOOKS = ["theme", "size", "width", "face", "lines"];
const A_YEAR = 365 * 24 * 3600;

/** A page that was fetched ahead may have been made before the look was chosen: the cookie knows better. */
function wearLook() {
  const said = /(?:^|; )look=([a-z.]+)/.exec(document.cookie)?.[1].split(".") ?? [];
  LOOKS.forEach((name, place) => {
    if (!said[place]) return;
    root.dataset[name] = said[place];
    const choice = document.querySelector(`[data-look] [name="${name}"][value="${said[place]}"]`);
    if (choice) choice.checked = true;
  });
}

/** What is chosen holds at once, and for the pages to come. */
function chooseLook(form) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => {
    const chosen = new FormData(form);
    LOOKS.forEach((name) => { root.dataset[name] = chosen.get(name); });
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `look=${LOOKS.map((name) => chosen.get(name)).join(".")}; path=/; max-age=${A_YEAR}; samesite=lax${secure}`;
  });
}

/** Remember the place in this chapter as the share of its paragraphs that were read, and go back to it. At the end it is 1. */
function keepPlace(article, text) {
  const { novel, chapter, position } = article.dataset;
  const found = [...text.querySelectorAll("p, div, li, dt, dd, pre, tr, h1, h2, h3, h4, h5, h6, figure")];
  const blocks = found.length ? found : [text];
  const top = (block) => block.getBoundingClientRect().top;
  const share = () => {
    if (text.getBoundingClientRect().bottom <= innerHeight) return 1;
    let place = blocks.length - 1;
    while (place >= 0 && top(blocks[place]) > 0) place -= 1;
    if (place < 0) return 0;
    const within = Math.min(-top(blocks[place]) / (blocks[place].offsetHeight || 1), 0.999);
    return (place + within) / blocks.length;
  };
  const keep = () => {
    const seen = Math.max(Number(bookmarks.of(novel).seen) || 0, Number(position));
    bookmarks.keep(novel, { chapter: Number(chapter), position: Number(position), at: Number(share().toFixed(5)), seen, time: new Date().toISOString() });
  };
  const goBack = (at) => {
    const place = Math.min(Math.floor(at * blocks.length), blocks.length - 1);
    const within = (at * blocks.length - place) * blocks[place].offsetHeight;
    scrollTo({ top: scrollY + top(blocks[place]) + within, behavior: "instant" });
  };
  const { chapter: last, at } = bookmarks.of(novel);
  if (last === Number(chapter) && at > 0 && at < 1 && !location.hash && scrollY === 0) goBack(at);
  let resting = 0;
  const rest = () => { clearTimeout(resting); resting = 0; keep(); };
  addEventListener("scroll", () => { clearTimeout(resting); resting = setTimeout(rest, 250); }, { passive: true });
  addEventListener("pagehide", () => { if (resting) rest(); }); // not where another tab may have gone on
  keep();
}

/** To the chapter beside this one, `prev` or `next`, if there is one. */
function turn(way) {
  const link = document.querySelector(`article a[rel="${way}"]`);
  if (link) location.assign(link.href);
}

/** Whether something moves sideways by itself: the page when it is enlarged, or what `element` is in. */
function movesSideways(element) {
  if (visualViewport?.scale > 1.01) return true;
  for (let at = element; at instanceof Element; at = at.parentElement) {
    if (at.scrollWidth > at.clientWidth + 1 && (at === root || getComputedStyle(at).overflowX !== "visible")) return true;
  }
  return false;
}

const selects = () => getSelection()?.isCollapsed === false;

function turnByKeys() {
  addEventListener("keydown", (event) => {
    const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const taken = event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat;
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (way && !taken && !typing && !selects() && !movesSideways(event.target)) turn(way);
  });
}

/** A swipe is quick, far and level, and begins away from the edges, where the browser has gestures of its own. */
function turnBySwipes(article) {
  const FAR = 80, EDGE = 24, QUICK = 700;
  let from = null;
  article.addEventListener("touchstart", (event) => {
    const { clientX: x, clientY: y } = event.touches[0];
    const free = event.touches.length === 1 && x > EDGE && x < innerWidth - EDGE && !event.target.closest("form, summary");
    from = free && !movesSideways(event.target) ? { x, y, time: event.timeStamp } : null;
  }, { passive: true });
  article.addEventListener("touchend", (event) => {
    if (!from || event.touches.length || selects()) return;
    const { clientX, clientY } = event.changedTouches[0];
    const [x, y] = [clientX - from.x, clientY - from.y];
    const level = Math.abs(x) > FAR && Math.abs(y) < Math.abs(x) / 2;
    if (level && event.timeStamp - from.time < QUICK) turn(x > 0 ? "prev" : "next");
    from = null;
  }, { passive: true });
}

/** What moves sideways within the text can be reached by the keyboard. */
function reachTables(text) {
  for (const table of text.querySelectorAll("table, pre")) {
    if (table.scrollWidth > table.clientWidth + 1) table.tabIndex = 0;
  }
}

function read(article) {
  const text = article.querySelector("[data-text]");
  if (text) reachTables(text);
  const sought = "sought" in article.dataset; // a find of the search: nobody reads on from there
  if (text && !sought) keepPlace(article, text);
  turnByKeys();
  turnBySwipes(article);
  article.querySelector("[data-keys]").hidden = false;
}

whenShown(wearLook);
document.querySelectorAll("[data-look]").forEach(chooseLook);
document.querySelectorAll("article[data-chapter]").forEach(read);
