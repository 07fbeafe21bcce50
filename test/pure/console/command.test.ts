// The `tellerline` command as people run it: a process of its own against a small server, its output, its exit codes.

import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"

const COMMAND = fileURLToPath(new URL("../../../src/command/tellerline.mjs", import.meta.url).href)
const KEY = "test-admin-key-that-is-never-shown"

interface Asked {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  readonly body: unknown
}

const asked: Asked[] = []
let answer: { status: number; body: unknown; headers?: Record<string, string> } = { status: 200, body: {} }
let server: Server
let url = ""
let folder = ""

beforeAll(async () => {
  server = createServer((request, response) => {
    void readAll(request).then((text) => {
      asked.push({
        method: request.method ?? "",
        url: request.url ?? "",
        authorization: request.headers.authorization,
        body: text ? (JSON.parse(text) as unknown) : undefined,
      })
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers })
      response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = await mkdtemp(join(tmpdir(), "tellerline-command-"))
})
afterEach(() => {
  asked.length = 0
  answer = { status: 200, body: {} }
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

async function readAll(request: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Run the command with nothing in its environment but what is given. */
function run(args: readonly string[], environment: Record<string, string> = {}, input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { TELLERLINE_URL: url, TELLERLINE_ADMIN_KEY: KEY, ...environment }
    const child = execFile(process.execPath, [COMMAND, ...args], { env }, (fault, out, error) => {
      const code = fault ? Number(fault.code) : 0
      expect(out + error).not.toContain(KEY)
      resolve({ code, out, error })
    })
    child.stdin?.end(input)
  })
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe("tellerline, asked for help", () => {
  it("lists every command, and fails with 2 where nothing was asked", async () => {
    const help = await run(["--help"])
    expect(help.code).toBe(0)
    for (const words of [
      "banks put <file>",
      "pages list",
      "dead-letters replay <id>…",
      "healthz",
      "TELLERLINE_ADMIN_KEY",
    ])
      expect(help.out).toContain(words)
    const bare = await run([])
    expect(bare).toMatchObject({ code: 2, out: help.out })
  })

  it("explains one command, or all that begin so, and calls nobody", async () => {
    expect((await run(["banks", "put", "--help"])).out).toContain("standard input")
    expect((await run(["pages", "--help"])).out.match(/^tellerline pages/gm)).toHaveLength(4)
    expect(asked).toEqual([])
  })
})

describe("tellerline, not understood", () => {
  it.each([
    [["bank", "list"], '"bank list" is not a command'],
    [["unknown", "--help"], '"unknown" is not a command'],
    [["banks"], '"banks" is not a command'],
    [["banks", "show"], "write it as: tellerline banks show <bank>"],
    [["banks", "show", "a", "b"], "write it as: tellerline banks show <bank>"],
    [["banks", "list", "--nonsense"], "--nonsense"],
    [["banks", "list", "--reason", "x"], "takes no --reason"],
    [["dead-letters", "replay", "dead_1"], "say why: --reason"],
    [["banks", "show", ".."], '".." is no id'],
    [["banks", "put", "/nowhere/at-all.json"], "cannot be read"],
    [["healthz", "--url", "nonsense"], "is not an address"],
    [["healthz", "--url", "https://user:pw@example.com"], "scheme and host only"],
    [["healthz", "--url", "ftp://example.com"], "scheme and host only"],
  ])("%j: one sentence and exit code 2, and nobody is called", async (args, sentence) => {
    const ran = await run(args)
    expect(ran.code).toBe(2)
    expect(ran.error).toContain(sentence)
    expect(ran.error.trim().split("\n")).toHaveLength(1)
    expect(asked).toEqual([])
  })

  it("says that a key is needed, where it is read from, and that it is sent over https only", async () => {
    const keyless = await run(["banks", "list"], { TELLERLINE_ADMIN_KEY: "" })
    expect(keyless).toMatchObject({
      code: 2,
      error: expect.stringContaining("TELLERLINE_ADMIN_KEY") as unknown,
    })
    const plain = await run(["banks", "list"], { TELLERLINE_URL: "http://example.com" })
    expect(plain).toMatchObject({ code: 2, error: expect.stringContaining("https only") as unknown })
  })

  it("quotes no file that is not JSON: it may hold a token", async () => {
    const ran = await run(["pages", "put", await file("broken.json", '{"token":"planted-token",,}')])
    expect(ran).toMatchObject({ code: 2, error: expect.stringContaining("is not a JSON object") as unknown })
    expect(ran.error).not.toContain("planted-token")
    expect((await run(["banks", "put", await file("list.json", "[]")])).code).toBe(2)
    expect((await run(["banks", "put", await file("no-id.json", "{}")])).error).toContain('has no "id"')
  })
})

describe("tellerline, refused or unanswered", () => {
  it("tells a problem document in one sentence with its faults and request, exit code 1", async () => {
    answer = {
      status: 422,
      body: {
        title: "Some members cannot be taken",
        detail: "Look\u001b[31m again",
        faults: [{ field: "issuer", fault: "must be https" }],
        request_id: "req-1",
      },
    }
    const ran = await run(["banks", "list"])
    expect(ran).toEqual({
      code: 1,
      out: "",
      error:
        "tellerline: Some members cannot be taken; Look [31m again; issuer must be https [422] (request req-1)\n",
    })
  })

  it("follows no redirect with the key", async () => {
    answer = { status: 302, body: "", headers: { location: `${url}/elsewhere` } }
    const ran = await run(["banks", "list"])
    expect(ran).toMatchObject({ code: 1, error: expect.stringContaining("sign in") as unknown })
    expect(asked).toHaveLength(1)
  })

  it("says what it can of an answer that is no problem document", async () => {
    answer = { status: 500, body: "<html>planted</html>" }
    expect(await run(["banks", "list"])).toEqual({
      code: 1,
      out: "",
      error: "tellerline: the gateway answered 500\n",
    })
  })

  it("has exit code 3 where nobody listens", async () => {
    const ran = await run(["healthz", "--url", "http://127.0.0.1:1"])
    expect(ran).toMatchObject({ code: 3, error: expect.stringContaining("cannot be reached") as unknown })
    expect(ran.error.trim().split("\n")).toHaveLength(1)
  })
})

describe("tellerline banks and pages", () => {
  it("lists as a table, and as JSON where asked", async () => {
    answer = {
      status: 200,
      body: { banks: [{ id: "demo", name: "Har\u001b[2Jbour\nline", dialect: "fdx-6" }] },
    }
    const table = await run(["banks", "list"])
    expect(table.code).toBe(0)
    expect(table.out.split("\n")[0]).toMatch(/^ID +NAME +DIALECT/)
    expect(table.out.split("\n")[1]).toMatch(/^demo +Har \[2Jbour line +fdx-6$/)
    expect(JSON.parse((await run(["banks", "list", "--json"])).out)).toEqual(answer.body)
    expect(asked[0]).toMatchObject({ method: "GET", url: "/admin/v1/banks", authorization: `Bearer ${KEY}` })
    answer = { status: 200, body: { banks: [] } }
    expect((await run(["banks", "list"])).out).toBe("There are no banks.\n")
  })

  it("shows one record, its id kept inside its segment of the path", async () => {
    answer = { status: 200, body: { id: "demo", languages: ["en", "ar"] } }
    expect((await run(["banks", "show", "a/../b?c"])).out).toBe("id         demo\nlanguages  en, ar\n")
    expect(asked[0]?.url).toBe("/admin/v1/banks/a%2F..%2Fb%3Fc")
  })

  it("puts a file under the id it holds, with the reason", async () => {
    const path = await file("bank.json", '{"id":"demo","name":"Harbourline"}')
    const ran = await run(["banks", "put", path, "--reason", "اختبار"])
    expect(ran).toMatchObject({ code: 0, out: "Stored bank demo.\n" })
    expect(asked).toMatchObject([
      {
        method: "PUT",
        url: "/admin/v1/banks/demo",
        body: { id: "demo", name: "Harbourline", reason: "اختبار" },
      },
    ])
  })

  it("puts standard input, and a Page's token from the environment", async () => {
    const ran = await run(
      ["pages", "put", "-"],
      { TELLERLINE_PAGE_TOKEN: "planted-token" },
      '{"id":"11","bank":"demo"}',
    )
    expect(ran).toEqual({ code: 0, out: "Stored Page 11.\n", error: "" })
    expect(asked[0]).toMatchObject({
      url: "/admin/v1/pages/11",
      body: { id: "11", bank: "demo", token: "planted-token" },
    })
  })
})

describe("tellerline dead-letters", () => {
  it("lists with filter and cursor, and says how to go on", async () => {
    answer = {
      status: 200,
      body: { deadLetters: [{ id: "dead_1", bank: "demo", queue: "alerts" }], next: "9.dead_1" },
    }
    const ran = await run(["dead-letters", "list", "--bank", "demo", "--cursor", "8.dead_0"])
    expect(asked[0]?.url).toBe("/admin/v1/dead-letters?bank=demo&cursor=8.dead_0")
    expect(ran.out).toContain("dead_1")
    expect(ran.out).toContain("More: tellerline dead-letters list --bank demo --cursor 9.dead_1")
  })

  it("replays one, with its reason", async () => {
    answer = { status: 200, body: { replayed: { id: "dead_1", queue: "alerts" } } }
    const ran = await run(["dead-letters", "replay", "dead_1", "--reason", "bank is back"])
    expect(ran).toMatchObject({ code: 0, out: 'Posted to "alerts" again.\n' })
    expect(asked).toMatchObject([
      { method: "POST", url: "/admin/v1/dead-letters/dead_1/replay", body: { reason: "bank is back" } },
    ])
  })

  it("lists by a filter, and says how to go on with the same", async () => {
    answer = { status: 200, body: { deadLetters: [{ id: "dead_1" }], next: "9.dead_1" } }
    const filter = ["--bank", "demo", "--page", "11", "--cause", "gave_up", "--from", "2026-11-21T00:00:00Z"]
    const ran = await run(["dead-letters", "list", ...filter])
    expect(asked[0]?.url).toBe(
      "/admin/v1/dead-letters?bank=demo&page=11&reason=gave_up&from=2026-11-21T00%3A00%3A00Z",
    )
    expect(ran.out).toContain(`More: tellerline dead-letters list ${filter.join(" ")} --cursor 9.dead_1`)
  })

  it("replays several, and says which are where they were", async () => {
    answer = { status: 200, body: { replayed: [{ id: "dead_1" }], notReplayed: ["dead_2"] } }
    const ran = await run(["dead-letters", "replay", "dead_1", "dead_2", "--reason", "bank is back"])
    expect(asked).toMatchObject([
      {
        method: "POST",
        url: "/admin/v1/dead-letters/replay",
        body: { ids: ["dead_1", "dead_2"], reason: "bank is back" },
      },
    ])
    expect([ran.code, ran.out]).toEqual([
      1,
      "Posted to their queues again: 1.\nWhere they were, or not there any more: dead_2\n",
    ])
  })

  it("P14: asks for a replay by filter, and says that another admin approves it", async () => {
    answer = { status: 200, body: { id: "approval_1", asked: { letters: 37 } } }
    const args = ["--bank", "demo", "--cause", "retries_exhausted", "--reason", "bank is back"]
    const ran = await run(["dead-letters", "replay-matching", ...args])
    expect(asked).toMatchObject([
      {
        url: "/admin/v1/dead-letters/replay-by-filter",
        body: { filter: { bank: "demo", reason: "retries_exhausted" }, reason: "bank is back" },
      },
    ])
    expect(ran.out).toContain("Asked for 37 letters")
    expect(ran.out).toContain("tellerline approvals approve approval_1")
    expect((await run(["dead-letters", "replay-matching", "--reason", "x"])).error).toContain("--bank <bank>")
  })
})

describe("tellerline, run for Pages", () => {
  it("reconnects a Page with the token of the environment, and says what was held, stale and sent", async () => {
    answer = {
      status: 200,
      body: { reconnected: { at: "2026-11-22T00:00:00.000Z", held: 12, stale: 2, sent: 3 } },
    }
    const args = ["pages", "reconnect", "11", "--reason", "password was changed", "--connected-by", "77"]
    const ran = await run(args, { TELLERLINE_PAGE_TOKEN: "EAAG-secret" })
    expect(ran).toMatchObject({ code: 0, error: "" })
    expect(ran.out).toContain("Held: 12, of these too old by now: 2, handed back so far: 3")
    expect(ran.out).not.toContain("EAAG")
    expect(asked).toMatchObject([
      {
        method: "PUT",
        url: "/admin/v1/pages/11/token",
        body: { reason: "password was changed", token: "EAAG-secret", connectedBy: "77" },
      },
    ])
    await run(["pages", "reconnect", "11", "--reason", "restriction is over"])
    expect(asked.at(-1)?.body).toEqual({ reason: "restriction is over" })
  })

  it("synchronises and lists templates; one that was refused is no success", async () => {
    const templates = [{ name: "balance_v1", language: "en", status: "APPROVED", checkedAt: "2026-11-22" }]
    answer = { status: 200, body: { created: ["balance_v1 en"], retired: [], refused: [], templates } }
    const synced = await run(["templates", "sync", "--page", "11", "--reason", "new words"])
    expect(synced).toMatchObject({ code: 0 })
    expect(synced.out).toContain("Created: balance_v1 en")
    expect(asked[0]).toMatchObject({ method: "POST", url: "/admin/v1/pages/11/templates/sync" })
    answer = {
      status: 200,
      body: {
        created: [],
        retired: [],
        refused: [{ template: "fraud_v1 en", reason: "our_fault" }],
        templates,
      },
    }
    const refused = await run(["templates", "sync", "--page", "11", "--reason", "x"])
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining("fraud_v1 en") as unknown })
    answer = { status: 200, body: { templates } }
    expect((await run(["templates", "list", "--page", "11"])).out).toContain("APPROVED")
    expect(await run(["templates", "list"])).toMatchObject({ code: 2 })
  })

  it("lists incidents", async () => {
    answer = {
      status: 200,
      body: { incidents: [{ kind: "page_stopped", bank: "demo", detail: "restricted" }] },
    }
    const ran = await run(["incidents", "--bank", "demo", "--closed"])
    expect(ran.out).toContain("page_stopped")
    expect(asked[0]?.url).toBe("/admin/v1/incidents?bank=demo&closed=true")
    answer = { status: 200, body: { incidents: [] } }
    expect((await run(["incidents"])).out).toContain("Nothing is wrong.")
  })
})

describe("tellerline healthz and health", () => {
  it("asks without a key, exit code 0 where all is well", async () => {
    answer = { status: 200, body: { status: "ok" } }
    expect(await run(["healthz"])).toEqual({ code: 0, out: "The gateway is well.\n", error: "" })
    expect(asked).toMatchObject([{ method: "GET", url: "/healthz", authorization: undefined }])
  })

  it("says what is missing, exit code 1", async () => {
    answer = { status: 503, body: { title: "Not configured", detail: "missing: VAULT_KEYS" } }
    expect(await run(["healthz"])).toEqual({
      code: 1,
      out: "",
      error: "tellerline: the gateway answered 503: missing: VAULT_KEYS\n",
    })
  })

  it("shows what was looked at, exit code 1 where something is not well", async () => {
    answer = {
      status: 200,
      body: {
        status: "degraded",
        checks: [{ name: "database", ok: false, detail: "late" }],
        deadLetters: { alerts: 2 },
      },
    }
    const ran = await run(["health"])
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/database +false +late/)
    expect(ran.out).toContain("Dead letters: alerts 2")
  })
})

describe("tellerline, a bank's ways in", () => {
  it("shows why requests were refused", async () => {
    answer = {
      status: 200,
      body: { refusals: [{ at: "2026-11-22T00:00:00Z", way: "events", reason: "signature_too_old" }] },
    }
    const ran = await run(["refusals", "--bank", "demo"])
    expect(asked[0]).toMatchObject({ method: "GET", url: "/admin/v1/banks/demo/refusals" })
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining("signature_too_old")])
  })

  it("makes a key with a name and a reason, and says that it is shown once", async () => {
    answer = { status: 200, body: { id: "bankkey_1", key: "tlbank_x" } }
    const ran = await run(["api-keys", "create", "core", "--bank", "demo", "--reason", "go live"])
    expect(asked[0]).toMatchObject({
      method: "POST",
      url: "/admin/v1/banks/demo/api-keys",
      body: { name: "core", reason: "go live" },
    })
    expect(ran.out).toContain("only time")
    expect((await run(["api-keys", "create", "core", "--bank", "demo"])).code).toBe(2)
    expect((await run(["refusals"])).error).toContain("say which bank")
  })
})

describe("tellerline keys and approvals", () => {
  it("lists what is left under each key, and what is still to be renewed", async () => {
    answer = {
      status: 200,
      body: {
        keys: [
          {
            kid: "k1",
            newest: false,
            onRing: true,
            left: {},
            countedAt: "2026-11-22T00:00:00Z",
            renewalLeft: { people: 3, links: 1 },
          },
          { kid: "k2", newest: true, onRing: true, left: {} },
        ],
      },
    }
    const { code, out } = await run(["keys", "list"])
    expect(code).toBe(0)
    for (const words of ["k1", "none", "people 3, links 1", "not counted"]) expect(out).toContain(words)
    expect(asked).toMatchObject([{ method: "GET", url: "/admin/v1/keys" }])
  })

  it.each([
    [["keys", "compromised", "k1"], "/admin/v1/keys/k1/compromised", "keys list"],
    [["keys", "remove", "k1"], "/admin/v1/keys/k1/removal", "tellerline approvals approve approval_1"],
    [["approvals", "approve", "approval_1"], "/admin/v1/approvals/approval_1/approve", "Approved and done"],
    [["approvals", "decline", "approval_1"], "/admin/v1/approvals/approval_1/decline", "Declined"],
  ])("%j says why, and does nothing without a reason", async (args, path, said) => {
    answer = { status: 200, body: { id: "approval_1" } }
    expect((await run(args)).code).toBe(2)
    expect(asked).toEqual([])
    const { code, out } = await run([...args, "--reason", "it was seen"])
    expect([code, out]).toEqual([0, expect.stringContaining(said)])
    expect(asked).toMatchObject([{ method: "POST", url: path, body: { reason: "it was seen" } }])
  })
})

describe("tellerline, about a bank's record", () => {
  const record = () => file("bank.json", JSON.stringify({ id: "demo", issuer: "https://else.example.com" }))

  it("says that a change waits for another admin, and which", async () => {
    const asked = { changes: [{ member: "issuer", guarded: true }] }
    answer = { status: 202, body: { id: "approval_1", kind: "bank.change", asked } }
    const { code, out } = await run(["banks", "put", await record()])
    expect(code).toBe(0)
    expect(out).toBe(
      "Asked: issuer would change.\nNothing has changed yet; another admin runs: tellerline approvals approve approval_1 --reason <why>\n",
    )
  })

  it("tells beforehand what would change and how many it takes; 1 where something would", async () => {
    answer = {
      status: 200,
      body: { changes: [{ member: "issuer", from: "https://a", to: "https://b", guarded: true }] },
    }
    const changed = await run(["banks", "diff", await record()])
    expect(changed.code).toBe(1)
    expect(changed.out).toMatch(/issuer +https:\/\/a +https:\/\/b +two people/)
    expect(asked.at(-1)).toMatchObject({
      method: "POST",
      url: "/admin/v1/banks/demo/changes",
      body: { record: { issuer: "https://else.example.com" } },
    })
    answer = { status: 200, body: { changes: [] } }
    expect(await run(["banks", "diff", await record()])).toMatchObject({
      code: 0,
      out: "Nothing would change.\n",
    })
  })
})

describe("tellerline send", () => {
  it.each([
    [["send"], "say which bank"],
    [["send", "--bank", "demo"], "say which private key signs"],
    [["send", "--bank", "demo", "--key", "/nowhere/key.json"], "cannot be read"],
  ])("%j: one sentence and exit code 2, and nobody is called", async (args, sentence) => {
    const ran = await run(args)
    expect(ran.code).toBe(2)
    expect(ran.error).toContain(sentence)
    expect(asked).toEqual([])
  })

  it("quotes nothing of a file that holds no key", async () => {
    const key = await file("broken-key.json", '{"kty":"EC","d":"planted-private-part"}')
    const ran = await run(["send", "--bank", "demo", "--key", key, "--file", await file("event.json", "{}")])
    expect(ran).toMatchObject({ code: 2, error: expect.stringContaining("holds no private key") as unknown })
    expect(ran.error).not.toContain("planted")
  })
})
