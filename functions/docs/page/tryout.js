// Trying a route out: a form, the request, and the answer.

const TOKEN_KEY = "smart-exam-token";

const token = () => sessionStorage.getItem(TOKEN_KEY) || "";

const field = (name, input) => el("label", { className: "value" }, el("span", {}, name), input);

const shellQuoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const isForm = (body) => body instanceof FormData;
const address = (url) => new URL(url, location.href).href;
const fileName = (value) => value instanceof File ? value.name : null;

const curlOf = ({ method, url, headers, body }) => [
  `curl${method === "GET" ? "" : ` -X ${method}`} ${shellQuoted(address(url))}`,
  ...Object.entries(headers).map(([name, value]) =>
    `-H ${name === "Authorization" ? '"Authorization: Bearer $TOKEN"' : shellQuoted(`${name}: ${value}`)}`),
  ...(typeof body === "string" ? [`-d ${shellQuoted(body)}`] : []),
  ...(isForm(body) ? [...body].map(([name, value]) =>
    `-F ${shellQuoted(`${name}=${fileName(value) === null ? value : `@${fileName(value)}`}`)}`) : []),
].join(" \\\n  ");

const parsed = (text) => { try { return JSON.parse(text); } catch { return text; } };

// JSON as a literal of Python.
const pythonOf = (value) => {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${pythonOf(each)}`).join(", ")}}`;
  return JSON.stringify(value);
};

const snippetHeaders = (headers, language) => Object.entries(headers).filter(([name]) => name !== "Content-Type").map(([name, value]) =>
  `${JSON.stringify(name)}: ${name !== "Authorization" ? JSON.stringify(value) : language === "python" ? 'f"Bearer {token}"' : "`Bearer ${token}`"}`).join(", ");

const pythonSnippet = ({ method, url, headers, body }) => {
  const plain = isForm(body) ? [...body].filter(([, value]) => fileName(value) === null) : [];
  const files = isForm(body) ? [...body].filter(([, value]) => fileName(value) !== null) : [];
  return [
    "import requests\n",
    `answer = requests.request(\n    ${JSON.stringify(method)},\n    ${JSON.stringify(address(url))},`,
    `    headers={${snippetHeaders(headers, "python")}},`,
    ...(typeof body === "string" ? [`    json=${pythonOf(parsed(body))},`] : []),
    ...(plain.length ? [`    data={${plain.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(", ")}},`] : []),
    ...(files.length ? [`    files={${files.map(([name, value]) => `${JSON.stringify(name)}: open(${JSON.stringify(value.name)}, "rb")`).join(", ")}},`] : []),
    "    timeout=30,\n)\nanswer.raise_for_status()\nprint(answer.text)",
  ].join("\n");
};

const typeScriptSnippet = ({ method, url, headers, body }) => [
  ...(isForm(body) ? ["const body = new FormData();", ...[...body].map(([name, value]) =>
    `body.set(${JSON.stringify(name)}, ${fileName(value) === null ? JSON.stringify(value) : `file /* ${fileName(value)} */`});`), ""] : []),
  `const answer = await fetch(${JSON.stringify(address(url))}, {`,
  `  method: ${JSON.stringify(method)},`,
  `  headers: { ${snippetHeaders(headers, "typescript")}${typeof body === "string" ? ', "Content-Type": "application/json"' : ""} },`,
  ...(typeof body === "string" ? [`  body: JSON.stringify(${JSON.stringify(parsed(body), null, 2).replaceAll("\n", "\n  ")}),`] : []),
  ...(isForm(body) ? ["  body,"] : []),
  "});\nif (!answer.ok) throw new Error((await answer.json()).message);",
].join("\n");

const SNIPPETS = [["curl", curlOf], ["Python", pythonSnippet], ["TypeScript", typeScriptSnippet]];

// The request as code, in the language that is chosen.
const snippets = (request) => {
  let write = SNIPPETS[0][1];
  const place = el("div");
  const draw = () => place.replaceChildren(el("pre", { tabIndex: 0 }, el("code", {}, write(request()))));
  const choice = el("select", { ariaLabel: "Language of the snippet", onchange: () => { write = SNIPPETS[choice.value][1]; draw(); } },
    SNIPPETS.map(([name], index) => el("option", { value: index }, name)));
  const view = el("details", { className: "more", ontoggle: () => { if (view.open) draw(); } }, el("summary", {}, "As code"),
    el("p", { className: "row" }, choice, copyButton(() => write(request()), "Copy")), place);
  return { view, refresh: () => { if (view.open) draw(); } };
};

// The inputs of one media type, and how to read them.
const jsonInput = (media) => {
  const examples = examplesIn(media);
  const written = examples.map(([, value]) => JSON.stringify(value, null, 2));
  const area = el("textarea", { rows: Math.min(14, written[0].split("\n").length + 1), spellcheck: false, ariaLabel: "Body", value: written[0] });
  const choice = examples.length > 1 && el("select", { ariaLabel: "Example", onchange: () => {
    area.value = written[choice.value];
    area.dispatchEvent(new Event("input", { bubbles: true }));
  } }, examples.map(([name], index) => el("option", { value: index }, name)));
  return { view: [choice, area], read: () => ({ body: area.value, type: "application/json" }) };
};

const formInput = (media) => {
  const [[, example]] = examplesIn(media);
  const inputs = Object.entries(resolve(media.schema).properties).map(([name, each]) => resolve(each).format === "binary"
    ? el("input", { type: "file", name })
    : el("input", { name, value: typeof example?.[name] === "object" ? JSON.stringify(example[name]) : example?.[name] ?? "", autocomplete: "off" }));
  const read = () => {
    const body = new FormData();
    for (const input of inputs) {
      if (input.type === "file" ? input.files[0] : input.value) body.append(input.name, input.files?.[0] || input.value);
    }
    return { body };
  };
  return { view: inputs.map((input) => field(input.name, input)), read };
};

// The body's part of the form, and how to read it.
const bodyInput = (operation) => {
  const kinds = Object.entries(operation.requestBody?.content || {}).map(([type, media]) =>
    ({ type, ...(type === "application/json" ? jsonInput(media) : formInput(media)) }));
  if (!kinds.length) return { view: null, read: () => ({}) };
  let chosen = kinds.at(-1);
  const place = el("div", {}, chosen.view);
  const choice = kinds.length > 1 && el("select", { ariaLabel: "Media type", onchange: () => {
    chosen = kinds[choice.value];
    place.replaceChildren(...chosen.view.filter(Boolean));
  } }, kinds.map(({ type }, index) => el("option", { value: index, selected: index === kinds.length - 1 }, type)));
  return { view: [el("h3", {}, "Body"), choice, place], read: () => chosen.read() };
};

const shownAnswer = async (answer, started) => {
  const bytes = await answer.arrayBuffer();
  const took = Math.round(performance.now() - started);
  const type = (answer.headers.get("content-type") || "").split(";")[0];
  const text = () => new TextDecoder().decode(bytes);
  let body = null;
  if (bytes.byteLength === 0) body = el("p", { className: "hint" }, "No body.");
  else if (type === "application/json") body = json(bytes.byteLength < 300000 ? JSON.parse(text()) : `${text().slice(0, 20000)} …`);
  else if (type.startsWith("text/")) body = el("pre", { tabIndex: 0 }, text().slice(0, 20000));
  const name = /filename="?([^";]+)/.exec(answer.headers.get("content-disposition") || "")?.[1];
  const file = (name || !body) && el("a", { href: URL.createObjectURL(new Blob([bytes], { type })), download: name || "answer" }, `Save ${name || type}`);
  return [el("p", { className: "row" }, el("strong", { className: `status ${tone(answer.status)}` }, `${answer.status} ${answer.statusText}`),
    [`${took} ms`, `${bytes.byteLength.toLocaleString("en")} bytes`, answer.redirected && `now at ${new URL(answer.url).pathname}`,
      answer.headers.get("retry-after") && `retry after ${answer.headers.get("retry-after")} s`]
      .filter(Boolean).map((note) => el("span", {}, note)), file), body];
};

const tryOut = (operation) => {
  const inputs = operation.parameters.map((parameter) => ({ parameter, input: el("input", {
    name: parameter.name, autocomplete: "off", required: parameter.required,
    inputMode: typeName(parameter.schema) === "id" ? "numeric" : "text", placeholder: parameter.in === "header" ? "optional" : String(parameter.example ?? typeName(parameter.schema)),
  }) }));
  const { view: bodyView, read: readBody } = bodyInput(operation);
  const outcome = el("div", { className: "outcome", role: "status" });
  const request = () => {
    const query = new URLSearchParams();
    const headers = { Accept: "application/json" };
    let url = operation.path.slice(1);
    for (const { parameter, input } of inputs) {
      if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(input.value) || `{${parameter.name}}`);
      else if (input.value && parameter.in === "header") headers[parameter.name] = input.value;
      else if (input.value) query.set(parameter.name, input.value);
    }
    const { body, type } = readBody();
    if (type) headers["Content-Type"] = type;
    if (token() && operation.security.length) headers.Authorization = `Bearer ${token()}`;
    return { method: operation.method, url: query.size ? `${url}?${query}` : url, headers, body };
  };
  const send = async (event) => {
    event.preventDefault();
    const { url, ...rest } = request();
    outcome.replaceChildren(el("p", { className: "hint" }, "Sending …"));
    const started = performance.now();
    try {
      outcome.replaceChildren(...(await shownAnswer(await fetch(url, { ...rest, cache: "no-store" }), started)).filter(Boolean));
    } catch (error) {
      outcome.replaceChildren(el("p", { className: "problem" }, `No answer: ${error.message}`));
    }
  };
  const noToken = el("p", { className: "hint" }, "You are not signed in here: expect a 401. ",
    el("button", { type: "button", className: "small", onclick: openSignIn }, "Sign in"));
  noToken.dataset.needsToken = "";
  noToken.hidden = Boolean(token()) || !operation.security.length;
  const code = snippets(request);
  return el("form", { className: "try", onsubmit: send, oninput: code.refresh, onchange: code.refresh, ariaLabel: `Try ${operation.method} ${operation.path}` },
    el("h3", {}, "Try it"), noToken,
    inputs.map(({ parameter, input }) => field(parameter.name, input)), bodyView,
    el("p", { className: "row" }, el("button", { className: "main" }, "Send")),
    outcome, code.view);
};
