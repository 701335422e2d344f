import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      "artifacts/",
      "build/",
      "cache/",
      "coverage/",
      "typechain-types/",
      "deployments/",
      ".causeway/",
      "protocol/crypto/kernels/assembly/",
      "**/*.cjs",
      "**/*.js",
      "**/*.mjs",
      "**/*.d.ts",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "prefer-const": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Template literals print bigints, numbers and booleans.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // Interfaces of providers and followers are asynchronous; an implementation may have nothing to await.
      "@typescript-eslint/require-await": "off",
      // Files that must not load before the first compile are required when first needed.
      "@typescript-eslint/no-require-imports": "off",
    },
  },
  {
    // People read what these print.
    files: ["tasks/**", "scripts/**", "deploy/**"],
    rules: { "no-console": "off" },
  },
  {
    // Property assertions of chai are expressions; mocks and JSON fixtures are loosely typed.
    files: ["test/**"],
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
