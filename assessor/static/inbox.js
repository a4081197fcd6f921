// The practice phone. Its state lives in the form itself: the radios place-<message> and the ticks "opened", which are
// what a page without this module sends too. This module hides them and draws the state as a phone would.
const phone = document.querySelector("[data-inbox]");
const form = phone.closest("form");
const messages = [...phone.querySelectorAll("[data-message]")];
const act = Object.fromEntries([...form.querySelectorAll("[data-act]")].map((button) => [button.dataset.act, button]));
const acts = phone.querySelector(".acts");
const folders = phone.querySelector(".folders");
const moved = form.querySelector("[data-moved]");
const past = []; // [{message, from}] for Undo
let folder = "inbox";

phone.classList.add("live");
for (const element of [act.folders, acts, act.again]) element.hidden = false;

const places = (message) => [...message.querySelectorAll("[name^=place-]")];
const place = (message) => places(message).find((radio) => radio.checked).value;
const picked = () => messages.find((message) => message.querySelector(".pick").checked && !message.hidden);
const reading = () => phone.classList.contains("reading");

function put(message, where) {
  places(message).find((radio) => radio.value === where).checked = true;
  form.dispatchEvent(new Event("change"));
}

function draw() {
  for (const message of messages) {
    message.hidden = place(message) !== folder;
    message.classList.toggle("seen", message.querySelector("[name=opened]").checked);
    message.classList.toggle("open", reading() && message === picked());
  }
  for (const name of phone.querySelectorAll("[data-folder-name]")) name.hidden = name.dataset.folderName !== folder;
  for (const button of folders.querySelectorAll("[data-folder]")) {
    const count = messages.filter((message) => place(message) === button.dataset.folder).length;
    button.querySelector("[data-count]").textContent = count || "";
    if (button.dataset.folder === folder) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  phone.querySelector("[data-empty]").hidden = messages.some((message) => !message.hidden);
  act.open.hidden = reading();
  act.back.hidden = !reading();
  for (const name of ["keep", "junk", "delete", "inbox"]) act[name].hidden = name === folder;
  act.answer.hidden = folder !== "inbox";
  for (const button of acts.children) button.setAttribute("aria-disabled", !picked());
  act.undo.hidden = !past.length;
}

function say(name) {
  for (const text of moved.children) text.hidden = text.dataset.said !== name;
}

function read(message) {
  message.querySelector("[name=opened]").checked = true;
  form.dispatchEvent(new Event("change"));
  phone.classList.add("reading");
  say(null);
  draw();
  act.back.focus();
}

function back() {
  phone.classList.remove("reading");
  draw();
  picked()?.querySelector(".pick").focus();
}

function move(message, where) {
  past.push({ message, from: place(message) });
  phone.classList.remove("reading");
  message.querySelector(".pick").checked = false;
  put(message, where);
  say(where);
  draw();
  act.undo.focus();
}

function undo() {
  const { message, from } = past.pop();
  folder = from;
  put(message, from);
  say(from);
  draw();
  message.querySelector(".pick").focus();
}

function again() {
  past.length = 0;
  folder = "inbox";
  phone.classList.remove("reading");
  for (const message of messages) {
    for (const input of message.querySelectorAll(".pick, [name=opened]")) input.checked = false;
    put(message, "inbox");
  }
  say("again");
  draw();
}

function openFolders(open) {
  folders.hidden = !open;
  act.folders.setAttribute("aria-expanded", open);
}

acts.addEventListener("click", (event) => {
  const name = event.target.closest("[data-act]")?.dataset.act;
  const message = picked();
  if (!name) return;
  if (!message) say("pick");
  else if (name === "open") read(message);
  else if (name === "back") back();
  else if (name === "answer") say("answer");
  else move(message, name);
});
// A tap marks a message; a tap on the marked one opens it.
for (const message of messages) {
  let before = false;
  const pick = message.querySelector(".pick");
  message.querySelector(".head").addEventListener("pointerdown", () => { before = pick.checked; });
  pick.addEventListener("pointerdown", () => { before = pick.checked; });
  pick.addEventListener("click", () => { if (before && !reading()) read(message); before = false; });
  pick.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); pick.checked = true; read(message); }
  });
  pick.addEventListener("change", draw);
}
act.folders.addEventListener("click", () => openFolders(folders.hidden));
folders.addEventListener("click", (event) => {
  const button = event.target.closest("[data-folder]");
  if (!button) return;
  folder = button.dataset.folder;
  phone.classList.remove("reading");
  openFolders(false);
  draw();
  act.folders.focus();
});
act.undo.addEventListener("click", undo);
act.again.addEventListener("click", again);
form.addEventListener("change", draw);
draw();
