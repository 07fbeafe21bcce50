// What counts as a way in, so that everything no way in leads to is reported as unused: files, exports, packages.
import type { KnipConfig } from "knip"

const config: KnipConfig = {
  entry: [
    "sandbox/*/worker.{ts,tsx}",
    // Code for the browser: served as it is, imported by nobody.
    "sandbox/*/public/**/*.{js,mjs}",
    "test/**/*.test.{ts,tsx}",
    "test/check/complete-lock.mjs",
    "test/objects/env.d.ts",
  ],
  project: ["src/**/*.{ts,tsx,mjs}", "sandbox/**/*.{ts,tsx,mjs,js}", "test/**/*.{ts,tsx,mjs}"],
  // A type that only its own file names still says what an exported function takes or gives.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreDependencies: [
    // Started by test/check, never imported: the linter and its types, the floors' reader and its parser.
    "oxlint",
    "oxlint-tsgolint",
    "dependency-cruiser",
    "@swc/core",
  ],
}

export default config
