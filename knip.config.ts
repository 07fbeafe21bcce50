// What counts as a way in, so that everything no way in leads to is reported as unused: files, exports, packages.
import type { KnipConfig } from "knip"

const config: KnipConfig = {
  entry: [
    "sandbox/*/worker.{ts,tsx}",
    // Code for the browser: served as it is, imported by nobody.
    "sandbox/*/public/**/*.{js,mjs}",
    "test/**/*.test.{ts,tsx}",
    "test/check/complete-lock.mjs",
    // Run by their own command, or as text: a Worker's modules are read, built and handed over.
    "test/bench/*-worker.{ts,mjs}",
    "test/objects/env.d.ts",
  ],
  project: ["src/**/*.{ts,tsx,mjs}", "sandbox/**/*.{ts,tsx,mjs,js}", "test/**/*.{ts,tsx,mjs}"],
  // What its own file uses is not dead; that a limit or a shape can be imported costs nothing.
  ignoreExportsUsedInFile: true,
  // Browser code imports by the address it is served at.
  paths: { "/*": ["sandbox/messenger/public/*"] },
  ignoreDependencies: [
    // Started by test/check, never imported: the linter and its types, the floors' reader and its parser.
    "oxlint",
    "oxlint-tsgolint",
    "dependency-cruiser",
    "@swc/core",
  ],
}

export default config
