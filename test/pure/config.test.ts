// readConfig(): each setting missing, wrong, at its edge; development's constants refused elsewhere; no secret printed.

import { describe, expect, it } from "vitest"
import { readConfig } from "../../src/config.ts"
import { Secret } from "../../src/foundation/secret.ts"
import { TEST_KEYS } from "../support/keys.ts"

type Settings = Readonly<Record<string, string | undefined>>

const DEVELOPMENT: Settings = { PUBLIC_ORIGIN: "http://localhost:8787", ...TEST_KEYS }
const DEPLOYED: Settings = {
  ...TEST_KEYS,
  PUBLIC_ORIGIN: "https://chat.example.com",
  OPERATOR_NAME: "Harbourline Messaging Ltd",
  MESSENGER_APP_ID: "4711",
  MESSENGER_APP_SECRETS: "app-secret-one,app-secret-two",
  MESSENGER_VERIFY_TOKEN: "verify-token-one",
}
const DIGEST = "a".repeat(64)
const ADMIN_KEY = { id: "maria", role: "admin", banks: ["*"], sha256: DIGEST, expires: "2027-01-01" }
const ACCESS: Settings = {
  ACCESS_TEAM_DOMAIN: "bank.cloudflareaccess.com",
  ACCESS_AUD: "aud",
  ACCESS_ROLES: JSON.stringify([{ group: "ops", role: "operator", banks: ["demo"] }]),
}
const admins = (...keys: readonly object[]) => JSON.stringify(keys)
const signing = (change: object) => {
  const [key] = (JSON.parse(TEST_KEYS.SIGNING_KEYS) as { keys: object[] }).keys
  return JSON.stringify({ keys: [{ ...key, ...change }] })
}

function faults(settings: Settings) {
  const read = readConfig(settings)
  return read.ok ? { missing: [], wrong: [] } : { missing: read.error.missing, wrong: read.error.wrong }
}

function accepted(settings: Settings) {
  const read = readConfig(settings)
  if (!read.ok) throw new Error(read.error.detail)
  return read.value
}

describe("readConfig() in development", () => {
  it("supplies everything but the keys made beside the local state", () => {
    const config = accepted(DEVELOPMENT)
    expect(config.development).toBe(true)
    expect(config.messenger.appId).toBe("1000000000000001")
    expect(config.messenger.appSecrets.map((secret) => secret.reveal())).toEqual(["dev-app-secret"])
    expect(config.messenger.verifyToken.reveal()).toBe("dev-verify-token")
    expect(config.messenger.graphOrigin).toBe("http://localhost:8788/graph")
    expect(config.messenger.linkOrigin).toBe("http://localhost:8788/m.me")
    expect(config.admin.keys.map((key) => key.id)).toEqual(["dev-1", "dev-2"])
  })

  it("says in one sentence what to do where the keys are not made", () => {
    const read = readConfig({ PUBLIC_ORIGIN: "http://localhost:8787" })
    expect(read).toMatchObject({
      ok: false,
      error: {
        missing: ["VAULT_KEYS", "SIGNING_KEYS", "PSEUDONYM_KEY"],
        detail: 'Keys are made beside the local state: run "npm run dev" once',
      },
    })
  })

  it.each([
    ["GRAPH_ORIGIN", "https://graph.facebook.com"],
    ["GRAPH_ORIGIN", "http://localhost.example.com/graph"],
    ["GRAPH_ORIGIN", "http://localhost@graph.facebook.com"],
    ["MESSENGER_LINK_ORIGIN", "https://m.me"],
  ])("starts with nothing of the world outside: %s = %s", (name, value) => {
    expect(faults({ ...DEVELOPMENT, [name]: value }).wrong).toEqual([name])
  })

  it("shares lanes out over one to four queues, one where nothing is said", () => {
    expect(accepted(DEVELOPMENT).shards).toBe(1)
    expect(accepted({ ...DEVELOPMENT, QUEUE_SHARDS: "4" }).shards).toBe(4)
    for (const QUEUE_SHARDS of ["0", "5", "1.5", "many", "-1"])
      expect(faults({ ...DEVELOPMENT, QUEUE_SHARDS }).wrong).toEqual(["QUEUE_SHARDS"])
  })

  it("takes a sandbox on another port of loopback", () => {
    const moved = { GRAPH_ORIGIN: "http://127.0.0.1:9/graph", MESSENGER_LINK_ORIGIN: "http://[::1]:9/m.me" }
    expect(accepted({ ...DEVELOPMENT, ...moved }).messenger.graphOrigin).toBe("http://127.0.0.1:9/graph")
  })

  it.each(["http://localhost:8787", "https://localhost", "http://127.0.0.1:1", "http://[::1]:8787"])(
    "is %s",
    (origin) => expect(accepted({ ...DEVELOPMENT, PUBLIC_ORIGIN: origin }).development).toBe(true),
  )

  it.each([
    "http://localhost.example.com",
    "http://localhost:8787/",
    "http://localhost:8787@example.com",
    "http://127.0.0.2:8787",
    "http://chat.example.com",
    "https://chat.example.com/",
    "https://chat.example.com/path",
    "chat.example.com",
  ])("is not %s, and nothing else starts there", (origin) => {
    expect(faults({ ...DEVELOPMENT, PUBLIC_ORIGIN: origin }).wrong).toContain("PUBLIC_ORIGIN")
  })
})

describe("readConfig() of a deployment", () => {
  it("takes its settings, newest app secret first, and knows Meta's hosts", () => {
    const config = accepted(DEPLOYED)
    expect(config.development).toBe(false)
    expect(config.messenger.appSecrets.map((secret) => secret.reveal())).toEqual([
      "app-secret-one",
      "app-secret-two",
    ])
    expect(config.messenger.graphOrigin).toBe("https://graph.facebook.com")
    expect(config.messenger.graphVersion).toBe("v26.0")
    expect(config.messenger.linkOrigin).toBe("https://m.me")
    expect(config.admin).toEqual({ keys: [] })
  })

  it.each([
    "PUBLIC_ORIGIN",
    "OPERATOR_NAME",
    "MESSENGER_APP_ID",
    "MESSENGER_APP_SECRETS",
    "MESSENGER_VERIFY_TOKEN",
    "VAULT_KEYS",
    "SIGNING_KEYS",
    "PSEUDONYM_KEY",
  ])("names %s where it is missing or empty, and nothing else", (name) => {
    for (const value of [undefined, ""])
      expect(faults({ ...DEPLOYED, [name]: value })).toEqual({ missing: [name], wrong: [] })
  })

  it.each([
    ["GRAPH_ORIGIN", "https://graph.facebook.com"],
    ["GRAPH_ORIGIN", "https://graph.facebook.com/base"],
    ["GRAPH_VERSION", "v27.1"],
    ["MESSENGER_LINK_ORIGIN", "https://www.m.me"],
    ["MESSENGER_APP_SECRETS", "12345678"],
    ["ADMIN_KEYS", "[]"],
    ["ADMIN_KEYS", admins(ADMIN_KEY, { ...ADMIN_KEY, id: "j.doe@example.com", banks: ["demo", "other"] })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, sha256: "A".repeat(64) })],
  ])("takes %s = %s", (name, value) => {
    expect(faults({ ...DEPLOYED, [name]: value })).toEqual({ missing: [], wrong: [] })
  })

  it.each([
    ["GRAPH_ORIGIN", "http://graph.facebook.com"],
    ["GRAPH_ORIGIN", "https://graph.facebook.com.example.com"],
    ["GRAPH_ORIGIN", "https://graph.facebook.com/"],
    ["GRAPH_ORIGIN", "https://user@graph.facebook.com"],
    ["GRAPH_ORIGIN", "https://graph.facebook.com?x"],
    ["GRAPH_ORIGIN", "https://graph.facebook.com:444"],
    ["GRAPH_ORIGIN", "http://localhost:8788/graph"],
    ["GRAPH_VERSION", "26.0"],
    ["GRAPH_VERSION", "v26.0/../v1.0"],
    ["MESSENGER_LINK_ORIGIN", "https://example.com"],
    ["MESSENGER_LINK_ORIGIN", "https://m.me/"],
    ["OPERATOR_NAME", "x"],
    ["OPERATOR_NAME", " Harbourline"],
    ["OPERATOR_NAME", "Harbour\u202eline"],
    ["OPERATOR_NAME", "x".repeat(81)],
    ["MESSENGER_APP_ID", "47x"],
    ["MESSENGER_APP_SECRETS", "1234567"],
    ["MESSENGER_APP_SECRETS", "app-secret-one,"],
    ["VAULT_KEYS", "{}"],
    ["VAULT_KEYS", '{"keys":[]}'],
    ["VAULT_KEYS", '{"keys":[null]}'],
    ["VAULT_KEYS", "null"],
    ["SIGNING_KEYS", "not json"],
    ["SIGNING_KEYS", "null"],
    ["SIGNING_KEYS", '{"keys":[]}'],
    ["SIGNING_KEYS", '{"keys":[null]}'],
    ["SIGNING_KEYS", signing({ crv: "P-384" })],
    ["SIGNING_KEYS", signing({ d: undefined })],
    ["SIGNING_KEYS", signing({ d: 1 })],
    ["SIGNING_KEYS", signing({ kid: "" })],
    ["SIGNING_KEYS", signing({ x: undefined })],
    ["PSEUDONYM_KEY", "AAAA"],
    ["PSEUDONYM_KEY", "not base64url!"],
    ["ADMIN_KEYS", "{}"],
    ["ADMIN_KEYS", "[null]"],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, role: "owner" })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, banks: "*" })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, banks: ["Not A Bank"] })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, sha256: "the-key-itself-in-clear" })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, sha256: "a".repeat(63) })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, expires: "soon" })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, expires: 4102444800 })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, id: "" })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, id: "two words" })],
  ])("names %s where it is %s, and nothing else", (name, value) => {
    expect(faults({ ...DEPLOYED, [name]: value })).toEqual({ missing: [], wrong: [name] })
  })

  it("refuses two signing keys of one kid", () => {
    const [key] = (JSON.parse(TEST_KEYS.SIGNING_KEYS) as { keys: object[] }).keys
    const twice = JSON.stringify({ keys: [key, key] })
    expect(faults({ ...DEPLOYED, SIGNING_KEYS: twice }).wrong).toEqual(["SIGNING_KEYS"])
  })

  it("finds all faults at once", () => {
    const { missing, wrong } = faults({
      ...DEPLOYED,
      PSEUDONYM_KEY: "",
      ADMIN_KEYS: "{}",
      GRAPH_VERSION: "1",
    })
    expect(missing).toEqual(["PSEUDONYM_KEY"])
    expect(wrong.toSorted()).toEqual(["ADMIN_KEYS", "GRAPH_VERSION"])
  })
})

describe("readConfig() with Cloudflare Access", () => {
  it("takes the three settings together", () => {
    expect(accepted({ ...DEPLOYED, ...ACCESS }).admin.access).toEqual({
      teamDomain: "bank.cloudflareaccess.com",
      audience: "aud",
      roles: [{ group: "ops", role: "operator", banks: ["demo"] }],
    })
  })

  it.each(["ACCESS_TEAM_DOMAIN", "ACCESS_AUD", "ACCESS_ROLES"])(
    "names %s where only it is missing",
    (name) => {
      expect(faults({ ...DEPLOYED, ...ACCESS, [name]: "" })).toEqual({ missing: [name], wrong: [] })
    },
  )

  it.each([
    ["ACCESS_TEAM_DOMAIN", "https://bank.cloudflareaccess.com"],
    ["ACCESS_TEAM_DOMAIN", "bank.cloudflareaccess.com.example.com"],
    ["ACCESS_TEAM_DOMAIN", "example.com/x.cloudflareaccess.com"],
    ["ACCESS_ROLES", "{}"],
    ["ACCESS_ROLES", JSON.stringify([{ group: "", role: "operator", banks: [] }])],
    ["ACCESS_ROLES", JSON.stringify([{ group: "ops", role: "root", banks: [] }])],
    ["ACCESS_ROLES", JSON.stringify([{ group: "ops", role: "operator" }])],
  ])("names %s where it is %s", (name, value) => {
    expect(faults({ ...DEPLOYED, ...ACCESS, [name]: value })).toEqual({ missing: [], wrong: [name] })
  })
})

describe("readConfig() keeps the values of development out of a deployment", () => {
  const first = accepted(DEVELOPMENT).admin.keys[0]?.sha256 ?? ""

  it.each([
    ["MESSENGER_APP_ID", "1000000000000001"],
    ["MESSENGER_APP_SECRETS", "dev-app-secret"],
    ["MESSENGER_APP_SECRETS", "app-secret-one, dev-app-secret"],
    ["MESSENGER_VERIFY_TOKEN", "dev-verify-token"],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, sha256: first })],
    ["ADMIN_KEYS", admins({ ...ADMIN_KEY, sha256: first.toUpperCase() })],
    [
      "ADMIN_KEYS",
      admins({ ...ADMIN_KEY, sha256: first }).replace(
        first,
        `\\u00${first.charCodeAt(0).toString(16)}${first.slice(1)}`,
      ),
    ],
    ["ANY_OTHER_NAME", "dev-page-token"],
  ])("%s = %s stops the start", (name, value) => {
    expect(faults({ ...DEPLOYED, [name]: value })).toEqual({ missing: [], wrong: [name] })
  })

  it("falls back to none of them", () => {
    const { missing } = faults({ PUBLIC_ORIGIN: "https://chat.example.com" })
    expect(missing).toContain("MESSENGER_APP_SECRETS")
    expect(missing).toContain("MESSENGER_VERIFY_TOKEN")
    expect(missing).toContain("MESSENGER_APP_ID")
  })
})

describe("readConfig() prints no secret", () => {
  const SECRETS = [
    "app-secret-one",
    "app-secret-two",
    "verify-token-one",
    "jpsQnnGQmL",
    "AAECAwQF",
    "ICEiIyQl",
  ]

  it("in the configuration turned into text", () => {
    const config = accepted(DEPLOYED)
    const text = `${JSON.stringify(config)} ${String(config.messenger.appSecrets)} ${String(config.signing.keys)}`
    for (const secret of SECRETS) expect(text).not.toContain(secret)
    expect(text).toContain("[secret]")
  })

  it("in a refusal, which has names only", () => {
    const wrong = Object.fromEntries(Object.keys(DEPLOYED).map((name) => [name, "planted-value-~"]))
    expect(JSON.stringify(readConfig(wrong))).not.toContain("planted-value")
  })

  it("of which every one is a Secret", () => {
    const { messenger, signing: keys } = accepted(DEPLOYED)
    for (const each of [...messenger.appSecrets, messenger.verifyToken, keys.keys])
      expect(each).toBeInstanceOf(Secret)
  })

  it("and cannot be changed afterwards", () => {
    expect(Object.isFrozen(accepted(DEPLOYED))).toBe(true)
  })
})
