// Keeps the number of signatures fresh: every second for a minute, then more and more slowly, only while the page is seen.
(() => {
  "use strict";

  const FAST = 1000; // milliseconds
  const SLOW = 60000;
  const ROUNDS = 60;

  function follow(box) {
    const number = box.querySelector("[data-count-number]");
    const bar = box.querySelector("progress");
    const some = box.querySelector(".progress-some");
    const none = box.querySelector(".progress-none");
    let rounds = 0;
    let pause = FAST;

    function show({ count, text }) {
      some.hidden = count === null;
      none.hidden = count !== null;
      number.textContent = text;
      bar.value = Math.min(count ?? 0, bar.max);
    }

    async function look() {
      if (!document.hidden) {
        rounds += 1;
        if (rounds > ROUNDS) pause = Math.min(pause * 1.5, SLOW);
        try {
          const answer = await fetch(box.dataset.count, { credentials: "omit" });
          if (!answer.ok) throw new Error();
          show(await answer.json());
        } catch {
          pause = Math.min(pause * 2, SLOW); // the number on the page stays as it is
        }
      }
      setTimeout(look, pause);
    }

    setTimeout(look, pause);
  }

  document.querySelectorAll("[data-count]").forEach(follow);
})();
