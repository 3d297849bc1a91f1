// Trying a route out: a form, the request, and the answer.

const TOKEN_KEY = "smart-exam-token";
const FORMS = ["multipart/form-data", "application/x-www-form-urlencoded"];

const token = () => sessionStorage.getItem(TOKEN_KEY) || "";

const field = (name, input) => el("label", { className: "value" }, el("span", {}, name), input);

const shellQuoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const curlOf = ({ method, url, headers, body }) => [
  `curl${method === "GET" ? "" : ` -X ${method}`} ${shellQuoted(new URL(url, location.href).href)}`,
  ...Object.entries(headers).map(([name, value]) =>
    `-H ${name === "Authorization" ? '"Authorization: Bearer $TOKEN"' : shellQuoted(`${name}: ${value}`)}`),
  ...(typeof body === "string" ? [`-d ${shellQuoted(body)}`] : []),
  ...(body instanceof FormData ? [...body].map(([name, value]) =>
    `-F ${shellQuoted(`${name}=${value instanceof File ? `@${value.name}` : value}`)}`) : []),
].join(" \\\n  ");

// The body's part of the form, and how to read it.
const bodyInput = (operation) => {
  const content = operation.requestBody?.content;
  if (!content) return { view: null, read: () => ({}) };
  const example = exampleOf(Object.values(content)[0]);
  if (content["application/json"]) {
    const text = JSON.stringify(example, null, 2);
    const area = el("textarea", { rows: Math.min(16, text.split("\n").length + 1), spellcheck: false, ariaLabel: "Body", value: text });
    return { view: [el("h4", {}, "Body"), area], read: () => ({ body: area.value, type: "application/json" }) };
  }
  const schema = resolve(Object.values(content)[0].schema);
  const inputs = Object.entries(schema.properties).map(([name, each]) => resolve(each).format === "binary"
    ? el("input", { type: "file", name })
    : el("input", { name, value: example?.[name] ?? "", autocomplete: "off" }));
  const read = () => {
    const body = new FormData();
    for (const input of inputs) {
      if (input.type === "file" ? input.files[0] : input.value) body.append(input.name, input.files?.[0] || input.value);
    }
    return { body };
  };
  return { view: [el("h4", {}, "Form"), inputs.map((input) => field(input.name, input))], read };
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
    inputMode: typeName(parameter.schema) === "id" ? "numeric" : "text", placeholder: typeName(parameter.schema),
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
  return el("form", { className: "try", onsubmit: send, ariaLabel: `Try ${operation.method} ${operation.path}` },
    el("h4", {}, "Try it"), noToken,
    inputs.map(({ parameter, input }) => field(parameter.name, input)), bodyView,
    el("p", { className: "row" }, el("button", { className: "main" }, "Send"), copyButton(() => curlOf(request()), "Copy as curl")),
    outcome);
};
