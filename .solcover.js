module.exports = {
  // Look-alikes for tests, and constants written by a generator.
  skipFiles: ["mocks", "generated"],
  istanbulReporter: ["text", "json-summary", "html"],
  // Proofs and long histories say nothing about lines that others do not; instrumented contracts cost other gas.
  mocha: { grep: "\\[(proof|fuzz|gas)\\]|in random order|in posts of many sizes", invert: true },
};
