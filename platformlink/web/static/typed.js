// What somebody types stays: where the sign-in or the network is gone, the page says so
// instead of leaving, and goes on when both are back.
(() => {
  "use strict";
  const bar = document.getElementById("typed");
  if (!bar) return;
  const AGAIN = 5000;
  const PATIENCE = 15000; // a busy desk is not an absent one
  const STILL_THERE = 300000; // well within a token's life: who types stays signed in
  let asked = Date.now();
  let later, passing, leaving, isAsking;

  const ask = async () => {
    try {
      const answer = await fetch("/sign-in/state", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 401) return "over";
      if (!answer.ok) return "away";
      return (await answer.json()).user === Number(bar.dataset.user) ? "" : "over";
    } catch {
      return "away";
    }
  };
  const say = (state) => {
    bar.dataset.state = state;
    bar.hidden = !state;
    bar.firstElementChild.textContent = bar.dataset[state] || "";
    bar.lastElementChild.hidden = state !== "over";
  };
  const look = async () => {
    clearTimeout(later);
    asked = Date.now();
    const before = bar.dataset.state;
    const found = await ask();
    if (found) {
      say(found);
      later = setTimeout(look, AGAIN);
    } else if (before && before !== "back") {
      say("back");
      document.querySelectorAll("form[hx-post]").forEach((form) => window.htmx.trigger(form, "change"));
    }
    return found;
  };

  // A form that saves itself while it leaves would be taken for somebody else's change.
  const saved = async (form) => {
    while (form.classList.contains("htmx-request")) {
      await new Promise((done) => form.addEventListener("htmx:afterRequest", done, { once: true }));
    }
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === leaving) event.preventDefault();
  });
  window.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = event.target; });
  window.addEventListener("pageshow", () => { leaving = null; });

  // A form that somebody filled in leaves only for a desk that will take it.
  const isFilled = (form) => form.method === "post" && form.querySelector("textarea, input:not([type=hidden])");
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (passing === form || !isFilled(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isAsking) return; // a second press of the same button
    isAsking = true;
    const found = await look();
    if (!found) await saved(form);
    isAsking = false;
    if (found) return;
    passing = form;
    form.requestSubmit(event.submitter);
    passing = null;
  }, true);

  document.addEventListener("input", () => {
    if (Date.now() - asked > STILL_THERE) look();
  });
  for (const failed of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(failed, look);
  // The browser knows first: a question asked now could still slip through and be believed.
  window.addEventListener("offline", () => {
    if (![...document.forms].some(isFilled)) return;
    say("away");
    clearTimeout(later);
    later = setTimeout(look, AGAIN);
  });
  for (const back of ["online", "focus"]) window.addEventListener(back, () => bar.dataset.state && look());
})();
