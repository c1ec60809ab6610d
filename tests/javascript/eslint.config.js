import js from "@eslint/js";
import globals from "globals";

const FORM = "harmony_kit/interview/static";
const BOARD = "harmony_kit/workshop/static";

// The scripts are one module when they reach a browser; what a name in another file means, the
// type checker knows (see tsconfig.json), so that eslint need not.
const scripts = {
  files: [`${FORM}/**/*.js`, `${BOARD}/**/*.js`],
  languageOptions: { sourceType: "script", globals: globals.browser },
  rules: {
    "no-undef": "off",
    "no-unused-vars": ["error", { vars: "local", ignoreRestSiblings: true }],
  },
};

// The last of them says what the module exports; a page of its own imports it.
const last = {
  files: [`${FORM}/render.js`, `${FORM}/pocket.js`, `${BOARD}/board.js`],
  languageOptions: { sourceType: "module" },
};

const tests = { files: ["tests/**"], languageOptions: { globals: globals.node } };

const strict = {
  rules: {
    "array-callback-return": "error",
    curly: ["error", "multi-line"],
    "default-case-last": "error",
    "dot-notation": "error",
    eqeqeq: "error",
    "no-console": "error",
    "no-else-return": "error",
    "no-implicit-coercion": "error",
    "no-promise-executor-return": "error",
    "no-self-compare": "error",
    "no-shadow": "error",
    "no-unneeded-ternary": "error",
    "no-useless-constructor": "error",
    "no-useless-rename": "error",
    "no-useless-return": "error",
    "no-var": "error",
    "object-shorthand": "error",
    "prefer-const": "error",
    "prefer-destructuring": "error",
    "prefer-template": "error",
    "require-atomic-updates": "error",
  },
};

export default [js.configs.recommended, strict, scripts, last, tests];
