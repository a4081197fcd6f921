// The language switch: shows the other language of the page without asking the server.
// Without this module its two buttons ask for the page with ?home=1 or ?home=0.
const page = document.documentElement;

for (const group of document.querySelectorAll("[data-switch]")) {
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    show(button.value === "1" ? "home" : "test", button, group);
  });
}

function show(language, button, group) {
  page.dataset.shows = language;
  if (language === "home") {
    page.dataset.used = `${page.dataset.used ?? ""} home`;
    page.dispatchEvent(new Event("aid"));
  }
  page.lang = button.lang;
  page.dir = button.dir;
  for (const other of group.querySelectorAll("button")) other.setAttribute("aria-pressed", other === button);
  for (const picture of document.querySelectorAll("[data-alt-home]")) {
    picture.alt = language === "home" ? picture.dataset.altHome : picture.dataset.altTest;
  }
  page.dispatchEvent(new CustomEvent("language"));
}
