// Runs before the first paint, so that the chosen theme does not flash in late.
(() => {
  try {
    const theme = localStorage.getItem("shuzi.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // storage may be forbidden; then the system's theme is used
  }
})();
