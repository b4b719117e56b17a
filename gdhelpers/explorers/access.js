const box = this.closest('.gd-explorer');
const set = (e, name, value) => {
  if (e.getAttribute(name) !== value) e.setAttribute(name, value);
};
const speak = () => box.querySelectorAll('.widget-slider').forEach(slider => {
  const handle = slider.querySelector('[role=slider]');
  const readout = slider.querySelector('.widget-readout');
  const label = slider.querySelector('label');
  if (!handle || !label) return;
  set(handle, 'aria-label', label.textContent);
  if (readout) {
    set(handle, 'aria-valuetext', readout.textContent);
    set(readout, 'aria-hidden', 'true');
    set(readout, 'contenteditable', 'false');
  }
});
if (box) {
  new MutationObserver(speak).observe(box, {
    subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ['aria-valuetext', 'contenteditable'],
  });
  speak();
  new ResizeObserver(() => {
    const toggle = box.querySelector('.gd-narrow');
    const narrow = box.clientWidth < 560;
    if (toggle && box.clientWidth && narrow !== toggle.matches('.mod-active')) {
      toggle.click();
    }
  }).observe(box);
}
