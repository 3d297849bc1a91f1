// Elements and text. Nothing here parses markup, so the description cannot inject elements or scripts.

const byId = (id) => document.getElementById(id);

const el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
};

// `code`, **strong**, *emphasis*
const inline = (text) =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).filter(Boolean).map((part) => {
    if (/^`.+`$/s.test(part)) return el("code", {}, part.slice(1, -1));
    if (/^\*\*.+\*\*$/s.test(part)) return el("strong", {}, part.slice(2, -2));
    if (/^\*.+\*$/s.test(part)) return el("em", {}, part.slice(1, -1));
    return part.replace(/\s+/g, " ");
  });

// The part of Markdown that descriptions use: headings, lists, indented code, paragraphs.
const prose = (text) => {
  const blocks = [];
  for (const block of (text || "").split(/\n{2,}/)) {
    const heading = /^(#+) (.+)$/.exec(block);
    if (heading) blocks.push(el(heading[1].length <= 2 ? "h2" : "h3", {}, inline(heading[2])));
    else if (/^ {4}/.test(block)) blocks.push(json(block.replace(/^ {4}/gm, "")));
    else if (/^- /.test(block)) blocks.push(el("ul", {}, block.split(/^- /m).slice(1).map((item) => el("li", {}, inline(item.trim())))));
    else if (block.trim()) blocks.push(el("p", {}, inline(block.trim())));
  }
  return blocks;
};

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

// JSON with syntax colours.
const json = (value) => {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const code = el("code");
  let last = 0;
  for (const found of text.matchAll(TOKEN)) {
    code.append(text.slice(last, found.index));
    const kind = found[2] ? "key" : found[1] ? "text" : "number";
    code.append(el("span", { className: kind }, found[1] || found[0]), found[2] || "");
    last = found.index + found[0].length;
  }
  code.append(text.slice(last));
  return el("pre", { tabIndex: 0 }, code);
};

const copyButton = (text, what) => {
  const button = el("button", { type: "button", className: "small", onclick: async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = what; }, 1500);
  } }, what);
  return navigator.clipboard ? button : null;
};
