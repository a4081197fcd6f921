// An answer on a bad network: it is kept in this phone until the server has it, it is sent once, and Next says what is
// missing. Without this module the form is sent in the ordinary way; the server takes a repeated answer once.
const page = document.documentElement;
const form = document.querySelector("[data-answer]");
const key = `answer:${form.dataset.answer}`;
const missing = form.querySelector("[data-missing]");
const strip = document.querySelector("[data-strip]");
const WORD_AFTER = 400; // ms of silence before a word says that we are sending
const PAUSES = [2, 4, 8, 15, 30]; // seconds between tries
let sending = false;
let waiting = null; // {body, tries, timer}: an answer that did not get through

form.noValidate = true; // our own sentence instead of the browser's
restore();
form.addEventListener("change", () => { keep(); markList(); missing.hidden = true; });
form.addEventListener("submit", submit);
window.addEventListener("online", () => waiting && send(waiting.body));
window.addEventListener("pageshow", (event) => { if (event.persisted) { sending = false; tell(null); } });

page.addEventListener("aid", noteAll);
noteAll(); // help may have been used before this module came

// While a person is called, look whether somebody is coming; what was chosen stays.
const called = document.querySelector("[data-help=called]");
if (called) {
  const look = setInterval(async () => {
    const text = await fetch(form.dataset.next, { credentials: "same-origin" }).then((reply) => reply.text()).catch(() => "");
    const now = new DOMParser().parseFromString(text, "text/html").querySelector("[data-help=coming]");
    if (!now) return;
    clearInterval(look);
    called.replaceChildren(...now.childNodes);
  }, 5000);
}

function noteAll() {
  for (const aid of new Set((page.dataset.used ?? "").split(" ").filter(Boolean))) note(aid);
}

// The certificate names the aids that were used. The server hears of one when it is used; if it cannot, the answer tells.
function note(aid) {
  if (!form.dataset.aids || form.querySelector(`[name=aid][value=${aid}]`)) return;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "aid", value: aid });
  form.append(field);
  const body = new URLSearchParams({ presentation: form.dataset.answer, aid, csrf_token: form.elements.csrf_token.value });
  fetch(form.dataset.aids, { method: "POST", body, keepalive: true, credentials: "same-origin" }).catch(() => {});
}

function submit(event) {
  event.preventDefault();
  const unknown = event.submitter?.name === "unknown";
  if (!unknown && !complete()) {
    missing.hidden = true;
    requestAnimationFrame(() => { missing.hidden = false; missing.scrollIntoView({ block: "center" }); });
    form.querySelector("[name=option], [name=pick]")?.focus();
    return;
  }
  if (sending) return;
  const body = new URLSearchParams(new FormData(form));
  if (unknown) body.set("unknown", "1");
  body.set("shows", page.dataset.shows ?? "test"); // the next question opens in this language
  send(body);
}

function complete() {
  const options = form.querySelectorAll("[name=option]");
  if (options.length) return [...options].filter((option) => option.checked).length === Number(form.dataset.wanted);
  return [...form.querySelectorAll("[name^=place-]")].some((place) => place.checked && place.value !== "inbox");
}

async function send(body) {
  if (sending) return;
  sending = true;
  clearTimeout(waiting?.timer);
  const silence = setTimeout(() => !waiting && tell("sending"), WORD_AFTER);
  try {
    const reply = await fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
    if (reply.status >= 500) throw new Error("The server cannot take it now.");
    if (reply.type === "opaqueredirect") return leave(form.dataset.next);
    hand(body); // a refusal: the server's own page says what happened
  } catch {
    sending = false;
    const tries = (waiting?.tries ?? -1) + 1;
    const seconds = PAUSES[Math.min(tries, PAUSES.length - 1)];
    waiting = { body, tries, timer: setTimeout(() => send(body), seconds * 1000) };
    tell("waiting");
  } finally {
    clearTimeout(silence);
  }
}

function leave(address) {
  sessionStorage.removeItem(key);
  if (waiting) tell("saved");
  location.assign(address);
}

// Sends the same fields without us, so that the browser shows the answer.
function hand(body) {
  const plain = document.createElement("form");
  plain.method = "post";
  plain.action = form.action;
  for (const [name, value] of body) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    plain.append(field);
  }
  document.body.append(plain);
  plain.submit();
}

// The list under a picture has no inputs of its own: its cards are labels of those on the picture.
function markList() {
  for (const label of form.querySelectorAll(".listed > label")) label.parentElement.classList.toggle("chosen", label.control.checked);
}

function tell(name) {
  for (const part of strip.children) part.hidden = part.dataset.stripState !== name;
}

function keep() {
  const chosen = [...new FormData(form)].filter(([name]) => name === "option" || name === "opened" || name.startsWith("place-"));
  try { sessionStorage.setItem(key, JSON.stringify(chosen)); } catch { /* a full or forbidden store: the page still works */ }
}

function restore() {
  let chosen;
  try { chosen = JSON.parse(sessionStorage.getItem(key)); } catch { return; }
  for (const [name, value] of chosen ?? []) {
    const input = [...form.elements].find((one) => one.name === name && one.value === value);
    if (input) input.checked = true;
  }
  if (chosen) form.dispatchEvent(new Event("change"));
}
