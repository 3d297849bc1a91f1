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
    el("a", { href: `#${id}` }, method && methodBadge(method === "DELETE" ? "DEL" : method), el("span", {}, inline(label))))))));

const errorCodes = () => el("section", { id: "error-codes", className: "group" }, el("h2", {}, "Error codes"),
  el("p", {}, "What a program may branch on: ", el("code", {}, "code"), " in the body of an error. Messages are examples."),
  el("table", {}, el("thead", {}, el("tr", {}, ["Code", "Status", "Message"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, Object.entries(spec["x-error-codes"]).map(([code, { status, message }]) => el("tr", {},
      el("td", {}, el("code", {}, code)), el("td", {}, el("span", { className: `status ${tone(status)}` }, status)), el("td", {}, message))))));

const messageList = (title, messages, name) => [el("h3", {}, title), messages.map((message) =>
  el("details", { className: "operation" }, el("summary", {}, el("span", { className: "path" }, message[name]),
    el("span", { className: "says" }, inline(message.description))), el("div", { className: "inside" }, json(message.example))))];

const webSocket = ({ description, client, server }) => el("section", { id: "websocket", className: "group" },
  el("h2", {}, "WebSocket"), prose(description),
  messageList("From the client", client, "action"), messageList("From the server", server, "event"));

const search = () => {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = operations();
  const matching = new Set(all.filter((operation) => {
    const text = [operation.method, operation.path, operation.summary, operation.description, operation["x-access"], ...operation.tags].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  }).map(({ operationId }) => operationId));
  for (const operation of all) byId(operation.operationId).hidden = !matching.has(operation.operationId);
  for (const entry of document.querySelectorAll("nav [data-of]")) entry.hidden = words.length > 0 && !matching.has(entry.dataset.of);
  for (const block of document.querySelectorAll(".group, nav .entries")) {
    block.hidden = words.length > 0 && !block.querySelector(".operation[id]:not([hidden]), [data-of]:not([hidden])");
  }
  byId("introduction").hidden = words.length > 0;
  byId("found").textContent = words.length ? `${matching.size} of ${all.length} routes` : "";
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

const draw = () => {
  document.title = `${spec.info.title} API reference`;
  byId("title").textContent = `${spec.info.title} API`;
  byId("version").textContent = spec.info.version;
  byId("introduction").replaceChildren(el("h1", {}, `${spec.info.title} API`), ...prose(spec.info.description),
    el("p", { className: "hint" }, "For tools: ", el("a", { href: "openapi.json" }, "openapi.json"), ` (OpenAPI ${spec.openapi})`));
  const all = operations();
  const groups = spec.tags.map((tag) => ({ ...tag, members: all.filter(({ tags }) => tags.includes(tag.name)) }));
  byId("content").append(...groups.map(({ name, description, members }) => el("section", { className: "group" },
    el("h2", {}, name), el("p", {}, inline(description)), members.map(operationView))));
  const more = [{ id: "error-codes", label: "Error codes" }];
  byId("content").append(errorCodes());
  if (spec["x-websocket"]) {
    byId("content").append(webSocket(spec["x-websocket"]));
    more.push({ id: "websocket", label: "WebSocket" });
  }
  byId("contents").append(...contents([
    { title: "Overview", entries: [{ id: "introduction", label: "Introduction" }, ...more] },
    ...groups.map(({ name, members }) => ({ title: name,
      entries: members.map(({ operationId, summary, method }) => ({ id: operationId, label: summary.split(/[;:,.]/)[0], method })) })),
  ]));
  showAccount();
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
addEventListener("hashchange", goToHash);
addEventListener("keydown", (event) => {
  if (event.key === "/" && !/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) { event.preventDefault(); byId("search").focus(); }
  if (event.key === "Escape") openMenu(false);
});

try {
  const answer = await fetch("openapi.json");
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  spec = await answer.json();
  draw();
  document.documentElement.dataset.ready = "";
} catch (error) {
  byId("introduction").replaceChildren(el("p", { className: "problem" }, `The description could not be loaded: ${error.message}`));
}
