/* What was typed into a case file survives a lost connection: kept in this browser alone, offered back, never put in by
   itself. It goes once it is stored, after three days, and with whoever leaves (draf.js). The page works without it. */
"use strict";

(() => {
  const form = document.querySelector("form.formulir-kasus");
  const offer = document.querySelector("[data-isian-pulih]");
  const store = (() => { try { window.localStorage.length; return window.localStorage; } catch { return null; } })();
  if (!form || !offer || !store) return;

  const key = `netra-draf:${document.body.dataset.pengguna || ""}:kasus-${form.dataset.tanda}`;
  const fields = () => [...form.elements].filter((one) => one.name && !["csrf_token", "versi"].includes(one.name));
  const typed = () => Object.fromEntries(fields().map((one) => [one.name, one.value]));
  const served = JSON.stringify(typed());
  const unsaved = "belum" in form.dataset; // this page shows what was typed, not what is stored

  function keep() {
    const now = JSON.stringify(typed());
    if (now === served && !unsaved) store.removeItem(key);
    else try { store.setItem(key, JSON.stringify({ at: Date.now(), base: form.elements.versi.value, values: now })); } catch { /* full */ }
  }

  /* The version that was typed upon goes back too: whoever saved meanwhile is then not written over unseen. */
  function put(values, base) {
    if (/^\d+$/.test(base)) form.elements.versi.value = base;
    for (const one of fields()) {
      if (typeof values[one.name] !== "string") continue;
      one.value = values[one.name];
      const hidden = one.closest("details");
      if (hidden && one.value) hidden.open = true;
    }
    keep();
  }

  let kept = null;
  try { kept = JSON.parse(store.getItem(key)); } catch { /* not ours */ }
  if (unsaved) {
    keep();
  } else if (kept && typeof kept.values === "string" && kept.values !== served) {
    offer.hidden = false;
    offer.querySelector("button").addEventListener("click", () => {
      put(JSON.parse(kept.values), kept.base);
      offer.hidden = true;
      form.querySelector("select, input:not([type=hidden])").focus();
    });
  } else if (kept) {
    store.removeItem(key);
  }

  let waiting = 0;
  form.addEventListener("input", () => { window.clearTimeout(waiting); waiting = window.setTimeout(keep, 400); });
  window.addEventListener("pagehide", () => { if (waiting) keep(); });
})();
