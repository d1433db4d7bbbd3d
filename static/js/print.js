// Shows how far a print is, every other second and only while the page is seen, and loads the page anew when it has more to say.
(() => {
  "use strict";

  const PAUSE = 2000; // milliseconds
  const SLOWEST = 60000;

  function follow(box) {
    const bar = box.querySelector("progress");
    const done = box.querySelector("[data-print-done]");
    let pause = PAUSE;

    async function look() {
      if (!document.hidden) {
        try {
          const answer = await fetch(box.dataset.print);
          if (!answer.ok) throw new Error();
          const told = await answer.json();
          if (told.state !== box.dataset.state) {
            location.reload();
            return;
          }
          if (bar) bar.value = told.done;
          if (done) done.textContent = told.done.toLocaleString("en-US");
          pause = PAUSE;
        } catch {
          pause = Math.min(pause * 2, SLOWEST); // what stands on the page stays as it is
        }
      }
      setTimeout(look, pause);
    }

    setTimeout(look, pause);
  }

  document.querySelectorAll("[data-print]").forEach(follow);
})();
