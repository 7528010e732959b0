"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const letters = one("#letters");
  const form = one(".filters");
  const rows = all("#letters .list a");
  const isWide = () => matchMedia("(min-width: 981px)").matches;
  document.documentElement.classList.add("js");

  // A letter's frame is as high as the letter. It is sandboxed without scripts; only its height is read.
  const fit = (frame) => {
    const body = frame.contentDocument && frame.contentDocument.body;
    if (body && body.scrollHeight) frame.style.height = Math.ceil(body.getBoundingClientRect().height) + 2 + "px";
  };
  document.addEventListener("load", (event) => event.target.tagName === "IFRAME" && fit(event.target), true);
  addEventListener("resize", () => all(".letter.open iframe").forEach(fit));

  // Only the list moves, never the page.
  const reveal = (row) => {
    const list = one("#letters .list"), top = row.offsetTop - 40, bottom = row.offsetTop + row.offsetHeight;
    if (list.scrollTop > top) list.scrollTop = top;
    else if (list.scrollTop + list.clientHeight < bottom) list.scrollTop = bottom - list.clientHeight;
  };

  const shown = () => rows.filter((row) => !row.parentElement.hidden);
  const articleOf = (row) => document.getElementById(row.hash.slice(1));

  const open = (article) => {
    const view = article.closest(".view");
    all("article.open").forEach((other) => other.classList.remove("open"));
    article.classList.add("open");
    view.classList.add("picked");
    for (const row of rows) {
      const isCurrent = row.hash === "#" + article.id;
      if (isCurrent) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (isCurrent && isWide()) reveal(row);
    }
    all("iframe", article).forEach(fit);
  };

  const route = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1))) || one("#cases");
    const view = target.closest(".view");
    if (!view) return;
    for (const other of all(".view")) other.hidden = other !== view;
    for (const tab of all(".tabs a")) {
      if (tab.hash === "#" + view.id) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    all("article.open").forEach((article) => article.classList.remove("open"));
    view.classList.remove("picked");
    if (target.matches("article")) open(target);
    else if (view === letters && isWide() && shown().length) open(articleOf(shown()[0]));
    if (target.matches("details")) target.open = true;
    if (location.hash) {
      const top = one(".tabs").getBoundingClientRect().top + scrollY;
      if (target.matches("details")) target.scrollIntoView();
      else if (scrollY > top || target.matches("article")) scrollTo(0, top);
    }
  };

  const filter = () => {
    const wanted = { reader: form.reader.value, case: form.case.value, kind: form.kind.value };
    for (const row of rows) {
      const { reader, side, case: number, kind } = row.dataset;
      row.parentElement.hidden =
        (wanted.reader && wanted.reader !== reader && wanted.reader !== side) ||
        (wanted.case && wanted.case !== number) ||
        (wanted.kind && wanted.kind !== kind);
    }
    for (const day of all("#letters .list .day"))
      day.hidden = !all("li", day.nextElementSibling).some((item) => !item.hidden);
    const found = shown();
    form.querySelector("output").textContent =
      found.length === rows.length ? `${rows.length} letters` : `${found.length} of ${rows.length} letters`;
    if (!letters.hidden && isWide() && found.length && !found.some((row) => row.hasAttribute("aria-current"))) open(articleOf(found[0]));
  };

  const step = (by) => {
    const found = shown();
    const here = found.findIndex((row) => row.hasAttribute("aria-current"));
    const next = found[Math.min(Math.max(here + by, 0), found.length - 1)];
    if (next) location.replace(next.hash);
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-only]");
    if (!link) return;
    form.reset();
    form.case.value = link.dataset.only;
    filter();
  });
  document.addEventListener("keydown", (event) => {
    if (letters.hidden || event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (by) {
      event.preventDefault();
      step(by);
    }
  });
  addEventListener("hashchange", route);
  route();
  filter();
})();
