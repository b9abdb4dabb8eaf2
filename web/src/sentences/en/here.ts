/** Why something could not be read by the page alone. */
export const here = {
  "here.picture":
    "This browser cannot open the file as a picture. Save it as PNG or JPEG; HEIC and TIFF need shuzi serve.",
  "here.large": "The picture is too large to read here: 50 million pixels at most.",
  "here.file": "A model could not be loaded. Check the connection, then try again.",
  "here.fault": "The picture could not be read in this browser. A newer browser may help.",
  "here.pdf":
    "PDFs are read by the service only: install shuzi and run shuzi serve, or save the page as a picture.",
  "here.model": "This page has only the models that come with shuzi. Choose one of them.",
  "here.own":
    "A network that was trained in the page reads only what this browser can open. Choose another model for this file.",
};
