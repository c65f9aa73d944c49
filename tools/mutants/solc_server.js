// The compiler of npm's `solc`, loaded once: a standard JSON input a line, its output a line.
"use strict";
const fs = require("fs");
const path = require("path");
const readline = require("readline");

const root = path.resolve(__dirname, "..", "..");
const solc = require(path.join(root, "node_modules/solc/index.js"));
// Emscripten's hooks would print the whole compiler when something fails.
process.removeAllListeners("uncaughtException");
process.removeAllListeners("unhandledRejection");

function read(name) {
  try {
    return { contents: fs.readFileSync(path.join(root, name), "utf8") };
  } catch {
    return { error: `File not found: ${name}` };
  }
}

readline
  .createInterface({ input: process.stdin })
  .on("line", (line) => process.stdout.write(`${solc.compile(line, { import: read })}\n`));
