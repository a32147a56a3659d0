/** Scroll each drawing so that the image of the page is in the middle. */
export function centreDrawings(root) {
  for (const drawing of root.querySelectorAll("[data-drawing]")) {
    const focus = drawing.querySelector("[data-focus] rect");
    if (!focus) continue;
    const frame = drawing.getBoundingClientRect();
    const box = focus.getBoundingClientRect();
    drawing.scrollLeft += box.left + box.width / 2 - (frame.left + frame.width / 2);
    drawing.scrollTop += box.top + box.height / 2 - (frame.top + frame.height / 2);
  }
}
