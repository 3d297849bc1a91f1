// One route. Its content is built when it is opened, because there are many.

const ACCESS = { public: "public", auth: "signed in", user: "student", admin: "admin" };

const operations = () => Object.entries(spec.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    ...operation, path, method: method.toUpperCase(), parameters: (operation.parameters || []).map(resolve) })));

const pathText = (path) => el("span", { className: "path" },
  path.split(/({\w+})/).map((part) => part.startsWith("{") ? el("b", {}, part) : part));

const methodBadge = (method) => el("span", { className: `method ${method}` }, method);

const tone = (status) => ["", "", "good", "elsewhere", "bad", "broken"][Math.floor(status / 100)] || "bad";

const answerItem = (status, answer) => {
  const { description, content = {}, headers = {} } = resolve(answer);
  const failed = Number(status) >= 400;
  const codes = Object.keys(failed && content["application/json"]?.examples || {})
    .filter((code) => code in spec["x-error-codes"] && !description.includes(`\`${code}\``));
  return el("li", {}, el("span", { className: `status ${tone(status)}` }, status), el("div", {},
    prose(description),
    codes.length > 0 && el("p", { className: "codes" }, codes.map((code) => el("code", {}, code))),
    Object.keys(headers).length > 0 && el("p", { className: "hint" }, "Headers: ", Object.keys(headers).map((name) => el("code", {}, name))),
    !failed && Object.entries(content).map(([type, media]) => [
      type !== "application/json" && el("p", {}, el("code", {}, type)),
      media.schema && shape(media.schema, false, false),
    ])));
};

const examplesOf = (operation) => Object.entries(operation.responses).flatMap(([status, answer]) =>
  Object.entries(resolve(answer).content || {}).flatMap(([, media]) => {
    if (media.example !== undefined) return [[status, "", media.example]];
    return Object.entries(media.examples || {}).map(([name, { value }]) => [status, name === "plain" ? "" : name, value]);
  }));

const exampleViewer = (operation) => {
  const examples = examplesOf(operation);
  if (!examples.length) return null;
  const place = el("div");
  const show = (index) => place.replaceChildren(json(examples[index][2]));
  show(0);
  return [el("h4", {}, "Example answers"),
    el("select", { ariaLabel: "Which example", onchange: (event) => show(event.target.value) },
      examples.map(([status, name], index) => el("option", { value: index }, name ? `${status} ${name}` : status))), place];
};

const inside = (operation) => {
  const { parameters } = operation;
  const body = Object.entries(operation.requestBody?.content || {});
  const told = el("div", {},
    prose(operation.description),
    parameters.length > 0 && [el("h4", {}, "Parameters"), el("ul", { className: "fields" }, parameters.map((each) => el("li", {},
      el("code", {}, each.name), el("span", { className: "type" }, `${typeName(each.schema)} · in the ${each.in}`),
      each.required && each.in !== "path" && el("span", { className: "must" }, "required"),
      each.description && el("p", {}, inline(each.description)))))],
    body.length > 0 && [el("h4", {}, "Body"),
      el("p", { className: "hint" }, body.map(([type], index) => [index > 0 && " or ", el("code", {}, type)])),
      shape(body[0][1].schema, true, true)],
    el("h4", {}, "Answers"),
    el("ul", { className: "answers" }, Object.entries(operation.responses).map(([status, answer]) => answerItem(status, answer))));
  const beside = el("div", {}, tryOut(operation), exampleViewer(operation));
  return el("div", { className: "inside" }, told, beside);
};

const operationView = (operation) => {
  const view = el("details", { className: "operation", id: operation.operationId, ontoggle: () => {
    if (view.open && view.childElementCount === 1) view.append(inside(operation));
  } }, el("summary", {}, methodBadge(operation.method), pathText(operation.path),
    el("span", { className: "says" }, inline(operation.summary)),
    el("span", { className: "access" }, ACCESS[operation["x-access"]])));
  return view;
};
