// A link that is sent with the phone's own menu, or copied where there is none. Without this module it stands in a field.
for (const button of document.querySelectorAll("[data-share]")) {
  const url = button.dataset.share;
  const send = navigator.share
    ? () => navigator.share({ url }).catch(() => {}) // closing the menu is no mistake
    : navigator.clipboard && (() => navigator.clipboard.writeText(url));
  if (!send) continue;
  button.hidden = false;
  button.addEventListener("click", send);
}
