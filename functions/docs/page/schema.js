// Schemas as lists of fields.

let spec = {};

const resolve = (node) => {
  let found = node || {};
  while (found.$ref) found = found.$ref.slice(2).split("/").reduce((place, name) => place[name], spec);
  return found;
};

const parts = (schema) => schema.oneOf || schema.anyOf;
const isNull = (schema) => schema.type === "null";

// A type's description in one line.
const typeName = (schema) => {
  const alternatives = parts(schema);
  if (alternatives) return alternatives.map(typeName).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const { type, items, additionalProperties: values, format, minimum, maximum } = resolve(schema);
  if (format === "binary") return "file";
  if (type === "array") return `array of ${items ? typeName(items) : "anything"}`;
  if (type === "object" && typeof values === "object" && Object.keys(values).length) return `object of ${typeName(values)}`;
  if (maximum === Number.MAX_SAFE_INTEGER && minimum === 1) return "id";
  return Array.isArray(type) ? type.join(" or ") : type || "anything";
};

// The objects within a type, for which fields can be listed.
const objectsIn = (schema) => {
  const found = resolve(schema);
  if (parts(found)) return parts(found).filter((each) => !isNull(each)).flatMap(objectsIn);
  if (found.items) return objectsIn(found.items);
  if (typeof found.additionalProperties === "object") return objectsIn(found.additionalProperties);
  return found.properties ? [found] : [];
};

// The fields of an object. Required ones are marked in requests, optional ones in answers.
const fieldList = (schema, sent, depth = 0) => {
  const required = new Set(schema.required || []);
  return el("ul", { className: "fields" }, Object.entries(schema.properties).map(([name, field]) => {
    const nested = depth < 4 ? objectsIn(field) : [];
    return el("li", {},
      el("code", {}, name), el("span", { className: "type" }, typeName(field)),
      sent && required.has(name) && el("span", { className: "must" }, "required"),
      !sent && !required.has(name) && el("span", { className: "type" }, "· not always"),
      field.default !== undefined && field.default !== null && el("span", { className: "type" }, `· default ${JSON.stringify(field.default)}`),
      field.description && el("p", {}, inline(field.description)),
      nested.map((each) => el("details", { open: depth === 0 && nested.length === 1 },
        el("summary", {}, `Fields of ${each.title || name}`),
        each.description && el("p", {}, inline(each.description)), fieldList(each, sent, depth + 1))));
  }));
};

const shape = (schema, sent, described) => objectsIn(schema).map((each, index, all) => [
  all.length > 1 && el("p", {}, el("strong", {}, each.title)),
  (all.length > 1 || described) && each.description && el("div", { className: "hint" }, prose(each.description)),
  fieldList(each, sent),
]);

const exampleOf = (media) => media.example ?? Object.values(media.examples || {})[0]?.value;
