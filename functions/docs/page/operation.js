// One route. Its content is built when it is opened, because there are many.

const ACCESS = { public: "public", auth: "signed in", user: "student", admin: "admin" };

const operations = () => Object.entries(spec.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    ...operation, path, method: method.toUpperCase(), parameters: (operation.parameters || []).map(resolve) })));

const pathText = (path) => el("span", { className: "path" },
  path.split(/({\w+})/).map((part) => part.startsWith("{") ? el("b", {}, part) : part));

const methodBadge = (method, text = method) => el("span", { className: `method ${method}` }, text);

const tone = (status) => ["", "", "good", "elsewhere", "bad", "broken"][Math.floor(status / 100)] || "bad";

// Built when it is opened, because most readers do not open it.
const errorFields = (shapes) => {
  const view = el("details", { className: "more", ontoggle: () => {
    if (view.open && view.childElementCount === 1) {
      view.append(...shapes.flatMap((each) => [el("p", {}, el("strong", {}, each.title)), fieldList(each, false)]));
    }
  } }, el("summary", {}, "Fields of the error"));
  return view;
};

const answerItem = (status, answer) => {
  const { description, content = {}, headers = {} } = resolve(answer);
  const failed = Number(status) >= 400;
  const codes = failed && resolve(answer)["x-error-codes"] || [];
  const shapes = failed && content["application/json"] ? objectsIn(content["application/json"].schema) : [];
  const further = shapes.filter(({ title }) => title !== "Error" && title !== "ServerError");
  return el("li", {}, el("span", { className: `status ${tone(status)}` }, status), el("div", {},
    prose(description),
    codes.length > 0 && el("p", { className: "codes" }, codes.map((code) => el("a", { href: `#code-${code}` }, el("code", {}, code)))),
    Object.keys(headers).length > 0 && el("p", { className: "hint" }, "Headers: ", Object.keys(headers).map((name) => el("code", {}, name))),
    further.length > 0 && errorFields(further),
    !failed && Object.entries(content).map(([type, media]) => [
      type !== "application/json" && el("p", {}, el("code", {}, type)),
      media.schema && shape(media.schema, false, false),
    ])));
};

const examplesOf = (operation) => Object.entries(operation.responses).flatMap(([status, answer]) =>
  Object.values(resolve(answer).content || {}).flatMap((media) => examplesIn(media).map(([name, value]) => [status, name, value])));

const exampleViewer = (operation) => {
  const examples = examplesOf(operation);
  if (!examples.length) return null;
  const place = el("div");
  const show = (index) => place.replaceChildren(json(examples[index][2]));
  show(0);
  return [el("h3", {}, "Example answers"),
    el("select", { ariaLabel: "Which example", onchange: (event) => show(event.target.value) },
      examples.map(([status, name], index) => el("option", { value: index }, name ? `${status} ${name}` : status))), place];
};

const inside = (operation) => {
  const { parameters } = operation;
  const body = Object.entries(operation.requestBody?.content || {});
  const told = el("div", {},
    prose(operation.description),
    parameters.length > 0 && [el("h3", {}, "Parameters"), el("ul", { className: "fields" }, parameters.map((each) => el("li", {},
      el("code", {}, each.name), el("span", { className: "type" }, `${typeName(each.schema)} · in the ${each.in}`),
      limits(each.schema) && el("span", { className: "type" }, `· ${limits(each.schema)}`),
      each.schema.default !== undefined && el("span", { className: "type" }, `· default ${JSON.stringify(each.schema.default)}`),
      each.required && each.in !== "path" && el("span", { className: "must" }, "required"),
      each.description && el("p", {}, inline(each.description)), valueList(each.schema))))],
    body.length > 0 && [el("h3", {}, "Body"),
      body.map(([type, media]) => [
        el("p", { className: "hint" }, el("code", {}, type), operation.requestBody["x-also-form"] && ", or a form with the same fields"),
        shape(media.schema, true, true)])],
    el("h3", {}, "Answers"),
    el("ul", { className: "answers" }, Object.entries(operation.responses).map(([status, answer]) => answerItem(status, answer))));
  const beside = el("div", {}, tryOut(operation), exampleViewer(operation));
  return el("div", { className: "inside" }, told, beside);
};

// All words of a route, for the search.
const operationWords = (operation) => [operation.method, operation.path, operation.operationId, operation.summary, operation.description,
  operation["x-access"], ...operation.tags, ...operation.parameters.flatMap(({ name, description }) => [name, description]),
  ...Object.values(operation.requestBody?.content || {}).map(({ schema }) => schemaWords(schema)),
  ...Object.values(operation.responses).map(resolve).flatMap((answer) => [answer.description, ...(answer["x-error-codes"] || []),
    ...Object.values(answer.content || {}).map(({ schema }) => schema ? schemaWords(schema) : "")])].join(" ").toLowerCase();

const operationView = (operation) => {
  const view = el("details", { className: "operation", id: operation.operationId, ontoggle: () => {
    if (view.open && view.childElementCount === 1) view.append(inside(operation));
  } }, el("summary", {}, methodBadge(operation.method), pathText(operation.path),
    el("span", { className: "says" }, inline(operation.summary)),
    el("span", { className: "access" }, ACCESS[operation["x-access"]])));
  return view;
};
