for (const box of document.querySelectorAll(".gd-player:not([data-ready])")) {
  box.dataset.ready = "yes";
  const frames = JSON.parse(box.dataset.frames), words = JSON.parse(box.dataset.words);
  const [slider, button, said] = ["input", "button", "output"].map(
    tag => box.querySelector(tag));
  const lines = box.querySelectorAll("line.fit");
  const last = frames[0].length - 1;
  let timer = null;
  const draw = () => {
    const t = +slider.value;
    lines.forEach((line, i) => {
      line.setAttribute("y1", frames[i][t][0]);
      line.setAttribute("y2", frames[i][t][1]);
    });
    said.textContent = "Step " + t + ". " + words[t];
  };
  const stop = () => {
    clearInterval(timer); timer = null;
    button.textContent = "Play"; said.setAttribute("aria-live", "polite");
  };
  button.onclick = () => {
    if (timer) return stop();
    if (+slider.value === last) slider.value = 0;
    button.textContent = "Pause"; said.setAttribute("aria-live", "off");
    timer = setInterval(() => {
      slider.value = +slider.value + 1; draw();
      if (+slider.value === last || !box.isConnected) stop();
    }, 300);
  };
  slider.oninput = draw;
  box.querySelector(".controls").hidden = false;
  box.querySelector(".note").hidden = true;
  draw();
}
