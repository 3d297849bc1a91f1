import js from "@eslint/js";
import accessibility from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Imports go one way: app → features → shared. A feature reaches another one only by its address. */
function onlyBelow(files, forbidden, message) {
  return {
    files,
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: forbidden, message }] }] },
  };
}

export default tseslint.config(
  { ignores: ["dist"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  accessibility.flatConfigs.recommended,
  {
    plugins: { "react-hooks": hooks },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      // Where a role's list markers are removed by CSS, Safari forgets the role unless it is named.
      "jsx-a11y/no-redundant-roles": ["error", { ul: ["list"], ol: ["list"] }],
      // Escapes, entities and attributes are Preact's; HTML from text would be the only way around it.
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text is never HTML." },
        {
          selector: "AssignmentExpression > MemberExpression[property.name='innerHTML']",
          message: "Text is never HTML.",
        },
      ],
    },
  },
  onlyBelow(["src/shared/**"], ["@/features/*", "@/app/*"], "shared/ knows no feature."),
  onlyBelow(
    ["src/features/**"],
    ["@/features/*", "@/app/*", "../../*"],
    "Features know shared/ and their own folder (by relative paths).",
  ),
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
);
