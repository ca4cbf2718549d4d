(() => {
  // Read by stories: a page as people see it, by names and texts.
  const squeeze = (s) => (s || "").replace(/[\s\u00a0]+/g, " ").trim();

  const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0;

  // The name of an element as it is read out, roughly.
  const name = (el, brief) => {
    if (el.getAttribute("aria-label")) return squeeze(el.getAttribute("aria-label"));
    if (el.tagName === "INPUT") return squeeze(el.value || el.title);
    let text = "";
    const walk = (n) => {
      if (n.nodeType === 3) text += n.data;
      if (n.nodeType !== 1 || n.getAttribute("aria-hidden") === "true" || n.tagName === "svg") return;
      if (brief && n.classList.contains("sr-only")) return;
      if (n.tagName === "SELECT" || n.tagName === "TEXTAREA") return;
      if (n.tagName === "IMG") text += " " + (n.alt || "") + " ";
      n.childNodes.forEach(walk);
      if (/^(DIV|P|LI|TD|TH|SPAN|SMALL)$/.test(n.tagName)) text += " ";
    };
    walk(el);
    return squeeze(text) || squeeze(el.title);
  };

  // All that can be read in an element, in one line: no choices of closed lists.
  const words = (root) => {
    let text = "", last = null;
    const walk = (n, block) => {
      if (n.nodeType === 3) {
        text += (block === last ? "" : " ") + n.data;
        last = block;
      }
      if (n.nodeType !== 1 || /^(SELECT|SCRIPT|STYLE|NOSCRIPT|TEMPLATE|TEXTAREA)$/.test(n.tagName) || (!n.checkVisibility({ visibilityProperty: true }) && getComputedStyle(n).display !== "contents")) return;
      const inside = /^(A|B|I|EM|STRONG|SPAN|SMALL|BDI|BDO|MARK|CODE|TIME|SUP|SUB|ABBR|INS|DEL)$/.test(n.tagName) ? block : n;
      n.childNodes.forEach((child) => walk(child, inside));
    };
    walk(root, root);
    return squeeze(text);
  };

  const parts = "tr, li, article, section, fieldset, form, dialog, details, nav, header, footer, aside, main, .card, .field, [role=dialog], [role=group]";

  // The smallest part of the page that says all of these texts.
  const scope = (within) => {
    let root = document.body;
    for (const text of within || []) {
      const has = (s) => squeeze(s).toLowerCase().includes(text.toLowerCase());
      const found = [...root.querySelectorAll(parts)].filter((el) => has(el.textContent) && shown(el) && has(words(el)));
      if (!found.length) return null;
      root = found.filter((el) => !found.some((other) => other !== el && el.contains(other)))[0];
    }
    return root;
  };

  // Where a mouse would press, or why it cannot.
  const reach = (el) => {
    el.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const r = [...el.getClientRects()].find((r) => r.width > 0 && r.height > 0);
    if (!r) return { Problem: "it has no size" };
    const X = r.left + r.width / 2, Y = r.top + r.height / 2;
    const hit = document.elementFromPoint(X, Y);
    const labelled = hit && hit.closest("label") && hit.closest("label").control === el;
    if (!hit || !(el.contains(hit) || hit.contains(el) && hit.tagName === "LABEL" || labelled)) {
      return { X, Y, Problem: "something lies over it: " + (hit ? hit.outerHTML.slice(0, 120) : "outside of the window") };
    }
    if (el.disabled || el.closest("fieldset:disabled")) return { X, Y, Problem: "it is disabled" };
    return { X, Y };
  };

  // What pressing will do.
  const effect = (el) => {
    const link = el.closest("a[href]");
    if (link) {
      if (link.target === "_blank") return { Opens: true };
      const to = new URL(link.href, location.href);
      const same = to.origin === location.origin && to.pathname === location.pathname && to.search === location.search;
      return { Leads: !(same && link.getAttribute("href").includes("#")) && !link.hasAttribute("download") && /^https?:$/.test(to.protocol) };
    }
    const b = el.closest("button, input[type=submit], input[type=image]");
    const form = b && b.form;
    if (!form || (b.tagName === "BUTTON" && b.type !== "submit")) return {};
    if ((b.getAttribute("formtarget") || form.getAttribute("target")) === "_blank") return { Opens: true };
    if ((b.getAttribute("formmethod") || form.getAttribute("method") || "").toLowerCase() === "dialog") return {};
    return { Leads: form.noValidate || b.formNoValidate || form.matches(":valid") };
  };

  const pressable = "a[href], button, summary, input[type=submit], input[type=button], [role=button], [role=tab], [role=menuitem], label.btn, label[for]";

  const named = (within, wanted) => {
    const root = scope(within);
    if (!root) return [];
    const all = [...root.querySelectorAll(pressable)].filter(shown);
    let found = all.filter((el) => name(el) === wanted || squeeze(el.title) === wanted);
    if (!found.length) found = all.filter((el) => name(el, true) === wanted);
    return found;
  };

  const best = (found, missing) => {
    if (!found.length) return { Problem: missing };
    let last;
    for (const el of found) {
      last = Object.assign(reach(el), effect(el));
      if (!last.Problem) return last;
    }
    return last;
  };

  const controls = (within, label) => {
    const root = scope(within);
    if (!root) return [];
    const say = (s) => squeeze(s);
    const fields = [...root.querySelectorAll("input, select, textarea")].filter((el) => el.type !== "hidden" && (shown(el) || (el.labels && [...el.labels].some(shown))));
    const names = (el) => [el.getAttribute("aria-label"), el.placeholder, ...[...(el.labels || [])].map(name)].filter(Boolean).map(say);
    let found = fields.filter((el) => names(el).includes(label));
    if (!found.length) found = fields.filter((el) => names(el).some((n) => n.startsWith(label)));
    if (!found.length) {
      // A group of choices carries the label in its legend.
      found = fields.filter((el) => { const l = el.closest("fieldset")?.querySelector("legend"); return l && name(l) === label; });
    }
    return found;
  };

  const change = (el) => {
    el.dispatchEvent(new Event("input", { bubbles: true }));
    el.dispatchEvent(new Event("change", { bubbles: true }));
  };

  return {
    words: (within) => { const root = scope(within); return root ? words(root) : ""; },
    count: (within, wanted) => named(within, wanted).length,
    all: (within, selector) => { const root = scope(within); return root ? root.querySelectorAll(selector).length : 0; },
    find: (within, wanted) => best(named(within, wanted), "nothing to press is called that"),
    at: (within, selector) => { const root = scope(within); return best(root ? [...root.querySelectorAll(selector)].filter(shown) : [], "nothing is found"); },
    send: (within, path, fields) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = path;
      const token = document.querySelector("input[name=csrf]");
      for (const [n, v] of Object.entries({ csrf: token ? token.value : "", ...fields })) {
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name: n, value: v }));
      }
      document.body.append(form);
      form.submit();
    },
    // What of the banner one could press at: only a banner on top counts.
    banner: () => {
      const b = document.querySelector("[data-assist-banner]");
      if (!b) return "there is no banner";
      if (!b.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true })) return "the banner is hidden";
      const r = b.getBoundingClientRect();
      if (r.bottom <= 0 || r.top >= innerHeight || r.height < 20) return "the banner is out of sight";
      if (r.height > innerHeight / 2) return "the banner takes " + r.height + " of " + innerHeight;
      for (const el of b.querySelectorAll(".assist-name, .assist-close")) {
        const e = el.getBoundingClientRect();
        if (e.left < 0 || e.right > innerWidth + 1) return "outside of the window: " + el.className;
        const hit = document.elementFromPoint(e.left + Math.min(e.width / 2, 40), e.top + e.height / 2);
        if (!hit || !b.contains(hit)) return el.className + " is covered by " + (hit ? hit.outerHTML.slice(0, 100) : "nothing");
      }
      return "";
    },
    watch: () => {
      window.storyHandled = false;
      const seen = (e) => { if (e.defaultPrevented) window.storyHandled = true; };
      window.addEventListener("click", seen);
      window.addEventListener("submit", seen);
    },
    control: (within, label) => {
      const el = controls(within, label)[0];
      if (!el) return { Problem: "no field has this label" };
      const target = shown(el) && el.getBoundingClientRect().width > 1 ? el : [...el.labels].find(shown);
      return Object.assign(reach(target), { Ticked: !!el.checked, Value: el.value });
    },
    fill: (within, label, text) => {
      const el = controls(within, label)[0];
      if (!el) return { Problem: "no field has this label" };
      if (el.disabled || el.readOnly) return { Problem: "the field cannot be written to" };
      const at = reach(el);
      if (at.Problem) return at;
      el.focus();
      if (["date", "time", "datetime-local", "color", "range"].includes(el.type)) { el.value = text; change(el); return { Direct: true }; }
      el.select();
      return {};
    },
    select: (within, label, text) => {
      const el = controls(within, label).find((el) => el.tagName === "SELECT");
      if (!el) return { Problem: "no list has this label" };
      if (el.disabled) return { Problem: "the list is disabled" };
      const all = [...el.options];
      const option = all.find((o) => squeeze(o.label || o.text) === text || squeeze(o.text) === text) || all.find((o) => squeeze(o.text).startsWith(text));
      if (!option) return { Problem: "its options are " + all.map((o) => squeeze(o.text)).join(", ") };
      if (option.disabled) return { Problem: "this option is disabled" };
      el.focus();
      if (!option.selected) { option.selected = true; change(el); }
      return {};
    },
    focused: () => {
      const el = document.activeElement;
      if (!el || el === document.body) return "";
      if (el.labels && el.labels.length) return name(el.labels[0]);
      return el.tagName === "INPUT" && el.type !== "submit" ? squeeze(el.getAttribute("aria-label") || el.placeholder || el.name) : name(el);
    },
  };
})()
