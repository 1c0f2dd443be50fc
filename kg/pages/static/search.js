// Finds terms by name or synonym in `terms` (static/index.js). Without scripts the lists of terms do the same.
(() => {
  const most = 40;
  const form = document.querySelector(".search");
  const input = document.getElementById("search");
  const found = document.getElementById("found");
  const count = document.getElementById("count");
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = terms.map(([label, kind, path, synonyms]) => ({
    label, kind, path, name: fold(label), all: fold([label, ...synonyms].join(" \n ")), synonyms,
  }));

  const rank = (row, query) => (row.name === query ? 0 : row.name.startsWith(query) ? 1 : row.name.includes(query) ? 2 : 3);

  const search = () => {
    const query = fold(input.value.trim());
    const words = query.split(/\s+/).filter(Boolean);
    const hits = words.length ? rows.filter((row) => words.every((word) => row.all.includes(word))) : [];
    hits.sort((a, b) => rank(a, query) - rank(b, query) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
    found.replaceChildren(...hits.slice(0, most).map((row) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = row.path;
      link.textContent = row.label;
      const more = row.name.includes(query) ? "" : row.synonyms.filter((name) => fold(name).includes(query)).join(", ");
      item.append(link, ` ${row.kind}${more ? ` (${more})` : ""}`);
      return item;
    }));
    const shown = hits.length > most ? `, the first ${most} shown` : "";
    count.textContent = words.length ? `${hits.length} ${hits.length === 1 ? "term" : "terms"}${shown}` : "";
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", search);
})();
