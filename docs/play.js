// A page read from disk has no server for the folder play/, so its links lead to the edition in one file.
if (location.protocol === "file:") {
  for (const link of document.querySelectorAll('a[href*="play/index.html"]')) {
    link.href = link.href.replace("play/index.html", "play/shuzi.html");
  }
}
