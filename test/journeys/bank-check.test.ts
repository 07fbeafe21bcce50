// A bank goes live: the practice bank passes everything it must, and each way to get it wrong is named. Then an event is signed on this
// machine, its words are read, and it is posted. All by the command, as an operator and a bank's engineer run it.
import { execFile } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ELSEWHERE_BANKS, registerElsewhere } from "../../sandbox/demo.mjs"
import type { BankCheck, Finding } from "../../src/banks/bank-check.ts"
import { BANK_CHECKS } from "../../src/banks/bank-check.ts"
import { codeOf, readText, section } from "../pure/docs/documents.ts"
import { admin, COMMAND, run } from "./command.ts"
import { control } from "./control.ts"
import { here } from "./house.ts"

const PAGE = "100000000000001"
type Changes = Readonly<Record<string, unknown>>

const gateway = here("gateway")
const sandbox = here("sandbox")
const bank = `${sandbox}/bank`
let folder = ""
let keyFile = ""
let kid = ""
let record: Changes = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tellerline-check-"))
  const key = await control<{ readonly kid: string }>(sandbox, "/control/bank/event-key")
  kid = key.kid
  keyFile = await file("key.json", key)
  record = await admin<Changes>(gateway, "/banks/demo")
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, value: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, JSON.stringify(value))
  return path
}

/** Check the demo bank, with its record changed where that is said. */
async function check(changes?: Changes, key = keyFile, more: readonly string[] = []) {
  const words = ["bank", "check", "demo", "--json", "--key", key, ...more]
  const changed = changes && ["--file", await file("record.json", { ...record, ...changes })]
  const { code, out } = await run(gateway, [...words, ...(changed ?? [])])
  const { passed, findings } = JSON.parse(out) as {
    readonly passed: boolean
    readonly findings: readonly Finding[]
  }
  expect(code).toBe(passed ? 0 : 1)
  return { passed, findings, faults: findings.filter(({ state }) => state === "fault") }
}

describe("tellerline bank check", () => {
  test("the demo bank passes every check there is", async () => {
    const { findings, faults } = await check()
    expect(faults).toEqual([])
    expect(findings.map(({ check: name }) => name)).toEqual(Object.keys(BANK_CHECKS))
    for (const { state } of findings) expect(state).toBe("ok")
  })

  test.each(ELSEWHERE_BANKS)("%s, the same bank in another dialect, passes too", async (id) => {
    await registerElsewhere(gateway, sandbox, id as Parameters<typeof registerElsewhere>[2])
    const { out } = await run(gateway, ["bank", "check", id, "--key", keyFile])
    expect(out).not.toMatch(/^FAULT/m)
    expect(out).toContain("The bank passes.")
  })

  test("in words, with a line a check", async () => {
    const { code, out } = await run(gateway, ["bank", "check", "demo"])
    expect(code).toBe(0)
    expect(out).toContain(`ok     event_keys          "${kid}"`)
    expect(out).toMatch(/^note +test_event +Not looked at: give the bank's private key/m)
    expect(out).toContain("The bank passes.")
  })

  test.each<readonly [string, Changes, BankCheck, RegExp]>([
    [
      "an issuer nobody is at",
      { issuer: `${bank}/login` },
      "metadata",
      /issuer has no metadata at .*: what it answers is not as the standard says/,
    ],
    ["an issuer with a slash too many", { issuer: `${bank}/oidc/` }, "metadata", /another than the metadata/],
    [
      "a profile the login does not have",
      { issuer: `${bank}/oidc-green` },
      "metadata",
      /lacks what the profile "fapi2" needs.*pushed_authorization_request_endpoint/,
    ],
    ["another client id", { clientId: "somebody-else" }, "client", /does not know us: register clientId/],
    ["ID tokens of another algorithm", { idTokenAlg: "PS256" }, "login_keys", /no key for PS256/],
    [
      "a second factor it does not have",
      { acrValues: ["urn:bank:9fa"] },
      "second_factor",
      /none of the record's acrValues/,
    ],
    [
      "a claim it does not give",
      { subjectClaim: "customer_number" },
      "customer_reference",
      /claims_supported lacks the record's subjectClaim/,
    ],
    ["keys where there are none", { jwksUri: `${bank}/keys.json` }, "event_keys", /jwksUri is answered 404/],
    [
      "an old version of the account data",
      { apiBase: `${bank}/fdx/v5` },
      "account_data",
      /apiBase leads nowhere.*404/,
    ],
    [
      "actions at another place",
      { actionsBase: `${bank}/acts` },
      "actions",
      /actionsBase leads nowhere.*404/,
    ],
    [
      "callbacks at another place",
      { callbackUrl: `${bank}/callback` },
      "callbacks",
      /callbackUrl leads nowhere.*404/,
    ],
    [
      "a host nobody answers at",
      { apiBase: "http://localhost:9/fdx" },
      "account_data",
      /apiBase cannot be reached/,
    ],
  ])("%s is named", async (_, changes, name, said) => {
    const { passed, faults } = await check(changes)
    expect(passed).toBe(false)
    expect(faults.find((fault) => fault.check === name)?.said).toMatch(said)
  })

  test("a bank that takes callbacks anybody could have sent", async () => {
    const careless = createServer((_, response) => response.writeHead(204).end())
    await new Promise<void>((listening) => careless.listen(0, "127.0.0.1", listening))
    const { port } = careless.address() as AddressInfo
    const { faults } = await check({ callbackUrl: `http://127.0.0.1:${port}/callbacks` })
    careless.close()
    careless.closeAllConnections()
    expect(faults).toMatchObject([
      { check: "callback_signature", said: expect.stringContaining("signature does not hold") as unknown },
    ])
  })

  test("a key that is not published, and one that only bears a published name", async () => {
    const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" })
    const unpublished = await check(undefined, await file("other.json", { ...jwk, kid: "practice-2" }))
    expect(unpublished.faults).toMatchObject([
      {
        check: "test_event",
        said: expect.stringMatching(/"practice-2" is not among those at jwksUri/) as unknown,
      },
    ])
    const namesake = await check(undefined, await file("namesake.json", { ...jwk, kid }))
    expect(namesake.faults).toMatchObject([
      { check: "test_event", said: expect.stringMatching(/signature does not hold/) as unknown },
    ])
  })

  test("a bank without a Page", async () => {
    await admin(gateway, "/banks/pageless", record, "PUT")
    const { code, out } = await run(gateway, ["bank", "check", "pageless"])
    expect(code).toBe(1)
    expect(out).toMatch(/^FAULT +pages +The bank has no Page/m)
  })

  test("a Page whose events go elsewhere in part", async () => {
    const fields = (names: readonly string[]) =>
      control(sandbox, `/graph/v26.0/${PAGE}/subscribed_apps?access_token=dev-page-token`, {
        subscribed_fields: names.join(","),
      })
    const { data } = await control<{
      data: readonly { readonly subscribed_fields: readonly string[] }[]
    }>(sandbox, `/graph/v26.0/${PAGE}/subscribed_apps?access_token=dev-page-token`)
    const all = data[0]?.subscribed_fields ?? []
    await fields(all.filter((field) => field !== "messaging_postbacks"))
    const { faults } = await check()
    await fields(all)
    expect(faults).toMatchObject([
      { check: "webhook_fields", said: expect.stringContaining("messaging_postbacks") as unknown },
    ])
  })
})

describe("docs/bank-events.md", () => {
  test("its afternoon passes as it is written", async () => {
    const document = readText("docs/bank-events.md")
    const steps = codeOf(section(document, "## Live in an afternoon"), "sh")
      .join("\n")
      .replaceAll("http://localhost:8787", gateway)
      .replaceAll("http://localhost:8788", sandbox)
    const command = `npx() { shift; "${process.execPath}" "${COMMAND}" "$@"; }`
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", `${command}\n${steps}`], {
      cwd: folder,
    })
    expect(stdout).toContain("The bank passes.")
    expect(stdout.match(/would say, in en:\n {2}.*Corner Bakery/g)).toHaveLength(2)
    expect(stdout).toContain("Taken: 1.")
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ state: "not_reached" })
  })
})

describe("tellerline send", () => {
  const event = {
    specversion: "1.0",
    id: "evt-send-1",
    source: bank,
    type: "bank.transaction.posted.v1",
    subject: "nobody-who-is-linked",
    time: new Date().toISOString(),
    data: {
      account: "acc-1",
      transaction: {
        id: "txn-1",
        amount: { value: "27.40", currency: "EUR" },
        direction: "out",
        occurred_at: new Date().toISOString(),
        merchant: { name: "Corner Bakery" },
      },
    },
  }
  const send = (path: string, ...more: readonly string[]) =>
    run(gateway, ["send", "--bank", "demo", "--key", keyFile, "--file", path, ...more], {})

  test("shows the words in each language, then posts", async () => {
    const { code, out } = await send(await file("event.json", event))
    expect(out).toMatch(/evt-send-1 would say, in en:\n {2}.*Corner Bakery/)
    expect(out).toMatch(/in ar:/)
    expect(out).toContain("Taken: 1.")
    expect(code).toBe(0)
  })

  test("posts nothing with --preview, and nothing that was rejected there", async () => {
    const previewed = await send(await file("event.json", event), "--preview")
    expect(previewed).toMatchObject({ code: 0 })
    expect(previewed.out).not.toContain("Taken")
    const wrong = await send(
      await file("wrong.json", [event, { ...event, id: "evt-2", type: "bank.nonsense.v1" }]),
    )
    expect(wrong.code).toBe(1)
    expect(wrong.out).toContain("evt-2 is rejected: ")
    expect(wrong.out).not.toContain("Taken")
    expect(wrong.error).toContain("not sent")
  })

  test("says why the gateway refused: another source", async () => {
    const { code, error } = await send(
      await file("foreign.json", { ...event, source: "https://other.example" }),
    )
    expect(code).toBe(1)
    expect(error).toMatch(/preview was refused: .*\[403\]/)
  })
})
