// A door on a phone: sends forms without leaving the page, says so when there is no connection, keeps the numbers fresh,
// and scans a guest's code where the browser can. Without it everything works by whole pages.
(() => {
  "use strict";

  const PAUSE = 3000; // milliseconds
  const LONGEST = 30000;
  const DOOR = "[data-door]";
  let busy = false;
  let stop = () => {};

  const door = () => document.querySelector(DOOR);
  const part = (name) => door().querySelector(`[data-door-${name}]`);

  function say(words) {
    part("off").textContent = words;
  }

  async function send(form, more) {
    if (busy) return;
    busy = true;
    stop();
    const fields = new URLSearchParams(new FormData(form));
    for (const [name, value] of Object.entries(more ?? {})) fields.set(name, value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(DOOR);
      if (!fresh) {
        become(page, answer.url);
        return;
      }
      door().replaceWith(fresh);
      begin();
      (part("said").textContent.trim() ? part("said") : fresh.querySelector("h2")).scrollIntoView({ block: "center" });
      if (part("said").textContent.trim()) part("said").focus();
    } catch {
      say(door().dataset.offline);
      part("off").scrollIntoView({ block: "center" });
    } finally {
      busy = false;
    }
  }

  // The hotline, or why the link opens nothing any more: the whole page says it, under the door's own address.
  function become(page, address) {
    for (const form of page.querySelectorAll("form[method=post]:not([action])")) form.setAttribute("action", address);
    document.open();
    document.write(`<!doctype html>${page.documentElement.outerHTML}`);
    document.close();
  }

  async function scan(button) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const words = button.textContent;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      say(button.dataset.wrong);
      return;
    }
    const video = document.createElement("video");
    video.muted = video.playsInline = true;
    video.srcObject = stream;
    button.after(video);
    button.textContent = button.dataset.stop;
    let looking = true;
    stop = () => {
      looking = false;
      stream.getTracks().forEach((track) => track.stop());
      video.remove();
      button.textContent = words;
      stop = () => {};
    };
    await video.play();
    while (looking) {
      const found = await detector.detect(video).catch(() => []);
      if (looking && found.length) {
        send(button.form, { typed: found[0].rawValue.slice(0, 100) });
        return;
      }
      await new Promise((next) => setTimeout(next, 200));
    }
  }

  function begin() {
    const button = part("scan");
    if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
    button.hidden = false;
    button.addEventListener("click", () => (door().querySelector("video") ? stop() : scan(button)));
  }

  function follow() {
    let pause = PAUSE;
    async function look() {
      if (!door()) return; // another page stands here now
      if (!document.hidden && !busy) {
        try {
          const answer = await fetch(door().dataset.count);
          if (!answer.ok) throw new Error();
          const { here, expected } = await answer.json();
          part("here").textContent = here;
          part("expected").textContent = expected;
          say("");
          pause = PAUSE;
        } catch {
          pause = Math.min(pause * 2, LONGEST); // the numbers on the page stay as they are
        }
      }
      setTimeout(look, pause);
    }
    setTimeout(look, pause);
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-door-form]")) return;
    event.preventDefault();
    send(event.target);
  });
  window.addEventListener("offline", () => door() && say(door().dataset.offline));
  window.addEventListener("online", () => door() && say(""));
  begin();
  follow();
})();
