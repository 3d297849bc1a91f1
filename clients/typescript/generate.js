// Writes src/generated/schema.ts: the API's types, out of its description.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const DESCRIPTION = new URL("../../functions/docs/openapi.json", import.meta.url);
const OUTPUT = new URL("src/generated/schema.ts", import.meta.url);

const BLOB = ts.factory.createTypeReferenceNode("Blob");

const tree = await openapiTS(JSON.parse(await readFile(DESCRIPTION, "utf8")), {
  // A field with a default may be left out of a request.
  defaultNonNullable: false,
  transform: (schema) => ("contentMediaType" in schema || schema.format === "binary" ? BLOB : undefined),
});
await mkdir(new URL(".", OUTPUT), { recursive: true });
await writeFile(OUTPUT, `// Written by \`make clients\` from the API's description.\n${astToString(tree)}`);
