// Whether another page can be had. Without a network the browser shows a page of its own in place of ours, and what was
// typed is lost: so we ask before we leave.
const PATIENCE = 8000, LEAVING = 3000; // ms

export async function isReachable(address) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
  try { // HEAD: the worker answers it from nothing that was kept
    await fetch(address, { method: 'HEAD', redirect: 'manual', cache: 'no-store', credentials: 'omit', signal: stop.signal });
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

// The form is sent where its answer can come; else all that was typed stays, and stays() says so.
export function sendIfReachable(form, stays) {
  let isSure = false, isAsked = false;
  form.addEventListener('submit', async event => {
    if (isSure) return;
    event.preventDefault();
    if (isAsked) return; // tapped twice
    isAsked = true;
    const { submitter } = event;
    isSure = await isReachable(form.action);
    if (!isSure) await stays();
    else if (!form.isConnected) return;
    else if (form.requestSubmit) form.requestSubmit(submitter);
    else form.submit();
    setTimeout(() => { isAsked = false; }, isSure ? LEAVING : 0);
    isSure = false;
  });
}

// The same for a link; what the worker has kept opens anyhow.
export function followIfReachable(link, stays) {
  link.addEventListener('click', async event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into another tab: nothing is lost
    event.preventDefault();
    const isKept = await globalThis.caches?.match(link.href, { ignoreSearch: true }).catch(() => null);
    const isThere = isKept || await isReachable(link.href);
    if (!link.isConnected) return; // a verdict stands there now
    if (isThere) location.assign(link.href);
    else stays();
  });
}
