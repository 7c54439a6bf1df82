// How is a PDF read beside the vote or the sheet? Pages drawn as they come into view, zoom, search, and the review's terms marked.
// <pdf-viewer> starts when it comes into view, so that cards handed out ahead load nothing; without script its link remains.
// A PDF's own scripts, forms and links are not run: the part of pdf.js that could is not here.

import { Places, placeIn } from "./places.js";

const HOME = new URL("./pdfjs/", import.meta.url);
const FIND_AFTER = 250; // ms without another letter
const MARKS = CSS.highlights ? ["include", "exclude"] : [];

let library;

// pdf.js is a large file: fetched once, by the first viewer that is looked at.
function pdfjs() {
  library ||= (async () => {
    globalThis.pdfjsLib = await import(new URL("pdf.min.mjs", HOME));
    pdfjsLib.GlobalWorkerOptions.workerSrc = new URL("pdf.worker.min.mjs", HOME).href;
    return import(new URL("pdf_viewer.mjs", HOME));
  })();
  return library;
}

class PdfViewer extends HTMLElement {
  connectedCallback() {
    this.ready = new Promise((resolve) => (this.isReady = resolve)); // its pages are there
    this.one = (name) => this.querySelector(`[data-pdf="${name}"]`);
    this.seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.seen.disconnect();
      this.start();
    });
    this.seen.observe(this);
  }

  disconnectedCallback() {
    this.seen.disconnect();
    this.unmarkAll();
    this.task?.destroy();
    this.viewer = this.task = null;
  }

  async start() {
    for (const part of ["bar", "box"]) this.one(part).hidden = false;
    this.one("wait").textContent = "Loading the report …";
    try {
      const { EventBus, PDFFindController, PDFLinkService, PDFViewer } = await pdfjs();
      if (!this.isConnected) return;
      const eventBus = (this.bus = new EventBus());
      const linkService = new PDFLinkService({ eventBus });
      this.find = new PDFFindController({ eventBus, linkService });
      this.viewer = new PDFViewer({
        container: this.one("scroll"),
        viewer: this.one("pages"),
        eventBus,
        linkService,
        findController: this.find,
        annotationMode: pdfjsLib.AnnotationMode.DISABLE,
        annotationEditorMode: pdfjsLib.AnnotationEditorType.DISABLE,
      });
      linkService.setViewer(this.viewer);
      this.places = new Places(this);
      this.listen();
      this.task = pdfjsLib.getDocument({
        url: this.dataset.url,
        cMapUrl: new URL("cmaps/", HOME).href,
        standardFontDataUrl: new URL("standard_fonts/", HOME).href,
        wasmUrl: new URL("wasm/", HOME).href,
        enableXfa: false,
        isEvalSupported: false,
        disableAutoFetch: true, // of a large file only the pages that are looked at
      });
      const pdf = await this.task.promise;
      this.viewer.setDocument(pdf);
      linkService.setDocument(pdf);
      this.find.setDocument(pdf);
    } catch (error) {
      if (this.task || !this.viewer) this.say(this.wrong(error));
    }
  }

  wrong(error) {
    const reasons = {
      PasswordException: "This PDF is locked by a password.",
      InvalidPDFException: "This PDF is damaged and cannot be shown here.",
    };
    return `${reasons[error.name] || "This PDF cannot be shown here."} Save it with the link above, and open it with another program.`;
  }

  say(sentence) {
    this.one("box").hidden = true;
    this.one("bar").hidden = true;
    this.one("said").textContent = sentence;
    this.one("said").hidden = false;
  }

  listen() {
    const { bus, viewer } = this;
    const number = this.one("number");
    bus.on("pagesinit", () => {
      viewer.currentScaleValue = "page-width";
      number.max = viewer.pagesCount;
      this.one("count").textContent = `of ${viewer.pagesCount}`;
      this.showPage();
      this.isReady();
      this.followAddress();
    });
    bus.on("pagerendered", () => (this.one("wait").textContent = ""), { once: true });
    bus.on("pagechanging", () => this.showPage());
    bus.on("textlayerrendered", ({ pageNumber }) => this.mark(pageNumber));
    bus.on("updatetextlayermatches", () => this.markAgain()); // what is found is cut out of the text, and our places with it
    bus.on("updatefindmatchescount", ({ matchesCount }) => this.told(matchesCount));
    bus.on("updatefindcontrolstate", ({ matchesCount }) => this.told(matchesCount));
    this.resized = new ResizeObserver(() => {
      const fitted = viewer.currentScaleValue;
      if (fitted === "page-width" && this.offsetParent) viewer.currentScaleValue = fitted;
    });
    this.resized.observe(this.one("scroll"));
    this.addEventListener("pointerdown", (event) => { // a tap on the button would take the selection away first
      this.ahead = event.target.closest('[data-pdf-act="take"]') && this.places.chosen();
    });
    this.addEventListener("click", (event) => {
      const act = event.target.closest("[data-pdf-act]")?.dataset.pdfAct;
      if (act) this.act(act, event.detail === 0);
    });
    number.addEventListener("change", () => {
      if (number.checkValidity() && number.value) viewer.currentPageNumber = Number(number.value);
      else this.showPage();
    });
    const words = this.one("words");
    let waiting;
    words.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.search(""), FIND_AFTER);
    });
    words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(waiting);
      this.search(words.value === this.searched ? "again" : "", event.shiftKey);
    });
  }

  act(name, byKey = false) {
    const { viewer } = this;
    const acts = {
      back: () => viewer.previousPage(),
      on: () => viewer.nextPage(),
      smaller: () => viewer.decreaseScale(),
      larger: () => viewer.increaseScale(),
      width: () => (viewer.currentScaleValue = "page-width"),
      before: () => this.search("again", true),
      after: () => this.search("again"),
      terms: () => this.toggleTerms(),
      words: () => this.one("words").focus(),
      draw: () => (byKey && !this.drawing ? this.places.hold() : this.draw(!this.drawing)),
      take: () => this.take(this.ahead || this.places.chosen()),
    };
    if (viewer) acts[name]();
  }

  // --- places: shown for the address, or for a page that asks; taken for a page that listens for pdf:taken -----------

  async show(places, at) {
    await this.ready;
    this.places.show(places, at);
  }

  followAddress() {
    if (!("follows" in this.dataset)) return;
    const go = () => {
      const place = placeIn(location.hash);
      if (place) this.places.show([place], place);
    };
    window.addEventListener("hashchange", go);
    go();
  }

  draw(on) {
    this.drawing = on;
    this.one("scroll").classList.toggle("pdf-drawing", on);
    this.querySelector('[data-pdf-act="draw"]').setAttribute("aria-pressed", String(on));
  }

  take(place) {
    this.ahead = null;
    if (this.drawing) this.draw(false);
    this.dispatchEvent(new CustomEvent("pdf:taken", { bubbles: true, detail: place }));
  }

  // Search for a text, on this page and from there.
  lookFor(text, page) {
    this.viewer.currentPageNumber = page;
    this.one("words").value = text;
    this.search("");
  }

  showPage() {
    this.one("number").value = this.viewer.currentPageNumber;
  }

  search(type, findPrevious = false) {
    this.searched = this.one("words").value;
    this.places.sought = true;
    this.bus.dispatch("find", {
      source: this, type, query: this.searched, caseSensitive: false, entireWord: false, highlightAll: true, findPrevious,
      matchDiacritics: false,
    });
    if (!this.searched.trim()) this.one("found").textContent = "";
    const selection = document.getSelection();
    if (this.one("pages").contains(selection.anchorNode)) selection.removeAllRanges(); // what is found is what is taken
  }

  told({ current, total }) {
    if (!this.one("words").value.trim()) return;
    this.one("found").textContent = total ? `${current || 1} of ${total}` : "Not found";
  }

  // --- the review's terms: painted over the text, which itself is not touched -----------------------------------

  terms(kind) {
    this.patterns ||= {};
    this.patterns[kind] ??= pattern(this.dataset[`${kind}Terms`] || "");
    return this.patterns[kind];
  }

  mark(pageNumber) {
    if (this.dataset.marks === "off") return;
    const layer = this.viewer?.getPageView(pageNumber - 1)?.textLayer?.div;
    if (!layer) return;
    this.painted ||= new Map();
    this.unmark(pageNumber);
    const ranges = [];
    for (const kind of MARKS) {
      for (const range of this.terms(kind) ? found(layer, this.terms(kind)) : []) {
        highlight(kind).add(range);
        ranges.push([kind, range]);
      }
    }
    this.painted.set(pageNumber, ranges);
  }

  markAgain() {
    clearTimeout(this.marking);
    this.marking = setTimeout(() => {
      for (const pageNumber of [...(this.painted?.keys() || [])]) this.mark(pageNumber);
    });
  }

  unmark(pageNumber) {
    for (const [kind, range] of this.painted?.get(pageNumber) || []) highlight(kind).delete(range);
    this.painted?.delete(pageNumber);
  }

  unmarkAll() {
    for (const pageNumber of [...(this.painted?.keys() || [])]) this.unmark(pageNumber);
    this.resized?.disconnect();
  }

  toggleTerms() {
    const off = this.dataset.marks !== "off";
    this.dataset.marks = off ? "off" : "on";
    this.querySelector('[data-pdf-act="terms"]').setAttribute("aria-pressed", String(!off));
    for (const pageNumber of [...(this.painted?.keys() || [])]) this.unmark(pageNumber);
    if (!off) for (let page = 1; page <= this.viewer.pagesCount; page += 1) this.mark(page);
  }
}

function highlight(kind) {
  const name = `term-${kind}`;
  if (!CSS.highlights.has(name)) CSS.highlights.set(name, new Highlight());
  return CSS.highlights.get(name);
}

// Terms stand one on a line. A * stands for the rest of a word; spaces for any space or line's end.
function pattern(lines) {
  const terms = lines.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!terms.length) return null;
  const written = terms
    .sort((a, b) => b.length - a.length)
    .map((term) => term.replace(/[.+?^${}()|[\]\\/-]/g, "\\$&").replaceAll("*", "[\\p{L}\\p{N}]*").replace(/\s+/g, "\\s+"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${written.join("|")})(?![\\p{L}\\p{N}])`, "giu");
}

// The places of a pattern in a page's text, which pdf.js lays out in many pieces; a line's end counts as a space.
function found(layer, wanted) {
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const pieces = [];
  let text = "";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) {
      pieces.push({ node, start: text.length });
      text += node.data;
    } else if (node.tagName === "BR") {
      text += " ";
    }
  }
  const at = (offset) => {
    const piece = pieces.findLast((each) => each.start <= offset);
    return [piece.node, Math.min(offset - piece.start, piece.node.length)];
  };
  return [...text.matchAll(wanted)].map((match) => {
    const [startContainer, startOffset] = at(match.index);
    const [endContainer, last] = at(match.index + match[0].length - 1);
    return new StaticRange({ startContainer, startOffset, endContainer, endOffset: last + 1 });
  });
}

customElements.define("pdf-viewer", PdfViewer);
