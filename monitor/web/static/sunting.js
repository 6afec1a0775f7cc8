/* Boxes by mouse or finger: a drag over the picture fills the next free line. The form works without this file. */
"use strict";

(() => {
  const canvas = document.querySelector("[data-kanvas]");
  if (!canvas) return;
  const names = ["kiri", "atas", "lebar", "tinggi"];
  const rows = [...document.querySelectorAll("[data-kotak]")];
  const box = canvas.viewBox.baseVal;
  let start = null;
  let drawing = null;

  const fields = (row) => names.map((name) => row.querySelector(`[name^="${name}-"]`));
  const rectangle = () => canvas.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));

  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    return [Math.min(Math.max(point.x, 0), box.width), Math.min(Math.max(point.y, 0), box.height)];
  }

  function place(element, values) {
    ["x", "y", "width", "height"].forEach((name, index) => element.setAttribute(name, String(values[index])));
  }

  function between(one, two) {
    const left = Math.round(Math.min(one[0], two[0]));
    const top = Math.round(Math.min(one[1], two[1]));
    return [left, top, Math.round(Math.max(one[0], two[0])) - left, Math.round(Math.max(one[1], two[1])) - top];
  }

  function redraw() {
    canvas.querySelectorAll("rect").forEach((element) => element.remove());
    rows.forEach((row) => {
      const values = fields(row).map((field) => Number.parseInt(field.value, 10));
      if (values.every(Number.isFinite)) place(rectangle(), values);
    });
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    start = at(event);
    drawing = rectangle();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (drawing) place(drawing, between(start, at(event)));
  });

  canvas.addEventListener("pointerup", (event) => {
    if (!drawing) return;
    const values = between(start, at(event));
    drawing.remove();
    drawing = null;
    const free = rows.find((row) => fields(row).every((field) => field.value === ""));
    if (free && values[2] > 2 && values[3] > 2) {
      fields(free).forEach((field, index) => { field.value = String(values[index]); });
      redraw();
    }
  });

  rows.forEach((row) => fields(row).forEach((field) => field.addEventListener("input", redraw)));
})();
