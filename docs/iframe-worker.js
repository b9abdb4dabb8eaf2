// Lets the search run from disk, where browsers start no worker: the worker's script runs in a hidden frame instead.
(() => {
  if (location.protocol !== "file:") return;

  class IFrameWorker extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.inner = frame.contentWindow;
      this.inner.postToPage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      this.inner.document.write(`<script>
        postMessage = (data) => setTimeout(() => postToPage(data));
        importScripts = (...addresses) => addresses.reduce((before, src) => before.then(() => new Promise((done, fail) => {
          const script = Object.assign(document.createElement("script"), { src, onload: done, onerror: fail });
          document.head.append(script);
        })), Promise.resolve());
      </script><script src="${new URL(address, location)}"></script>`);
      this.inner.document.close();
      this.ready = new Promise((done) => frame.addEventListener("load", done, { once: true }));
    }
    postMessage(data) {
      this.ready.then(() => this.inner.dispatchEvent(new MessageEvent("message", { data })));
    }
    set onmessage(heard) {
      this.addEventListener("message", heard);
    }
    terminate() {
      this.inner.frameElement.remove();
    }
  }
  // by the second name, the worker's script knows that it is in a frame and where its other scripts lie
  window.Worker = window.IFrameWorker = IFrameWorker;
})();
