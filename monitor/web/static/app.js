/* Keys and comforts. Every page works without this file. No inline script, no evaluation, no request of its own. */
"use strict";

(() => {
  const byKey = new Map();
  let goPressed = 0;

  const typing = (element) =>
    element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

  const find = (selector) => document.querySelector(selector);

  function press(selector) {
    const element = find(selector);
    if (element) element.click();
    return Boolean(element);
  }

  function focus(selector) {
    const element = find(selector);
    if (!element) return false;
    element.focus();
    if (element.select) element.select();
    return true;
  }

  function move(step) {
    const rows = [...document.querySelectorAll(".baris a")];
    if (!rows.length) return press(step > 0 ? "a[rel=next]" : "a[rel=prev]");
    const now = rows.indexOf(document.activeElement);
    const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step));
    rows[next].focus();
    rows[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function help() {
    const dialog = find("#bantuan");
    if (!dialog) return press("a[data-bantuan]");
    if (dialog.open) dialog.close();
    else dialog.showModal();
    return true;
  }

  function decide(key) {
    const button = [...document.querySelectorAll("button[data-kunci]")].find((one) => one.dataset.kunci === key);
    if (button) button.click();
    return Boolean(button);
  }

  byKey.set("j", () => move(1));
  byKey.set("k", () => move(-1));
  byKey.set("/", () => focus("#cari") || press("a[data-antrean]"));
  byKey.set("n", () => focus("#catatan"));
  byKey.set("u", () => press("button[data-urungkan]"));
  byKey.set("?", help);
  byKey.set("e", () => Boolean(find("#naskah, #sel")) && (find("#naskah, #sel").focus(), true));
  byKey.set("c", () => press("button[data-coba]"));
  byKey.set("T", () => { const day = find("#tunda-sampai"); if (!day) return false; day.closest("details").open = true; day.focus(); return true; });
  byKey.set("W", () => press("button[data-lewati]"));
  byKey.set("O", () => press("a[data-orang]"));
  byKey.set("l", () => Boolean(find("#pratinjau")) && (find("#pratinjau").focus(), true));

  /* Those alike: ticked or not by one key; the box keeps no focus, so that the next key decides. */
  byKey.set("x", () => {
    const box = find("#sekaligus");
    if (!box) return false;
    box.closest("details").open = true;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    find("#suara").textContent = box.checked ? box.dataset.ya : box.dataset.tidak;
    return true;
  });
  byKey.set("v", () => {
    const form = find(".ubah-akun");
    if (form) form.open = true;
    return Boolean(form) && focus("#dilihat-1");
  });

  const afterGo = new Map([["q", "a[data-antrean]"], ["r", "a[data-ringkasan]"], ["d", "a[data-dasbor]"], ["a", "a[data-aturan]"], ["p", "a[data-paket]"]]);

  /* From a mistake in the list to its line in the text, selected and in view. */
  function toLine(number) {
    const area = find("#naskah");
    if (!area) return false;
    const lines = area.value.split("\n");
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[number - 1] || "").length);
    area.scrollTop = Math.max(0, (number - 5) * area.scrollHeight / lines.length);
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "Enter" && event.target.id === "naskah") { event.preventDefault(); press("button[data-coba]"); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !/^[jk]$/.test(event.key)) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const dialog = find("#bantuan");
    if (dialog && dialog.open) {
      if (event.key === "?") { event.preventDefault(); dialog.close(); }
      return;
    }
    if (goPressed && event.timeStamp - goPressed < 1500 && afterGo.has(event.key)) {
      goPressed = 0;
      event.preventDefault();
      press(afterGo.get(event.key));
      return;
    }
    if (goPressed && event.timeStamp - goPressed < 1500 && event.key === "s") { goPressed = 0; event.preventDefault(); focus("#kotak-sudah"); return; }
    goPressed = 0;
    if (event.key === "g") { goPressed = event.timeStamp; return; }
    const action = byKey.get(event.key);
    if ((action && action()) || decide(event.key)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const place = event.target.closest("a[data-baris]");
    if (place && toLine(Number(place.dataset.baris))) event.preventDefault();
    if (event.target.closest("a[data-bantuan]") && find("#bantuan")) { event.preventDefault(); help(); }
    if (event.target.closest("button[data-tutup]") || event.target === find("#bantuan")) find("#bantuan").close();
  });

  /* Screen readers announce what changes in a live region, not what it held when the page came. */
  const toast = find("[role=status] p");
  if (toast) window.setTimeout(() => { find("#suara").textContent = toast.textContent; }, 200);

  /* One decision is sent once, however often the key is struck. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "berkali" in form.dataset) return;
    if (form.action.endsWith("/keluar")) sessionStorage.clear(); // drafts go with whoever leaves
    if (form.dataset.terkirim) event.preventDefault();
    form.dataset.terkirim = "1";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-terkirim]").forEach((form) => delete form.dataset.terkirim);
  });
})();
