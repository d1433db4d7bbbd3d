// Shows how far a newsletter is, every other second and only while the page is seen, and loads the page anew when it has more to say.
(() => {
  "use strict";

  const PAUSE = 2000; // milliseconds
  const SLOWEST = 60000;

  function follow(box) {
    const bar = box.querySelector("progress");
    let pause = PAUSE;

    function put(name, text) {
      const place = box.querySelector(`[data-sending-${name}]`);
      if (place && text) place.textContent = text;
    }

    async function look() {
      if (!document.hidden) {
        try {
          const answer = await fetch(box.dataset.sending);
          if (!answer.ok) throw new Error();
          const told = await answer.json();
          if (told.state !== box.dataset.state || (told.total > 0 && !bar)) {
            location.reload();
            return;
          }
          if (bar) bar.value = told.done;
          put("done", told.done.toLocaleString("en-US"));
          put("rate", told.rate.toLocaleString("en-US"));
          put("left", told.left);
          pause = PAUSE;
        } catch {
          pause = Math.min(pause * 2, SLOWEST); // what stands on the page stays as it is
        }
      }
      setTimeout(look, pause);
    }

    setTimeout(look, pause);
  }

  document.querySelectorAll("[data-sending]").forEach(follow);
})();
