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
  const found = resolve(schema);
  if (found.enum && found !== schema) return typeName(found);
  const { type, format, minimum, maximum } = found;
  if (format === "binary") return "file";
  if (maximum === Number.MAX_SAFE_INTEGER && minimum === 1) return "id";
  if (Array.isArray(type)) return type.map((each) => typeName({ ...found, type: each })).join(" or ");
  if (type === "array") return `array of ${found.items ? typeName(found.items) : "anything"}`;
  if (type === "object" && Object.keys(found.additionalProperties || {}).length) return `object of ${typeName(found.additionalProperties)}`;
  return format ? `${type} (${format})` : type || "anything";
};

// What a type allows beside its name.
const limits = ({ minimum, maximum, minLength, maxLength, minItems, maxItems }) => {
  const range = (low, high, unit) => low === undefined && high === undefined ? ""
    : low === undefined ? `at most ${high}${unit}` : high === undefined ? `at least ${low}${unit}` : `${low} to ${high}${unit}`;
  if (maximum === Number.MAX_SAFE_INTEGER) return "";
  return [range(minimum, maximum, ""), range(minLength, maxLength, " characters"), range(minItems, maxItems, " entries")].filter(Boolean).join(", ");
};

// What the values of an enumeration mean, if it is one.
const meanings = (schema) => {
  const found = resolve(schema);
  return found["x-enumDescriptions"] || found.items && meanings(found.items) || (parts(found) || []).map(meanings).find(Boolean);
};

const valueList = (schema) => {
  const found = Object.entries(meanings(schema) || {});
  return found.length > 0 && el("ul", { className: "values" }, found.map(([value, meaning]) =>
    el("li", {}, el("code", {}, value), " ", inline(meaning))));
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
      limits(field) && el("span", { className: "type" }, `· ${limits(field)}`),
      field.default !== undefined && field.default !== null && el("span", { className: "type" }, `· default ${JSON.stringify(field.default)}`),
      field.description && el("p", {}, inline(field.description)),
      valueList(field),
      field.examples && el("p", {}, "Example: ", el("code", {}, JSON.stringify(field.examples[0]))),
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

// Examples of a body or an answer: [[name, value]], the name empty if there is only one.
const examplesIn = (media) => media.example !== undefined ? [["", media.example]]
  : Object.entries(media.examples || {}).map(([name, { value }]) => [name === "plain" ? "" : name, value]);

// The words of a schema, for the search: names and descriptions of its fields, and of what is within.
const schemaWords = (schema, depth = 0) => objectsIn(schema).map((each) => [each.title, each.description,
  Object.entries(each.properties).map(([name, field]) => [name, field.description, depth < 3 ? schemaWords(field, depth + 1) : ""])]).flat(Infinity).join(" ");
