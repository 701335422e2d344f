module.exports = {
  // Look-alikes for tests, and constants written by a generator.
  skipFiles: ["mocks", "generated"],
  istanbulReporter: ["text", "json-summary", "html"],
  // Proofs and random runs say nothing about lines; instrumented contracts cost other gas.
  mocha: { grep: "\\[(proof|fuzz|gas)\\]", invert: true },
};
