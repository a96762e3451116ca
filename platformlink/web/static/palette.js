// The command palette: every page and every key, by typing. Opens with Ctrl+K or "?".
(() => {
  "use strict";
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = palette.querySelector("input");
  const list = palette.querySelector("ul");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const lines = () => [...list.querySelectorAll("li:not([hidden]) > *")];

  // What the page itself offers under a key becomes a line, with that key.
  const nameOf = (goal) => {
    const copy = (goal.closest("label") || goal).cloneNode(true);
    copy.querySelectorAll("kbd").forEach((key) => key.remove());
    return goal.getAttribute("aria-label") || copy.textContent.trim();
  };
  const offered = (goal) => {
    const line = document.createElement("li");
    const button = document.createElement("button");
    const key = document.createElement("kbd");
    button.type = "button";
    button.append(Object.assign(document.createElement("span"), { textContent: nameOf(goal) }), key);
    key.textContent = goal.dataset.key.toUpperCase();
    button.addEventListener("click", () => {
      palette.close();
      if (goal.matches("input, textarea")) goal.focus(); else goal.click();
    });
    line.className = "here";
    line.append(button);
    return line;
  };

  const sift = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const seen = new Set();
    for (const line of list.children) {
      const name = plain(line.firstElementChild.firstChild.textContent);
      line.hidden = seen.has(name) || !words.every((word) => name.includes(word));
      seen.add(name);
    }
  };

  const open = () => {
    if (palette.open) return;
    list.querySelectorAll(".here").forEach((line) => line.remove());
    const goals = [...document.querySelectorAll("[data-key]")];
    list.prepend(...goals.filter((goal) => goal.offsetParent).map(offered));
    input.value = "";
    sift();
    palette.showModal();
    input.focus();
  };

  input.addEventListener("input", sift);
  document.querySelectorAll("[data-palette]").forEach((button) => {
    button.addEventListener("click", open);
  });

  // Enter in the field takes the first line that fits; where none does, it searches.
  palette.querySelector("form").addEventListener("submit", (event) => {
    const first = lines()[0];
    if (!input.value.trim()) event.preventDefault();
    else if (first) {
      event.preventDefault();
      first.click();
    }
  });

  palette.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [input, ...lines()];
    const place = stops.indexOf(document.activeElement) + step;
    stops[(place + stops.length) % stops.length].focus();
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    const isAsked = event.key === "?" && !isTyping;
    if (!isAsked && !(event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    open();
  });
})();
