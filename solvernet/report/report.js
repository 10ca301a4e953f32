"use strict";
// Draws the pictures from the JSON beside them, in the colours of the style sheet, and makes the legends work.
(() => {
  const root = document.documentElement;
  const narrow = matchMedia("(max-width: 34rem)");
  const isTouch = matchMedia("(pointer: coarse)").matches;
  const config = { responsive: true, displayModeBar: false, displaylogo: false };

  // Figures name colours as CSS variables, so that light and dark need no second copy of the data.
  function resolved(value, style) {
    if (typeof value === "string") {
      return value.startsWith("var(") ? style.getPropertyValue(value.slice(4, -1)).trim() : value;
    }
    if (Array.isArray(value)) {
      return typeof value[0] === "number" ? value : value.map((item) => resolved(item, style));
    }
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, style)]));
    }
    return value;
  }

  function draw(box) {
    const source = JSON.parse(document.getElementById(box.id.replace("plot-", "data-")).textContent);
    const { data, layout } = resolved(source, getComputedStyle(root));
    // A finger that drags means to scroll the page.
    layout.dragmode = isTouch ? false : "zoom";
    if (narrow.matches && layout.xaxis.type === "date") layout.xaxis.nticks = 4;
    data.forEach((trace, i) => {
      trace.visible = !hidden(box.id).has(i);
    });
    const bands = !document.querySelector(`.legend button[data-plot="${box.id}"][data-bands][aria-pressed="false"]`);
    for (const item of [...(layout.shapes || []), ...(layout.annotations || [])]) {
      if (item.name === "band") item.visible = bands;
    }
    return Plotly.react(box, data, layout, config);
  }

  function hidden(plot) {
    const off = document.querySelectorAll(`.legend button[data-plot="${plot}"][aria-pressed="false"]`);
    return new Set([...off].flatMap((button) => button.dataset.traces.split(" ").filter(Boolean).map(Number)));
  }

  const boxes = [...document.querySelectorAll(".plot")];
  boxes.forEach(draw);
  for (const condition of [narrow, matchMedia("(prefers-color-scheme: dark)")]) {
    condition.addEventListener("change", () => boxes.forEach(draw));
  }
  document.querySelectorAll(".legend button").forEach((button) => {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") === "false"));
      draw(document.getElementById(button.dataset.plot));
    });
  });
})();
