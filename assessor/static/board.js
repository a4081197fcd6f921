// The live board looks for news all the time while somebody can see it, and replaces only the parts that changed:
// a screen reader hears a new call for help once, and the focus stays where it was.

const EVERY = 1500; // a call for help is seen within two seconds
const board = document.getElementById("board");
const noConnection = document.getElementById("no-connection");
let version = "";
let timer = 0;
let looking = false;

function replace(part, news) {
  if (part.innerHTML === news.innerHTML) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceChildren(...news.childNodes);
  if (focused) (document.getElementById(focused) ?? document.getElementById("main")).focus();
}

function show(html) {
  const news = document.createElement("template");
  news.innerHTML = html;
  const fresh = news.content.querySelectorAll("[data-part]");
  board.querySelectorAll("[data-part]").forEach((part, place) => replace(part, fresh[place]));
}

async function look() {
  clearTimeout(timer);
  if (document.hidden || looking) return;
  looking = true;
  try {
    const answer = await fetch(board.dataset.address, {
      headers: version ? { "If-None-Match": version } : {},
      signal: AbortSignal.timeout(8000),
    });
    if (answer.redirected || answer.status === 403 || answer.status === 404) return location.reload();
    if (answer.status === 200) {
      show(await answer.text());
      version = answer.headers.get("ETag") ?? "";
    }
    noConnection.hidden = answer.ok || answer.status === 304;
  } catch {
    noConnection.hidden = false;
  } finally {
    looking = false;
  }
  timer = setTimeout(look, EVERY);
}

document.addEventListener("visibilitychange", look);
timer = setTimeout(look, EVERY);
