// Comfort on top of pages that work without it. Every feature hangs on a data
// attribute; nothing here decides anything.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

if (window.htmx) {
  Object.assign(window.htmx.config, { allowEval: false, includeIndicatorStyles: false, selfRequestsOnly: true });
}

// Dialogs: a link that would lead to a form's page opens the same form in place.
function openDialog(dialog) {
  // In a stay the banner must stay visible and reachable, so dialogs do not
  // take the browser's top layer there.
  if (document.querySelector("[data-assist-banner]")) {
    dialog.classList.add("in-place");
    dialog.show();
  } else {
    dialog.showModal();
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog?.showModal) {
      event.preventDefault();
      closeMenus();
      openDialog(dialog);
      return;
    }
  }
  const closer = event.target.closest("[data-close]");
  const open = closer?.closest("dialog");
  if (open) {
    event.preventDefault();
    open.close();
  }
});

// A dialog whose form opens a new tab has done its work in this one.
document.addEventListener("submit", (event) => {
  const dialog = event.target.target === "_blank" && event.target.closest("dialog");
  if (dialog) setTimeout(() => dialog.close(), 0);
});

// A fold that is open for wide screens starts closed on a phone.
if (matchMedia("(max-width: 48rem)").matches) for (const fold of $$("details[data-wide]")) fold.open = false;

// In a row of links that is wider than a phone, the page one is on is in sight.
for (const link of $$(".tabs [aria-current], .side-panel [aria-current]")) {
  const row = link.closest(".tabs") || link.closest("ul");
  if (row.scrollWidth > row.clientWidth) row.scrollLeft += link.getBoundingClientRect().left - row.getBoundingClientRect().left - row.clientWidth / 3;
}

// Menus close on Escape, and when attention moves elsewhere.
function closeMenus(except) {
  for (const menu of $$("details[data-menu][open]")) if (menu !== except && !menu.contains(except)) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details[data-menu][open]");
  closeMenus();
  menu?.querySelector("summary").focus();
  const drawer = document.getElementById("drawer");
  if (drawer) drawer.checked = false;
  document.querySelector("dialog.in-place[open]")?.close();
});

// "/" leads to the search box, unless something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const target = $$("[data-shortcut]").find((e) => e.dataset.shortcut === event.key);
  if (target) {
    event.preventDefault();
    target.focus();
  }
});

// Theme.
function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
function setUpTheme(button) {
  button.hidden = false;
  button.setAttribute("aria-pressed", isDark());
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    button.setAttribute("aria-pressed", theme === "dark");
    try { localStorage.setItem("theme", theme); } catch { /* lasts for this page */ }
  });
}

// Trees: a parent shows the state of its leaves and sets them all.
function setUpTree(tree) {
  const leaves = (node) => $$("input:not([data-branch])", node);
  const branches = $$("[data-branch]", tree);
  const count = tree.querySelector("[data-tree-count]");
  const refresh = () => {
    for (const branch of branches) {
      const below = leaves(branch.closest("[data-node]"));
      const on = below.filter((b) => b.checked).length;
      branch.checked = on > 0 && on === below.length;
      branch.indeterminate = on > 0 && on < below.length;
    }
    const all = leaves(tree).filter((b) => b.name);
    count.textContent = count.textContent.replace(/\d+(\D+)\d+/, `${all.filter((b) => b.checked).length}$1${all.length}`);
  };
  tree.addEventListener("change", (event) => {
    if (event.target.matches("[data-branch]")) {
      for (const leaf of leaves(event.target.closest("[data-node]"))) if (!leaf.disabled) leaf.checked = event.target.checked;
    }
    refresh();
  });
  for (const branch of branches) branch.disabled = false;
  for (const part of $$("[data-scripted]", tree)) part.hidden = false;
  const filter = tree.querySelector("[data-tree-filter]");
  filter?.addEventListener("input", () => filterTree(tree, filter.value.trim().toLowerCase()));
  filter?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  tree.closest("form")?.addEventListener("reset", () => setTimeout(refresh, 0));
  refresh();
}
function filterTree(tree, wanted) {
  const matches = (node) => node.querySelector(":scope > label").textContent.toLowerCase().includes(wanted);
  const show = (node, parentMatched) => {
    const own = parentMatched || matches(node);
    const below = $$(":scope > ul > [data-node]", node).map((child) => show(child, own));
    node.hidden = !(own || below.some(Boolean));
    return !node.hidden;
  };
  for (const node of $$(":scope > ul > [data-node]", tree)) show(node, false);
}

// Copying.
function setUpCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const use = button.querySelector("use");
    const before = use.getAttribute("href");
    use.setAttribute("href", before.replace(/#.*/, "#check"));
    setTimeout(() => use.setAttribute("href", before), 1500);
  });
}

// Printing.
function setUpPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Columns: at least one stays chosen, otherwise nothing could be read.
function setUpChooser(form) {
  form.addEventListener("change", () => {
    const boxes = $$("input[type=checkbox]", form);
    form.querySelector("button[type=submit]").disabled = !boxes.some((b) => b.checked);
  });
}

// Time left, from microseconds since 1970. The difference between this clock
// and the server's is taken from the text the server wrote.
function setUpCountdown(element) {
  const written = element.textContent.trim().split(":").map(Number);
  const left = written.some(Number.isNaN) ? 0 : written.reduce((sum, part) => sum * 60 + part, 0);
  const until = left > 0 ? Date.now() + left * 1000 : Number(element.dataset.until) / 1000;
  const tick = () => {
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    element.textContent = hours > 0 ? `${hours}:${rest}` : rest;
    element.classList.toggle("soon", seconds < 120);
    if (element.dataset.warn) {
      element.closest(".assist-banner")?.classList.toggle("assist-soon", seconds <= Number(element.dataset.warn));
    }
    if (seconds > 0) setTimeout(tick, 1000);
  };
  tick();
}

// A part of the page that asks every five seconds whether it has changed, such
// as the notice that support is in the account. It rests while nobody looks.
function setUpPoll(part) {
  const ask = async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(part.dataset.poll, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return;
      const text = await answer.text();
      if (text.trim() !== part.innerHTML.trim()) part.innerHTML = text;
    } catch {
      // offline: the next time
    }
  };
  setInterval(ask, 5000);
}

// The server tells an open page at once who came into the account, and when a
// session in it is over: then nothing of it stays on the screen. It rests while
// nobody looks; where the line does not hold, the page asks now and then.
function showOver(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  const icon = page.querySelector("link[rel=icon]");
  if (icon) document.querySelector("link[rel=icon]")?.setAttribute("href", icon.getAttribute("href"));
  document.documentElement.className = page.documentElement.className;
  document.body.className = page.body.className;
  document.body.replaceChildren(...page.body.childNodes);
}
function setUpLive(part) {
  let line, again;
  const hangUp = () => { line?.close(); line = undefined; clearTimeout(again); };
  const later = (wait) => { clearTimeout(again); again = setTimeout(call, wait); };
  const fill = (text) => { if (text.trim() !== part.innerHTML.trim()) part.innerHTML = text; };
  const ask = async () => {
    try {
      const answer = await fetch(part.dataset.poll ?? part.dataset.live, { headers: { "HX-Request": "true" } });
      if (answer.status === 410) location.assign(location.pathname + location.search);
      else if (part.dataset.poll && answer.ok && !answer.redirected) fill(await answer.text());
    } catch {
      // offline: the next time
    }
  };
  function call() {
    if (line || document.hidden || !part.isConnected) return;
    line = new EventSource(part.dataset.live);
    line.addEventListener("notice", (event) => fill(event.data.replace("<!---->", "")));
    line.addEventListener("over", (event) => { hangUp(); showOver(event.data); });
    line.addEventListener("error", () => {
      if (line?.readyState !== EventSource.CLOSED) return;
      hangUp();
      ask();
      later(5000);
    });
  }
  document.addEventListener("visibilitychange", () => { hangUp(); call(); });
  // A page that is being left must not learn of the end that leaving it brings.
  addEventListener("beforeunload", () => { hangUp(); later(3000); });
  addEventListener("pageshow", (event) => { if (event.persisted) call(); });
  call();
}

// Makes a part of the page like another one, node by node: what is the same
// stays, and with it the focus, open menus and what was typed.
function become(old, now) {
  if (old.isEqualNode(now)) return;
  if (old.nodeName !== now.nodeName || old.id !== now.id) return void old.replaceWith(now);
  if (old.nodeType !== Node.ELEMENT_NODE) return void (old.nodeValue = now.nodeValue);
  if (old.dataset.ready) { // scripts look after it
    if (old.dataset.until !== now.dataset.until) old.replaceWith(now);
    return;
  }
  for (const { name } of [...old.attributes]) if (name !== "open" && !now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  const key = (node) => node.dataset?.key;
  const wanted = new Set([...now.children].map(key));
  for (const child of [...old.children]) if (key(child) && !wanted.has(key(child))) child.remove();
  let at = old.firstChild;
  for (const next of [...now.childNodes]) {
    const same = key(next) ? [...old.children].find((child) => key(child) === key(next)) : at && !key(at) && at;
    if (same && same === at) at = at.nextSibling;
    else old.insertBefore(same || next, at);
    if (same) become(same, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

// A page of what others do is asked for again every few seconds, and what is new
// is put in place. It rests while nobody looks, and is nobody's activity.
function setUpRefresh() {
  const every = 3000;
  let timer;
  const renew = (page) => {
    for (const part of $$("[data-fresh]")) {
      const now = page.getElementById(part.id);
      if (!now) continue;
      const held = part.contains(document.activeElement);
      become(part, now);
      setUp(part);
      if (held && !part.contains(document.activeElement)) document.getElementById("page-body").focus({ preventScroll: true });
    }
  };
  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return void location.reload();
      if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // offline: the next time
    }
    timer = setTimeout(ask, every);
  };
  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, every);
}

// Forms marked data-guard ask before what was typed is lost.
function setUpGuard(form) {
  let dirty = false;
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}

// "Use Default" locks the control it belongs to.
function setUpInherit(box) {
  const control = document.getElementById(box.dataset.inherit);
  const own = control.value;
  const inherited = box.dataset.inherited;
  const apply = () => {
    control.disabled = box.checked;
    if (box.checked) control.value = inherited;
  };
  box.addEventListener("change", () => { if (!box.checked) control.value = own; apply(); });
  apply();
}

// Figures of a form follow what is entered, as the server works them out: the
// same that the form's own button shows.
function setUpFigures(form) {
  let last = 0;
  form.addEventListener("change", async () => {
    if (!form.checkValidity()) return;
    const turn = ++last;
    const data = new FormData(form);
    data.set("do", "update");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== last) return;
      for (const figure of $$("[data-figure]", form)) {
        const now = page.querySelector(`[data-figure="${CSS.escape(figure.dataset.figure)}"]`);
        if (now) figure.replaceChildren(...now.childNodes);
      }
    } catch {
      // Without an answer the figures stay; the button is still there.
    }
  });
}

// A box that ticks all rows of a page, and shows what they are.
function setUpTickAll(all) {
  const boxes = () => $$(`input[type="checkbox"][name="${all.dataset.tickAll}"]`).filter((b) => b.form === all.form);
  const refresh = () => {
    const on = boxes().filter((b) => b.checked).length;
    all.checked = on > 0 && on === boxes().length;
    all.indeterminate = on > 0 && !all.checked;
  };
  document.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    refresh();
  });
  refresh();
}

const features = {
  "[data-tick-all]": setUpTickAll,
  "[data-inherit]": setUpInherit,
  "[data-theme-toggle]": setUpTheme,
  "[data-tree]": setUpTree,
  "[data-copy]": setUpCopy,
  "[data-print]": setUpPrint,
  "[data-chooser]": setUpChooser,
  "[data-until]": setUpCountdown,
  "form[data-guard]": setUpGuard,
  "[data-poll]:not([data-live])": setUpPoll,
  "[data-live]": setUpLive,
  "[data-refresh]": setUpRefresh,
  "form[data-figures]": setUpFigures,
};
function setUp(root) {
  for (const [selector, start] of Object.entries(features)) {
    for (const element of $$(selector, root)) {
      if (element.dataset.ready) continue;
      element.dataset.ready = "1";
      start(element);
    }
  }
}
function start(root) {
  setUp(root);
  root.querySelector("[data-focus]")?.focus();
}
start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
