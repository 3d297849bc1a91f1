// The page around the routes: contents, search, signing in, light and dark.

const THEME_KEY = "smart-exam-theme";

const openSignIn = () => {
  byId("signin-problem").textContent = "";
  byId("signin").showModal();
};

const showAccount = (name) => {
  byId("account").textContent = token() ? "Sign out" : "Sign in";
  byId("account").title = name ? `Signed in as ${name}` : "";
  for (const note of document.querySelectorAll("[data-needs-token]")) note.hidden = Boolean(token());
};

const keepToken = (value, name) => {
  if (value) sessionStorage.setItem(TOKEN_KEY, value);
  else sessionStorage.removeItem(TOKEN_KEY);
  showAccount(name);
};

const signIn = async (event) => {
  const choice = event.submitter?.value || "password";
  if (choice === "cancel") return;
  event.preventDefault();
  const form = event.target;
  const problem = byId("signin-problem");
  if (choice === "token") keepToken(form.elements.token.value.trim());
  else {
    problem.textContent = "";
    try {
      const answer = await fetch("api/auth/login", { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ username: form.elements.username.value, password: form.elements.password.value }) });
      const { data, message } = await answer.json();
      if (!answer.ok) { problem.textContent = message; return; }
      keepToken(data.access_token, data.user.username);
    } catch (error) {
      problem.textContent = `No answer: ${error.message}`;
      return;
    }
  }
  form.reset();
  byId("signin").close();
};

const contents = (groups) => groups.map(({ title, entries }) => el("div", { className: "entries" }, el("h2", {}, title),
  el("ul", {}, entries.map(({ id, label, method }) => el("li", { "data-of": id },
    el("a", { href: `#${id}` }, method && methodBadge(method, method === "DELETE" ? "DEL" : method), el("span", {}, inline(label))))))));

const errorCodes = () => el("section", { id: "error-codes", className: "group", "data-page": "error-codes" }, el("h1", {}, "Error codes"),
  el("p", {}, "What a program may branch on: ", el("code", {}, "code"), " in the body of an error. Messages are examples, and may change."),
  el("table", {}, el("thead", {}, el("tr", {}, ["Code", "Status", "Message", "What a client does"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, Object.entries(spec["x-error-codes"]).map(([code, { status, message, advice }]) => el("tr", { id: `code-${code}`, "data-found": "" },
      el("td", {}, el("code", {}, code)), el("td", {}, el("span", { className: `status ${tone(status)}` }, status)),
      el("td", {}, message), el("td", {}, inline(advice)))))));

const messageView = (name, { summary, payload, examples }, content) => {
  const view = el("details", { className: "operation message", id: `message-${name}`, "data-found": "", ontoggle: () => {
    if (view.open && view.childElementCount === 1) {
      view.append(el("div", { className: "inside" }, el("div", {}, el("h3", {}, "Fields"), shape(content, true, true)),
        el("div", {}, el("h3", {}, "Example"), json(examples[0].payload))));
    }
  } }, el("summary", {}, el("span", { className: "path" }, payload.properties.event?.const || payload.properties.action.const),
    el("span", { className: "says" }, inline(summary))));
  return view;
};

// The WebSocket, from its own description, whose shapes join those of the routes.
const webSocket = (sockets) => {
  spec.components.schemas = { ...sockets.components.schemas, ...spec.components.schemas };
  const messages = Object.entries(sockets.components.messages);
  const actions = messages.filter(([, { payload }]) => payload.properties.action);
  const events = messages.filter(([, { payload }]) => payload.properties.event);
  return [el("h1", {}, "WebSocket"), ...prose(sockets.info.description),
    el("p", { className: "hint" }, "For tools: ", el("a", { href: "asyncapi.json" }, "asyncapi.json"), ` (AsyncAPI ${sockets.asyncapi})`),
    el("h2", {}, "From the client"), ...actions.map(([name, message]) => messageView(name, message, message.payload)),
    el("h2", {}, "From the server"), ...events.map(([name, message]) => messageView(name, message, message.payload.properties.data))];
};

let words = new Map();

// What can be found, in the order of the page, with all its words.
const findable = () => {
  if (!words.size) words = new Map(operations().map((operation) => [operation.operationId, operationWords(operation)]));
  return [...document.querySelectorAll(".operation[id], [data-found]")].map((element) =>
    ({ element, text: words.get(element.id) || element.textContent.toLowerCase() }));
};

const search = () => {
  const wanted = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = findable();
  const hits = all.filter(({ text }) => wanted.every((word) => text.includes(word)));
  const found = new Set(hits.map(({ element }) => element));
  for (const { element } of all) element.hidden = !found.has(element);
  for (const entry of document.querySelectorAll("nav [data-of]")) entry.hidden = wanted.length > 0 && !found.has(byId(entry.dataset.of));
  for (const block of document.querySelectorAll(".group, nav .entries")) {
    block.hidden = wanted.length > 0 && !block.querySelector(".operation[id]:not([hidden]), [data-found]:not([hidden]), [data-of]:not([hidden])");
  }
  byId("introduction").hidden = wanted.length > 0;
  const routes = hits.filter(({ element }) => words.has(element.id)).length;
  byId("found").textContent = wanted.length ? `${routes} of ${words.size} routes${hits.length > routes ? `, ${hits.length - routes} codes and messages` : ""}` : "";
  if (!wanted.length) showPage();
  return hits;
};

// Routes whose path or summary has the words come before those that only mention them.
const firstHit = () => {
  const wanted = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = search();
  const headline = ({ element }) => (element.querySelector("summary, td") || element).textContent.toLowerCase();
  return (hits.find((hit) => wanted.every((word) => headline(hit).includes(word))) || hits[0])?.element;
};

const goToFirstHit = (event) => {
  event.preventDefault();
  const target = byId("search").value.trim() && firstHit();
  if (!target) return;
  byId("search").value = "";
  search();
  if (location.hash === `#${target.id}`) goToHash();
  else location.hash = target.id;
  (target.querySelector("summary") || target).focus();
};

// The error codes are a page of their own, and so is the WebSocket.
const showPage = () => {
  const page = byId(decodeURIComponent(location.hash.slice(1)))?.closest("[data-page]")?.dataset.page || "reference";
  for (const part of document.querySelectorAll("[data-page]")) part.hidden = part.dataset.page !== page;
};

const goToHash = () => {
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === location.hash) {
      link.setAttribute("aria-current", "true");
      link.scrollIntoView({ block: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  openMenu(false);
  showPage();
  if (!target) return;
  if (target.matches("details")) target.open = true;
  target.scrollIntoView();
};

const openMenu = (open) => {
  byId("contents").classList.toggle("open", open);
  byId("menu").setAttribute("aria-expanded", open);
};

const setTheme = (theme) => {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(THEME_KEY, theme);
};

// What is shown before the description is there: the introduction and the contents, which come with the page.
const drawStart = () => {
  document.title = `${start.title} API reference`;
  byId("title").textContent = `${start.title} API`;
  byId("version").textContent = start.version;
  byId("introduction").replaceChildren(el("h1", {}, `${start.title} API`), ...prose(start.description),
    el("p", { className: "hint" }, "For tools: ", el("a", { href: "openapi.json" }, "openapi.json"), ` (OpenAPI ${start.openapi})`));
  byId("contents").append(...contents([
    { title: "Overview", entries: [{ id: "introduction", label: "Introduction" }, { id: "error-codes", label: "Error codes" }, { id: "websocket", label: "WebSocket" }] },
    ...start.groups.map(({ name, routes }) => ({ title: name,
      entries: routes.map(([id, summary, method]) => ({ id, label: summary.split(/[;:,.](?!\d)/)[0], method })) })),
  ]));
  showAccount();
};

const draw = () => {
  const all = operations();
  byId("content").append(...spec.tags.map(({ name, description }) => el("section", { className: "group", "data-page": "reference" },
    el("h2", {}, name), el("p", {}, inline(description)), all.filter(({ tags }) => tags.includes(name)).map(operationView))));
  byId("content").append(errorCodes(), el("section", { id: "websocket", className: "group", "data-page": "websocket" }, el("h1", {}, "WebSocket")));
  goToHash();
};

const theme = localStorage.getItem(THEME_KEY);
if (theme) setTheme(theme);
byId("theme").addEventListener("click", () => {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  setTheme(dark ? "light" : "dark");
});
byId("menu").addEventListener("click", () => openMenu(!byId("contents").classList.contains("open")));
byId("account").addEventListener("click", () => token() ? keepToken("") : openSignIn());
byId("signin").querySelector("form").addEventListener("submit", signIn);
byId("search").addEventListener("input", search);
byId("search").addEventListener("keydown", (event) => { if (event.key === "Enter") goToFirstHit(event); });
addEventListener("hashchange", goToHash);
addEventListener("keydown", (event) => {
  if (event.key === "/" && !/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) { event.preventDefault(); byId("search").focus(); }
  if (event.key === "Escape") openMenu(false);
});

const described = async (name) => {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
};

const sockets = described("asyncapi.json");
drawStart();
try {
  spec = await described("openapi.json");
  draw();
  byId("websocket").replaceChildren(...webSocket(await sockets));
  goToHash();
  document.documentElement.dataset.ready = "";
} catch (error) {
  byId("introduction").prepend(el("p", { className: "problem" }, `The description could not be loaded: ${error.message}`));
}
