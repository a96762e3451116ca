// Small comforts; every page works without them.
(() => {
  "use strict";
  const token = document.querySelector('meta[name="csrf-token"]');

  // htmx sends the token that plain forms carry in a field.
  document.addEventListener("htmx:configRequest", (event) => {
    if (token) event.detail.headers["x-csrftoken"] = token.content;
  });

  // A field that was refused comes back with its values, so the answer may replace it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 412, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // Copy buttons.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = before; }, 1500);
  });

  // One box picks all, or all of its group, and shows how many of them are picked.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-picks], [name=picked]")) return;
    const of = (all) => [...document.querySelectorAll("input[type=checkbox][name=picked]")]
      .filter((one) => !all.dataset.picks || one.dataset.group === all.dataset.picks);
    if (event.target.matches("[data-picks]")) {
      for (const one of of(event.target)) one.checked = event.target.checked;
    }
    for (const all of document.querySelectorAll("[data-picks]")) {
      const picked = of(all).filter((one) => one.checked).length;
      all.checked = picked > 0 && picked === of(all).length;
      all.indeterminate = picked > 0 && !all.checked;
    }
  });

  // Ask before what cannot be undone.
  document.addEventListener("submit", (event) => {
    const words = event.target.dataset.confirm;
    if (words && !window.confirm(words)) event.preventDefault();
  });

  // Files may be dropped anywhere on a page that has a drop box.
  const box = document.querySelector("form[data-drop]");
  if (box) {
    const input = box.querySelector("input[type=file]");
    const mark = (event) => {
      event.preventDefault();
      box.classList.toggle("over", event.type === "dragover");
    };
    document.addEventListener("dragover", mark);
    document.addEventListener("dragleave", mark);
    document.addEventListener("drop", (event) => {
      mark(event);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      box.requestSubmit();
    });
  }

  // Single keys, never while somebody types.
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, textarea, select, [contenteditable]");
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    const goal = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!goal) return;
    event.preventDefault();
    if (goal.matches("input, textarea")) goal.focus(); else goal.click();
  });
})();
