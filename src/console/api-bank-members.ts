// The members of a bank's record as the admin API's description says them. Data only; banks/bank-record.ts enforces them. Used by
// api-schemas.ts.

import { EVENT_WAYS, type BankRecord } from "../banks/bank.ts"
import { CONTRAST_MIN, LOGO_CHARS_MAX } from "../banks/brand.ts"

type Schema = Readonly<Record<string, unknown>>

const HTTPS: Schema = { type: "string", format: "uri", description: "https outside development" }

const ON_LINK_HOST: Schema = { type: "string", format: "uri", maxLength: 500 }
const COLOUR: Schema = { type: "string", pattern: "^#[0-9a-f]{6}$" }

/** Each member and what it may be; a member the record has and this lacks does not compile. */
export const bankMembers = {
  name: { type: "string", description: "As customers know it" },
  role: { enum: ["bank_processor", "third_party"] },
  jurisdiction: { enum: ["EU", "UK", "US", "other"] },
  dialect: {
    enum: ["fdx-6", "open-banking-4.0", "open-banking-3.1", "berlin-1.3"],
    description: "Dialect of its account data API",
  },
  profile: {
    enum: ["fapi2", "fdx-green", "uk-open-banking", "berlin"],
    description: "How its customers log in; by default fapi2 with FDX, else the dialect's own",
  },
  acrValues: {
    type: "array",
    items: { type: "string" },
    description: "The bank's acr values for a login with two factors, the one to ask for first",
  },
  idTokenAlg: { enum: ["ES256", "PS256"], default: "ES256", description: "How it signs ID tokens" },
  unsignedPayments: {
    type: "boolean",
    default: false,
    description: "Berlin Group: payments out come without a minus and name a creditor only",
  },
  issuer: { ...HTTPS, description: "OpenID issuer, compared as text" },
  clientId: { type: "string" },
  apiBase: { ...HTTPS, description: "Base of the account data API, without a trailing slash" },
  actionsBase: { ...HTTPS, description: "Where the bank lets us freeze, answer and dispute" },
  callbackUrl: { ...HTTPS, description: "Where we say what became of its events" },
  eventSource: { type: "string", description: "The CloudEvents source its events carry" },
  jwksUri: { ...HTTPS, description: "JWK set its event signatures are verified with" },
  subjectClaim: {
    type: "string",
    default: "sub",
    description: "Claim of the ID token that is the customer reference",
  },
  timeZone: { type: "string", default: "UTC", description: "IANA name" },
  languages: {
    type: "array",
    items: { type: "string" },
    minItems: 1,
    description: "BCP 47, the first is the fallback",
  },
  emergencyPhone: { type: "string", description: "E.164" },
  linkHosts: {
    type: "array",
    items: { type: "string" },
    description: "Hosts a URL in a message may point at",
  },
  appLink: {
    ...ON_LINK_HOST,
    description:
      "Opens the bank's app: offered with a fraud question, where a customer must prove themselves, and for what a chat never does. On a host of linkHosts",
  },
  helpUrl: {
    ...ON_LINK_HOST,
    description:
      "The bank's help pages: offered in the chat and on the customer's own pages. On a host of linkHosts",
  },
  complaintsUrl: {
    ...ON_LINK_HOST,
    description: "Where the bank takes complaints: offered as its help pages are. On a host of linkHosts",
  },
  colours: {
    type: "object",
    properties: {
      light: { ...COLOUR, description: "Of buttons and links beside light grounds" },
      dark: { ...COLOUR, description: "Beside dark grounds; by default the light one made lighter" },
    },
    required: ["light"],
    description: `Colours of its pages; a contrast with their grounds below ${CONTRAST_MIN} to 1 is refused`,
  },
  logo: {
    type: "string",
    maxLength: LOGO_CHARS_MAX,
    pattern: "^data:image/(png|webp|svg\\+xml);base64,",
    description: "Its logo on our pages, as a data: URL",
  },
  eventIssuers: {
    type: "array",
    maxItems: 5,
    items: {
      type: "object",
      properties: {
        issuer: { type: "string", description: "CloudEvents' source, a token's iss" },
        ways: { type: "array", minItems: 1, items: { enum: [...EVENT_WAYS] } },
        audience: {
          type: "string",
          description: "aud of its tokens, where it is not the address they are sent to",
        },
      },
      required: ["issuer", "ways"],
    },
    description: "Who else may speak for the bank, and on which ways in; each way once",
  },
  webhookKeys: {
    type: "array",
    maxItems: 4,
    items: { type: "string", pattern: "^whpk_[A-Za-z0-9+/]{43}=$" },
    description:
      "Public keys its webhooks are signed with (Standard Webhooks, v1a); two while one is being rotated",
  },
  looksADay: {
    type: "integer",
    minimum: 1,
    maximum: 10000,
    description: "Looks a day the bank counts without its customer; 4 with Berlin Group, else uncounted",
  },
  consentDays: {
    type: "integer",
    minimum: 1,
    maximum: 365,
    default: 180,
    description: "How long a consent lasts",
  },
  chatTextDays: {
    type: "integer",
    minimum: 1,
    maximum: 365,
    default: 30,
    description: "How long what was said in the chat is kept",
  },
  fallbackAfterSeconds: {
    type: "integer",
    minimum: 5,
    maximum: 3600,
    default: 30,
    description: "An alert not delivered after this is reported undeliverable, reason fallback",
  },
  reportDelivery: {
    type: "boolean",
    default: false,
    description: "Whether delivered and read are reported of updates too; of alerts they always are",
  },
  login: {
    enum: ["browser", "app"],
    default: "browser",
    description: "Where customers prove themselves: an app does not come back into Messenger's own browser",
  },
  linkConfirmation: {
    enum: ["none", "required"],
    default: "none",
    description: "Whether a link goes live only once the bank has confirmed it at its callbackUrl",
  },
  linksMax: {
    type: "integer",
    minimum: 1,
    maximum: 20,
    default: 2,
    description: "Chats that may be linked to one customer at a time",
  },
  desk: {
    enum: ["inbox", "own"],
    description:
      "Where people of the bank answer: the Page's Inbox or this gateway's desk; by telephone alone where it is left out",
  },
  hours: {
    type: "array",
    maxItems: 14,
    items: {
      type: "object",
      properties: {
        days: { type: "array", minItems: 1, maxItems: 7, items: { type: "integer", minimum: 1, maximum: 7 } },
        from: { type: "string", description: "HH:MM by the bank's clock" },
        to: { type: "string", description: "HH:MM, later on the same day" },
      },
      required: ["days", "from", "to"],
    },
    description: "When people of the bank answer; always, where it is left out",
  },
  newLinkHours: {
    type: "integer",
    minimum: 0,
    maximum: 168,
    default: 24,
    description:
      "So long after a link went live amounts are hidden in its chat, and fraud alerts are reported undeliverable, reason new_link",
  },
  defaults: {
    type: "object",
    properties: {
      quietFrom: { type: "string", description: "HH:MM, with quietTo" },
      quietTo: { type: "string", description: "HH:MM" },
      digestAt: { type: "string", description: "HH:MM of one summary a day" },
      maxADay: { type: "integer", minimum: 1, maximum: 50 },
      paymentsFrom: {
        type: "object",
        required: ["value", "currency"],
        properties: { value: { type: "string" }, currency: { type: "string" } },
      },
    },
    description: "What its customers hear, and when, until they choose; switches nothing on",
  },
} as const satisfies Readonly<Record<Exclude<keyof BankRecord, "v" | "id" | "leavingAt">, Schema>>

/** Members that may be missing from a stored record. */
export const BANK_OPTIONAL = [
  "actionsBase",
  "callbackUrl",
  "eventIssuers",
  "webhookKeys",
  "looksADay",
  "desk",
  "hours",
  "defaults",
  "appLink",
  "helpUrl",
  "complaintsUrl",
  "colours",
  "logo",
]
/** Members without a default. */
export const BANK_REQUIRED = [
  "name",
  "role",
  "jurisdiction",
  "dialect",
  "issuer",
  "clientId",
  "apiBase",
  "eventSource",
  "jwksUri",
  "languages",
  "emergencyPhone",
  "linkHosts",
]
