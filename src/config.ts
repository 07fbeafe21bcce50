// The only reader of vars and secrets: turns Env into a frozen Config grouped by room, once an isolate, and fails closed.
// Development is `PUBLIC_ORIGIN` on loopback and nothing else; its constants stand here, and elsewhere they are refused.

import { parseKeyRing, type KeyRing } from "./crypto/key-ring.ts"
import { fromBase64url } from "./crypto/text.ts"
import { isBankId } from "./foundation/id.ts"
import { err, ok, type Result } from "./foundation/result.ts"
import { Secret } from "./foundation/secret.ts"
import { SHARDS_MAX } from "./jobs/queues.ts"

/** Everything the gateway is told from outside. Rooms receive their part. */
export interface Config {
  readonly development: boolean
  /** Scheme and host, no trailing slash. */
  readonly publicOrigin: string
  /** Who runs this service, as customers read it where they consent. */
  readonly operatorName: string
  /** Queues each lane's packs are shared out over, 1 to `SHARDS_MAX`. */
  readonly shards: number
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
      /** Host only: `<team>.cloudflareaccess.com`. */
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
  OPERATOR_NAME: "Tellerline",
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
const LOOPBACK_BASE = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(\/|$)/
const META_HOSTS = {
  GRAPH_ORIGIN: ["graph.facebook.com"],
  MESSENGER_LINK_ORIGIN: ["m.me", "www.m.me"],
} as const
/** Values of the development set that must not reach a deployment. The registered ones are console/development-values.ts. */
const DEVELOPMENT_ONLY = [
  "dev-app-secret",
  "dev-verify-token",
  "dev-page-token",
  "dev-admin-key",
  "1000000000000001",
]
const DEVELOPMENT_ADMIN_DIGESTS = [
  "df76ff796f70d2c9cb055ea6280553caa27eda26b70e01082c160de75a05a4a9",
  "4ed7421be654b688dd576282bdee76f5e1e60a7083116d7deafc82d4014ea7d2",
]
/** A name people read: nothing that does not show, no more than fits a sentence. */
const OPERATOR_NAME = /^(?=.{2,80}$)[^\s\p{Cc}\p{Cf}][^\p{Cc}\p{Cf}]*[^\s\p{Cc}\p{Cf}]$/u
const DIGEST = /^[0-9a-f]{64}$/
/** Stands in the audit trail as who acted. */
const OPERATOR_ID = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/
const TEAM_DOMAIN = /^([a-z0-9-]+\.)+cloudflareaccess\.com$/
const ACCESS_SETTINGS = ["ACCESS_TEAM_DOMAIN", "ACCESS_AUD", "ACCESS_ROLES"] as const
const PSEUDONYM_KEY_BYTES = 32

type Settings = Readonly<Record<string, string | undefined>>

/** Read and check the settings. All faults are found at once. */
export function readConfig(env: Settings): Result<Config, ConfigRefusal> {
  const missing: string[] = []
  const wrong: string[] = []
  const publicOrigin = env["PUBLIC_ORIGIN"] ?? ""
  const development = LOOPBACK.test(publicOrigin)
  const defaults: Settings = development ? DEVELOPMENT : PRODUCTION_DEFAULTS
  const shards = Number(env["QUEUE_SHARDS"] || "1")
  const value = (name: string): string => {
    const found = env[name] || defaults[name] || ""
    if (!found) missing.push(name)
    return found
  }
  const check = (name: string, holds: boolean) => {
    if (!holds && !missing.includes(name) && !wrong.includes(name)) wrong.push(name)
  }

  if (!publicOrigin) missing.push("PUBLIC_ORIGIN")
  check("PUBLIC_ORIGIN", development || isHttpsOrigin(publicOrigin))
  const operatorName = value("OPERATOR_NAME")
  check("OPERATOR_NAME", OPERATOR_NAME.test(operatorName))
  const graphOrigin = value("GRAPH_ORIGIN")
  const linkOrigin = value("MESSENGER_LINK_ORIGIN")
  check("GRAPH_ORIGIN", isBaseUrl(graphOrigin))
  check("MESSENGER_LINK_ORIGIN", isBaseUrl(linkOrigin))
  if (development) {
    // A deployment whose PUBLIC_ORIGIN was forgotten would speak to Meta while anybody may administrate it by the keys of development.
    check("GRAPH_ORIGIN", LOOPBACK_BASE.test(graphOrigin))
    check("MESSENGER_LINK_ORIGIN", LOOPBACK_BASE.test(linkOrigin))
  } else {
    check("GRAPH_ORIGIN", isHttpsAt(graphOrigin, META_HOSTS.GRAPH_ORIGIN))
    check("MESSENGER_LINK_ORIGIN", isHttpsAt(linkOrigin, META_HOSTS.MESSENGER_LINK_ORIGIN))
  }
  check("QUEUE_SHARDS", Number.isInteger(shards) && shards >= 1 && shards <= SHARDS_MAX)
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
  const usesAccess = ACCESS_SETTINGS.some((name) => env[name])
  if (usesAccess) for (const name of ACCESS_SETTINGS) value(name)
  const accessRoles = usesAccess ? parseAccessRoles(env["ACCESS_ROLES"] ?? "") : []
  check("ACCESS_ROLES", accessRoles !== undefined)
  check("ACCESS_TEAM_DOMAIN", !usesAccess || TEAM_DOMAIN.test(env["ACCESS_TEAM_DOMAIN"] ?? ""))
  if (!development) {
    check("ADMIN_KEYS", !adminKeys?.some((key) => DEVELOPMENT_ADMIN_DIGESTS.includes(key.sha256)))
    for (const [name, text] of Object.entries(env))
      if (typeof text === "string" && DEVELOPMENT_ONLY.some((constant) => text.includes(constant)))
        check(name, false)
  }

  if (missing.length > 0 || wrong.length > 0 || !ring.ok || !pseudonymKey || !adminKeys || !accessRoles)
    return err({ reason: "configuration", missing, wrong, detail: explain(development, missing, wrong) })
  return ok(
    Object.freeze({
      development,
      publicOrigin,
      operatorName,
      shards,
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
      admin: {
        keys: adminKeys,
        ...(usesAccess
          ? {
              access: {
                teamDomain: env["ACCESS_TEAM_DOMAIN"] ?? "",
                audience: env["ACCESS_AUD"] ?? "",
                roles: accessRoles,
              },
            }
          : {}),
      },
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

/** http or https, host, perhaps a path; no trailing slash, because paths are appended; nothing that would travel along. */
function isBaseUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return false
  return !text.endsWith("/") && !/[?#@\s]/.test(text)
}

function isHttpsAt(text: string, hosts: readonly string[]): boolean {
  const url = URL.parse(text)
  return url !== null && url.protocol === "https:" && hosts.includes(url.host)
}

function isSigningKeySet(json: string): boolean {
  const keys = (parseJson(json) as { keys?: unknown } | null | undefined)?.keys
  if (!Array.isArray(keys) || keys.length === 0) return false
  const kids = new Set<unknown>()
  for (const jwk of keys as readonly (Readonly<Record<string, unknown>> | null)[]) {
    if (jwk?.["kty"] !== "EC" || jwk["crv"] !== "P-256") return false
    if (!["x", "y", "d", "kid"].every((name) => typeof jwk[name] === "string" && jwk[name])) return false
    kids.add(jwk["kid"])
  }
  return kids.size === keys.length
}

function parseAdminKeys(json: string): readonly AdminKey[] | undefined {
  const list = parseJson(json)
  if (!Array.isArray(list)) return undefined
  const keys: AdminKey[] = []
  for (const each of list as readonly (Record<string, unknown> | null)[]) {
    const { id, role, banks, sha256, expires } = each ?? {}
    const expiresAt = typeof expires === "string" ? Date.parse(expires) : Number.NaN
    if (typeof id !== "string" || !OPERATOR_ID.test(id) || Number.isNaN(expiresAt)) return undefined
    // A key pasted where its digest belongs would otherwise lie here in clear and never fit.
    if (typeof sha256 !== "string" || !DIGEST.test(sha256.toLowerCase())) return undefined
    if (!isRole(role) || !isBankList(banks)) return undefined
    keys.push({ id, role, banks, sha256: sha256.toLowerCase(), expiresAt })
  }
  return keys
}

function parseAccessRoles(json: string): readonly AccessRole[] | undefined {
  const list = parseJson(json)
  if (!Array.isArray(list)) return undefined
  const roles: AccessRole[] = []
  for (const each of list as readonly (Record<string, unknown> | null)[]) {
    const { group, role, banks } = each ?? {}
    if (typeof group !== "string" || !group || !isRole(role) || !isBankList(banks)) return undefined
    roles.push({ group, role, banks })
  }
  return roles
}

function isRole(value: unknown): value is Role {
  return typeof value === "string" && (ROLES as readonly string[]).includes(value)
}

function isBankList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => each === "*" || isBankId(each))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
