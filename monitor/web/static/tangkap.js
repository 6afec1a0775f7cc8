/* Recording by hand: pictures by paste, drop or camera, a draft that outlives a lost connection, proposals at a touch.
   Every page works without this file. No inline script, no evaluation; asks only its own server. */
"use strict";

(() => {
  const form = document.querySelector("#tangkap");

  /* A proposal goes into a field only when somebody says so. */
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-pakai]") : null;
    if (!button) return;
    const field = document.querySelector(button.dataset.ke);
    if (!field) return;
    field.value = field.value ? `${field.value}\n${button.dataset.pakai}` : button.dataset.pakai;
    field.focus();
  });
  const hideUseless = () => document.querySelectorAll("button[data-ke]").forEach((one) => {
    one.hidden = !document.querySelector(one.dataset.ke);
  });
  hideUseless();
  document.addEventListener("htmx:afterSwap", hideUseless);
  if (!form) return;
  form.classList.add("ada-skrip");

  const list = form.querySelector("#gambar-daftar");
  const pictureNote = form.querySelector("#gambar-pesan");
  const note = form.querySelector("#tangkap-pesan");
  const input = form.querySelector("#gambar");
  const box = form.querySelector("#gambar-kotak");
  const token = form.querySelector("input[name=csrf_token]").value;
  let waiting = [];
  let sending = 0;

  async function send(files) {
    const body = new FormData();
    body.append("csrf_token", token);
    files.forEach((file) => body.append("gambar", file, file.name || "tempelan.png"));
    sending += 1;
    pictureNote.textContent = form.dataset.kirim;
    try {
      const answer = await fetch(form.dataset.unggah, { method: "POST", body, credentials: "same-origin" });
      if (answer.redirected) { pictureNote.textContent = form.dataset.keluar; return; }
      list.insertAdjacentHTML("beforeend", await answer.text());
      if (window.htmx) window.htmx.process(list);
      pictureNote.textContent = "";
      save();
    } catch {
      waiting.push(...files);
      pictureNote.textContent = form.dataset.putus;
    } finally {
      sending -= 1;
    }
  }

  const pictures = (files) => [...files].filter((file) => file.type.startsWith("image/"));

  document.addEventListener("paste", (event) => {
    const files = pictures(event.clipboardData ? event.clipboardData.files : []);
    if (files.length) { event.preventDefault(); send(files); }
  });
  ["dragenter", "dragover"].forEach((name) => box.addEventListener(name, (event) => {
    event.preventDefault();
    box.classList.add("di-atas");
  }));
  ["dragleave", "drop"].forEach((name) => box.addEventListener(name, () => box.classList.remove("di-atas")));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer && event.dataTransfer.files.length) send([...event.dataTransfer.files]);
  });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) send(files);
  });
  window.addEventListener("online", () => {
    note.textContent = "";
    const files = waiting;
    waiting = [];
    if (files.length) send(files);
  });

  /* The draft lives in this tab only and ends with it: phones are shared. The reporter is never part of it. */
  const key = form.dataset.draf;
  const KEPT = 12 * 3600 * 1000;
  const fields = () => [...form.elements].filter((one) => one.name && !["csrf_token", "gambar", "pelapor", "tetap"].includes(one.name)
    && !(one.type === "radio" && !one.checked) && one.type !== "submit" && one.type !== "button");
  function save() {
    const values = fields().map((one) => [one.name, one.value]);
    sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
  }
  function restore() {
    let held = null;
    try { held = JSON.parse(sessionStorage.getItem(key) || "null"); } catch { held = null; }
    if (!held || Date.now() - held.at > KEPT) { sessionStorage.removeItem(key); return; }
    const sent = [];
    held.values.forEach(([name, value]) => {
      if (name === "titipan") { sent.push(value); return; }
      if (name === "orang") { chosen = value; return; }
      const field = form.elements.namedItem(name);
      if (field instanceof RadioNodeList) field.value = value;
      else if (field) field.value = value;
      if (field instanceof HTMLInputElement && (name === "tautan" || name === "cari_orang") && value && window.htmx) window.htmx.trigger(field, "input");
    });
    if (sent.length) resend(sent);
  }
  /* Pictures that the server holds already are named again, not sent again. */
  async function resend(tokens) {
    const body = new FormData();
    body.append("csrf_token", token);
    tokens.forEach((one) => body.append("titipan", one));
    try {
      const answer = await fetch(form.dataset.unggah, { method: "POST", body, credentials: "same-origin" });
      if (!answer.redirected && answer.ok) { list.innerHTML = await answer.text(); if (window.htmx) window.htmx.process(list); }
    } catch { pictureNote.textContent = form.dataset.putus; }
  }
  let chosen = "";
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!chosen || event.target.id !== "orang-hasil") return;
    const radio = form.querySelector(`#orang-${CSS.escape(chosen)}`);
    if (radio) { radio.checked = true; chosen = ""; }
  });

  if (form.dataset.tersimpan) sessionStorage.removeItem(key);
  else if (form.dataset.segar) window.setTimeout(restore, 0);
  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.querySelector("#cari_orang").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    let said = "";
    if (!navigator.onLine) said = form.dataset.putus;
    else if (sending || waiting.length) said = form.dataset.sebagian;
    if (!said) return;
    event.preventDefault();
    event.stopPropagation();
    note.textContent = said;
    save();
  });
})();
