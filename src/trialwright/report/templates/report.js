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
  const sort = (table, column, heading) => {
    const isDown = heading.getAttribute("aria-sort") === "ascending";
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [key(a, column), key(b, column)];
      return x === "" || y === "" ? compare(x, y) : (isDown ? -1 : 1) * compare(x, y);
    });
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    body.append(...rows);
  };
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      const label = heading.querySelector(".head");
      button.type = "button";
      label.replaceWith(button);
      button.append(label);
      button.addEventListener("click", () => sort(table, column, heading));
    });
  }

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
      let shown = 0;
      for (const row of rows) {
        row.hidden = wanted !== "" && !row.textContent.toLocaleLowerCase(root.lang).includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = wanted === "" ? "" : words.shown.replace("{shown}", shown).replace("{total}", rows.length);
    });
    table.closest(".scroll").before(box);
  }

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
