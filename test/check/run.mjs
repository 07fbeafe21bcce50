// Running one tool of the project in a given tree, and keeping what it says for whoever must read it.
// Composed by the steps of test/check/steps.mjs.
import { spawn } from "node:child_process"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

/** Where this project's tools are, also when the tree being checked is another. */
const TOOLS = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url))

const TIMEOUT_MS = 180_000

/** @typedef {{ok: boolean, output: string}} Outcome whether it holds, and what to read when it does not */

/** Run a command of node_modules/.bin (or npm) with `root` as working directory.
 * @param {string} root
 * @param {string} command
 * @param {readonly string[]} words
 * @returns {Promise<Outcome & {stdout: string}>} `output` is both streams as they came; `ok` is exit code 0 in time */
export function run(root, command, ...words) {
  return new Promise((resolve) => {
    let output = ""
    let stdout = ""
    const child = spawn(command, words, {
      cwd: root,
      timeout: TIMEOUT_MS,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        PATH: [TOOLS, join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
        NO_COLOR: "1",
        FORCE_COLOR: "0",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_HIDE_BANNER: "true",
      },
    })
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text) => (output += text))
    child.once("error", (error) => resolve({ ok: false, output: error.message, stdout }))
    child.once("close", (code) => resolve({ ok: code === 0, output, stdout }))
  })
}
