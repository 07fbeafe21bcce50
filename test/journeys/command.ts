// The command an operator types, run as they run it: another process with the admin key in its environment.
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"

export const COMMAND = join(import.meta.dirname, "..", "..", "src", "command", "tellerline.mjs")
const ANSWER_MS = 30_000
const KEY = "dev-admin-key"

/** Run `tellerline …` against a gateway. @returns what it printed @throws Error with its words where it exits with anything but 0 */
export async function tellerline(gateway: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...words], {
    env: { ...process.env, TELLERLINE_URL: gateway, TELLERLINE_ADMIN_KEY: KEY },
    timeout: ANSWER_MS,
  })
  return stdout
}

/** Run `tellerline …` and say how it ended. @param environment beside the address; by default the admin's key */
export async function run(
  gateway: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = { TELLERLINE_ADMIN_KEY: KEY },
): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"], TELLERLINE_URL: gateway, ...environment }
    execFile(process.execPath, [COMMAND, ...words], { env, timeout: ANSWER_MS }, (fault, out, error) =>
      resolve({ code: fault ? Number(fault.code) : 0, out, error }),
    )
  })
}

/** Ask the admin API itself. @throws Error with the status where it refuses */
export async function admin<Answer>(
  gateway: string,
  path: string,
  body?: unknown,
  method = body === undefined ? "GET" : "POST",
): Promise<Answer> {
  const response = await fetch(`${gateway}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text) as Answer
}
