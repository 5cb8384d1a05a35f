import { readdirSync } from "node:fs";

import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

// Imports go one way: app -> features -> components -> lib. Features meet only in app.
const climbing = { regex: "^\\.\\./", message: "Say @/…: a path that climbs out of its folder hides where it leads." };
const closed = (...folders) => ({ regex: `^@/(${folders.join("|")})(/|$)`, message: "Imports go app -> features -> components -> lib." });
const border = (files, ...patterns) => ({ files, rules: { "no-restricted-imports": ["error", { patterns: [climbing, ...patterns] }] } });

const betweenFeatures = readdirSync("./src/features").map((name) =>
  border([`src/features/${name}/**`], closed("app"), {
    regex: `^@/features/(?!${name}/)`,
    message: "Features never import features: move what is shared to components/ or lib/.",
  }),
);

export default defineConfig(
  { ignores: ["dist", "src/lib/schema.d.ts"] },
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  reactHooks.configs.flat["recommended-latest"],
  border(["src/app/**", "src/testing/**"]),
  ...betweenFeatures,
  border(["src/components/**"], closed("app", "features")),
  border(["src/lib/**"], closed("app", "features", "components")),
  {
    rules: {
      "max-lines": ["error", 250],
      "no-restricted-globals": ["error", { name: "fetch", message: "lib/api.ts is the one place that talks to the network." }],
      // Shapes of values are types, also where an interface would do: one way to write them.
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      // TanStack Table and Virtual return functions by design; the React compiler is not used here.
      "react-hooks/incompatible-library": "off",
    },
  },
  {
    files: ["public/*.js"],
    languageOptions: { globals: { document: "readonly", localStorage: "readonly", matchMedia: "readonly" } },
  },
);
