// The board that keeps itself fresh for a whole shift, and its alarm.
(() => {
  "use strict";
  const said = document.getElementById("live");
  const alarm = document.getElementById("alarm");
  if (!said) return;
  const MINUTE = 60000;
  let newest = Number(said.dataset.emergency);
  let leads = false; // one window of a browser listens and rings for all of them
  let stream, clock, later, running, isAskedAgain;

  const say = (name) => {
    if (said.dataset.state === name) return;
    said.dataset.state = name;
    said.textContent = said.dataset[name];
  };

  // The alarm: only where it was switched on, in this browser.
  let audio;
  const isOn = () => localStorage.getItem("alarm") === "on";
  const show = () => alarm.setAttribute("aria-pressed", isOn());
  const wake = () => {
    if (!isOn()) return;
    audio ||= new AudioContext(); // browsers let it sound only after a press
    audio.resume();
  };
  const sound = () => [880, 660, 880, 660].forEach((hertz, place) => {
    const tone = audio.createOscillator();
    const volume = new GainNode(audio, { gain: 0.2 });
    const begin = audio.currentTime + place * 0.25;
    tone.frequency.value = hertz;
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.2);
  });
  const ring = () => {
    if (!isOn()) return;
    if (audio) sound();
    if (window.Notification && Notification.permission === "granted") {
      const told = new Notification(said.dataset.waits, { tag: "emergency", requireInteraction: true });
      told.onclick = () => window.focus();
    }
  };
  alarm.hidden = false;
  alarm.addEventListener("click", () => {
    localStorage.setItem("alarm", isOn() ? "off" : "on");
    show();
    if (!isOn()) return;
    wake();
    sound();
    if (window.Notification) Notification.requestPermission();
  });
  for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, wake);
  show();

  // Nothing moves under the hand of somebody who reads, marks or types there.
  const isBusy = (part) => part.contains(document.activeElement)
    || part.querySelector("details[open], :checked");
  const take = (page) => {
    const parts = [...document.querySelectorAll("[data-live]")];
    const waits = Number(page.getElementById("live").dataset.emergency);
    const isNew = waits > newest;
    newest = Math.max(newest, waits);
    if (isNew && leads) ring();
    const isHeld = parts.some(isBusy);
    if (!isHeld) {
      for (const part of parts) {
        const fresh = page.getElementById(part.id);
        part.replaceWith(fresh);
        window.htmx.process(fresh);
      }
    }
    say(isNew ? "waits" : isHeld ? "stale" : "fresh");
  };
  const lost = () => {
    say("away");
    soon();
  };
  const stop = () => {
    clearInterval(clock);
    if (stream) stream.close();
    say("over");
  };
  const fetched = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (new URL(answer.url).pathname !== location.pathname) return stop(); // the sign-in
      if (!answer.ok) return lost();
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      lost();
    }
  };
  const refresh = async () => {
    clearTimeout(later);
    if (said.dataset.state === "over") return;
    isAskedAgain = Boolean(running);
    if (running) return;
    do {
      isAskedAgain = false;
      running = fetched();
      await running;
    } while (isAskedAgain);
    running = null;
  };

  const soon = () => {
    clearTimeout(later);
    later = setTimeout(refresh, 5000);
  };

  const others = new BroadcastChannel("board");
  others.onmessage = refresh;
  const changed = () => {
    others.postMessage("changed");
    refresh();
  };
  const listen = () => {
    let wasOpen = false;
    stream = new EventSource("/board/events");
    stream.onopen = () => {
      if (wasOpen) changed(); else say("fresh");
      wasOpen = true;
    };
    stream.onmessage = changed;
    stream.onerror = () => {
      soon();
      if (stream.readyState !== EventSource.CLOSED) return; // it comes again by itself
      if (said.dataset.state !== "over") setTimeout(listen, MINUTE);
    };
  };
  const lead = () => {
    leads = true;
    listen();
    return new Promise(() => {}); // until the window is closed
  };
  if (navigator.locks) navigator.locks.request("board", lead); else lead();
  setTimeout(() => leads || refresh(), 1000);
  window.addEventListener("online", refresh);
  clock = setInterval(refresh, MINUTE);
})();
