// JSON Schemas by name on the standard input, TypeScript on the standard output. `python -m tools.api_types` calls it.
import { text } from "node:stream/consumers";
import { compile } from "json-schema-to-typescript";

const schemas = JSON.parse(await text(process.stdin));
const names = Object.keys(schemas);
const root = {
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])),
  required: names,
  $defs: schemas,
};
process.stdout.write(
  await compile(root, "Schemas", {
    additionalProperties: false,
    bannerComment: "",
    ignoreMinAndMaxItems: true,
    style: { printWidth: 110 },
  }),
);
