// What pages gain by JavaScript. Every page is of use without it; each part looks for its own element and does nothing where there is none.

// Home, activity, state ---------------------------------------------------------------------------------------------

// Times are told as ages; the reader's own clock says when that was.
const localise = (part) => {
  for (const time of part.querySelectorAll("time[title]")) time.title = new Date(time.dateTime).toLocaleString();
};
localise(document);

// A page that says what is going on asks the server for itself again whenever it hears of news, and takes over the parts that read otherwise.
const live = document.querySelector("[data-live]");
if (live) {
  const shown = new Map();
  let last = Date.now(), waiting = false, missed = false;

  const renew = (part, fresh) => {
    if (!fresh || fresh.innerHTML === shown.get(part.id)) return;
    shown.set(part.id, fresh.innerHTML);
    const held = part.contains(document.activeElement) ? document.activeElement.id : null;
    const open = Array.from(part.querySelectorAll("details[open]"), (one) => one.id);
    part.replaceChildren(...fresh.childNodes);
    localise(part);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (held !== null) {
      part.tabIndex = -1;
      (document.getElementById(held) ?? part).focus({ preventScroll: true });
    }
  };

  const look = async () => {
    waiting = false;
    last = Date.now();
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    for (const part of live.querySelectorAll("[data-part]")) renew(part, page.getElementById(part.id));
  };

  const news = () => {
    missed = document.hidden;
    if (missed || waiting) return;
    waiting = true;
    setTimeout(look, Math.max(0, last + Number(live.dataset.pause) - Date.now()));
  };
  document.addEventListener("visibilitychange", () => missed && news());

  if (live.dataset.stream) {
    const stream = new EventSource(live.dataset.stream);
    for (const name of ["snapshot", "event", "progress"]) stream.addEventListener(name, news);
    document.documentElement.classList.add("follows");
  } else {
    const listen = () => {
      const socket = new WebSocket(new URL(live.dataset.socket, location.href.replace(/^http/, "ws")));
      socket.onmessage = news;
      socket.onclose = () => setTimeout(() => { news(); listen(); }, 10_000);
    };
    listen();
  }

  setInterval(() => {
    for (const wait of live.querySelectorAll("[data-wait]")) {
      const left = wait.dataset.wait - 0.1;
      wait.dataset.wait = left;
      wait.textContent = left > 0 ? `in ${left.toFixed(1)} s` : "now";
    }
  }, 100);
}

// Library, a novel --------------------------------------------------------------------------------------------------

// Where the reader of each novel is, as the reading page remembers it: {id: {chapter, position, seen, …}}; empty where that cannot be had.
function places() {
  try {
    const found = JSON.parse(localStorage.getItem("quire.place"));
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

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
  const known = places();
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

const browse = document.getElementById("browse");
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
  tellUnread(false);
}

const novel = document.querySelector(".novel");
if (novel) {
  const place = places()[novel.dataset.novel];
  const go = document.getElementById("continue");
  if (go && Number.isSafeInteger(place?.chapter)) {
    go.href = novel.dataset.read + place.chapter;
    go.textContent = `Continue at chapter ${Number(place.position)}`;
  }
  for (const chapter of novel.querySelectorAll(".chapters li")) {
    chapter.classList.toggle("read", Number(chapter.dataset.position) <= (Number(place?.seen) || 0));
  }
}

nameLanguages(document);

// Reader, search ----------------------------------------------------------------------------------------------------

