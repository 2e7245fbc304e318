(() => {
  "use strict";
  const root = document.documentElement;
  const words = document.body.dataset;

  const theme = document.getElementById("theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const remember = (value) => { try { localStorage.setItem("theme", value); } catch { /* a file may not keep anything */ } };
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  if (["light", "dark"].includes(remembered())) root.dataset.theme = remembered();
  theme.hidden = false;
  theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    theme.setAttribute("aria-pressed", String(isDark()));
    remember(root.dataset.theme);
  });

  const collator = new Intl.Collator(root.lang, { numeric: true, sensitivity: "base" });
  const key = (row, column) => {
    const cell = row.children[column];
    return cell.dataset.order === undefined ? cell.textContent.trim() : cell.dataset.order;
  };
  const compare = (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? collator.compare(a, b) : x - y;
  };
  // Up, down, and as it was; totals stay at the end.
  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
  const sort = (table, rows, column) => {
    const headings = [...table.tHead.rows[0].cells];
    const way = NEXT[headings[column].getAttribute("aria-sort") ?? "none"];
    for (const heading of headings) heading.removeAttribute("aria-sort");
    if (way !== "none") headings[column].setAttribute("aria-sort", way);
    const stays = rows.filter((row) => row.dataset.stays !== undefined);
    const moves = rows.filter((row) => row.dataset.stays === undefined);
    if (way !== "none") moves.sort((a, b) => {
      const [x, y] = [key(a, column), key(b, column)];
      return x === "" || y === "" ? compare(x, y) : (way === "descending" ? -1 : 1) * compare(x, y);
    });
    table.tBodies[0].append(...(way === "none" ? rows : [...moves, ...stays]));
  };
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const rows = [...table.tBodies[0].rows];
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      // Beside the label, not around it: a printed head that comes again on the next page leaves buttons out.
      const label = heading.querySelector(".head");
      button.type = "button";
      button.setAttribute("aria-label", words.sort.replace("{column}", label.textContent));
      heading.abbr = label.textContent;
      label.append(button);
      button.addEventListener("click", () => sort(table, rows, column));
    });
  }

  // A row that is found brings the rows it stands under, and those that stand under it.
  const level = (row) => Number(row.dataset.level ?? 0);
  const found = (rows, wanted) => {
    const shown = new Set();
    const above = [];
    let below = Infinity;
    for (const row of rows) {
      while (above.length && level(above.at(-1)) >= level(row)) above.pop();
      if (level(row) <= below) below = Infinity;
      const hit = row.textContent.toLocaleLowerCase(root.lang).includes(wanted);
      if (hit) for (const one of above) shown.add(one);
      if (hit || below < Infinity) shown.add(row);
      if (hit) below = Math.min(below, level(row));
      above.push(row);
    }
    return shown;
  };
  for (const table of document.querySelectorAll("table[data-filterable]")) {
    const rows = [...table.tBodies[0].rows];
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("span");
    const box = document.createElement("div");
    box.className = "filter";
    input.type = "search";
    count.setAttribute("role", "status");
    label.append(words.filter);
    box.append(label, input, count);
    input.id = table.closest("[id]").id + "-filter";
    label.htmlFor = input.id;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLocaleLowerCase(root.lang);
      const shown = found(rows, wanted);
      for (const row of rows) row.hidden = !shown.has(row);
      count.textContent = wanted === "" ? "" : words.shown.replace("{shown}", shown.size).replace("{total}", rows.length);
    });
    table.closest(".scroll").before(box);
  }

  // Only what can be scrolled is a stop on the way through the page by keyboard.
  const stops = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const region of document.querySelectorAll(".scroll")) stops.observe(region);

  const links = new Map([...document.querySelectorAll(".contents.wide a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.parentElement.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -75% 0px" });
  for (const heading of document.querySelectorAll("main section > :is(h2, h3, h4)")) seen.observe(heading);
})();
