/* Half-written decisions survive a lost connection, and packs count down. Pages work without this file.
   A draft is kept in this browser alone, by user and flag, for three days; it goes once the decision is stored, and all
   drafts go with whoever leaves. */
"use strict";

(() => {
  const PREFIX = "netra-draf:";
  const LASTING = 3 * 24 * 3600 * 1000;
  const store = (() => { try { window.localStorage.length; return window.localStorage; } catch { return null; } })();
  const user = document.body.dataset.pengguna || "";

  const keys = () => store ? Object.keys(store).filter((key) => key.startsWith(PREFIX)) : [];
  const read = (key) => { try { return JSON.parse(store.getItem(key)); } catch { return null; } };

  function sweep() {
    for (const key of keys()) {
      const draft = read(key);
      if (!draft || !(Date.now() - draft.at < LASTING)) store.removeItem(key);
    }
  }

  /* The page that follows a stored decision names its flag in the toast. */
  function forgetStored() {
    const done = document.querySelector("[data-tersimpan]");
    if (done && done.dataset.tersimpan !== "0") store.removeItem(`${PREFIX}${user}:${done.dataset.tersimpan}`);
  }

  function keep(form, key) {
    const note = form.elements.namedItem("catatan");
    const ticked = [...form.querySelectorAll("input[type=checkbox]:checked")].map((one) => one.id);
    if (!note.value.trim() && !ticked.length) store.removeItem(key);
    else try { store.setItem(key, JSON.stringify({ at: Date.now(), note: note.value, ticked })); } catch { /* full */ }
  }

  function drafts() {
    const place = document.querySelector("form[action$='/putuskan']");
    const found = place && /\/tanda\/(\d+)\/putuskan$/.exec(new URL(place.action).pathname);
    const note = found && place.elements.namedItem("catatan");
    if (!note) return;
    const key = `${PREFIX}${user}:${found[1]}`;
    const draft = read(key);
    if (draft && !note.value) {
      note.value = draft.note;
      for (const id of draft.ticked || []) {
        const box = document.getElementById(id);
        if (box) { box.checked = true; const holder = box.closest("details"); if (holder) holder.open = true; }
      }
      const said = document.getElementById("catatan-ket");
      if (said && document.body.dataset.drafPulih) said.textContent = document.body.dataset.drafPulih;
    }
    place.addEventListener("input", () => keep(place, key));
    place.addEventListener("change", () => keep(place, key));
  }

  function countDown() {
    const clocks = [...document.querySelectorAll(".hitung-mundur[data-sampai]")];
    if (!clocks.length) return;
    const tick = () => clocks.forEach((clock) => {
      const left = Math.max(0, Math.round((Date.parse(clock.dataset.sampai) - Date.now()) / 1000));
      const two = (value) => String(value).padStart(2, "0");
      clock.hidden = false;
      clock.textContent = `${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
      if (left < 300) clock.dataset.habis = "1";
    });
    tick();
    window.setInterval(tick, 1000);
  }

  if (store) {
    sweep();
    forgetStored();
    drafts();
    document.addEventListener("submit", (event) => {
      if (event.target.action.endsWith("/keluar")) keys().forEach((key) => store.removeItem(key));
    });
  }
  countDown();
})();
