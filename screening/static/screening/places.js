// Where on which page is a text? A place is {page, quote, box}: box is left, top, right, bottom as parts (0 to 1) of the page as it is shown.
// Places are drawn over the pages of a viewer, and taken from it: the text that is selected, the hit that is found, a rectangle that is
// drawn, or moved and sized by keys.

const FINEST = 5; // digits: finer than any letter
const LONGEST = 2000; // letters of a quote
const LEAST = 4; // pixels: anything smaller was a click
const [STEP, FINE] = [0.01, 0.002]; // parts of the page by which a key moves a rectangle
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = "Arrow keys move the rectangle, with Shift they size it, with Ctrl by less; Enter takes it, Escape leaves.";

const part = (value) => Number(Math.min(1, Math.max(0, value)).toFixed(FINEST));
const tidy = (text) => text.replace(/\s+/g, " ").trim().slice(0, LONGEST);

export class Places {
  constructor(viewer) {
    this.viewer = viewer; // <pdf-viewer>
    this.shown = []; // {page, box, label}
    this.sought = false; // whether something was searched for since these are shown
    viewer.bus.on("pagerendered", ({ pageNumber }) => this.paint(pageNumber));
    const scroll = viewer.one("scroll");
    scroll.addEventListener("pointerdown", (event) => this.begin(event));
    scroll.addEventListener("pointermove", (event) => this.go(event));
    scroll.addEventListener("pointerup", (event) => this.end(event));
    scroll.addEventListener("pointercancel", () => this.stop());
  }

  // --- shown ---

  pageOf(number) {
    return this.viewer.one("pages").querySelector(`.page[data-page-number="${number}"]`);
  }

  // Draw these places in the room of those before; lead to `at`.
  show(places, at) {
    this.shown = places.filter((each) => each.box);
    this.sought = false;
    for (const page of this.viewer.one("pages").querySelectorAll(".page")) this.paint(Number(page.dataset.pageNumber));
    if (at) this.lead(at);
  }

  paint(number) {
    const page = this.pageOf(number);
    for (const old of page ? page.querySelectorAll(":scope > .pdf-place") : []) old.remove();
    for (const { box, label } of page ? this.shown.filter((each) => each.page === number) : []) {
      const drawn = frame(box);
      if (label) drawn.append(Object.assign(document.createElement("span"), { textContent: label }));
      page.append(drawn);
    }
  }

  lead({ page, box, quote }) {
    const { viewer } = this.viewer;
    const number = Math.min(Math.max(1, page || 1), viewer.pagesCount);
    if (!box && quote) return this.viewer.lookFor(quote, number);
    viewer.scrollPageIntoView({ pageNumber: number });
    if (!box) return undefined;
    const scroll = this.viewer.one("scroll");
    const area = this.pageOf(number).getBoundingClientRect();
    scroll.scrollTop += area.top + box[1] * area.height - scroll.getBoundingClientRect().top - scroll.clientHeight / 3;
    scroll.scrollLeft += area.left + box[0] * area.width - scroll.getBoundingClientRect().left - scroll.clientWidth / 4;
    return undefined;
  }

  // --- taken ---

  // What is selected; else the hit on which the search stands; else nothing.
  chosen() {
    const selection = document.getSelection();
    const pages = this.viewer.one("pages");
    if (selection.rangeCount && !selection.isCollapsed && pages.contains(selection.anchorNode)) {
      return around(pages, [selection.getRangeAt(0)], selection.toString());
    }
    const hits = [...pages.querySelectorAll(".textLayer .highlight.selected")];
    const ranges = hits.map((each) => {
      const range = document.createRange();
      range.selectNodeContents(each);
      return range;
    });
    return ranges.length ? around(pages, ranges, hits.map((each) => each.textContent).join(" ")) : null;
  }

  // --- drawn ---

  begin(event) {
    const page = event.target.closest?.(".page");
    if (!this.viewer.drawing || !page || event.button) return;
    event.preventDefault();
    this.viewer.one("scroll").setPointerCapture(event.pointerId);
    this.draft = { page, from: [event.clientX, event.clientY], frame: frame([0, 0, 0, 0]) };
    this.draft.frame.classList.add("pdf-draft");
    page.append(this.draft.frame);
  }

  boxOf(event) {
    const area = this.draft.page.getBoundingClientRect();
    const [x, y] = this.draft.from;
    const xs = [x, event.clientX].sort((a, b) => a - b).map((each) => part((each - area.left) / area.width));
    const ys = [y, event.clientY].sort((a, b) => a - b).map((each) => part((each - area.top) / area.height));
    return [xs[0], ys[0], xs[1], ys[1]];
  }

  go(event) {
    if (this.draft) put(this.draft.frame, this.boxOf(event));
  }

  end(event) {
    if (!this.draft) return;
    const [left, top, right, bottom] = this.boxOf(event);
    const { page } = this.draft;
    const area = page.getBoundingClientRect();
    this.stop();
    if ((right - left) * area.width < LEAST || (bottom - top) * area.height < LEAST) return;
    const box = [left, top, right, bottom];
    this.viewer.take({ page: Number(page.dataset.pageNumber), quote: beneath(page, box), box });
  }

  stop() {
    this.draft?.frame.remove();
    this.draft = null;
  }

  // --- held by keys ---

  // A rectangle on the page in view: around the hit of a search made since, or the one that is shown there, or a new one in the middle of
  // what is seen of it.
  hold() {
    const number = this.viewer.viewer.currentPageNumber;
    const page = this.pageOf(number);
    const hit = this.sought && this.chosen();
    const [area, seen] = [page.getBoundingClientRect(), this.viewer.one("scroll").getBoundingClientRect()];
    const middle = part(((Math.max(area.top, seen.top) + Math.min(area.bottom, seen.bottom)) / 2 - area.top) / area.height);
    const top = Math.min(0.9, Math.max(0.05, middle));
    const begun = [hit, ...this.shown].find((each) => each?.page === number);
    const box = begun?.box || [0.1, top, 0.6, part(top + 0.05)];
    const drawn = frame(box);
    drawn.classList.add("pdf-draft", "pdf-held");
    drawn.tabIndex = 0;
    drawn.setAttribute("role", "application");
    drawn.setAttribute("aria-label", `Rectangle on page ${number}. ${KEYS}`);
    page.append(drawn);
    this.held = { page, frame: drawn, box: [...box] };
    drawn.addEventListener("keydown", (event) => this.move(event));
    drawn.addEventListener("blur", () => this.release());
    drawn.focus({ preventScroll: true });
    this.viewer.one("found").textContent = KEYS;
  }

  move(event) {
    const { page, frame: drawn, box } = this.held;
    const way = WAYS[event.key];
    if (event.altKey || event.metaKey || !(way || ["Enter", "Escape"].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    if (!way) return this.release(event.key === "Enter" && { page: Number(page.dataset.pageNumber), quote: beneath(page, box), box });
    const step = event.ctrlKey ? FINE : STEP;
    for (const axis of [0, 1].filter((each) => way[each])) {
      const [from, to] = [box[axis], box[axis + 2]];
      const by = Math.max(event.shiftKey ? from + STEP - to : -from, Math.min(1 - to, way[axis] * step));
      if (!event.shiftKey) box[axis] = part(from + by);
      box[axis + 2] = part(to + by);
    }
    put(drawn, box);
    drawn.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  release(place = null) {
    const { held } = this;
    if (!held) return;
    this.held = null;
    this.viewer.one("found").textContent = "";
    const kept = document.activeElement === held.frame;
    held.frame.remove();
    if (place) this.viewer.take(place);
    else if (kept) this.viewer.querySelector('[data-pdf-act="draw"]').focus();
  }
}

function frame(box) {
  const drawn = Object.assign(document.createElement("div"), { className: "pdf-place" });
  put(drawn, box);
  return drawn;
}

function put(drawn, [left, top, right, bottom]) {
  Object.assign(drawn.style, {
    left: `${left * 100}%`, top: `${top * 100}%`, width: `${(right - left) * 100}%`, height: `${(bottom - top) * 100}%`,
  });
}

// The place of these ranges of text: the rectangle lies on the page where they begin.
function around(pages, ranges, text) {
  const first = ranges[0].startContainer;
  const page = (first.nodeType === Node.TEXT_NODE ? first.parentElement : first).closest(".page") || pages.querySelector(".page");
  const area = page.getBoundingClientRect();
  const inside = (each) => each.width && each.height && each.top < area.bottom && each.bottom > area.top;
  const rows = ranges.flatMap((range) => [...wordsIn(page, range)]).filter(inside);
  if (!rows.length) return null;
  const left = Math.min(...rows.map((each) => each.left)) - area.left;
  const right = Math.max(...rows.map((each) => each.right)) - area.left;
  const top = Math.min(...rows.map((each) => each.top)) - area.top;
  const bottom = Math.max(...rows.map((each) => each.bottom)) - area.top;
  const box = [part(left / area.width), part(top / area.height), part(right / area.width), part(bottom / area.height)];
  return { page: Number(page.dataset.pageNumber), quote: tidy(text), box };
}

// The areas of a range's letters on a page: of its text alone, for the layer that holds the text is as large as the page.
function* wordsIn(page, range) {
  for (const node of texts(page)) {
    if (!range.intersectsNode(node)) continue;
    const own = document.createRange();
    own.selectNodeContents(node);
    if (node === range.startContainer) own.setStart(node, range.startOffset);
    if (node === range.endContainer) own.setEnd(node, range.endOffset);
    yield* own.getClientRects();
  }
}

function* texts(page) {
  const layer = page.querySelector(".textLayer");
  const walker = layer && document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  while (walker?.nextNode()) yield walker.currentNode;
}

// The words whose middle lies in a rectangle of the page.
function beneath(page, [left, top, right, bottom]) {
  const area = page.getBoundingClientRect();
  const words = [];
  for (const node of texts(page)) {
    for (const match of node.data.matchAll(/\S+/g)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const at = range.getBoundingClientRect();
      const x = (at.left + at.width / 2 - area.left) / area.width;
      const y = (at.top + at.height / 2 - area.top) / area.height;
      if (left <= x && x <= right && top <= y && y <= bottom) words.push(match[0]);
    }
  }
  return tidy(words.join(" "));
}

// The place that the end of an address names, such as #page=4&box=0.1,0.2,0.5,0.3; null for anything else.
export function placeIn(fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const page = Number(said.get("page"));
  const box = (said.get("box") || "").split(",").map(Number);
  const isBox = box.length === 4 && box.every((each) => each >= 0 && each <= 1) && box[0] < box[2] && box[1] < box[3];
  const place = { page: Number.isInteger(page) && page > 0 ? page : null, quote: said.get("quote") || "", box: isBox ? box : null };
  return place.page || place.quote ? place : null;
}
