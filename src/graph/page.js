"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const picture = find("picture"), svg = picture.querySelector("svg"), input = find("find");
  const nodes = all(".l-domain, .l-segment", svg), parts = all("[data-of], [data-on], [data-first]", svg), items = all("#list li");
  const articles = all("#details article");
  const words = (text) => (text || "").split(" ").filter(Boolean);

  // What a node is connected with: itself, its lines, and what is at their other ends.
  const near = new Map(nodes.map((node) => [node.id, new Set([node])]));
  const join = (part, some, others) => {
    for (const id of some) for (const thing of [part, ...others.map(find)]) if (near.has(id) && thing) near.get(id).add(thing);
  };
  for (const part of parts) {
    const { of, on, first, then } = part.dataset;
    join(part, words(of), words(on));
    join(part, words(on), words(of));
    join(part, words(first), words(then));
    join(part, words(then), words(first));
  }
  for (const part of parts.filter((part) => part.matches(".l-interface"))) {
    const rail = parts.filter((other) => other.matches(".l-rail, .l-uplink") && other.dataset.on === part.dataset.on);
    for (const line of rail) near.get(part.dataset.of).add(line);
  }

  let chosen = "", hovered = "";
  const follow = () => {
    const id = hovered || chosen;
    svg.classList.toggle("follows", near.has(id) || matching !== null);
    const lit = near.get(id) || matching || new Set();
    for (const part of [...nodes, ...parts]) part.classList.toggle("near", lit.has(part));
    for (const node of nodes) node.classList.toggle("chosen", node.id === chosen);
  };

  // The address of the page says what is chosen, so that links and the browser's own way back work.
  const choose = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    chosen = near.has(id) ? id : "";
    for (const article of articles) article.hidden = article.id !== (chosen ? "about-" + chosen : "about");
    for (const item of items) {
      const link = item.firstElementChild;
      if (chosen && link.hash === "#" + chosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    follow();
    if (!chosen) return;
    const node = find(chosen).getBoundingClientRect(), view = picture.getBoundingClientRect();
    const seen = node.left >= view.left && node.right <= view.right && node.top >= view.top && node.bottom <= view.bottom;
    if (!seen) {
      picture.scrollBy({
        left: node.left - view.left - Math.max(12, (view.width - node.width) / 2),
        top: node.top - view.top - Math.max(12, (view.height - node.height) / 2),
      });
    }
    const article = find("about-" + chosen);
    find("details").scrollTop = 0;
    const stacked = getComputedStyle(document.querySelector("aside")).display === "block";
    if (stacked) article.scrollIntoView({ block: "start" });
  };
  const go = (id) => {
    if (id) location.hash = id;
    else {
      history.pushState(null, "", location.pathname + location.search);
      choose();
    }
  };

  let matching = null;
  const search = () => {
    const asked = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = items.filter((item) => {
      item.hidden = !asked.every((word) => item.dataset.foundBy.includes(word));
      return !item.hidden;
    });
    matching = asked.length ? new Set(found.map((item) => find(item.firstElementChild.hash.slice(1)))) : null;
    find("count").textContent = asked.length ? (found.length || "Nothing") + " found" : "";
    follow();
  };
  // What Enter chooses: what is called so, else what has it somewhere.
  const best = () => {
    const asked = input.value.trim().toLowerCase(), name = (link) => link.firstElementChild.textContent.toLowerCase();
    const found = links();
    return found.find((link) => name(link) === asked) || found.find((link) => name(link).includes(asked)) || found[0];
  };
  const links = () => items.filter((item) => !item.hidden).map((item) => item.firstElementChild);

  for (const node of nodes) {
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", node.querySelector("title").textContent);
    node.addEventListener("click", () => go(node.id === chosen ? "" : node.id));
    node.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "touch") return;
      hovered = node.id;
      follow();
    });
    node.addEventListener("pointerleave", () => {
      hovered = "";
      follow();
    });
    node.addEventListener("focus", () => node.scrollIntoView({ block: "nearest", inline: "nearest" }));
  }
  input.addEventListener("input", search);
  window.addEventListener("hashchange", choose);
  window.addEventListener("popstate", choose);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const used = () => event.preventDefault();
    if (event.key === "/" && at !== input) {
      used();
      input.focus();
      input.select();
    } else if (event.key === "Escape") {
      used();
      if (input.value) {
        input.value = "";
        search();
      } else if (chosen) go("");
    } else if (at === input && event.key === "Enter" && links().length) {
      used();
      go(best().hash.slice(1));
    } else if (at === input && step === 1 && links().length) {
      used();
      links()[0].focus();
    } else if (step && links().includes(at)) {
      used();
      (links()[links().indexOf(at) + step] || (step < 0 ? input : at)).focus();
    } else if (nodes.includes(at) && (event.key === "Enter" || event.key === " ")) {
      used();
      go(at.id === chosen ? "" : at.id);
    } else if (nodes.includes(at) && step) {
      used();
      const kin = nodes.filter((node) => node.matches(".l-domain") === at.matches(".l-domain"));
      (kin[kin.indexOf(at) + step] || at).focus();
    }
  });

  const [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
  let scale = 1;
  const zoom = (to) => {
    scale = Math.min(4, Math.max(0.2, to));
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
  };
  const whole = () => Math.min(1, (picture.clientWidth - 2) / width, (picture.clientHeight - 2) / height);
  find("smaller").addEventListener("click", () => zoom(scale / 1.25));
  find("larger").addEventListener("click", () => zoom(scale * 1.25));
  find("fit").addEventListener("click", () => zoom(whole()));
  // Letters stay legible: what is larger is moved through.
  zoom(Math.max(0.7, Math.min(1, (picture.clientWidth - 2) / width)));
  choose();
})();
