// Evidence: sends a file part by part, or hashes one that must not leave this machine.
(() => {
  "use strict";
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const PIECE = 8 * 1024 * 1024;
  const TRIES = 4;

  const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

  async function ask(method, path, body) {
    const answer = await fetch(path, { method, body, headers: { "x-csrftoken": token } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  // What fails is tried again, and meanwhile the page says so.
  async function stubborn(form, method, path, body) {
    const status = form.querySelector("[role=status]");
    const before = status.textContent;
    for (let tried = 1; ; tried += 1) {
      try {
        const answer = await ask(method, path, body);
        if (tried > 1) status.textContent = before;
        return answer;
      } catch (problem) {
        if (tried === TRIES) throw problem;
        status.textContent = form.dataset.again;
        await wait(500 * 2 ** tried);
      }
    }
  }

  // An item that is still arriving under the same name and size is gone on with.
  async function announced(path, file) {
    const listed = document.querySelectorAll("[data-arriving]");
    for (const one of listed) {
      const same = one.dataset.name === file.name && Number(one.dataset.size) === file.size;
      if (same) return ask("GET", `${path}/${one.dataset.arriving}/state`);
    }
    const fields = new URLSearchParams({
      way: "vaulted", name: file.name, size_bytes: file.size,
    });
    return ask("POST", path, fields);
  }

  async function send(form, file) {
    const bar = form.querySelector("progress");
    const status = form.querySelector("[role=status]");
    const { path } = form.dataset;
    bar.hidden = false;
    let item = await announced(path, file);
    const count = Math.max(1, Math.ceil(file.size / item.part_bytes));
    for (const number of item.missing) {
      const from = (number - 1) * item.part_bytes;
      const part = file.slice(from, from + item.part_bytes);
      item = await stubborn(form, "PUT", `${path}/${item.id}/parts/${number}`, part);
      bar.value = 1 - item.missing.length / count;
    }
    status.textContent = form.dataset.sealing;
    while (item.state !== "kept") {
      await wait(1000);
      item = await stubborn(form, "GET", `${path}/${item.id}/state`);
    }
    window.location.reload();
  }

  async function digest(form, file) {
    const bar = form.querySelector("progress");
    bar.hidden = false;
    const hash = window.sha256.create();
    for (let at = 0; at < file.size; at += PIECE) {
      hash.update(await file.slice(at, at + PIECE).arrayBuffer());
      bar.value = Math.min(1, (at + PIECE) / file.size);
    }
    form.elements.name.value = file.name;
    form.elements.size_bytes.value = file.size;
    form.elements.sha256.value = hash.hex();
  }

  document.addEventListener("change", async (event) => {
    const form = event.target.closest("form");
    const file = event.target.files && event.target.files[0];
    if (!file || !form) return;
    if (form.id === "register") await digest(form, file);
    if (form.id !== "vault") return;
    try {
      await send(form, file);
    } catch {
      form.querySelector("[role=status]").textContent = form.dataset.failed;
    }
  });
})();
