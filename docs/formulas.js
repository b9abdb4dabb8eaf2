// Renders the formulas of a page. KaTeX is loaded only if there are any, and from this site.
(() => {
  const formulas = document.querySelectorAll(".arithmatex");
  if (formulas.length === 0) return;
  const folder = new URL("katex/", document.currentScript.src);

  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("katex.min.css", folder).href;
  document.head.append(style);

  const script = document.createElement("script");
  script.src = new URL("katex.min.js", folder).href;
  script.onload = () => {
    for (const each of formulas) {
      const text = each.textContent.trim(); // \( … \) or \[ … \]
      katex.render(text.slice(2, -2), each, { displayMode: text.startsWith("\\["), throwOnError: false });
    }
  };
  document.head.append(script);
})();
