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

// Reader, search ----------------------------------------------------------------------------------------------------

