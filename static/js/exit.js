// Quick exit. Without this script the link is a plain link. With it, the link or three presses of Shift
// cover the page at once and put an ordinary page in its place. Nothing is stored; history is not erased.
// Pattern: GOV.UK Design System, "Exit this page".
(() => {
  "use strict";

  const link = document.querySelector("[data-exit-words]");
  if (!link) return;
  const words = link.dataset;
  const LIMIT = 5000; // milliseconds from one press to the next
  const PRESSES = 3;
  const PATIENCE = 500; // milliseconds until a frame that still stands goes alone

  const status = document.createElement("span");
  status.className = "unseen";
  status.setAttribute("role", "status");
  const dots = document.createElement("span");
  dots.className = "exit-dots";
  dots.setAttribute("aria-hidden", "true");
  for (let i = 0; i < PRESSES; i += 1) dots.append(document.createElement("i"));
  link.append(dots);
  link.after(status);

  let presses = 0;
  let alone = false; // Shift is down and nothing else has been touched since
  let timer = 0;
  let cover = null;
  let stuck = 0;
  const title = document.title;

  function show() {
    [...dots.children].forEach((dot, i) => dot.classList.toggle("on", i < presses));
    link.classList.toggle("counting", presses > 0);
  }

  function forget(said = "") {
    clearTimeout(timer);
    presses = 0;
    status.textContent = said;
    show();
  }

  function leave() {
    if (cover) return;
    cover = document.createElement("div");
    cover.className = "cover";
    cover.setAttribute("role", "alert");
    document.documentElement.classList.add("leaving");
    document.body.append(cover);
    cover.textContent = words.loading;
    document.title = words.loading;
    // Inside a page of another site it is that page which must go; where a frame may not do that, it goes alone.
    try {
      window.top.location.replace(link.href);
    } catch {
      location.replace(link.href);
    }
    // Some browsers refuse without a word. Alone, a page that loads slowly would be asked for twice.
    if (window.top !== window) stuck = setTimeout(() => location.replace(link.href), PATIENCE);
  }

  function press() {
    presses += 1;
    clearTimeout(timer);
    if (presses === PRESSES) {
      forget();
      leave();
      return;
    }
    status.textContent = presses === 1 ? words.twoMore : words.oneMore;
    timer = setTimeout(() => forget(words.expired), LIMIT);
    show();
  }

  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      alone = false;
      if (presses) forget();
    } else if (!event.repeat) {
      alone = !(event.ctrlKey || event.altKey || event.metaKey);
    }
  });

  addEventListener("keyup", (event) => {
    if (event.key === "Shift" && alone) press();
    if (event.key === "Shift") alone = false;
  });

  addEventListener("pointerdown", () => { alone = false; });

  // A middle click would open the ordinary page in a tab of its own and leave this one in sight behind it.
  for (const way of document.querySelectorAll("[data-exit]")) {
    for (const kind of ["click", "auxclick"]) {
      way.addEventListener(kind, (event) => {
        if (event.button === 2) return; // the menu of the right button
        event.preventDefault();
        leave();
      });
    }
  }

  // What was sent from a box beside which the hotline stands is not shown again on the browser's way back, not even by
  // its cache of whole pages: whoever holds the phone next would read it.
  let sent = false;
  addEventListener("submit", () => { sent = true; });
  addEventListener("pagehide", () => {
    if (sent) document.querySelectorAll("textarea[autocomplete=off]").forEach((box) => { box.value = ""; });
    sent = false;
  });

  // Back from the browser's cache: show the page again.
  addEventListener("pageshow", () => {
    clearTimeout(stuck);
    if (cover) {
      cover.remove();
      cover = null;
      document.title = title;
    }
    document.documentElement.classList.remove("leaving");
    forget();
  });
})();
