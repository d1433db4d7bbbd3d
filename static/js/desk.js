// The desk at which a newsletter is written: shows it beside what is typed, keeps what is typed, puts blocks in, and
// says who else is writing. Without it the buttons do the same.
(() => {
  "use strict";

  const LOOK = 1200; // milliseconds after the last key
  const KEEP = 4000;
  const LONGEST_ON_LEAVING = 60000; // bytes that browsers still send for a page that is gone
  const STILL = 45000; // how often whoever is here says so

  const form = document.querySelector("[data-desk]");
  const body = form.querySelector("textarea");
  const kept = form.querySelector("[data-desk-kept]");
  const others = document.querySelector("[data-desk-others]");
  const look = form.querySelector("[data-desk-look]");
  let looks = 0;
  let looking;
  let keeping;
  let typed = false;
  let saving = false;

  // A new frame with a name of its own each time: going on in an old one would put every look into the browser's history.
  function show() {
    const old = [...document.querySelectorAll(".desk-look iframe")];
    const fresh = old[0].cloneNode();
    looks += 1;
    fresh.name = look.formTarget = `look-${looks}`;
    fresh.classList.add("coming");
    let asked = false; // a frame says that it has loaded when it is still empty, too
    fresh.addEventListener("load", () => {
      if (!asked) return;
      fresh.classList.remove("coming");
      old.forEach((one) => one.remove());
    });
    old[0].after(fresh);
    form.requestSubmit(look);
    asked = true;
  }

  function say(answer) {
    if (answer.kept) kept.textContent = `Kept ${answer.kept}. It is saved when you press Save.`;
    if (answer.kept && answer.overtaken) kept.textContent += " Somebody else has saved meanwhile; you will see both when you save.";
    others.hidden = answer.others.length === 0;
    if (!others.hidden) {
      others.textContent = `Writing here, too: ${answer.others.join(", ")}. Whoever saves last is shown what the other saved.`;
    }
  }

  async function keep() {
    clearTimeout(keeping);
    if (saving) return;
    const words = typed;
    typed = false;
    const said = new FormData(form);
    if (!words) ["subject", "preheader", "body"].forEach((name) => said.delete(name)); // who only looks keeps nothing
    try {
      // With `keepalive` it arrives, too, when the page is left at this moment.
      const sent = new URLSearchParams(said).toString();
      const keepalive = sent.length < LONGEST_ON_LEAVING;
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const answer = await fetch(form.dataset.deskKeep, { method: "POST", body: sent, headers, keepalive });
      const told = await answer.json();
      if (answer.ok) say(told);
      else kept.textContent = `Not kept: ${told.error}`;
    } catch {
      typed = words || typed;
      kept.textContent = "Not kept: there is no connection, or you are signed out. Leave this page open and try again.";
    }
  }

  function put(block) {
    const before = body.value.slice(0, body.selectionStart).replace(/\s*$/, "");
    const after = body.value.slice(body.selectionEnd).replace(/^\s*/, "");
    const start = before ? `${before}\n\n${block}` : block;
    body.value = `${start}\n\n${after}`;
    body.focus();
    body.setSelectionRange(start.length, start.length);
    changed();
  }

  function changed() {
    typed = true;
    clearTimeout(looking);
    clearTimeout(keeping);
    looking = setTimeout(show, LOOK);
    keeping = setTimeout(keep, KEEP);
  }

  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    if (event.submitter !== look) saving = true;
  });
  window.addEventListener("pageshow", () => {
    saving = false; // the browser's way back leads to this page as it was left
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && typed) keep();
  });
  window.addEventListener("pagehide", () => {
    if (typed) keep();
  });
  // What is too long to be sent on leaving is asked about before.
  window.addEventListener("beforeunload", (event) => {
    if (typed && !saving && body.value.length * 3 > LONGEST_ON_LEAVING) event.preventDefault();
  });
  document.querySelectorAll("[data-desk-put]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => put(document.getElementById(button.dataset.deskPut).value));
  });
  setInterval(() => {
    if (!document.hidden) keep();
  }, STILL);
  show();
})();
