const words = this.closest('.gd-figure');
const output = this.closest('.jp-OutputArea-child');
const before = output && output.previousElementSibling;
const picture = before && before.querySelector('.jp-RenderedImage img:not([alt])');
this.remove();
if (picture) {
  picture.alt = words.textContent.replace(/^Figure: /, '');
  words.hidden = words.classList.contains('gd-unseen');
}
