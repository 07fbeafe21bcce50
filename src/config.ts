// The only reader of vars and secrets: turns Env into a frozen Config grouped by room, once an isolate, and fails closed.
// Development is `PUBLIC_ORIGIN` on loopback and nothing else; its constants stand here, and elsewhere they are refused.

import { parseKeyRing, type KeyRing } from "./crypto/key-ring.ts"
import { fromBase64url } from "./crypto/text.ts"
import { err, ok, type Result } from "./foundation/result.ts"
import { Secret } from "./foundation/secret.ts"

/** Everything the gateway is told from outside. Rooms receive their part. */
export interface Config {
  readonly development: boolean
  /** Scheme and host, no trailing slash. */
  readonly publicOrigin: string
  readonly messenger: {
    readonly graphOrigin: string
    readonly graphVersion: string
    readonly linkOrigin: string
    readonly appId: string
    /** Newest first. */
    readonly appSecrets: readonly Secret[]
    readonly verifyToken: Secret
  }
  readonly vault: { readonly ring: KeyRing }
  readonly signing: { readonly keys: Secret }
  readonly pseudonymKey: Uint8Array<ArrayBuffer>
  readonly admin: {
    readonly keys: readonly AdminKey[]
    readonly access?: {
      readonly teamDomain: string
      readonly audience: string
      readonly roles: readonly AccessRole[]
    }
  }
}

export const ROLES = ["admin", "operator", "agent", "auditor"] as const
export type Role = (typeof ROLES)[number]

/** A person's admin key: only its SHA-256 is configured. `banks` is a list of ids, or `["*"]`. */
export interface AdminKey {
  readonly id: string
  readonly role: Role
  readonly banks: readonly string[]
  /** Hex SHA-256 of the key. */
  readonly sha256: string
  /** Epoch milliseconds after which it is refused. */
  readonly expiresAt: number
}

export interface AccessRole {
  readonly group: string
  readonly role: Role
  readonly banks: readonly string[]
}

/** What is wrong, by the names of settings; never a value. */
export interface ConfigRefusal {
  readonly reason: "configuration"
  readonly missing: readonly string[]
  readonly wrong: readonly string[]
  /** One sentence for whoever starts it. */
  readonly detail: string
}

const DEVELOPMENT = {
  MESSENGER_APP_ID: "1000000000000001",
  MESSENGER_APP_SECRETS: "dev-app-secret",
  MESSENGER_VERIFY_TOKEN: "dev-verify-token",
  GRAPH_ORIGIN: "http://localhost:8788/graph",
  MESSENGER_LINK_ORIGIN: "http://localhost:8788/m.me",
  /** SHA-256 of `dev-admin-key` and `dev-admin-key-2`. */
  ADMIN_KEYS: JSON.stringify([
    {
      id: "dev-1",
      role: "admin",
      banks: ["*"],
      sha256: "df76ff796f70d2c9cb055ea6280553caa27eda26b70e01082c160de75a05a4a9",
      expires: "2100-01-01",
    },
    {
      id: "dev-2",
      role: "admin",
      banks: ["*"],
      sha256: "4ed7421be654b688dd576282bdee76f5e1e60a7083116d7deafc82d4014ea7d2",
      expires: "2100-01-01",
    },
  ]),
} as const
const PRODUCTION_DEFAULTS = {
  GRAPH_ORIGIN: "https://graph.facebook.com",
  MESSENGER_LINK_ORIGIN: "https://m.me",
} as const
const GRAPH_VERSION = "v26.0"
const GRAPH_VERSION_FORM = /^v[0-9]{2}\.[0-9]$/
const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?$/
const META_HOSTS = {
  GRAPH_ORIGIN: ["graph.facebook.com"],
  MESSENGER_LINK_ORIGIN: ["m.me", "www.m.me"],
} as const
/** Values of the development set that must not reach a deployment. */
const DEVELOPMENT_ONLY = [
  "dev-app-secret",
  "dev-verify-token",
  "1000000000000001",
  "df76ff796f70d2c9cb055ea6280553caa27eda26b70e01082c160de75a05a4a9",
  "4ed7421be654b688dd576282bdee76f5e1e60a7083116d7deafc82d4014ea7d2",
]
const PSEUDONYM_KEY_BYTES = 32

type Settings = Readonly<Record<string, string | undefined>>

/** Read and check the settings. All faults are found at once. */
export function readConfig(env: Settings): Result<Config, ConfigRefusal> {
  const missing: string[] = []
  const wrong: string[] = []
  const publicOrigin = env["PUBLIC_ORIGIN"] ?? ""
  const development = LOOPBACK.test(publicOrigin)
  const defaults: Settings = development ? DEVELOPMENT : PRODUCTION_DEFAULTS
  const value = (name: string): string => {
    const found = env[name] || defaults[name] || ""
    if (!found) missing.push(name)
    return found
  }
  const check = (name: string, holds: boolean) => {
    if (!holds && !missing.includes(name)) wrong.push(name)
  }

  if (!publicOrigin) missing.push("PUBLIC_ORIGIN")
  check("PUBLIC_ORIGIN", development || isHttpsOrigin(publicOrigin))
  const graphOrigin = value("GRAPH_ORIGIN")
  const linkOrigin = value("MESSENGER_LINK_ORIGIN")
  if (!development) {
    check("GRAPH_ORIGIN", isHttpsAt(graphOrigin, META_HOSTS.GRAPH_ORIGIN))
    check("MESSENGER_LINK_ORIGIN", isHttpsAt(linkOrigin, META_HOSTS.MESSENGER_LINK_ORIGIN))
  }
  const graphVersion = env["GRAPH_VERSION"] || GRAPH_VERSION
  check("GRAPH_VERSION", GRAPH_VERSION_FORM.test(graphVersion))
  const appId = value("MESSENGER_APP_ID")
  check("MESSENGER_APP_ID", /^[0-9]{1,32}$/.test(appId))
  const appSecrets = value("MESSENGER_APP_SECRETS")
    .split(",")
    .map((secret) => secret.trim())
  check(
    "MESSENGER_APP_SECRETS",
    appSecrets.every((secret) => secret.length >= 8),
  )
  const verifyToken = value("MESSENGER_VERIFY_TOKEN")
  const ring = parseKeyRing(value("VAULT_KEYS"))
  check("VAULT_KEYS", ring.ok)
  const signingKeys = value("SIGNING_KEYS")
  check("SIGNING_KEYS", isSigningKeySet(signingKeys))
  const pseudonymKey = fromBase64url(value("PSEUDONYM_KEY"))
  check("PSEUDONYM_KEY", pseudonymKey?.length === PSEUDONYM_KEY_BYTES)
  const adminKeys = parseAdminKeys(env["ADMIN_KEYS"] || defaults["ADMIN_KEYS"] || "[]")
  check("ADMIN_KEYS", adminKeys !== undefined)
  const access = readAccess(env)
  check("ACCESS_ROLES", access !== "wrong")
  if (!development)
    for (const [name, text] of Object.entries(env))
      if (typeof text === "string" && DEVELOPMENT_ONLY.some((constant) => text.includes(constant)))
        check(name, false)

  if (missing.length > 0 || wrong.length > 0 || !ring.ok || !pseudonymKey || !adminKeys || access === "wrong")
    return err({ reason: "configuration", missing, wrong, detail: explain(development, missing, wrong) })
  return ok(
    Object.freeze({
      development,
      publicOrigin,
      messenger: {
        graphOrigin,
        graphVersion,
        linkOrigin,
        appId,
        appSecrets: appSecrets.map((secret) => new Secret(secret)),
        verifyToken: new Secret(verifyToken),
      },
      vault: { ring: ring.value },
      signing: { keys: new Secret(signingKeys) },
      pseudonymKey,
      admin: { keys: adminKeys, ...(access ? { access } : {}) },
    }),
  )
}

function explain(development: boolean, missing: readonly string[], wrong: readonly string[]): string {
  const keys = ["VAULT_KEYS", "SIGNING_KEYS", "PSEUDONYM_KEY"]
  if (development && keys.some((name) => missing.includes(name)))
    return 'Keys are made beside the local state: run "npm run dev" once'
  return [
    missing.length > 0 ? `missing: ${missing.join(", ")}` : "",
    wrong.length > 0 ? `unusable: ${wrong.join(", ")}` : "",
  ]
    .filter(Boolean)
    .join("; ")
}

function isHttpsOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && url.protocol === "https:" && url.origin === text
}

function isHttpsAt(text: string, hosts: readonly string[]): boolean {
  const url = URL.parse(text)
  return url !== null && url.protocol === "https:" && hosts.includes(url.host)
}

function isSigningKeySet(json: string): boolean {
  const keys = (parseJson(json) as { keys?: unknown } | undefined)?.keys
  if (!Array.isArray(keys) || keys.length === 0) return false
  return keys.every(
    (jwk: Record<string, unknown>) =>
      jwk?.["kty"] === "EC" && jwk["crv"] === "P-256" && !!jwk["d"] && !!jwk["kid"],
  )
}

function parseAdminKeys(json: string): readonly AdminKey[] | undefined {
  const list = parseJson(json)
  if (!Array.isArray(list)) return undefined
  const keys: AdminKey[] = []
  for (const each of list as readonly Record<string, unknown>[]) {
    const { id, role, banks, sha256, expires } = each ?? {}
    const expiresAt = typeof expires === "string" ? Date.parse(expires) : Number.NaN
    if (typeof id !== "string" || typeof sha256 !== "string" || Number.isNaN(expiresAt)) return undefined
    if (!isRole(role) || !isTextList(banks)) return undefined
    keys.push({ id, role, banks, sha256: sha256.toLowerCase(), expiresAt })
  }
  return keys
}

function readAccess(env: Settings): Config["admin"]["access"] | "wrong" {
  const { ACCESS_TEAM_DOMAIN: teamDomain, ACCESS_AUD: audience, ACCESS_ROLES: rolesJson } = env
  if (!teamDomain && !audience && !rolesJson) return undefined
  const list = parseJson(rolesJson ?? "")
  if (!teamDomain || !audience || !Array.isArray(list)) return "wrong"
  const roles: AccessRole[] = []
  for (const each of list as readonly Record<string, unknown>[]) {
    const { group, role, banks } = each ?? {}
    if (typeof group !== "string" || !isRole(role) || !isTextList(banks)) return "wrong"
    roles.push({ group, role, banks })
  }
  return { teamDomain, audience, roles }
}

function isRole(value: unknown): value is Role {
  return typeof value === "string" && (ROLES as readonly string[]).includes(value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string")
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
