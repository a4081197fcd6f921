// The sound buttons. A button names the elements it reads (data-sound="stem options"); in them, every text to be heard
// carries data-say, the address of its sound. Where that is empty, a voice of this device speaks (never one that sends
// the text away: localService); where there is none, the button says that there is no sound yet.
const SLOW = 400; // ms until a sound that does not come is called slow
const page = document.documentElement;
const speech = window.speechSynthesis;
const player = new Audio();
let running = null; // {button, stop}: one reading at a time

for (const button of document.querySelectorAll("[data-sound]")) button.addEventListener("click", () => toggle(button));
document.addEventListener("keydown", (event) => event.key === "Escape" && running?.stop());
page.addEventListener("language", () => { running?.stop(); mark(); });
window.addEventListener("pagehide", () => running?.stop());
speech?.addEventListener?.("voiceschanged", mark);
for (const input of document.querySelectorAll("[data-languages] input")) input.addEventListener("change", () => choose(input));
mark();

function texts(button) {
  const found = button.dataset.sound.split(" ").flatMap((id) => {
    const root = document.getElementById(id);
    return root ? [...(root.matches("[data-say]") ? [root] : []), ...root.querySelectorAll("[data-say]")] : [];
  });
  return found.filter((text) => !text.dataset.text || text.dataset.text === (page.dataset.shows ?? "test"));
}

function voice(text) {
  const language = text.lang || text.closest("[lang]").lang;
  const short = language.split("-")[0];
  return speech?.getVoices().find((one) => one.localService && one.lang.toLowerCase().split(/[-_]/)[0] === short);
}

function hasSound(text) {
  return Boolean(text.dataset.say || voice(text));
}

function mark() {
  for (const button of document.querySelectorAll("[data-sound]")) {
    if (button !== running?.button) state(button, texts(button).some(hasSound) ? "ready" : "none");
  }
}

function state(button, name) {
  button.dataset.state = name;
  button.setAttribute("aria-pressed", name === "playing" || name === "slow");
}

function toggle(button) {
  const same = running?.button === button;
  running?.stop();
  if (same) return;
  const list = texts(button).filter(hasSound);
  if (list.length) read(button, list);
  else tellNoSound();
}

async function read(button, list) {
  const halt = new AbortController();
  const mine = { button, stop: () => halt.abort() };
  page.dataset.used = `${page.dataset.used ?? ""} sound`;
  page.dispatchEvent(new Event("aid"));
  running = mine;
  state(button, "playing");
  halt.signal.addEventListener("abort", () => { player.pause(); speech?.cancel(); end(button, mine); });
  for (const text of list) {
    if (halt.signal.aborted) return;
    const seen = text.closest(".option, .message, li, p, h1, h2") ?? text;
    seen.classList.add("speaking");
    await (text.dataset.say ? play(text.dataset.say, button, halt.signal) : speak(text, halt.signal)).catch(() => {});
    seen.classList.remove("speaking");
  }
  end(button, mine);
}

function end(button, mine) {
  if (running !== mine) return;
  running = null;
  state(button, "ready");
}

function play(address, button, signal) {
  return new Promise((done, failed) => {
    const late = setTimeout(() => !signal.aborted && state(button, "slow"), SLOW);
    const over = (finish) => () => { clearTimeout(late); finish(); };
    player.onplaying = () => { clearTimeout(late); if (!signal.aborted) state(button, "playing"); };
    player.onended = over(done);
    player.onerror = over(failed);
    signal.addEventListener("abort", over(done));
    player.src = address;
    player.play().catch(over(failed));
  });
}

function speak(text, signal) {
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text.textContent);
    words.voice = voice(text);
    words.lang = words.voice.lang;
    words.rate = 0.9;
    words.onend = words.onerror = done;
    signal.addEventListener("abort", done);
    speech.speak(words);
  });
}

function tellNoSound() {
  const place = document.getElementById("said");
  place.replaceChildren(document.getElementById("no-sound").content.cloneNode(true));
  setTimeout(() => place.replaceChildren(), 5000);
}

// The chooser of languages: a tap speaks and marks, the large button goes on in that language.
function choose(input) {
  const name = document.getElementById(`w-${input.value}`);
  const copy = document.createElement("bdi");
  copy.lang = name.lang;
  copy.dataset.say = name.dataset.say;
  copy.textContent = name.textContent;
  document.getElementById("chosen").replaceChildren(copy);
  running?.stop();
  mark();
  const own = document.querySelector(`[data-sound="${name.id}"]`);
  if (own.dataset.state === "ready") toggle(own);
}
