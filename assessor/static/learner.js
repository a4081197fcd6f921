// The one module a learner's page names; it fetches the parts that the page needs. So a first visit on a slow network
// makes four requests (page, style, this, picture), and the page already works before the parts come.
const parts = [
  ["[data-sound]", "sound.js"],
  ["[data-answer]", "answer.js"],
  ["[data-switch]", "language.js"],
  ["[data-inbox]", "inbox.js"],
  ["[data-share]", "share.js"],
];
const { search } = new URL(import.meta.url); // one version for all parts

for (const [selector, file] of parts) {
  if (document.querySelector(selector)) import(new URL(file + search, import.meta.url));
}
